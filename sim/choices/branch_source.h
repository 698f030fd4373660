// BranchSource passes on another source's answers until Branch(): from there on the environment's
// draws come from a seed, and so does what is left of its skips. The workload goes on as it was. So
// one run has many futures.

#ifndef ORRERY_SIM_CHOICES_BRANCH_SOURCE_H_
#define ORRERY_SIM_CHOICES_BRANCH_SOURCE_H_

#include <optional>
#include <vector>

#include "sim/choices/choice_source.h"
#include "sim/choices/seed_source.h"

namespace orrery::sim {

class BranchSource final : public ChoiceSource {
 public:
  // `answers` outlives us.
  explicit BranchSource(ChoiceSource& answers) : answers_(answers) {}

  // Once at most.
  void Branch(uint64_t seed);

  uint64_t Choose(uint32_t stream, uint64_t n, const char* label) override;
  bool Chance(uint32_t stream, uint32_t per_million, const char* label) override;
  uint64_t Skip(uint32_t stream, uint64_t mean, const char* label) override;
  void BeginSpan(uint32_t stream, const char* label) override;
  void EndSpan(uint32_t stream) override;
  void SetCountdown(uint32_t stream, uint64_t* left) override;

 private:
  struct Stream {
    uint32_t theirs;  // of answers_
    bool of_environment;
    uint64_t mean = 0;         // of the last skip
    uint64_t* left = nullptr;  // of it
  };

  void OnOpen(uint32_t stream) override;
  bool IsFresh(uint32_t stream) const { return fresh_ && streams_[stream].of_environment; }

  ChoiceSource& answers_;
  std::optional<SeedSource> fresh_;  // after Branch(); its streams have our numbers
  std::vector<Stream> streams_;
};

}  // namespace orrery::sim

#endif  // ORRERY_SIM_CHOICES_BRANCH_SOURCE_H_
