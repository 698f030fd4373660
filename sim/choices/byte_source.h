// ByteSource answers from a fuzzer's bytes, so that coverage guides the choices. All streams read
// one sequence in the order of the draws; a draw takes as many bytes as `n` needs. After the end
// the answer is 0.

#ifndef ORRERY_SIM_CHOICES_BYTE_SOURCE_H_
#define ORRERY_SIM_CHOICES_BYTE_SOURCE_H_

#include "engine/base/bytes.h"
#include "sim/choices/choice_source.h"

namespace orrery::sim {

class ByteSource final : public ChoiceSource {
 public:
  // The bytes outlive us.
  explicit ByteSource(Bytes bytes) : rest_(bytes) {}

  uint64_t Choose(uint32_t stream, uint64_t n, const char* label) override;
  bool Chance(uint32_t stream, uint32_t per_million, const char* label) override;

  bool ended() const { return rest_.empty(); }

 private:
  void OnOpen(uint32_t) override {}
  uint64_t Take(size_t size);

  Bytes rest_;
};

}  // namespace orrery::sim

#endif  // ORRERY_SIM_CHOICES_BYTE_SOURCE_H_
