// AnchoredSource answers from a run's recording, in which the workload has been edited. As each of
// the spans begins that are still there (statements), the environment goes on from where it was in
// that run when the same span began: its lists at the same place, the same number of opportunities
// left to the next strike. So what is left out in one place moves nothing elsewhere, with several
// connections too. Strikes can be left out as well: the others stay where they are.

#ifndef ORRERY_SIM_SHRINK_ANCHORED_SOURCE_H_
#define ORRERY_SIM_SHRINK_ANCHORED_SOURCE_H_

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "sim/child_run.h"
#include "sim/choices/choice_source.h"
#include "sim/choices/replay_source.h"

namespace orrery::sim {

class AnchoredSource final : public ChoiceSource {
 public:
  // `edited` is the run's recording with every draw of the environment as it was, and without the
  // outermost spans `left_out`. Both outlive us.
  AnchoredSource(const RunEnd& run, const Recording& edited, const std::vector<size_t>& left_out);
  // Strikes [begin, end) of a branch, counted from 0, do not happen. Before the run begins.
  void LeaveStrikesOut(const std::string& path, size_t begin, size_t end);

  uint64_t Choose(uint32_t stream, uint64_t n, const char* label) override {
    return answers_.Choose(streams_[stream].theirs, n, label);
  }
  bool Chance(uint32_t stream, uint32_t per_million, const char* label) override {
    return answers_.Chance(streams_[stream].theirs, per_million, label);
  }
  uint64_t Skip(uint32_t stream, uint64_t mean, const char* label) override;
  void BeginSpan(uint32_t stream, const char* label) override;
  void EndSpan(uint32_t stream) override;
  void SetCountdown(uint32_t stream, uint64_t* left) override { streams_[stream].left = left; }

 private:
  // What the run drew on a branch of the environment.
  struct Draws {
    std::vector<uint64_t> indexes;
    // Of each skip: its place among them, and the opportunity at which what it led to struck.
    std::vector<size_t> skips;
    std::vector<uint64_t> strikes;
    // Strikes that do not happen.
    size_t gone_begin = 0;
    size_t gone_end = 0;

    size_t KeptFrom(size_t strike) const {
      return gone_begin <= strike && strike < gone_end ? gone_end : strike;
    }
  };
  struct Stream {
    uint32_t theirs;
    const Draws* draws = nullptr;  // null: of the workload, or none
    uint64_t* left = nullptr;
    size_t next_skip = 0;                        // among draws->skips; when strikes are left out
    const std::vector<size_t>* spans = nullptr;  // outermost ones of this branch
    size_t next_span = 0;
    int open_count = 0;
  };

  void OnOpen(uint32_t stream) override;
  void GoOnFrom(size_t span);

  const RunEnd& run_;
  ReplaySource answers_;
  std::map<std::string_view, Draws> draws_;                // by path
  std::map<std::string_view, std::vector<size_t>> spans_;  // by path
  std::vector<Stream> streams_;
};

}  // namespace orrery::sim

#endif  // ORRERY_SIM_SHRINK_ANCHORED_SOURCE_H_
