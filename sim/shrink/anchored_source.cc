#include "sim/shrink/anchored_source.h"

#include <algorithm>
#include <set>

#include "sim/choices/environment.h"
#include "sim/shrink/edit.h"

namespace orrery::sim {

AnchoredSource::AnchoredSource(const RunEnd& run, const Recording& edited,
                               const std::vector<size_t>& left_out)
    : run_(run), answers_(edited) {
  const Recording& recording = run.recording;
  std::vector<Draws*> lists(recording.paths.size());  // null: of the workload
  for (size_t i = 0; i < recording.paths.size(); ++i) {
    if (IsEnvironment(recording.paths[i])) lists[i] = &draws_[recording.paths[i]];
  }
  for (uint64_t i = 0; i < recording.draws.size(); ++i) {
    const Draw& draw = recording.draws[i];
    Draws* const list = lists[draw.path];
    if (list == nullptr) continue;
    if (draw.n == kSkipMax) {
      const uint64_t before = list->strikes.empty() ? 0 : list->strikes.back();
      list->skips.push_back(list->indexes.size());
      list->strikes.push_back(before + kSkipMax - draw.value);
    }
    list->indexes.push_back(i);
  }
  const std::set<size_t> gone(left_out.begin(), left_out.end());
  for (const size_t span : OutermostSpans(run)) {
    if (!gone.contains(span)) spans_[recording.paths[run.spans[span].path]].push_back(span);
  }
}

void AnchoredSource::LeaveStrikesOut(const std::string& path, size_t begin, size_t end) {
  Draws& draws = draws_[path];
  draws.gone_begin = begin;
  draws.gone_end = std::min(end, draws.strikes.size());
}

void AnchoredSource::OnOpen(uint32_t stream) {
  Stream& opened = streams_.emplace_back(Stream{.theirs = answers_.Open(path(stream))});
  if (const auto found = draws_.find(path(stream)); found != draws_.end()) {
    opened.draws = &found->second;
  }
  if (const auto found = spans_.find(path(stream)); found != spans_.end()) {
    opened.spans = &found->second;
  }
}

uint64_t AnchoredSource::Skip(uint32_t stream, uint64_t mean, const char* label) {
  Stream& of = streams_[stream];
  if (of.draws == nullptr || of.draws->gone_begin == of.draws->gone_end) {
    return answers_.Skip(of.theirs, mean, label);
  }
  const Draws& draws = *of.draws;
  const size_t skip = of.next_skip;
  if (skip >= draws.skips.size()) return kSkipMax;
  // What else is drawn at the strike that has just come stands behind its skip.
  answers_.SetNext(of.theirs, draws.skips[skip] + 1);
  const size_t strike = draws.KeptFrom(skip);
  of.next_skip = strike + 1;
  if (strike >= draws.strikes.size()) return kSkipMax;
  return std::min(draws.strikes[strike] - (skip == 0 ? 0 : draws.strikes[skip - 1]), kSkipMax);
}

void AnchoredSource::BeginSpan(uint32_t stream, const char* /*label*/) {
  const bool is_inner = std::any_of(streams_.begin(), streams_.end(), [&](const Stream& other) {
    const auto number = static_cast<uint32_t>(&other - streams_.data());
    return other.open_count > 0 && IsWithin(path(stream), path(number));
  });
  Stream& of = streams_[stream];
  ++of.open_count;
  if (is_inner || of.spans == nullptr || of.next_span == of.spans->size()) return;
  GoOnFrom((*of.spans)[of.next_span++]);
}

void AnchoredSource::EndSpan(uint32_t stream) { --streams_[stream].open_count; }

void AnchoredSource::GoOnFrom(size_t span) {
  const uint64_t begin = run_.spans[span].begin;
  const auto& marks = run_.skip_marks;
  auto mark = std::lower_bound(marks.begin(), marks.end(), span,
                               [](const SkipMark& m, size_t of) { return m.span < of; });
  std::map<std::string_view, uint64_t> positions;  // in opportunities, by path
  for (; mark != marks.end() && mark->span == span; ++mark) {
    positions[run_.recording.paths[mark->path]] = mark->at_begin;
  }
  for (uint32_t stream = 0; stream < streams_.size(); ++stream) {
    Stream& of = streams_[stream];
    if (of.draws == nullptr) continue;
    const Draws& draws = *of.draws;
    const auto next =
        static_cast<size_t>(std::lower_bound(draws.indexes.begin(), draws.indexes.end(), begin) -
                            draws.indexes.begin());
    answers_.SetNext(of.theirs, next);
    const auto position = positions.find(path(stream));
    // One that strikes no more stays so.
    if (position == positions.end() || of.left == nullptr || *of.left == 0) continue;
    // The strike that was waited for, or the next one that is not left out.
    const auto drawn = static_cast<size_t>(
        std::lower_bound(draws.skips.begin(), draws.skips.end(), next) - draws.skips.begin());
    if (drawn == 0) continue;
    const size_t strike = draws.KeptFrom(drawn - 1);
    of.next_skip = strike + 1;
    if (strike >= draws.strikes.size()) {
      *of.left = kSkipMax;
    } else if (draws.strikes[strike] > position->second) {
      *of.left = std::min(draws.strikes[strike] - position->second, kSkipMax);
    }
  }
}

}  // namespace orrery::sim
