// A Session is what the statements of one connection share: pages, schema, functions, counters, and
// where the connection is between transactions. The machine's opcodes and engine/db work on it.
//
// Transactions. `autocommit` is true outside BEGIN ... COMMIT. A statement that has run its
// Transaction opcode holds the read transaction; `holder_count` says how many do. The read
// transaction ends when none does and autocommit is true.

#ifndef ORRERY_ENGINE_VDBE_SESSION_H_
#define ORRERY_ENGINE_VDBE_SESSION_H_

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/btree/btree.h"
#include "engine/catalog/function.h"
#include "engine/catalog/load_schema.h"
#include "engine/catalog/schema.h"
#include "engine/io/io.h"
#include "engine/program/opcode.h"
#include "engine/program/program.h"
#include "engine/storage/pager.h"
#include "engine/vdbe/begin_transaction.h"
#include "engine/vdbe/end_transaction.h"

namespace orrery {

class Session final : public ConnectionFacts {
 public:
  Session(Io& io_in, std::unique_ptr<Pager> pager_in);
  ~Session();

  // Ends the read transaction if nothing needs it any more.
  void EndReadIfUnused();
  // Ends a read transaction that nobody but the caller has used, also between BEGIN and COMMIT.
  void GiveSnapshotBack();
  // A statement that held the read transaction has ended.
  void Release();
  // The transaction has been rolled back: statements that hold it end with kAbort, and the schema
  // is read anew if the transaction had changed it.
  void TransactionWasUndone();
  void StatementWasUndone();
  // In a write transaction: gives the pager the savepoints that were opened before it.
  void OpenSavepoints();

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
  const std::unique_ptr<Pager> pager;
  Btree btree;
  FunctionRegistry functions;

  // As of the last transaction that looked; null: to be read. Replaced, never changed.
  std::shared_ptr<const Schema> schema;
  bool schema_changed = false;  // by the write transaction that is open

  bool autocommit = true;
  // The names of the savepoints that are open, the outermost first. In a write transaction the
  // pager has as many, and one more for the statement that is running.
  std::vector<std::string> savepoints;
  bool begun_by_savepoint = false;  // releasing the outermost commits
  int holder_count = 0;
  std::optional<int64_t> step_time;  // the "now" of functions
  bool statement_open = false;       // the pager has a statement to undo
  bool pager_call_pending = false;   // a call of the pager waits, or was given up while it did
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

  // Settings, as their pragmas show them.
  void SetCacheSize(int size);             // pages, or KiB when below 0
  void SetJournalSizeLimit(int64_t size);  // bytes; -1: none
  void SetSynchronous(int level);          // 0 off, 1 normal, 2 full, 3 extra
  int cache_size = -2000;
  int synchronous = 2;
  int auto_checkpoint_frame_count = 1000;
  int64_t journal_size_limit = -1;
  ProgramSettings program_settings;
  int busy_timeout_ms = 0;
  uint64_t sorter_size_max = uint64_t{1} << 30;  // bytes one sorter or table in memory may hold

  // For a test that wants every opcode tried.
  std::array<bool, kOpcodeCount> opcode_has_run = {};

  // Operations that outlive the statement that started them, so that it may go at any wait.
  Completion sleep;
  BeginTransaction begin;
  EndTransaction end;
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_VDBE_SESSION_H_
