// What Connection and Statement keep behind their interface. For engine/db alone.

#ifndef ORRERY_ENGINE_DB_CONNECTION_IMPL_H_
#define ORRERY_ENGINE_DB_CONNECTION_IMPL_H_

#include <memory>
#include <string>
#include <vector>

#include "engine/db/connection.h"
#include "engine/db/read_schema.h"
#include "engine/program/program.h"
#include "engine/sql/ast.h"
#include "engine/vdbe/machine.h"
#include "engine/vdbe/session.h"

namespace orrery {

struct Connection::Impl {
  Impl(Io& io, std::unique_ptr<Pager> pager, const PagerOptions& options);

  Session session;
  ReadSchema read_schema;
  // The statement that waits in the middle of what others must not come between; null: none.
  Statement::Impl* owner = nullptr;
  // Those that wait in the middle of a row: nothing may be changed before they have it, since its
  // columns are to be of one moment.
  std::vector<Statement::Impl*> in_mid_row;
  // Finished, for statements that wait for another one whose own wait is over but who has not been
  // stepped since.
  Completion other_is_ready;

  // Why a transaction was rolled back with nobody there to be told; the next statement ends with
  // it.
  Status lost_transaction;

  // Goes on with what a statement that went away has left to do.
  IoResult<> SettleLeftovers();
  // Who must be stepped, or dropped, before `statement` can go on; null: nobody.
  Statement::Impl* InTheWayOf(const Statement::Impl& statement) const;
  Completion* WaitFor(const Statement::Impl& other);
};

// A run of a statement:
//
//   kIdle -> kCompiling -> kRunning -> kEnding -> kIdle
//              ^              |  the schema is another by now
//              +--------------+
//
// A statement that gives rows of what it has changed ends its changes first, and runs on after
// that: who takes but one row and goes has changed everything all the same.
struct Statement::Impl {
  enum class Phase : uint8_t { kIdle, kCompiling, kRunning, kEnding };

  Impl(Connection::Impl& connection_in, ParsedStatement parsed_in);

  StepResult Step();
  void Reset();
  IoResult<> Compile();

  // Each goes on with its phase. True: the phase has changed, go on; false: `answer` is to be
  // given.
  bool GoOnCompiling(StepResult& answer);
  bool GoOnRunning(StepResult& answer);
  bool GoOnEnding(StepResult& answer);

  StepResult Waiting(Completion* completion, bool is_exclusive);
  StepResult Finished(Status status);
  void StartRun();
  void StartKeeping();
  void StartEnding(Status outcome);
  void CountChanges();
  void GiveUpBegin();
  bool HasCurrentProgram() const;
  // Rows that others of the connection are reading may be other ones afterwards.
  bool MayChangeRows() const;

  Connection::Impl& connection;
  Session& session;
  const ParsedStatement parsed;
  std::vector<Value> parameters;
  std::unique_ptr<const Program> program;
  Machine machine;

  Phase phase = Phase::kIdle;
  Status run_outcome;             // of the run that is ending
  bool keeps_changes = true;      // of the run that is ending: it went well, or failed with OR FAIL
  bool undoes_statement = false;  // the run has failed, and its transaction is to go on
  int64_t change_count = 0;       // of that run, as far as they were kept
  bool has_kept = false;          // its changes, before its end
  bool runs_on = false;           // once they are kept
  bool has_given_row = false;
  int compile_count = 0;  // in this run
  Completion* waits_for = nullptr;
  bool waits_for_other = false;  // the last step waited for another statement to be stepped
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_DB_CONNECTION_IMPL_H_
