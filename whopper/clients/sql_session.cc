#include <algorithm>
#include <utility>
#include <vector>

#include "engine/db/connection.h"
#include "whopper/clients/session.h"

namespace orrery::whopper {
namespace {

class SqlSession final : public Session {
 public:
  SqlSession(std::unique_ptr<Connection> connection, StatementStyle style)
      : connection_(std::move(connection)), style_(style) {}

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

  // A run is over, or given up.
  void GiveBack(std::unique_ptr<Statement> statement) {
    if (style_ != StatementStyle::kKept) return;
    statement->Reset();
    if (kept_.size() == kKeptCountMax) kept_.erase(kept_.begin());
    kept_.push_back(std::move(statement));
  }

 private:
  static constexpr size_t kKeptCountMax = 24;

  Result<std::unique_ptr<Statement>> Find(std::string_view sql) {
    const auto found = std::find_if(kept_.begin(), kept_.end(),
                                    [&](const auto& kept) { return kept->sql() == sql; });
    if (found == kept_.end()) return connection_->Prepare(sql);
    std::unique_ptr<Statement> statement = std::move(*found);
    kept_.erase(found);
    return statement;
  }

  std::unique_ptr<Connection> connection_;
  const StatementStyle style_;
  std::vector<std::unique_ptr<Statement>> kept_;  // the one used last is last
};

class SqlRunning final : public Running {
 public:
  SqlRunning(SqlSession& session, std::unique_ptr<Statement> statement)
      : session_(session), statement_(std::move(statement)) {}
  ~SqlRunning() override { session_.GiveBack(std::move(statement_)); }

  Outcome Next(sim::Row* row, Driver& driver) override {
    while (true) {
      StepResult result = statement_->Step();
      driver.AfterCall();
      switch (result.kind) {
        case StepKind::kRow:
          row->clear();
          for (int i = 0; i < statement_->column_count(); ++i) {
            row->push_back(statement_->column(i));
            row->back().MakeOwned();
          }
          return {Outcome::Kind::kRow, {}};
        case StepKind::kDone:
          return {Outcome::Kind::kDone, {}};
        case StepKind::kError:
          return {Outcome::Kind::kError, std::move(result.error)};
        case StepKind::kWaiting:
          if (!driver.Wait(*result.waits_for)) return {Outcome::Kind::kGivenUp, {}};
      }
    }
  }

 private:
  SqlSession& session_;
  std::unique_ptr<Statement> statement_;
};

Result<std::unique_ptr<Running>> SqlSession::Start(const Command& command) {
  sim::SqlText text =
      ToSql(command, style_ == StatementStyle::kSpelled ? sim::Spelling::kLiterals
                                                        : sim::Spelling::kParameters);
  ASSIGN_OR_RETURN(std::unique_ptr<Statement> statement, Find(text.sql));
  for (size_t i = 0; i < text.parameters.size(); ++i) {
    RETURN_IF_ERROR(statement->Bind(static_cast<int>(i) + 1, std::move(text.parameters[i])));
  }
  return std::unique_ptr<Running>(std::make_unique<SqlRunning>(*this, std::move(statement)));
}

}  // namespace

Result<std::unique_ptr<Session>> OpenSqlSession(Io& io, const std::string& path,
                                                const PagerOptions& options, StatementStyle style) {
  ASSIGN_OR_RETURN(std::unique_ptr<Connection> connection, Connection::Open(io, path, options));
  return std::unique_ptr<Session>(std::make_unique<SqlSession>(std::move(connection), style));
}

}  // namespace orrery::whopper
