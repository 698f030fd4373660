#include "whopper/clients/transaction_client.h"

#include <algorithm>
#include <utility>

#include "engine/io/completion_group.h"
#include "sim/failure.h"
#include "sim/oracles/error_oracle.h"
#include "sim/workloads/fiber_wait.h"

namespace orrery::whopper {

using sim::Fail;
using sim::Rows;

namespace {

constexpr int kFailureCountMax = 200;  // in a row, before a client counts as stuck
constexpr int kImpatienceMax = 20;     // before it waits in any case

bool IsDone(const Outcome& outcome) { return outcome.kind == Outcome::Kind::kDone; }
bool IsBusy(const Outcome& outcome) {
  return outcome.kind == Outcome::Kind::kError && outcome.error.primary() == ResultCode::kBusy;
}

// "1 7 3 ", as a list is kept.
std::vector<uint64_t> ParseList(std::string_view text) {
  std::vector<uint64_t> list;
  uint64_t value = 0;
  for (const char c : text) {
    if (c == ' ') {
      list.push_back(std::exchange(value, 0));
    } else if (c >= '0' && c <= '9') {
      value = value * 10 + static_cast<uint64_t>(c - '0');
    } else {
      Fail("isolation", "a list holds what nobody appended: " + std::string(text));
    }
  }
  return list;
}

Value Number(uint64_t n) { return Value::Integer(static_cast<int64_t>(n)); }

}  // namespace

TransactionClient::TransactionClient(int number, TransactionContext& context,
                                     sim::SimProcess& process, sim::Choices choices,
                                     uint64_t& budget)
    : number_(number), context_(context), process_(process), choices_(choices), budget_(budget) {}

Driver::Then TransactionClient::Wait(Completion& on) {
  ++context_.wait_count;
  if (may_give_up_) {
    if (context_.faults.Strikes(sim::Fault::kAbandon)) return Then::kGiveUp;
    if (context_.faults.Strikes(sim::Fault::kCancel)) CancelWait(process_.io(), on);
  }
  if (choices_.Chance(context_.early_step_ppm, "early step")) return Then::kGoOn;
  sim::WaitOnFiber(process_, on);
  return Then::kGoOn;
}

// -- The session --

bool TransactionClient::Open() {
  if (session_ != nullptr) return true;
  Result<std::unique_ptr<Session>> session =
      OpenSqlSession(process_.io(), context_.path, context_.pager, context_.sql_habits);
  process_.ExitIfKilled();
  if (session.ok()) {
    session_ = *std::move(session);
    return true;
  }
  Rest({Outcome::Kind::kError, session.status()});
  return false;
}

void TransactionClient::Close() {
  may_give_up_ = false;
  (void)session_->Close(*this);
  may_give_up_ = true;
  session_.reset();
  process_.ExitIfKilled();
}

Outcome TransactionClient::Run(const Command& command, Rows* rows) {
  ++context_.statement_count;
  uint64_t told = 0;
  if (context_.observer != nullptr) {
    const sim::SqlText text = ToSql(command);
    told = context_.observer->OnStatement(
        number_, sim::RunObserver::Asker::kWorkload,
        text.sql + (text.parameters.empty() ? "" : " -- " + sim::ToString(text.parameters)));
  }
  Outcome outcome{Outcome::Kind::kError, {}};
  Result<std::unique_ptr<Running>> running = session_->Start(command);
  process_.ExitIfKilled();
  if (!running.ok()) {
    outcome.error = running.status();
  } else {
    sim::Row row;
    while ((outcome = (*running)->Next(&row, *this)).kind == Outcome::Kind::kRow) {
      if (rows != nullptr) rows->push_back(std::move(row));
      row.clear();
    }
    running->reset();
    process_.ExitIfKilled();
  }
  context_.world.Note(static_cast<uint64_t>(number_) << 32 | static_cast<uint64_t>(outcome.kind),
                      rows == nullptr ? 0 : rows->size());
  if (context_.observer != nullptr) {
    context_.observer->OnStatementEnd(told, outcome.kind == Outcome::Kind::kError
                                                ? outcome.error.ToString()
                                            : outcome.kind == Outcome::Kind::kGivenUp ? "given up"
                                                                                      : "ok");
  }
  return outcome;
}

Outcome TransactionClient::Run(std::string sql, Rows* rows, std::vector<Value> parameters) {
  return Run({.kind = Command::Kind::kText, .text = {std::move(sql), std::move(parameters)}}, rows);
}

void TransactionClient::Rest(const Outcome& outcome) {
  if (outcome.kind == Outcome::Kind::kError) {
    sim::ExpectReason(outcome.error,
                      {.faults = context_.faults, .others = context_.connection_count > 1},
                      "a statement of client " + std::to_string(number_));
  }
  if (++failure_count_ > kFailureCountMax) {
    Fail("progress", std::to_string(kFailureCountMax) +
                         " statements in a row failed, the last: " + outcome.error.ToString());
  }
  if (failure_count_ > kImpatienceMax || choices_.Chance(context_.patience_ppm, "sleep")) {
    constexpr int kDoublingCountMax = 14;
    sim::SleepOnFiber(process_, uint64_t{50'000} << std::min(failure_count_, kDoublingCountMax));
  } else {
    (void)process_.io().Poll(PollMode::kNoWait);
    process_.ExitIfKilled();
  }
}

void TransactionClient::RollBack() {
  may_give_up_ = false;
  for (int attempt = 0; attempt < 10; ++attempt) {
    const Outcome outcome = Run({.kind = Command::Kind::kRollback}, nullptr);
    if (!session_->in_transaction() &&
        (IsDone(outcome) || outcome.error.code() == ResultCode::kError)) {
      may_give_up_ = true;
      return;
    }
  }
  may_give_up_ = true;
  session_.reset();
  process_.ExitIfKilled();
}

// -- Records --

void TransactionClient::BeginRecord() {
  record_ = context_.transactions.size();
  was_read_.assign(static_cast<size_t>(context_.register_count), false);
  // Should the process be killed now, nothing has been committed.
  context_.transactions.push_back({.client = number_,
                                   .begin = context_.world.step(),
                                   .end = UINT64_MAX,
                                   .outcome = Transaction::Outcome::kAborted,
                                   .steps = {}});
}

void TransactionClient::EndRecord(Transaction::Outcome outcome) {
  record().outcome = outcome;
  record().end = context_.world.step();
}

// -- Bodies --

void TransactionClient::SetUp() {
  may_give_up_ = false;
  const auto run = [&](const std::string& sql) {
    const Outcome outcome = Run(sql, nullptr);
    if (IsDone(outcome)) return true;
    Rest(outcome);
    if (session_->in_transaction()) RollBack();
    return false;
  };
  while (true) {
    if (!Open()) continue;
    Rows names;
    if (const Outcome outcome = Run("SELECT count(*) FROM sqlite_schema", &names);
        !IsDone(outcome)) {
      Rest(outcome);
      continue;
    }
    // An attempt that failed at COMMIT may have done it, but the next power cut may undo it: only
    // a commit that is answered makes it last.
    if (names.at(0).at(0).integer() > 0) {
      if (run("UPDATE accounts SET v=v")) break;
      continue;
    }
    std::vector<std::string> statements = {"BEGIN IMMEDIATE"};
    for (const char* table : {"lists", "registers", "accounts"}) {
      statements.push_back("CREATE TABLE " + std::string(table) + "(k INTEGER PRIMARY KEY,v)");
    }
    const auto fill = [&](const char* table, int first, int count, const std::string& value) {
      for (int key = first; key < first + count; ++key) {
        statements.push_back("INSERT INTO " + std::string(table) + " VALUES(" +
                             std::to_string(key) + "," + value + ")");
      }
    };
    fill("lists", 0, context_.list_count, "''");
    fill("registers", context_.list_count, context_.register_count, "0");
    fill("accounts", 0, context_.account_count, std::to_string(TransactionContext::kMoney));
    statements.push_back("COMMIT");
    bool done = true;
    for (const std::string& statement : statements) done = done && run(statement);
    if (done) break;
    if (session_ != nullptr && session_->in_transaction()) RollBack();
  }
  Close();
}

void TransactionClient::Work() {
  while (budget_ > 0) {
    if (!Open()) continue;
    --budget_;
    if (choices_.Choose(5, "alone") == 1) {
      RunStatementAlone();
    } else {
      RunTransaction();
    }
    if (session_ != nullptr && choices_.Chance(20'000, "close")) Close();
  }
  if (session_ != nullptr) Close();
}

void TransactionClient::ReadAll() {
  may_give_up_ = false;
  if (!Open()) Fail("progress", "the database cannot be opened though faults have stopped");
  BeginRecord();
  bool done = IsDone(Run({.kind = Command::Kind::kBegin}, nullptr));
  for (int key = 0; key < context_.list_count; ++key) done = done && ReadList(key);
  for (int i = 0; i < context_.register_count; ++i) {
    done = done && ReadRegister(context_.list_count + i);
  }
  done = done && Audit() && IsDone(Run({.kind = Command::Kind::kCommit}, nullptr));
  if (!done) Fail("progress", "the database cannot be read though faults have stopped");
  EndRecord(Transaction::Outcome::kCommitted);
  Rows report;
  if (!IsDone(Run({.kind = Command::Kind::kIntegrityCheck}, &report)) || report.size() != 1 ||
      sim::ToString(report[0]) != "'ok'") {
    Fail("integrity",
         "integrity_check: " + (report.empty() ? "no answer" : sim::ToString(report[0])));
  }
  Close();
}

// -- Transactions --

void TransactionClient::RunStatementAlone() {
  BeginRecord();
  const int key =
      static_cast<int>(choices_.Choose(static_cast<uint64_t>(context_.list_count), "k"));
  const bool writes = choices_.Choose(2, "write") == 1;
  if (writes) record().outcome = Transaction::Outcome::kUnknown;
  const bool done = writes ? Append(key) : ReadList(key);
  if (done) return EndRecord(Transaction::Outcome::kCommitted);
  // Append and ReadList have settled what became of it.
  record().end = context_.world.step();
}

void TransactionClient::RunTransaction() {
  const bool immediate = choices_.Choose(2, "immediate") == 1;
  BeginRecord();
  const Command begin{.kind = immediate ? Command::Kind::kBeginImmediate : Command::Kind::kBegin};
  const Outcome begun = Run(begin, nullptr);
  bool goes_on = IsDone(begun);
  if (!goes_on) {
    RollBack();
    Rest(begun);
    return EndRecord(Transaction::Outcome::kAborted);
  }
  enum { kSteps, kTransfer, kAudit };
  static constexpr uint32_t kWeights[] = {6, 2, 1};
  switch (choices_.Weighted(kWeights, "kind")) {
    case kSteps: {
      const uint64_t step_count = choices_.Between(1, 5, "steps");
      for (uint64_t i = 0; i < step_count && goes_on; ++i) {
        goes_on = Step(choices_.Choose(3, "register") != 2);
      }
      break;
    }
    case kTransfer:
      goes_on = Transfer();
      break;
    default:
      goes_on = Audit();
      break;
  }
  if (!goes_on || choices_.Choose(12, "roll back") == 11) {
    if (session_ != nullptr) RollBack();
    return EndRecord(Transaction::Outcome::kAborted);
  }
  record().outcome = Transaction::Outcome::kUnknown;
  const Outcome committed = Run({.kind = Command::Kind::kCommit}, nullptr);
  if (IsDone(committed)) {
    failure_count_ = 0;
    return EndRecord(Transaction::Outcome::kCommitted);
  }
  // Whatever is left of it is undone; what was decided before cannot be.
  const bool was_open = session_->in_transaction();
  RollBack();
  Rest(committed);
  const bool is_undone = IsBusy(committed) && was_open;
  EndRecord(is_undone ? Transaction::Outcome::kAborted : Transaction::Outcome::kUnknown);
}

bool TransactionClient::Step(bool is_list) {
  const int count = is_list ? context_.list_count : context_.register_count;
  int key = static_cast<int>(choices_.Choose(static_cast<uint64_t>(count), "key"));
  const bool writes = choices_.Choose(2, "write") == 1;
  if (is_list) return writes ? Append(key) : ReadList(key);
  key += context_.list_count;
  return writes ? WriteRegister(key) : ReadRegister(key);
}

bool TransactionClient::ReadList(int key) {
  Rows rows;
  const Outcome outcome = Run("SELECT v FROM lists WHERE k=?1", &rows, {Value::Integer(key)});
  if (!IsDone(outcome)) {
    if (record().outcome == Transaction::Outcome::kUnknown) RollBack();
    Rest(outcome);
    return false;
  }
  failure_count_ = 0;
  if (rows.size() != 1 || !rows[0].at(0).has_bytes()) {
    Fail("isolation", "list " + std::to_string(key) + " is not there");
  }
  record().steps.push_back({.kind = TransactionStep::Kind::kReadList,
                            .key = key,
                            .list = ParseList(AsText(rows[0][0].bytes()))});
  return true;
}

bool TransactionClient::Append(int key) {
  const uint64_t value = ++context_.last_value;
  const bool alone = !session_->in_transaction();
  const size_t step = record().steps.size();
  record().steps.push_back({.kind = TransactionStep::Kind::kAppend, .key = key, .value = value});
  const Outcome outcome = Run("UPDATE lists SET v=v||?1||' ' WHERE k=?2", nullptr,
                              {Number(value), Value::Integer(key)});
  if (IsDone(outcome)) {
    failure_count_ = 0;
    return true;
  }
  if (alone) {
    // A lock that was in the way is met before anything is decided.
    if (IsBusy(outcome)) record().outcome = Transaction::Outcome::kAborted;
    RollBack();
  } else {
    record().steps.erase(record().steps.begin() + static_cast<ptrdiff_t>(step));
  }
  Rest(outcome);
  return false;
}

bool TransactionClient::ReadRegister(int key) {
  Rows rows;
  const Outcome outcome = Run("SELECT v FROM registers WHERE k=?1", &rows, {Value::Integer(key)});
  if (!IsDone(outcome)) {
    Rest(outcome);
    return false;
  }
  failure_count_ = 0;
  if (rows.size() != 1 || !rows[0].at(0).is_integer()) {
    Fail("isolation", "register " + std::to_string(key) + " is not there");
  }
  was_read_[static_cast<size_t>(key - context_.list_count)] = true;
  record().steps.push_back({.kind = TransactionStep::Kind::kReadRegister,
                            .key = key,
                            .value = static_cast<uint64_t>(rows[0][0].integer()),
                            .list = {}});
  return true;
}

bool TransactionClient::WriteRegister(int key) {
  if (!was_read_[static_cast<size_t>(key - context_.list_count)] && !ReadRegister(key))
    return false;
  const uint64_t value = ++context_.last_value;
  const Outcome outcome =
      Run("UPDATE registers SET v=?1 WHERE k=?2", nullptr, {Number(value), Value::Integer(key)});
  if (!IsDone(outcome)) {
    Rest(outcome);
    return false;
  }
  failure_count_ = 0;
  record().steps.push_back(
      {.kind = TransactionStep::Kind::kWriteRegister, .key = key, .value = value, .list = {}});
  return true;
}

bool TransactionClient::Transfer() {
  const auto count = static_cast<uint64_t>(context_.account_count);
  const auto from = static_cast<int64_t>(choices_.Choose(count, "from"));
  const auto to = static_cast<int64_t>(choices_.Choose(count, "to"));
  const auto sum = static_cast<int64_t>(choices_.Between(1, 9, "sum"));
  Rows rows;
  Outcome outcome = Run("SELECT v FROM accounts WHERE k=?1", &rows, {Value::Integer(from)});
  if (IsDone(outcome)) {
    // By value, so that a balance that was not the newest would show.
    const int64_t balance = rows.at(0).at(0).integer();
    outcome = Run("UPDATE accounts SET v=?1 WHERE k=?2", nullptr,
                  {Value::Integer(balance - sum), Value::Integer(from)});
  }
  if (IsDone(outcome)) {
    outcome = Run("UPDATE accounts SET v=v+?1 WHERE k=?2", nullptr,
                  {Value::Integer(sum), Value::Integer(to)});
  }
  if (IsDone(outcome)) return true;
  Rest(outcome);
  return false;
}

bool TransactionClient::Audit() {
  Rows rows;
  const Outcome outcome = Run("SELECT count(*),sum(v) FROM accounts", &rows);
  if (!IsDone(outcome)) {
    Rest(outcome);
    return false;
  }
  const std::string expected = std::to_string(context_.account_count) + "|" +
                               std::to_string(context_.account_count * TransactionContext::kMoney);
  if (rows.size() != 1 || sim::ToString(rows[0]) != expected) {
    Fail("isolation", "the accounts hold " + sim::ToString(rows.at(0)) + ", not " + expected);
  }
  return true;
}

}  // namespace orrery::whopper
