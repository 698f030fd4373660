#include <utility>

#include "engine/db/connection.h"
#include "whopper/clients/session.h"

namespace orrery::whopper {
namespace {

class SqlRunning final : public Running {
 public:
  explicit SqlRunning(std::unique_ptr<Statement> statement) : statement_(std::move(statement)) {}

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
  std::unique_ptr<Statement> statement_;
};

class SqlSession final : public Session {
 public:
  explicit SqlSession(std::unique_ptr<Connection> connection)
      : connection_(std::move(connection)) {}

  Result<std::unique_ptr<Running>> Start(const Command& command) override {
    sim::SqlText text = ToSql(command);
    ASSIGN_OR_RETURN(std::unique_ptr<Statement> statement, connection_->Prepare(text.sql));
    for (size_t i = 0; i < text.parameters.size(); ++i) {
      RETURN_IF_ERROR(statement->Bind(static_cast<int>(i) + 1, std::move(text.parameters[i])));
    }
    return std::unique_ptr<Running>(std::make_unique<SqlRunning>(std::move(statement)));
  }

  Status Close(Driver& driver) override {
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

 private:
  std::unique_ptr<Connection> connection_;
};

}  // namespace

Result<std::unique_ptr<Session>> OpenSqlSession(Io& io, const std::string& path,
                                                const PagerOptions& options) {
  ASSIGN_OR_RETURN(std::unique_ptr<Connection> connection, Connection::Open(io, path, options));
  return std::unique_ptr<Session>(std::make_unique<SqlSession>(std::move(connection)));
}

}  // namespace orrery::whopper
