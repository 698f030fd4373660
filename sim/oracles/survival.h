// What survives a crash, by journal mode and synchronous level: the table of ARCHITECTURE.md, which
// engine/storage/DURABILITY.md argues cell by cell. Every oracle reads it here.

#ifndef ORRERY_SIM_ORACLES_SURVIVAL_H_
#define ORRERY_SIM_ORACLES_SURVIVAL_H_

#include <algorithm>
#include <span>

#include "engine/storage/journal_mode.h"

namespace orrery::sim {

// What is there afterwards, from the weakest to the strongest.
enum class Survival : uint8_t {
  kNothing,     // nothing is promised but no crash of ours, and a clear error
  kPrefix,      // a consistent database: the commits up to some point
  kAllButLast,  // likewise, and only the last acknowledged commit may have come undone
  kEveryCommit  // every acknowledged commit
};

struct SurvivalRow {
  Survival kill;          // a process is killed
  Survival cut;           // the power goes, and any subset of what was not synced is lost
  Survival cut_in_order;  // the power goes, and what was written before is not lost before it
};

constexpr SurvivalRow SurvivalOf(JournalMode mode, Synchronous level) {
  using enum Survival;
  const bool is_full = level >= Synchronous::kFull;
  switch (mode) {
    case JournalMode::kWal:
      if (is_full) return {kEveryCommit, kEveryCommit, kEveryCommit};
      if (level == Synchronous::kNormal) return {kEveryCommit, kPrefix, kPrefix};
      return {kEveryCommit, kNothing, kNothing};
    case JournalMode::kDelete:
    case JournalMode::kTruncate:
    case JournalMode::kPersist:
      if (level == Synchronous::kExtra) return {kEveryCommit, kEveryCommit, kEveryCommit};
      // The journal's removal is not made durable.
      if (is_full && mode == JournalMode::kDelete) return {kEveryCommit, kAllButLast, kAllButLast};
      if (is_full) return {kEveryCommit, kEveryCommit, kEveryCommit};
      // The journal's header may become durable before its records.
      if (level == Synchronous::kNormal) return {kEveryCommit, kNothing, kAllButLast};
      return {kEveryCommit, kNothing, kNothing};
    case JournalMode::kMemory:
    case JournalMode::kOff:
      return {kNothing, kNothing, kNothing};
  }
  return {kNothing, kNothing, kNothing};
}

// Of a database that has been in several modes.
constexpr SurvivalRow WeakestOf(std::span<const JournalMode> modes, Synchronous level) {
  SurvivalRow weakest{Survival::kEveryCommit, Survival::kEveryCommit, Survival::kEveryCommit};
  for (const JournalMode mode : modes) {
    const SurvivalRow row = SurvivalOf(mode, level);
    weakest.kill = std::min(weakest.kill, row.kill);
    weakest.cut = std::min(weakest.cut, row.cut);
    weakest.cut_in_order = std::min(weakest.cut_in_order, row.cut_in_order);
  }
  return weakest;
}

}  // namespace orrery::sim

#endif  // ORRERY_SIM_ORACLES_SURVIVAL_H_
