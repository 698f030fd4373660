#include <utility>
#include <vector>

#include "engine/db/connection.h"
#include "whopper/clients/session.h"

namespace orrery::whopper {
namespace {

constexpr size_t kKeptStatementCountMax = 24;

class SqlSession final : public Session {
 public:
  SqlSession(std::unique_ptr<Connection> connection, const SqlHabits& habits)
      : connection_(std::move(connection)), habits_(habits) {}

  Result<std::unique_ptr<Running>> Start(const Command& command) override;

  Status Close(Driver& driver) override {
    kept_.clear();
    while (true) {
      IoResult<> result = connection_->Close();
      driver.AfterCall();
      if (result.done()) return OkStatus();
      if (result.failed()) return std::move(result).status();
      (void)driver.Wait(*result.waiting().on);
    }
  }
  bool in_transaction() const override { return connection_->in_transaction(); }
  int64_t changes() const override { return connection_->changes(); }
  SnapshotId snapshot() const override { return connection_->snapshot(); }
  void Interrupt() override { connection_->Interrupt(); }

  // What the connection is told before its first statement; null when that has been done.
  Result<Statement*> Setting() {
    if (habits_.busy_timeout_ms == 0) return nullptr;
    if (setting_ == nullptr) {
      const std::string sql = "PRAGMA busy_timeout=" + std::to_string(habits_.busy_timeout_ms);
      ASSIGN_OR_RETURN(setting_, connection_->Prepare(sql));
    }
    return setting_.get();
  }
  void SettingIsDone() {
    setting_.reset();
    habits_.busy_timeout_ms = 0;
  }

  // A statement that has ended, or is given up.
  void TakeBack(std::unique_ptr<Statement> statement) {
    if (!habits_.keeps_statements) return;
    statement->Reset();
    if (kept_.size() == kKeptStatementCountMax) kept_.erase(kept_.begin());
    kept_.push_back(std::move(statement));
  }

 private:
  Result<std::unique_ptr<Statement>> Prepare(const std::string& sql) {
    for (auto kept = kept_.begin(); kept != kept_.end(); ++kept) {
      if ((*kept)->sql() != sql) continue;
      std::unique_ptr<Statement> statement = std::move(*kept);
      kept_.erase(kept);
      return statement;
    }
    return connection_->Prepare(sql);
  }

  std::unique_ptr<Connection> connection_;
  SqlHabits habits_;
  std::unique_ptr<Statement> setting_;
  std::vector<std::unique_ptr<Statement>> kept_;  // the one used last comes last
};

class SqlRunning final : public Running {
 public:
  SqlRunning(SqlSession& session, std::unique_ptr<Statement> statement)
      : session_(session), statement_(std::move(statement)) {}
  ~SqlRunning() override { session_.TakeBack(std::move(statement_)); }

  Outcome Next(sim::Row* row, Driver& driver) override {
    while (true) {
      Result<Statement*> setting = session_.Setting();
      if (!setting.ok()) return {Outcome::Kind::kError, std::move(setting).status()};
      Outcome outcome = Step(*setting == nullptr ? *statement_ : **setting, driver);
      if (*setting == nullptr) {
        if (outcome.kind == Outcome::Kind::kRow) CopyRow(*row);
        return outcome;
      }
      if (outcome.kind == Outcome::Kind::kDone) session_.SettingIsDone();
      if (outcome.kind >= Outcome::Kind::kError) return outcome;
    }
  }

 private:
  static Outcome Step(Statement& statement, Driver& driver) {
    while (true) {
      StepResult result = statement.Step();
      driver.AfterCall();
      switch (result.kind) {
        case StepKind::kRow:
          return {Outcome::Kind::kRow, {}};
        case StepKind::kDone:
          return {Outcome::Kind::kDone, {}};
        case StepKind::kError:
          return {Outcome::Kind::kError, std::move(result.error)};
        case StepKind::kWaiting:
          switch (driver.Wait(*result.waits_for)) {
            case Driver::Then::kGoOn:
              break;
            case Driver::Then::kGiveUp:
              return {Outcome::Kind::kGivenUp, {}};
            case Driver::Then::kLeave:
              return {Outcome::Kind::kLeft, {}};
          }
      }
    }
  }

  void CopyRow(sim::Row& row) const {
    row.clear();
    for (int i = 0; i < statement_->column_count(); ++i) {
      row.push_back(statement_->column(i));
      row.back().MakeOwned();
    }
  }

  SqlSession& session_;
  std::unique_ptr<Statement> statement_;
};

Result<std::unique_ptr<Running>> SqlSession::Start(const Command& command) {
  sim::SqlText text = ToSql(command, habits_.keeps_statements);
  ASSIGN_OR_RETURN(std::unique_ptr<Statement> statement, Prepare(text.sql));
  for (size_t i = 0; i < text.parameters.size(); ++i) {
    RETURN_IF_ERROR(statement->Bind(static_cast<int>(i) + 1, std::move(text.parameters[i])));
  }
  return std::unique_ptr<Running>(std::make_unique<SqlRunning>(*this, std::move(statement)));
}

}  // namespace

Result<std::unique_ptr<Session>> OpenSqlSession(Io& io, const std::string& path,
                                                const PagerOptions& options,
                                                const SqlHabits& habits) {
  ASSIGN_OR_RETURN(std::unique_ptr<Connection> connection, Connection::Open(io, path, options));
  return std::unique_ptr<Session>(std::make_unique<SqlSession>(std::move(connection), habits));
}

}  // namespace orrery::whopper
