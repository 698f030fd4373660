// Goal: statements of one connection, and connections to one file, do not disturb each other but as
// SQLite says they do.
// Method: MemoryIo, operations that finish in Poll(), statements stepped by hand.

#include "engine/db/connection.h"

#include "engine/db/testing/sql_result.h"
#include "engine/io/memory_io.h"
#include "engine/io/testing/yield_plan.h"
#include "engine/value/quote.h"
#include "gtest/gtest.h"

namespace orrery {
namespace {

constexpr int kAbortRollbackCode = static_cast<int>(ResultCode::kAbortRollback);

class ConnectionTest : public testing::Test {
 protected:
  std::unique_ptr<Connection> Open(const PagerOptions& options = {}) {
    auto connection = Connection::Open(io_, "test.db", options);
    CHECK(connection.ok());
    return *std::move(connection);
  }
  SqlResult Run(Connection& connection, std::string_view sql) {
    return RunSql(io_, connection, sql);
  }
  std::vector<std::string> Rows(Connection& connection, std::string_view sql) {
    const SqlResult result = Run(connection, sql);
    EXPECT_TRUE(result.ok()) << sql << ": " << result.ToString();
    return result.rows;
  }
  int Code(Connection& connection, std::string_view sql) { return Run(connection, sql).code; }
  static std::unique_ptr<Statement> Prepare(Connection& connection, std::string_view sql) {
    auto statement = connection.Prepare(sql);
    CHECK(statement.ok());
    return *std::move(statement);
  }
  using Strings = std::vector<std::string>;

  MemoryIo io_{{.finish = MemoryFinish::kInPoll, .seed = 1}};
};

// -- One connection --

TEST_F(ConnectionTest, BindsParametersByNumberAndName) {
  auto connection = Open();
  auto statement = Prepare(*connection, "SELECT ?, ?5, :a, @b, $c, :a");
  EXPECT_EQ(statement->parameter_count(), 8);
  EXPECT_EQ(statement->parameter_index(":a"), 6);
  EXPECT_EQ(statement->parameter_index(":nosuch"), 0);
  EXPECT_TRUE(statement->Bind(1, Value::Integer(1)).ok());
  EXPECT_TRUE(statement->Bind(6, Value::Text("a")).ok());
  EXPECT_EQ(statement->Bind(9, Value::Null()).code(), ResultCode::kRange);
  EXPECT_EQ(RunStatement(io_, *statement).rows, Strings{"1|NULL|'a'|NULL|NULL|'a'"});
  EXPECT_TRUE(statement->Bind(1, Value::Integer(2)).ok());
  EXPECT_EQ(RunStatement(io_, *statement).rows, Strings{"2|NULL|'a'|NULL|NULL|'a'"});
}

TEST_F(ConnectionTest, WhoTakesOneRowOfReturningHasChangedAll) {
  auto connection = Open();
  Run(*connection, "CREATE TABLE t(a)");
  auto insert = Prepare(*connection, "INSERT INTO t VALUES(1), (2), (3) RETURNING a");
  EXPECT_EQ(StepBlocking(io_, *insert).kind, StepKind::kRow);
  EXPECT_EQ(insert->column(0).integer(), 1);
  // Committed by now, and counted.
  auto other = Open();
  EXPECT_EQ(Rows(*other, "SELECT count(*) FROM t"), Strings{"3"});
  EXPECT_EQ(connection->changes(), 3);
  Run(*other, "DELETE FROM t WHERE a = 2");
  EXPECT_EQ(StepBlocking(io_, *insert).kind, StepKind::kRow);
  EXPECT_EQ(insert->column(0).integer(), 2);
  insert->Reset();
  EXPECT_EQ(connection->changes(), 3);
  EXPECT_EQ(connection->total_changes(), 3);
  EXPECT_EQ(Rows(*connection, "SELECT a FROM t"), (Strings{"1", "3"}));
  // Within a transaction they are the transaction's.
  Run(*connection, "BEGIN");
  EXPECT_EQ(StepBlocking(io_, *insert).kind, StepKind::kRow);
  insert->Reset();
  EXPECT_EQ(Rows(*connection, "SELECT count(*) FROM t"), Strings{"5"});
  Run(*connection, "ROLLBACK");
  EXPECT_EQ(Rows(*connection, "SELECT count(*) FROM t"), Strings{"2"});
  // One that fails changes nothing and gives no row.
  EXPECT_EQ(Code(*connection, "CREATE UNIQUE INDEX i ON t(a)"), 0);
  auto twice = Prepare(*connection, "INSERT INTO t VALUES(8), (1) RETURNING a");
  EXPECT_EQ(StepBlocking(io_, *twice).kind, StepKind::kError);
  EXPECT_EQ(Rows(*connection, "SELECT count(*) FROM t"), Strings{"2"});
}

TEST_F(ConnectionTest, AnswersNothingForAnEmptyText) {
  auto connection = Open();
  for (const char* sql : {"", "  ", "-- only a comment\n", ";", "/* x */"}) {
    auto statement = connection->Prepare(sql);
    ASSERT_TRUE(statement.ok());
    EXPECT_EQ(*statement, nullptr) << sql;
  }
}

TEST_F(ConnectionTest, TellsWhichStatementsOnlyRead) {
  auto connection = Open();
  EXPECT_TRUE(Prepare(*connection, "SELECT 1")->read_only());
  EXPECT_TRUE(Prepare(*connection, "BEGIN")->read_only());
  EXPECT_TRUE(Prepare(*connection, "EXPLAIN DELETE FROM t")->read_only());
  EXPECT_FALSE(Prepare(*connection, "DELETE FROM t")->read_only());
  EXPECT_FALSE(Prepare(*connection, "CREATE TABLE t(a)")->read_only());
}

TEST_F(ConnectionTest, RunsAStatementAnewAfterItsEnd) {
  auto connection = Open();
  Run(*connection, "CREATE TABLE t(a)");
  auto insert = Prepare(*connection, "INSERT INTO t VALUES (1)");
  EXPECT_TRUE(RunStatement(io_, *insert).ok());
  EXPECT_TRUE(RunStatement(io_, *insert).ok());
  EXPECT_EQ(Rows(*connection, "SELECT count(*) FROM t"), Strings{"2"});
}

TEST_F(ConnectionTest, CompilesAnewWhenTheSchemaChanges) {
  auto connection = Open();
  Run(*connection, "CREATE TABLE t(a)");
  auto select = Prepare(*connection, "SELECT * FROM t");
  EXPECT_EQ(RunStatement(io_, *select).columns, Strings{"a"});
  Run(*connection, "DROP TABLE t; CREATE TABLE t(b, c)");
  EXPECT_EQ(RunStatement(io_, *select).columns, (Strings{"b", "c"}));
  Run(*connection, "DROP TABLE t");
  EXPECT_EQ(RunStatement(io_, *select).message, "no such table: t");
}

TEST_F(ConnectionTest, ForgetsTheSchemaOfATransactionThatWasRolledBack) {
  auto connection = Open();
  Run(*connection, "CREATE TABLE t(a)");
  auto select = Prepare(*connection, "SELECT * FROM t");
  Run(*connection, "BEGIN; DROP TABLE t; CREATE TABLE t(b)");
  EXPECT_EQ(RunStatement(io_, *select).columns, Strings{"b"});
  Run(*connection, "ROLLBACK; BEGIN; CREATE TABLE u(x)");
  EXPECT_EQ(RunStatement(io_, *select).columns, Strings{"a"});
  Run(*connection, "COMMIT");
  EXPECT_EQ(RunStatement(io_, *select).columns, Strings{"a"});
}

TEST_F(ConnectionTest, LetsAReaderGoOnBesideAWriter) {
  auto connection = Open();
  Run(*connection,
      "CREATE TABLE t(a INTEGER PRIMARY KEY); INSERT INTO t VALUES (1), (2), (3), (4)");
  auto select = Prepare(*connection, "SELECT a FROM t");
  ASSERT_EQ(StepBlocking(io_, *select).kind, StepKind::kRow);
  EXPECT_EQ(select->column(0).integer(), 1);
  EXPECT_TRUE(Run(*connection, "DELETE FROM t WHERE a IN (1, 2); INSERT INTO t VALUES (5)").ok());
  ASSERT_EQ(StepBlocking(io_, *select).kind, StepKind::kRow);
  EXPECT_EQ(select->column(0).integer(), 3);
  // A statement that fails is undone alone, and the reader goes on.
  EXPECT_EQ(Code(*connection, "INSERT INTO t VALUES (6), (3)"),
            static_cast<int>(ResultCode::kConstraintPrimaryKey));
  ASSERT_EQ(StepBlocking(io_, *select).kind, StepKind::kRow);
  EXPECT_EQ(select->column(0).integer(), 4);
  ASSERT_EQ(StepBlocking(io_, *select).kind, StepKind::kRow);
  EXPECT_EQ(select->column(0).integer(), 5);
  EXPECT_EQ(StepBlocking(io_, *select).kind, StepKind::kDone);
  EXPECT_FALSE(connection->pager().in_read());
}

TEST_F(ConnectionTest, KeepsTheReadTransactionUntilTheLastReaderEnds) {
  auto connection = Open();
  Run(*connection, "CREATE TABLE t(a); INSERT INTO t VALUES (1), (2)");
  auto first = Prepare(*connection, "SELECT a FROM t");
  auto second = Prepare(*connection, "SELECT a FROM t");
  EXPECT_EQ(StepBlocking(io_, *first).kind, StepKind::kRow);
  EXPECT_EQ(StepBlocking(io_, *second).kind, StepKind::kRow);
  first->Reset();
  EXPECT_TRUE(connection->pager().in_read());
  EXPECT_EQ(StepBlocking(io_, *second).kind, StepKind::kRow);
  EXPECT_EQ(StepBlocking(io_, *second).kind, StepKind::kDone);
  EXPECT_FALSE(connection->pager().in_read());
}

TEST_F(ConnectionTest, CommitsUnderARunningReader) {
  auto connection = Open();
  Run(*connection, "CREATE TABLE t(a); INSERT INTO t VALUES (1), (2)");
  Run(*connection, "BEGIN; INSERT INTO t VALUES (3)");
  auto select = Prepare(*connection, "SELECT a FROM t");
  EXPECT_EQ(StepBlocking(io_, *select).kind, StepKind::kRow);
  EXPECT_TRUE(Run(*connection, "COMMIT").ok());
  EXPECT_EQ(StepBlocking(io_, *select).kind, StepKind::kRow);
  EXPECT_EQ(StepBlocking(io_, *select).kind, StepKind::kRow);
  EXPECT_EQ(StepBlocking(io_, *select).kind, StepKind::kDone);
}

TEST_F(ConnectionTest, EndsARunningReaderWhenItsTransactionIsRolledBack) {
  auto connection = Open();
  Run(*connection, "CREATE TABLE t(a); INSERT INTO t VALUES (1), (2)");
  Run(*connection, "BEGIN; INSERT INTO t VALUES (3)");
  auto select = Prepare(*connection, "SELECT a FROM t");
  EXPECT_EQ(StepBlocking(io_, *select).kind, StepKind::kRow);
  EXPECT_TRUE(Run(*connection, "ROLLBACK").ok());
  const StepResult step = StepBlocking(io_, *select);
  EXPECT_EQ(step.kind, StepKind::kError);
  EXPECT_EQ(static_cast<int>(step.error.code()), kAbortRollbackCode);
  EXPECT_EQ(step.error.message(), "abort due to ROLLBACK");
  EXPECT_EQ(RunStatement(io_, *select).rows, (Strings{"1", "2"}));
  EXPECT_FALSE(connection->pager().in_read());
}

TEST_F(ConnectionTest, EndsRunningStatementsWhenInterrupted) {
  auto connection = Open();
  Run(*connection, "CREATE TABLE t(a); INSERT INTO t VALUES (1), (2)");
  auto select = Prepare(*connection, "SELECT a FROM t");
  EXPECT_EQ(StepBlocking(io_, *select).kind, StepKind::kRow);
  connection->Interrupt();
  EXPECT_EQ(StepBlocking(io_, *select).error.code(), ResultCode::kInterrupt);
  EXPECT_EQ(RunStatement(io_, *select).rows, (Strings{"1", "2"}));
}

// Another statement waits for the one in the middle of a change, and goes on when that is over or
// dropped.
class MidChangeTest : public ConnectionTest {
 protected:
  MidChangeTest() : observer_(YieldingObserver::ForcesAll()), connection_(Open()) {
    Run(*connection_, "CREATE TABLE t(a); INSERT INTO t VALUES (1), (2)");
    io_.SetObserver(&observer_);
  }
  ~MidChangeTest() override { io_.SetObserver(nullptr); }

  // Steps until the change has begun.
  std::unique_ptr<Statement> StartChange() {
    auto change = Prepare(*connection_, "UPDATE t SET a = a + 10");
    while (true) {
      StepResult step = change->Step();
      CHECK(step.kind == StepKind::kWaiting);
      if (connection_->pager().in_write()) return change;
      CHECK(WaitFor(io_, *step.waits_for).ok());
    }
  }

  YieldingObserver observer_;
  std::unique_ptr<Connection> connection_;
};

// The row's page is let go of and read again between its columns.
TEST_F(MidChangeTest, LetsAQueryHaveItsRowBeforeAChange) {
  Run(*connection_, "UPDATE t SET a = zeroblob(20000) WHERE a = 1");
  for (int wait_count = 1;; ++wait_count) {
    Run(*connection_, "BEGIN");
    auto select = Prepare(*connection_, "SELECT typeof(a), rowid, length(a) FROM t LIMIT 1");
    auto change = Prepare(*connection_, "DELETE FROM t");
    StepResult step = select->Step();
    for (int i = 1; i < wait_count && step.kind == StepKind::kWaiting; ++i) {
      ASSERT_TRUE(WaitFor(io_, *step.waits_for).ok());
      step = select->Step();
    }
    const bool has_row = step.kind == StepKind::kRow;
    bool change_done = false;
    while (!change_done || step.kind == StepKind::kWaiting) {
      if (!change_done) {
        const StepResult other = change->Step();
        ASSERT_NE(other.kind, StepKind::kError) << other.error.ToString();
        change_done = other.kind == StepKind::kDone;
      }
      if (step.kind == StepKind::kWaiting) step = select->Step();
      ASSERT_TRUE(io_.Poll(PollMode::kNoWait).ok());
    }
    if (step.kind == StepKind::kRow) {
      EXPECT_EQ(QuoteValue(select->column(0)), "'blob'") << wait_count;
      EXPECT_EQ(QuoteValue(select->column(2)), "20000") << wait_count;
    }
    select.reset();
    Run(*connection_, "ROLLBACK");
    if (has_row) break;
  }
}

TEST_F(MidChangeTest, AllGoOnWhenAnEventLoopStepsThemInTurn) {
  auto change = StartChange();
  auto select = Prepare(*connection_, "SELECT a FROM t");
  Strings rows;
  bool change_done = false;
  bool select_done = false;
  while (!change_done || !select_done) {
    if (!select_done) {
      const StepResult step = select->Step();
      ASSERT_NE(step.kind, StepKind::kError) << step.error.ToString();
      if (step.kind == StepKind::kRow) {
        EXPECT_TRUE(change_done);
        rows.push_back(QuoteValue(select->column(0)));
      }
      select_done = step.kind == StepKind::kDone;
    }
    if (!change_done) {
      const StepResult step = change->Step();
      ASSERT_NE(step.kind, StepKind::kError) << step.error.ToString();
      change_done = step.kind == StepKind::kDone;
    }
    ASSERT_TRUE(io_.Poll(PollMode::kNoWait).ok());
  }
  EXPECT_EQ(rows, (Strings{"11", "12"}));
}

TEST_F(MidChangeTest, AnswersThatTheOtherMustBeSteppedFirst) {
  auto change = StartChange();
  auto select = Prepare(*connection_, "SELECT a FROM t");
  EXPECT_EQ(select->Step().kind, StepKind::kWaiting);
  io_.Drain();
  const StepResult step = select->Step();
  EXPECT_EQ(step.kind, StepKind::kWaiting);
  EXPECT_FALSE(step.waits_for->in_flight());
  EXPECT_EQ(StepBlocking(io_, *select).error.code(), ResultCode::kLocked);
  change.reset();
  EXPECT_EQ(RunStatement(io_, *select).rows, (Strings{"1", "2"}));
}

TEST_F(MidChangeTest, SurvivesTheEndOfAReaderBesideIt) {
  auto select = Prepare(*connection_, "SELECT a FROM t");
  EXPECT_EQ(StepBlocking(io_, *select).kind, StepKind::kRow);
  auto change = StartChange();
  select.reset();
  EXPECT_EQ(StepBlocking(io_, *change).kind, StepKind::kDone);
  EXPECT_EQ(Rows(*connection_, "SELECT a FROM t"), (Strings{"11", "12"}));
  EXPECT_FALSE(connection_->pager().in_read());
}

TEST_F(MidChangeTest, IsUndoneAloneBesideAReader) {
  auto select = Prepare(*connection_, "SELECT a FROM t");
  EXPECT_EQ(StepBlocking(io_, *select).kind, StepKind::kRow);
  auto change = StartChange();
  change.reset();
  EXPECT_EQ(StepBlocking(io_, *select).kind, StepKind::kRow);
  EXPECT_EQ(select->column(0).integer(), 2);
  EXPECT_EQ(StepBlocking(io_, *select).kind, StepKind::kDone);
  EXPECT_FALSE(connection_->pager().in_read());
  EXPECT_FALSE(connection_->pager().in_write());
}

TEST_F(MidChangeTest, IsUndoneWhenInterrupted) {
  auto change = StartChange();
  connection_->Interrupt();
  EXPECT_EQ(StepBlocking(io_, *change).error.code(), ResultCode::kInterrupt);
  EXPECT_EQ(Rows(*connection_, "SELECT a FROM t"), (Strings{"1", "2"}));
}

// -- Two connections --

class TwoConnectionsTest : public ConnectionTest {
 protected:
  TwoConnectionsTest() : a_(Open()), b_(Open()) {
    Run(*a_, "CREATE TABLE t(a); INSERT INTO t VALUES (1)");
  }
  std::unique_ptr<Connection> a_;
  std::unique_ptr<Connection> b_;
};

TEST_F(TwoConnectionsTest, SeeEachOthersCommitsAndTables) {
  EXPECT_EQ(Rows(*b_, "SELECT a FROM t"), Strings{"1"});
  Run(*a_, "INSERT INTO t VALUES (2); CREATE TABLE u(x); INSERT INTO u VALUES (3)");
  EXPECT_EQ(Rows(*b_, "SELECT a FROM t"), (Strings{"1", "2"}));
  EXPECT_EQ(Rows(*b_, "SELECT x FROM u"), Strings{"3"});
  Run(*b_, "DROP TABLE u");
  EXPECT_EQ(Run(*a_, "SELECT x FROM u").message, "no such table: u");
  Run(*b_, "DROP TABLE t; CREATE TABLE t(z, a)");
  EXPECT_EQ(Run(*a_, "SELECT * FROM t").columns, (Strings{"z", "a"}));
}

TEST_F(TwoConnectionsTest, HaveOneWriterAtATime) {
  Run(*a_, "BEGIN IMMEDIATE");
  const SqlResult refused = Run(*b_, "INSERT INTO t VALUES (2)");
  EXPECT_EQ(refused.code, static_cast<int>(ResultCode::kBusy));
  EXPECT_EQ(refused.message, "database is locked");
  EXPECT_EQ(Code(*b_, "BEGIN IMMEDIATE"), static_cast<int>(ResultCode::kBusy));
  EXPECT_FALSE(b_->in_transaction());
  EXPECT_FALSE(b_->pager().in_read());
  EXPECT_EQ(Rows(*b_, "SELECT a FROM t"), Strings{"1"});
  EXPECT_TRUE(Run(*a_, "INSERT INTO t VALUES (3); COMMIT").ok());
  EXPECT_TRUE(Run(*b_, "INSERT INTO t VALUES (4)").ok());
  EXPECT_EQ(Rows(*a_, "SELECT a FROM t"), (Strings{"1", "3", "4"}));
}

TEST_F(TwoConnectionsTest, CannotWriteFromAnOldSnapshot) {
  Run(*b_, "BEGIN");
  EXPECT_EQ(Rows(*b_, "SELECT a FROM t"), Strings{"1"});
  Run(*a_, "UPDATE t SET a = 2");
  EXPECT_EQ(Code(*b_, "UPDATE t SET a = a + 1"), static_cast<int>(ResultCode::kBusySnapshot));
  // The transaction is still open, and shows what it showed.
  EXPECT_TRUE(b_->in_transaction());
  EXPECT_EQ(Rows(*b_, "SELECT a FROM t"), Strings{"1"});
  EXPECT_EQ(Code(*b_, "UPDATE t SET a = a + 1"), static_cast<int>(ResultCode::kBusySnapshot));
  Run(*b_, "ROLLBACK");
  EXPECT_TRUE(Run(*b_, "UPDATE t SET a = a + 1").ok());
  EXPECT_EQ(Rows(*a_, "SELECT a FROM t"), Strings{"3"});
}

TEST_F(TwoConnectionsTest, WaitForALockAsLongAsTheBusyTimeoutSays) {
  Run(*b_, "PRAGMA busy_timeout = 300");
  Run(*a_, "BEGIN IMMEDIATE; INSERT INTO t VALUES (2)");
  EXPECT_EQ(Code(*b_, "INSERT INTO t VALUES (3)"), static_cast<int>(ResultCode::kBusy));
  auto insert = Prepare(*b_, "INSERT INTO t VALUES (3)");
  StepResult step = insert->Step();
  for (int i = 0; i < 5; ++i) {
    ASSERT_EQ(step.kind, StepKind::kWaiting);
    ASSERT_TRUE(WaitFor(io_, *step.waits_for).ok());
    step = insert->Step();
  }
  EXPECT_EQ(step.kind, StepKind::kWaiting);
  EXPECT_TRUE(Run(*a_, "COMMIT").ok());
  EXPECT_EQ(StepBlocking(io_, *insert).kind, StepKind::kDone);
  EXPECT_EQ(Rows(*a_, "SELECT a FROM t"), (Strings{"1", "2", "3"}));
  // Dropped in its sleep.
  Run(*a_, "BEGIN IMMEDIATE");
  EXPECT_EQ(insert->Step().kind, StepKind::kWaiting);
  insert.reset();
  Run(*a_, "COMMIT");
  EXPECT_EQ(Rows(*b_, "SELECT count(*) FROM t"), Strings{"3"});
}

TEST_F(TwoConnectionsTest, KeepSnapshotsApart) {
  auto select = Prepare(*b_, "SELECT a FROM t");
  EXPECT_EQ(StepBlocking(io_, *select).kind, StepKind::kRow);
  Run(*a_, "INSERT INTO t VALUES (2)");
  EXPECT_EQ(StepBlocking(io_, *select).kind, StepKind::kDone);
  EXPECT_EQ(RunStatement(io_, *select).rows, (Strings{"1", "2"}));
}

// Names are looked up in a read transaction of their own.
TEST_F(TwoConnectionsTest, HoldNoSnapshotAfterAStatementThatDoesNotCompile) {
  Run(*b_, "BEGIN");
  EXPECT_EQ(Run(*b_, "SELECT * FROM nosuch").message, "no such table: nosuch");
  EXPECT_FALSE(b_->pager().in_read());
  Run(*a_, "INSERT INTO t VALUES (2); CREATE TABLE u(x)");
  // Found only when it has begun to run, with the schema of before.
  EXPECT_EQ(Run(*b_, "CREATE TABLE u(x)").message, "table u already exists");
  EXPECT_FALSE(b_->pager().in_read());
  Run(*a_, "INSERT INTO t VALUES (3)");
  EXPECT_EQ(Rows(*b_, "SELECT a FROM t"), (Strings{"1", "2", "3"}));
  EXPECT_TRUE(Run(*b_, "UPDATE t SET a = a + 1; COMMIT").ok());
}

TEST_F(ConnectionTest, SeesAnEmptyFileUntilItsTransactionEnds) {
  auto a = Open();
  auto b = Open();
  for (Connection* each : {a.get(), b.get()}) {
    EXPECT_EQ(Rows(*each, "BEGIN; SELECT count(*) FROM sqlite_schema"), Strings{"0"});
  }
  // It would have to become a WAL database under the other's eyes.
  EXPECT_EQ(Code(*a, "CREATE TABLE t(a)"), static_cast<int>(ResultCode::kBusy));
  EXPECT_TRUE(a->pager().in_read());
  EXPECT_EQ(Code(*b, "CREATE TABLE t(a)"), static_cast<int>(ResultCode::kBusy));
  Run(*b, "ROLLBACK");
  EXPECT_TRUE(Run(*a, "CREATE TABLE t(a); COMMIT").ok());
  EXPECT_EQ(Rows(*b, "SELECT count(*) FROM t"), Strings{"0"});
}

// -- What is not there yet --

TEST_F(ConnectionTest, SaysWhatIsNotSupportedYet) {
  auto connection = Open();
  Run(*connection, "CREATE TABLE t(a, b)");
  for (const char* sql : {
           "CREATE TABLE u(a, b AS (a + 1))",
           "ALTER TABLE t RENAME TO v",
       }) {
    const SqlResult result = Run(*connection, sql);
    EXPECT_EQ(result.code, 1) << sql;
    EXPECT_NE(result.message.find("not supported"), std::string::npos)
        << sql << ": " << result.message;
  }
}

TEST_F(ConnectionTest, LimitsWhatASortMayHold) {
  auto connection = Open();
  Run(*connection, "CREATE TABLE t(a)");
  EXPECT_TRUE(Run(*connection, "SELECT a FROM t ORDER BY a").ok());
}

TEST_F(ConnectionTest, OpensReadOnlyWhatIsThere) {
  {
    auto connection = Open();
    Run(*connection, "CREATE TABLE t(a); INSERT INTO t VALUES (1)");
  }
  auto reader = Open({.read_only = true});
  EXPECT_EQ(Rows(*reader, "SELECT a FROM t"), Strings{"1"});
  EXPECT_EQ(Code(*reader, "INSERT INTO t VALUES (2)") & 0xff,
            static_cast<int>(ResultCode::kReadOnly));
}

TEST_F(ConnectionTest, HasADatabaseInMemoryForItselfAlone) {
  const PagerOptions options{.cache_page_count = 10};
  for (const char* name : {":memory:", ""}) {
    auto connection = Connection::Open(io_, name, options);
    ASSERT_TRUE(connection.ok());
    auto other = Connection::Open(io_, name, options);
    ASSERT_TRUE(other.ok());
    Run(**connection, "CREATE TABLE t(a)");
    Rows(**connection, "INSERT INTO t SELECT x||'" + std::string(300, '-') +
                           "' FROM (WITH RECURSIVE n(x) AS (VALUES(1) UNION ALL SELECT x+1 FROM n "
                           "WHERE x<500) SELECT x FROM n)");
    EXPECT_EQ(Rows(**connection, "SELECT count(*), sum(a) FROM t"), Strings{"500|125250.0"});
    EXPECT_EQ(Code(**other, "SELECT * FROM t"), 1);
    // More than the cache has, and all of it undone.
    Run(**connection, "BEGIN");
    Run(**connection, "UPDATE t SET a=x'00'||a");
    Run(**connection, "ROLLBACK");
    EXPECT_EQ(Rows(**connection, "SELECT count(*), sum(a) FROM t"), Strings{"500|125250.0"});
    EXPECT_EQ(Rows(**connection, "PRAGMA journal_mode"), Strings{"'memory'"});
    EXPECT_EQ(Rows(**connection, "PRAGMA journal_mode=wal"), Strings{"'memory'"});
    EXPECT_EQ(Rows(**connection, "PRAGMA journal_mode=off"), Strings{"'off'"});
    EXPECT_EQ(Rows(**connection, "PRAGMA integrity_check"), Strings{"'ok'"});
    for (const char* file : {":memory:", ":memory:-journal", ":memory:-wal", "-journal", "-wal"}) {
      EXPECT_FALSE(*io_.Exists(file)) << file;
    }
  }
}

}  // namespace
}  // namespace orrery
