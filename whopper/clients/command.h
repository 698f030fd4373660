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
    kSavepoint,  // the next to be open; outside a transaction it begins one
    kRelease,    // the outermost commits the transaction that it has begun
    kRollbackTo,
    kCheckpoint,      // answers one row: busy, frames in the WAL, frames checkpointed
    kJournalMode,     // answers one row of text: the mode in force
    kIntegrityCheck,  // answers rows of text, one "ok" when all is well
    kVacuum,          // through SQL only
    kText,            // `text`: through SQL only
  };
  Kind kind = Kind::kTable;
  sim::TableStatement table;
  CheckpointMode checkpoint = CheckpointMode::kPassive;
  JournalMode journal_mode = JournalMode::kWal;
  size_t savepoint = 0;  // counted from 0, the outermost
  sim::SqlText text = {};
};

inline Command TableCommand(const sim::TableStatement& statement) {
  return {.kind = Command::Kind::kTable, .table = statement};
}

sim::SqlText ToSql(const Command& command, bool binds_values = false);

}  // namespace orrery::whopper

#endif  // ORRERY_WHOPPER_CLIENTS_COMMAND_H_
