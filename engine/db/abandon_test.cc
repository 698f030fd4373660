// Goal: a statement that is dropped at any of its waits leaves the database as it was before it,
// and the connection ready for the next. Method: force a wait at every yield site; drop the
// statement at its n-th wait, for each n until it ends by itself; compare what all tables hold, and
// check all pages.

#include <functional>

#include "engine/db/connection.h"
#include "engine/db/testing/sql_result.h"
#include "engine/io/memory_io.h"
#include "engine/io/testing/yield_plan.h"
#include "gtest/gtest.h"

namespace orrery {
namespace {

constexpr std::string_view kSetUp = R"sql(
CREATE TABLE t(id INTEGER PRIMARY KEY, a, big);
INSERT INTO t VALUES (1, 'one', zeroblob(900)), (2, 'two', zeroblob(5)), (3, 'three', zeroblob(400));
INSERT INTO t SELECT id + 3, a || a, big FROM t;
INSERT INTO t SELECT id + 6, a || a, big FROM t;
CREATE TABLE other(x);
)sql";

constexpr std::string_view kSetUpOfIndexes = R"sql(
CREATE TABLE t(id, a UNIQUE, big);
CREATE INDEX t_big ON t(big DESC, a);
INSERT INTO t VALUES (1, 1, zeroblob(600)), (2, 2, 'two'), (3, 3, zeroblob(200)), (4, 4, 'four');
INSERT INTO t SELECT id + 4, a + 4, big FROM t WHERE a < 4;
CREATE TABLE other(x);
)sql";
class AbandonTest : public testing::TestWithParam<JournalMode> {};
INSTANTIATE_TEST_SUITE_P(, AbandonTest, testing::Values(JournalMode::kWal, JournalMode::kDelete),
                         [](const auto& mode) { return std::string(NameOf(mode.param)); });

struct Fixture {
  explicit Fixture(std::string_view set_up)
      : observer(YieldingObserver::ForcesAll()), io({.finish = MemoryFinish::kInPoll, .seed = 1}) {
    auto opened = Connection::Open(
        io, "test.db",
        {.new_page_size = 512, .cache_page_count = 10, .journal_mode = AbandonTest::GetParam()});
    CHECK(opened.ok());
    connection = *std::move(opened);
    EXPECT_TRUE(RunSql(io, *connection, set_up).ok());
    io.SetObserver(&observer);
  }
  ~Fixture() { io.SetObserver(nullptr); }

  std::string Content() {
    std::string content;
    for (const char* sql :
         {"SELECT id, a, length(big), sum(length(big)) FROM t GROUP BY id", "SELECT * FROM other",
          "SELECT name FROM sqlite_schema", "PRAGMA integrity_check", "PRAGMA user_version"}) {
      content += RunSql(io, *connection, sql).ToString() + "\n";
    }
    return content;
  }

  YieldingObserver observer;
  MemoryIo io;
  std::unique_ptr<Connection> connection;
};

// Steps `statement` until it has waited `wait_count` times. True when it ended before.
bool StepUntilWait(Fixture& fixture, Statement& statement, int wait_count) {
  for (int waits = 0;;) {
    const StepResult step = statement.Step();
    if (step.kind == StepKind::kRow) continue;
    if (step.kind != StepKind::kWaiting) {
      EXPECT_EQ(step.kind, StepKind::kDone) << step.error.ToString();
      return true;
    }
    if (++waits == wait_count) return false;
    EXPECT_TRUE(WaitFor(fixture.io, *step.waits_for).ok());
  }
}

enum class Outcome : uint8_t {
  kUndone,           // as before the statement
  kUndoneOrKept,     // its commit may have been decided
  kRolledBackOrKept  // a COMMIT: all of its transaction, or nothing
};

void DropAtEachWait(std::string_view before_sql, std::string_view sql, Outcome outcome,
                    std::string_view set_up = kSetUp) {
  std::string at_start;
  std::string after;
  {
    Fixture fixture(set_up);
    at_start = fixture.Content();
    ASSERT_TRUE(RunSql(fixture.io, *fixture.connection, before_sql).ok());
    const SqlResult whole = RunSql(fixture.io, *fixture.connection, sql);
    ASSERT_TRUE(whole.ok()) << whole.ToString();
    after = fixture.Content();
  }
  for (int wait_count = 1;; ++wait_count) {
    SCOPED_TRACE(std::string(sql) + " dropped at wait " + std::to_string(wait_count));
    Fixture fixture(set_up);
    ASSERT_TRUE(RunSql(fixture.io, *fixture.connection, before_sql).ok());
    const bool in_transaction = fixture.connection->in_transaction();
    const std::string before = fixture.Content();
    auto statement = fixture.connection->Prepare(sql);
    ASSERT_TRUE(statement.ok());
    const bool has_ended = StepUntilWait(fixture, **statement, wait_count);
    statement->reset();
    const std::string content = fixture.Content();
    if (has_ended) {
      EXPECT_EQ(content, after);
      return;
    }
    if (outcome == Outcome::kUndone || content != after) {
      EXPECT_EQ(content, outcome == Outcome::kRolledBackOrKept ? at_start : before);
    }
    if (outcome == Outcome::kUndone) {
      EXPECT_EQ(fixture.connection->in_transaction(), in_transaction);
    }
    // The connection goes on as if nothing had been.
    if (fixture.connection->in_transaction()) {
      EXPECT_TRUE(RunSql(fixture.io, *fixture.connection, "COMMIT").ok());
      EXPECT_EQ(fixture.Content(), content);
    }
    const SqlResult again =
        RunSql(fixture.io, *fixture.connection, "INSERT INTO other VALUES (99)");
    EXPECT_TRUE(again.ok()) << again.ToString();
    EXPECT_EQ(RunSql(fixture.io, *fixture.connection, "PRAGMA integrity_check").rows,
              std::vector<std::string>{"'ok'"});
    if (testing::Test::HasFailure()) return;
  }
}

constexpr std::string_view kChanges[] = {
    "INSERT INTO t(a, big) VALUES ('new', zeroblob(700)), ('newer', zeroblob(1200))",
    "INSERT INTO t SELECT id + 100, a, big FROM t",
    "UPDATE t SET big = zeroblob(length(big) + 333)",
    "UPDATE t SET id = id + 50",
    "DELETE FROM t WHERE id % 2",
    "DELETE FROM t",
    "CREATE TABLE n(a, b)",
    "DROP TABLE t",
    "PRAGMA user_version = 77",
};

constexpr std::string_view kChangesOfIndexes[] = {
    "REPLACE INTO t VALUES (0, 2, zeroblob(700)), (0, 9, 'nine'), (0, 2, 'again')",
    "UPDATE OR REPLACE t SET a = a + 1, big = 'b' WHERE a < 4",
    "DELETE FROM t WHERE a % 2",
    "CREATE UNIQUE INDEX n ON t(big, a) WHERE a > 1",
    "DROP INDEX t_big",
};

TEST_P(AbandonTest, UndoesAChangeOutsideATransaction) {
  // Its commit is part of it, so it may be kept when it is dropped there.
  for (const std::string_view sql : kChanges) DropAtEachWait("", sql, Outcome::kUndoneOrKept);
}

TEST_P(AbandonTest, UndoesAChangeOfIndexesOutsideATransaction) {
  for (const std::string_view sql : kChangesOfIndexes) {
    DropAtEachWait("", sql, Outcome::kUndoneOrKept, kSetUpOfIndexes);
  }
  DropAtEachWait("", "VACUUM", Outcome::kUndoneOrKept, kSetUpOfIndexes);
}

TEST_P(AbandonTest, UndoesAChangeOfIndexesInATransactionAlone) {
  for (const std::string_view sql : kChangesOfIndexes) {
    DropAtEachWait("BEGIN; INSERT INTO other VALUES (1); UPDATE t SET big = 'x' WHERE id < 3", sql,
                   Outcome::kUndone, kSetUpOfIndexes);
  }
}

TEST_P(AbandonTest, UndoesAChangeInATransactionAlone) {
  for (const std::string_view sql : kChanges) {
    DropAtEachWait(
        "BEGIN; INSERT INTO other VALUES (1), (2); UPDATE t SET a = 'in transaction' WHERE id < 3",
        sql, Outcome::kUndone);
  }
}

TEST_P(AbandonTest, DecidesACommitEitherWay) {
  DropAtEachWait("BEGIN; INSERT INTO other VALUES (1), (2)", "COMMIT", Outcome::kRolledBackOrKept);
}

TEST_P(AbandonTest, GoesBackToASavepointOrNot) {
  for (const std::string_view sql : kChanges) {
    DropAtEachWait("BEGIN; INSERT INTO other VALUES (1); SAVEPOINT s; " + std::string(sql),
                   "ROLLBACK TO s", Outcome::kUndoneOrKept);
  }
  DropAtEachWait("SAVEPOINT s; INSERT INTO other VALUES (1), (2)", "RELEASE s",
                 Outcome::kRolledBackOrKept);
}

TEST_P(AbandonTest, EndsAReadWithoutATrace) {
  DropAtEachWait("", "SELECT * FROM t ORDER BY a", Outcome::kUndone);
  DropAtEachWait("BEGIN; INSERT INTO other VALUES (1)", "SELECT count(*), sum(length(big)) FROM t",
                 Outcome::kUndone);
  DropAtEachWait("", "PRAGMA integrity_check", Outcome::kUndone);
}

TEST_P(AbandonTest, LeavesACheckpointToTheNext) {
  DropAtEachWait("INSERT INTO other VALUES (1)", "PRAGMA wal_checkpoint(TRUNCATE)",
                 Outcome::kUndone);
}

TEST_P(AbandonTest, GivesUpAReadTransactionThatWasBeingBegun) {
  DropAtEachWait("", "BEGIN IMMEDIATE", Outcome::kUndone);
}

// Where it was dropped while it took the write lock, the lock is taken all the same.
TEST_P(AbandonTest, GoesBackToASavepointThatIsOlderThanTheWriteLock) {
  for (int wait_count = 1;; ++wait_count) {
    SCOPED_TRACE("dropped at wait " + std::to_string(wait_count));
    Fixture fixture(kSetUp);
    const std::string before = fixture.Content();
    ASSERT_TRUE(RunSql(fixture.io, *fixture.connection, "SAVEPOINT s").ok());
    auto statement = fixture.connection->Prepare("INSERT INTO other VALUES (1)");
    ASSERT_TRUE(statement.ok());
    const bool has_ended = StepUntilWait(fixture, **statement, wait_count);
    statement->reset();
    for (const char* sql : {"ROLLBACK TO s", "RELEASE s"}) {
      const SqlResult result = RunSql(fixture.io, *fixture.connection, sql);
      EXPECT_TRUE(result.ok()) << result.ToString();
    }
    EXPECT_EQ(fixture.Content(), before);
    if (has_ended) return;
  }
}

}  // namespace
}  // namespace orrery
