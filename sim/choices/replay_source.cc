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
  if (from.next == from.draws.size()) {
    ++divergence_count_;
    return nullptr;
  }
  const Draw* const draw = from.draws[from.next++];
  if (draw->n != n || recording_.labels[draw->label] != label) ++divergence_count_;
  return draw;
}

uint64_t ReplaySource::Choose(uint32_t stream, uint64_t n, const char* label) {
  if (const Draw* draw = Next(stream, n, label)) return draw->value % n;
  return after_end_ == nullptr ? 0 : after_end_->Choose(streams_[stream].after_end, n, label);
}

uint64_t ReplaySource::Skip(uint32_t stream, uint64_t mean, const char* label) {
  if (const Draw* draw = Next(stream, kSkipMax, label)) return kSkipMax - draw->value % kSkipMax;
  return after_end_ == nullptr ? kSkipMax
                               : after_end_->Skip(streams_[stream].after_end, mean, label);
}

bool ReplaySource::Chance(uint32_t stream, uint32_t per_million, const char* label) {
  if (const Draw* draw = Next(stream, 2, label)) return draw->value % 2 == 1;
  return after_end_ != nullptr &&
         after_end_->Chance(streams_[stream].after_end, per_million, label);
}

}  // namespace orrery::sim
