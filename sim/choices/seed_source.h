// SeedSource: every stream has a generator of its own, splitmix64 keyed with the seed and the
// stream's path. Generator and distributions are written here because a library's may change, and
// then no kept seed would mean its old run.

#ifndef ORRERY_SIM_CHOICES_SEED_SOURCE_H_
#define ORRERY_SIM_CHOICES_SEED_SOURCE_H_

#include <vector>

#include "sim/choices/choice_source.h"

namespace orrery::sim {

class SeedSource final : public ChoiceSource {
 public:
  explicit SeedSource(uint64_t seed) : seed_(seed) {}

  uint64_t Choose(uint32_t stream, uint64_t n, const char* label) override;
  bool Chance(uint32_t stream, uint32_t per_million, const char* label) override;

 private:
  void OnOpen(uint32_t stream) override;
  uint64_t Next(uint32_t stream);

  const uint64_t seed_;
  std::vector<uint64_t> states_;  // by stream
};

}  // namespace orrery::sim

#endif  // ORRERY_SIM_CHOICES_SEED_SOURCE_H_
