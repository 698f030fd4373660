#include "whopper/clients/command.h"

#include "engine/base/check.h"

namespace orrery::whopper {

sim::SqlText ToSql(const Command& command, bool binds_values) {
  static constexpr const char* kModes[] = {"PASSIVE", "FULL", "RESTART", "TRUNCATE"};
  switch (command.kind) {
    case Command::Kind::kTable:
      return sim::ToSql(command.table, binds_values);
    case Command::Kind::kBegin:
      return {"BEGIN", {}};
    case Command::Kind::kBeginImmediate:
      return {"BEGIN IMMEDIATE", {}};
    case Command::Kind::kCommit:
      return {"COMMIT", {}};
    case Command::Kind::kRollback:
      return {"ROLLBACK", {}};
    case Command::Kind::kSavepoint:
      return {"SAVEPOINT s" + std::to_string(command.savepoint), {}};
    case Command::Kind::kRelease:
      return {"RELEASE s" + std::to_string(command.savepoint), {}};
    case Command::Kind::kRollbackTo:
      return {"ROLLBACK TO s" + std::to_string(command.savepoint), {}};
    case Command::Kind::kJournalMode:
      return {"PRAGMA journal_mode=" + std::string(NameOf(command.journal_mode)), {}};
    case Command::Kind::kCheckpoint:
      return {"PRAGMA wal_checkpoint(" + std::string(kModes[static_cast<int>(command.checkpoint)]) +
                  ")",
              {}};
    case Command::Kind::kIntegrityCheck:
      return {"PRAGMA integrity_check", {}};
    case Command::Kind::kVacuum:
      return {"VACUUM", {}};
    case Command::Kind::kText:
      return command.text;
  }
  Unreachable();
}

}  // namespace orrery::whopper
