// A Connection is one session with one database: what an application opens, prepares statements on
// and closes. Used by one thread at a time. Its statements may wait in the middle of their work, so
// several connections, and several statements of one, can be driven from one event loop.
//
//   ASSIGN_OR_RETURN(auto connection, Connection::Open(io, "a.db", {}));
//   ASSIGN_OR_RETURN(auto statement, connection->Prepare("SELECT a FROM t"));
//   while (...) switch (statement->Step().kind) ...
//
// Errors carry SQLite's codes and messages: https://www.sqlite.org/rescode.html

#ifndef ORRERY_ENGINE_DB_CONNECTION_H_
#define ORRERY_ENGINE_DB_CONNECTION_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/status.h"
#include "engine/io/io.h"
#include "engine/io/io_result.h"
#include "engine/storage/pager.h"
#include "engine/value/value.h"

namespace orrery {

class Statement;

class Connection {
 public:
  // Opens or creates; reads nothing yet. `io` outlives the connection.
  static Result<std::unique_ptr<Connection>> Open(Io& io, std::string_view path,
                                                  const PagerOptions& options);
  // Without Close() first: as a killed process goes. Statements are gone by then.
  ~Connection();

  // Compiles the first statement of `sql` (UTF-8, borrowed for the call only; the statement keeps a
  // copy). `tail`, when not null, is set to where the next one begins. Empty text or a comment
  // answers a null pointer. Syntax errors show here; names are looked up when the statement is
  // first stepped or described (Statement::Compile), because that may have to read the schema.
  Result<std::unique_ptr<Statement>> Prepare(std::string_view sql, size_t* tail = nullptr);

  // Rolls back what is open. Call again after a wait.
  IoResult<> Close();

  bool in_transaction() const;  // between BEGIN and its end
  int64_t changes() const;      // rows changed by the last INSERT, UPDATE or DELETE that ended
  int64_t total_changes() const;
  int64_t last_insert_rowid() const;
  // Whether ATTACH takes a name that begins with "file:" for a URI; at first not.
  void SetUsesUris(bool uses_uris);
  // How long a statement waits for a lock that another connection holds; PRAGMA busy_timeout.
  void SetBusyTimeout(int milliseconds);
  // Makes every running statement end with kInterrupt at its next opcode.
  void Interrupt();

  // For simulators and tests: the snapshot of the read transaction that is open, or of the last
  // one.
  SnapshotId snapshot() const;
  Pager& pager();

 private:
  friend class Statement;
  friend struct ConnectionInside;  // for tests
  struct Impl;
  explicit Connection(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

enum class StepKind : uint8_t { kRow, kDone, kWaiting, kError };

struct StepResult {
  StepKind kind;
  Completion* waits_for = nullptr;  // with kWaiting
  Status error;                     // with kError; the statement has been reset
};

class Statement {
 public:
  // From any point, in the middle of a wait too. A write that has not finished is undone, alone
  // when a transaction is open; a COMMIT given up on is decided either way when the connection is
  // next used.
  ~Statement();

  // Goes on: to the next row, to the end, or until it must wait. After kWaiting, drive the Io until
  // `waits_for` is no longer in flight, then call again; calling earlier answers kWaiting again.
  // While one statement of a connection waits in the middle of a change, the others' steps answer
  // kWaiting for it; while one waits in the middle of a row, those of changes do. After kDone or kError a step starts the statement anew.
  StepResult Step();
  // Back to the start; gives up a run in progress, as the destructor does. Bindings stay.
  void Reset();

  // Looks names up and makes the program, if Step has not yet. Afterwards the columns are known.
  IoResult<> Compile();

  int column_count() const;
  std::string_view column_name(int column_index) const;
  // A column of the current row (after kRow, until the next Step, Reset or destruction).
  const Value& column(int column_index) const;

  int parameter_count() const;                       // highest number of any ?, ?N, :a, @a, $a
  int parameter_index(std::string_view name) const;  // 0: none of that name
  Status Bind(int parameter_number,
              Value value);  // numbers count from 1, as in SQL; not while running

  bool read_only() const;  // makes no direct change to the database
  std::string_view sql() const;

 private:
  friend class Connection;
  friend StepResult StepBlocking(Io& io, Statement& statement);
  struct Impl;
  explicit Statement(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// Steps a statement to its next row or end, polling `io` while it waits. Never answers kWaiting:
// when another statement of the connection must be stepped first, that is kLocked.
StepResult StepBlocking(Io& io, Statement& statement);

}  // namespace orrery

#endif  // ORRERY_ENGINE_DB_CONNECTION_H_
