#include "sim/choices/replay_source.h"

namespace orrery::sim {

ReplaySource::ReplaySource(const Recording& recording, ChoiceSource* after_end)
    : recording_(recording), after_end_(after_end) {
  std::vector<std::vector<const Draw*>> draws(recording.paths.size());
  for (const Draw& draw : recording.draws) draws[draw.path].push_back(&draw);
  for (size_t i = 0; i < draws.size(); ++i) {
    draws_by_path_.emplace(recording.paths[i], std::move(draws[i]));
  }
}

void ReplaySource::OnOpen(uint32_t stream) {
  Stream& opened = streams_.emplace_back();
  if (after_end_ != nullptr) opened.after_end = after_end_->Open(path(stream));
  if (const auto found = draws_by_path_.find(path(stream)); found != draws_by_path_.end()) {
    opened.draws = found->second;
  }
}

const Draw* ReplaySource::Next(uint32_t stream, uint64_t n, const char* label) {
  Stream& from = streams_[stream];
  const Draw* draw = from.draws[from.next];
  if (recording_.labels[draw->label] == label) {
    ++from.next;
    if (draw->n != n) ++divergence_count_;
    return draw;
  }
  ++divergence_count_;
  const size_t end = std::min(from.next + kAheadMax, from.draws.size());
  for (size_t i = from.next + 1; i < end; ++i) {
    if (recording_.labels[from.draws[i]->label] != label) continue;
    from.next = i + 1;
    return from.draws[i];
  }
  return nullptr;
}

bool ReplaySource::IsOver(uint32_t stream) {
  if (!AtEnd(stream)) return false;
  ++divergence_count_;
  return true;
}

uint64_t ReplaySource::Choose(uint32_t stream, uint64_t n, const char* label) {
  if (IsOver(stream)) {
    return after_end_ == nullptr ? 0 : after_end_->Choose(streams_[stream].after_end, n, label);
  }
  const Draw* const draw = Next(stream, n, label);
  return draw == nullptr ? 0 : draw->value % n;
}

bool ReplaySource::Chance(uint32_t stream, uint32_t per_million, const char* label) {
  if (IsOver(stream)) {
    return after_end_ != nullptr &&
           after_end_->Chance(streams_[stream].after_end, per_million, label);
  }
  const Draw* const draw = Next(stream, 2, label);
  return draw != nullptr && draw->value % 2 == 1;
}

uint64_t ReplaySource::Skip(uint32_t stream, uint64_t mean, const char* label) {
  if (IsOver(stream)) {
    return after_end_ == nullptr ? kSkipMax
                                 : after_end_->Skip(streams_[stream].after_end, mean, label);
  }
  const Draw* const draw = Next(stream, kSkipMax, label);
  return draw == nullptr ? kSkipMax : kSkipMax - draw->value % kSkipMax;
}

}  // namespace orrery::sim
