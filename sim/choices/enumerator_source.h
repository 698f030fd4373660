// EnumeratorSource gives every sequence of answers once, depth first:
//
//   EnumeratorSource all(8);
//   do {
//     Choices choices(all);
//     ...                        // the same code each time
//   } while (all.Advance());
//
// Only the first `draw_count_max` draws of a run are enumerated; later ones are answered 0 and
// counted, so that a sweep says whether it was complete.

#ifndef ORRERY_SIM_CHOICES_ENUMERATOR_SOURCE_H_
#define ORRERY_SIM_CHOICES_ENUMERATOR_SOURCE_H_

#include <vector>

#include "engine/base/check.h"
#include "sim/choices/choice_source.h"

namespace orrery::sim {

class EnumeratorSource final : public ChoiceSource {
 public:
  explicit EnumeratorSource(size_t draw_count_max) : draw_count_max_(draw_count_max) {}

  // Goes to the next sequence and its first draw; false when all have been given.
  bool Advance();

  uint64_t Choose(uint32_t stream, uint64_t n, const char* label) override;
  bool Chance(uint32_t stream, uint32_t per_million, const char* label) override;

  uint64_t sequence_count() const { return sequence_count_; }  // begun so far
  // Draws beyond the bound, over all sequences, that had more than one answer. 0: complete.
  uint64_t cut_count() const { return cut_count_; }

 private:
  struct Node {
    uint64_t n;
    uint64_t value;
  };

  void OnOpen(uint32_t) override {}

  const size_t draw_count_max_;
  std::vector<Node> nodes_;  // the answers of this sequence
  size_t next_ = 0;          // the node of the next draw
  uint64_t sequence_count_ = 1;
  uint64_t cut_count_ = 0;
};

}  // namespace orrery::sim

#endif  // ORRERY_SIM_CHOICES_ENUMERATOR_SOURCE_H_
