// ReplaySource answers from a recording, each path from its own list, so that a recording in which
// some draws were changed or cut still lines up everywhere else. Within a list labels keep it in
// step: a draw that the list does not have next is looked for a little further on, and what lies
// between is left out; when it is not there it gets 0, and the list stays where it is. A value that
// is out of range is taken modulo n. After the end of a list the answer is 0, or another source's
// when one is given.

#ifndef ORRERY_SIM_CHOICES_REPLAY_SOURCE_H_
#define ORRERY_SIM_CHOICES_REPLAY_SOURCE_H_

#include <algorithm>
#include <vector>

#include "sim/choices/choice_source.h"
#include "sim/choices/recording.h"

namespace orrery::sim {

class ReplaySource final : public ChoiceSource {
 public:
  // Both outlive us; `after_end` may be null.
  explicit ReplaySource(const Recording& recording, ChoiceSource* after_end = nullptr);

  uint64_t Choose(uint32_t stream, uint64_t n, const char* label) override;
  bool Chance(uint32_t stream, uint32_t per_million, const char* label) override;
  uint64_t Skip(uint32_t stream, uint64_t mean, const char* label) override;

  // The next draw of the stream is answered by entry `next` of its list.
  void SetNext(uint32_t stream, size_t next) {
    streams_[stream].next = std::min(next, streams_[stream].draws.size());
  }

  // How many draws asked for something else than what was recorded (another n or label), or came
  // after the end of their list. 0: the run is the recorded one.
  uint64_t divergence_count() const { return divergence_count_; }

 private:
  struct Stream {
    std::vector<const Draw*> draws;
    size_t next = 0;
    uint32_t after_end = 0;  // the stream of after_end_
  };

  static constexpr size_t kAheadMax = 32;

  void OnOpen(uint32_t stream) override;
  bool AtEnd(uint32_t stream) const {
    return streams_[stream].next == streams_[stream].draws.size();
  }
  // Null when the list does not have it.
  const Draw* Next(uint32_t stream, uint64_t n, const char* label);
  // Whether the source after the end is to be asked; counts the divergence.
  bool IsOver(uint32_t stream);

  const Recording& recording_;
  ChoiceSource* const after_end_;
  std::map<std::string, std::vector<const Draw*>, std::less<>> draws_by_path_;
  std::vector<Stream> streams_;
  uint64_t divergence_count_ = 0;
};

}  // namespace orrery::sim

#endif  // ORRERY_SIM_CHOICES_REPLAY_SOURCE_H_
