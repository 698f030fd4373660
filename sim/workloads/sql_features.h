// What the SQL of a run may have. Swarm testing: a run that lacks some features meets more of the
// others, and of states that the missing ones would have ended (Groce and others, ISSTA 2012).

#ifndef ORRERY_SIM_WORKLOADS_SQL_FEATURES_H_
#define ORRERY_SIM_WORKLOADS_SQL_FEATURES_H_

#include <cstdint>

#include "sim/choices/choices.h"

namespace orrery::sim {

enum class SqlFeature : uint8_t {
  kTransactions,
  kSavepoints,
  kCheckpoints,
  kIndexes,  // CREATE INDEX and what asks about them; keys of tables are always there
  kViews,
  kDrops,
  kPragmas,
  kQueries,  // of several tables
  kUpdates,
  kDeletes,
  kExplain,
  kGarbled,
  kNoise,
  kMissingNames,
  kTriggers,
};
inline constexpr int kSqlFeatureCount = 15;

class SqlFeatures {
 public:
  SqlFeatures() = default;  // all

  // Each by itself with this chance.
  static SqlFeatures Draw(Choices choices, uint32_t on_per_million) {
    SqlFeatures features;
    for (unsigned i = 0; i < kSqlFeatureCount; ++i) {
      if (!choices.Chance(on_per_million, "feature")) features.bits_ &= ~(1u << i);
    }
    return features;
  }

  bool Has(SqlFeature feature) const { return bits_ >> static_cast<unsigned>(feature) & 1; }

 private:
  uint32_t bits_ = (1u << kSqlFeatureCount) - 1;
};

}  // namespace orrery::sim

#endif  // ORRERY_SIM_WORKLOADS_SQL_FEATURES_H_
