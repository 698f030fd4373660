// Disciplines counts in which ways operations came to their end, by their kind. An engine must be
// right under all of them, so a simulator says which it has tried.

#ifndef ORRERY_SIM_WORLD_DISCIPLINES_H_
#define ORRERY_SIM_WORLD_DISCIPLINES_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string>
#include <string_view>

#include "sim/world/operation.h"

namespace orrery::sim {

enum class Discipline : uint8_t {
  // Each operation in one of these three ways:
  kInSubmit,  // inside the call that submitted it
  kSameTurn,  // before any fiber went on
  kLater,
  // and in any of these:
  kOutOfOrder,  // after one of its process that was submitted later
  kCancelled,   // when somebody had asked that it end early, though it may not have
  kAfterDrop,   // when the connection had dropped the statement that it ran when it was submitted
  kShort,       // with less than was asked
  kFailed,      // with an error of the disk
  kAtClose,     // because its file was closed
  kAtKill,      // because its process was killed
};

inline constexpr std::string_view kDisciplineNames[] = {
    "in submit", "same turn", "later",  "out of order", "cancelled",
    "dropped",   "short",     "failed", "at close",     "at kill",
};
inline constexpr size_t kDisciplineCount = std::size(kDisciplineNames);
static_assert(kDisciplineCount == static_cast<size_t>(Discipline::kAtKill) + 1);

class Disciplines {
 public:
  void Count(OperationKind kind, Discipline discipline) {
    ++counts_[static_cast<size_t>(kind)][static_cast<size_t>(discipline)];
  }
  uint64_t count(OperationKind kind, Discipline discipline) const {
    return counts_[static_cast<size_t>(kind)][static_cast<size_t>(discipline)];
  }
  // Adds another world's counts.
  void Add(const Disciplines& other);
  // A table with a row for each kind and a column for each discipline.
  std::string ToString() const;

 private:
  std::array<std::array<uint64_t, kDisciplineCount>, kOperationKindCount> counts_{};
};

}  // namespace orrery::sim

#endif  // ORRERY_SIM_WORLD_DISCIPLINES_H_
