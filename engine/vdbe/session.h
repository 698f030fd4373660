// A Session is what the statements of one connection share: databases, functions, counters, and
// where the connection is between transactions. The machine's opcodes and engine/db work on it.
//
// Databases have numbers: 0 is main, 1 the temporary one, which is there once it is first used, and
// then come those attached. DETACH moves those behind it up.
//
// Transactions. `autocommit` is true outside BEGIN ... COMMIT. A statement that has run its
// Transaction opcode holds the read transactions of all databases; `holder_count` says how many do.
// They end when none does and autocommit is true.

#ifndef ORRERY_ENGINE_VDBE_SESSION_H_
#define ORRERY_ENGINE_VDBE_SESSION_H_

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/catalog/catalog.h"
#include "engine/catalog/function.h"
#include "engine/io/io.h"
#include "engine/program/opcode.h"
#include "engine/program/program.h"
#include "engine/storage/pager.h"
#include "engine/vdbe/begin_transaction.h"
#include "engine/vdbe/database.h"
#include "engine/vdbe/end_transaction.h"

namespace orrery {

class Session final : public ConnectionFacts {
 public:
  Session(Io& io_in, std::unique_ptr<Pager> main, const PagerOptions& options_in);
  ~Session();

  Database& DatabaseAt(int number) { return *databases[static_cast<size_t>(number)]; }
  Database& main() { return DatabaseAt(kMainDatabase); }
  // Of a program's operand: makes the temporary one if it is not there yet.
  Result<Database*> OpenDatabaseAt(int number);
  // Calls `visit` for each database that is there.
  template <typename Visit>
  void ForEachDatabase(Visit visit) {
    for (const std::unique_ptr<Database>& database : databases) {
      if (database != nullptr) visit(*database);
    }
  }
  bool in_write() const;        // any of them
  bool statement_open() const;  // likewise

  // What names are looked up in. Without the schemas that are yet to be read.
  const std::shared_ptr<const Catalog>& catalog();
  bool has_all_schemas() const;
  void SetSchema(Database& database, std::shared_ptr<const Schema> schema);
  void ForgetSchema(Database& database) { SetSchema(database, nullptr); }
  void Attach(std::unique_ptr<Database> database);
  // It is to be closed then, which may wait; what cannot be written is found by whoever opens the
  // file next.
  void Detach(int number);
  void CloseSoon(std::unique_ptr<Database> database);
  IoResult<> CloseDetached();

  // Ends the read transactions if nothing needs them any more.
  void EndReadIfUnused();
  // A statement that held the read transaction has ended.
  void Release();
  // The transaction has been rolled back: statements that hold it end with kAbort, and the schema
  // is read anew if the transaction had changed it.
  void TransactionWasUndone();
  void StatementWasUndone(Database& database);
  // In a write transaction: gives the pager the savepoints that were opened before it.
  void OpenSavepoints(Database& database);

  // ConnectionFacts.
  int64_t changes() const override { return change_count; }
  int64_t total_changes() const override { return total_change_count; }
  int64_t last_insert_rowid() const override { return last_rowid; }
  void RandomBytes(MutableBytes out) override { io.RandomBytes(out); }
  // The same until a statement has given a row or ended.
  int64_t UnixMilliseconds() override {
    if (!step_time) step_time = io.UnixMilliseconds();
    return *step_time;
  }
  int64_t LocalOffsetSeconds(int64_t unix_seconds) override {
    return io.LocalOffsetSeconds(unix_seconds);
  }

  Io& io;
  const PagerOptions options;  // of each database that is opened
  std::vector<std::unique_ptr<Database>> databases;
  FunctionRegistry functions;

  bool autocommit = true;
  // The names of the savepoints that are open, the outermost first. In a write transaction the
  // pager has as many, and one more for the statement that is running.
  std::vector<std::string> savepoints;
  bool begun_by_savepoint = false;  // releasing the outermost commits
  int holder_count = 0;
  std::optional<int64_t> step_time;  // the "now" of functions
  bool pager_call_pending = false;   // a call of a pager waits, or was given up while it did
  // Counts rollbacks of whole transactions: a statement that began under another number is over.
  uint64_t rollback_count = 0;
  // Counts calls of Interrupt(): a statement that began under another number ends.
  uint64_t interrupt_count = 0;

  // Counts every row written or deleted by this connection, so that what a cursor remembers of its
  // row can be told to be old.
  uint64_t row_write_count = 0;

  int64_t change_count = 0;
  int64_t total_change_count = 0;
  int64_t last_rowid = 0;

  // Settings, as their pragmas show them; those of one database are there.
  int auto_checkpoint_frame_count = 0;
  ProgramSettings program_settings;
  int busy_timeout_ms = 0;
  bool uses_uris = false;  // the names that ATTACH is given may be ones
  uint64_t sorter_size_max = uint64_t{1} << 30;  // bytes one sorter or table in memory may hold

  // For a test that wants every opcode tried.
  std::array<bool, kOpcodeCount> opcode_has_run = {};

  // Operations that outlive the statement that started them, so that it may go at any wait.
  Completion sleep;
  Completion directory_sync;
  BeginTransaction begin;
  EndTransaction end;

 private:
  std::shared_ptr<const Catalog> catalog_;  // null: to be built
  std::vector<std::unique_ptr<Database>> detached_;
  // Of the temporary database while it is not there.
  const std::shared_ptr<const Schema> no_schema_ = std::make_shared<Schema>(kTempDatabase);
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_VDBE_SESSION_H_
