// A Command is what a client asks of its connection: a statement on a table, or one that steers
// transactions and checkpoints.

#ifndef ORRERY_WHOPPER_CLIENTS_COMMAND_H_
#define ORRERY_WHOPPER_CLIENTS_COMMAND_H_

#include "engine/storage/pager.h"
#include "sim/workloads/table_statement.h"

namespace orrery::whopper {

struct Command {
  enum class Kind : uint8_t {
    kTable,
    kBegin,
    kBeginImmediate,
    kCommit,
    kRollback,
    kCheckpoint,      // answers one row: busy, frames in the WAL, frames checkpointed
    kIntegrityCheck,  // answers rows of text, one "ok" when all is well
    kText,            // `text`: through SQL only
  };
  Kind kind = Kind::kTable;
  sim::TableStatement table;
  CheckpointMode checkpoint = CheckpointMode::kPassive;
  sim::SqlText text = {};
};

sim::SqlText ToSql(const Command& command, bool binds_values = false);

}  // namespace orrery::whopper

#endif  // ORRERY_WHOPPER_CLIENTS_COMMAND_H_
