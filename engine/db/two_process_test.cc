// Goal: an unmodified sqlite3 and we work on one database at the same time, each in a process of
// its own, and neither loses or sees anything that it must not. Method: both move money between
// accounts, in transactions small and large, undone and committed; each counts its commits in the
// database. The sum holds in every snapshot, each count is what its process has counted, and both
// engines find the file sound at the end. Each checkpoints the log from a second connection, and in
// one test changes the journal mode.
//
// For longer: tools/bazel test //engine/db:two_process_test --test_arg=--seconds=600

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "engine/base/check.h"
#include "engine/db/connection.h"
#include "engine/db/testing/sql_result.h"
#include "engine/db/testing/sqlite_runner.h"
#include "engine/io/syscall_io.h"
#include "gtest/gtest.h"

namespace orrery {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kAccountCount = 40;
constexpr int kTotal = kAccountCount * 1000;
constexpr int kTryCountMax = 2000;  // of a statement that others are in the way of

int seconds_of_each_test = 4;

// ---- One connection of either engine ----

class Peer {
 public:
  virtual ~Peer() = default;
  virtual SqlResult Run(const std::string& sql) = 0;
};

class SqlitePeer final : public Peer {
 public:
  explicit SqlitePeer(const std::string& path) : runner_(path) {}
  SqlResult Run(const std::string& sql) override { return runner_.Run(sql); }

 private:
  SqliteRunner runner_;
};

class OrreryPeer final : public Peer {
 public:
  OrreryPeer(SyscallIo& io, const std::string& path) : io_(io) {
    Result<std::unique_ptr<Connection>> connection = Connection::Open(io, path, {});
    CHECK(connection.ok());
    connection_ = *std::move(connection);
  }
  ~OrreryPeer() override {
    (void)RunToEnd(io_, [&] { return connection_->Close(); });
  }
  SqlResult Run(const std::string& sql) override { return RunSql(io_, *connection_, sql); }

 private:
  SyscallIo& io_;
  std::unique_ptr<Connection> connection_;
};

std::unique_ptr<Peer> OpenPeer(std::string_view engine, SyscallIo& io, const std::string& path) {
  if (engine == "sqlite3") return std::make_unique<SqlitePeer>(path);
  return std::make_unique<OrreryPeer>(io, path);
}

bool IsInTheWay(const SqlResult& result) {
  constexpr int kBusy = 5;
  constexpr int kLocked = 6;
  const int primary = result.code & 0xff;
  return primary == kBusy || primary == kLocked;
}

// ---- What a process does ----

struct Work {
  std::string engine;
  std::string path;
  std::string journal;  // a mode, or "changing"
  int seconds = 0;
  unsigned seed = 0;
};

class Worker {
 public:
  Worker(const Work& work)
      : work_(work),
        random_(work.seed),
        peer_(OpenPeer(work.engine, io_, work.path)),
        checkpointer_(OpenPeer(work.engine, io_, work.path)) {}

  // Its commits; exits when something is wrong.
  int Run() {
    Must("PRAGMA synchronous=NORMAL; PRAGMA cache_size=10");
    if (work_.journal != "changing") Must("PRAGMA journal_mode=" + work_.journal);
    const auto end = Clock::now() + std::chrono::seconds(work_.seconds);
    while (Clock::now() < end) {
      switch (Draw(12)) {
        case 0:
          Check();
          break;
        case 1:
          Checkpoint();
          break;
        case 2:
          if (work_.journal == "changing") ChangeMode();
          break;
        default:
          Transfer();
      }
    }
    return commit_count_;
  }

 private:
  int Draw(int n) { return static_cast<int>(random_() % static_cast<unsigned>(n)); }

  [[noreturn]] void Stop(const std::string& sql, const SqlResult& result) {
    std::printf("%s: %s: %s\n", work_.engine.c_str(), sql.c_str(), result.ToString().c_str());
    std::fflush(stdout);
    std::_Exit(1);
  }

  // False: others are in the way.
  bool Try(Peer& peer, const std::string& sql, std::vector<std::string>* rows = nullptr) {
    const SqlResult result = peer.Run(sql);
    if (rows != nullptr) *rows = result.rows;
    if (result.ok()) return true;
    if (!IsInTheWay(result)) Stop(sql, result);
    return false;
  }
  // Until nobody is in the way.
  void Must(const std::string& sql) {
    for (int i = 0; i < kTryCountMax; ++i) {
      if (Try(*peer_, sql)) return;
      Sleep();
    }
    Stop(sql, {.message = "others are in the way for ever"});
  }
  void Sleep() { std::this_thread::sleep_for(std::chrono::microseconds(Draw(4000))); }

  void Transfer() {
    if (!Try(*peer_, Draw(4) == 0 ? "BEGIN EXCLUSIVE" : "BEGIN IMMEDIATE")) return Sleep();
    const int size = Draw(10) == 0 ? 60 : 1;
    for (int i = 0; i < size; ++i) {
      if (!Change()) return RollBack();
    }
    if (Draw(5) == 0) {
      if (!Try(*peer_, "SAVEPOINT s") || !Change() || !Try(*peer_, "ROLLBACK TO s")) {
        return RollBack();
      }
    }
    if (Draw(8) == 0) return RollBack();
    if (!Try(*peer_, "UPDATE tally SET n=n+1 WHERE who='" + work_.engine + "'")) return RollBack();
    // Readers may be in the way of the commit itself.
    for (int i = 0; i < 50; ++i) {
      if (Try(*peer_, "COMMIT")) {
        ++commit_count_;
        return;
      }
      Sleep();
    }
    RollBack();
  }
  bool Change() {
    const int amount = Draw(100);
    const std::string from = std::to_string(1 + Draw(kAccountCount));
    const std::string to = std::to_string(1 + Draw(kAccountCount));
    const std::string what = std::to_string(amount);
    const std::string note = std::to_string(Draw(400));
    const std::string text(static_cast<size_t>(Draw(3000)), static_cast<char>('a' + Draw(26)));
    return Try(*peer_, "UPDATE account SET balance=balance-" + what + " WHERE id=" + from) &&
           Try(*peer_, "UPDATE account SET balance=balance+" + what + " WHERE id=" + to) &&
           Try(*peer_, "DELETE FROM note WHERE id=" + note) &&
           (amount % 3 == 0 || Try(*peer_, "INSERT INTO note VALUES(" + note + ",'" + text + "')"));
  }
  void RollBack() { Must("ROLLBACK"); }

  // Twice in one snapshot.
  void Check() {
    if (!Try(*peer_, "BEGIN")) return Sleep();
    for (int i = 0; i < 2; ++i) {
      std::vector<std::string> rows;
      const std::string sql = "SELECT sum(balance), count(*) FROM account";
      if (!Try(*peer_, sql, &rows)) break;
      const std::string expected = std::to_string(kTotal) + "|" + std::to_string(kAccountCount);
      if (rows != std::vector{expected}) Stop(sql, {.message = "a wrong sum", .rows = rows});
      if (Draw(4) == 0) Sleep();
    }
    Must("COMMIT");
  }

  void Checkpoint() {
    static constexpr const char* kModes[] = {"PASSIVE", "FULL", "RESTART", "TRUNCATE"};
    (void)Try(*checkpointer_, std::string("PRAGMA wal_checkpoint(") + kModes[Draw(4)] + ")");
  }

  void ChangeMode() {
    static constexpr const char* kModes[] = {"wal", "delete", "truncate", "persist"};
    (void)Try(*peer_, std::string("PRAGMA journal_mode=") + kModes[Draw(4)]);
  }

  const Work& work_;
  std::mt19937 random_;
  SyscallIo io_;
  std::unique_ptr<Peer> peer_;
  std::unique_ptr<Peer> checkpointer_;
  int commit_count_ = 0;
};

// ---- The processes ----

class Child {
 public:
  Child(const Work& work) : output_path_(work.path + "." + work.engine) {
    const std::string words[] = {"two_process_test",
                                 "--work",
                                 work.engine,
                                 work.path,
                                 work.journal,
                                 std::to_string(work.seconds),
                                 std::to_string(work.seed)};
    std::vector<char*> arguments;
    for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, output_path_.c_str(),
                                     O_WRONLY | O_CREAT | O_TRUNC, 0600);
    CHECK(posix_spawn(&pid_, "/proc/self/exe", &actions, nullptr, arguments.data(), environ) == 0);
    posix_spawn_file_actions_destroy(&actions);
  }

  // Its last words, when it has ended well.
  std::string Wait() {
    int status = 0;
    CHECK(waitpid(pid_, &status, 0) == pid_);
    std::string words;
    std::getline(std::ifstream(output_path_), words, '\0');
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << words;
    return words;
  }

 private:
  const std::string output_path_;
  pid_t pid_ = 0;
};

class TwoProcessTest : public testing::TestWithParam<const char*> {
 protected:
  TwoProcessTest() { RemoveFiles(); }
  ~TwoProcessTest() override { RemoveFiles(); }
  void RemoveFiles() const {
    for (const char* suffix : {"", "-wal", "-shm", "-journal", ".sqlite3", ".orrery"}) {
      std::remove((path_ + suffix).c_str());
    }
  }

  const std::string path_ = testing::TempDir() + "/two_processes.db";
};

TEST_P(TwoProcessTest, KeepsTheSumAndEveryCommit) {
  const std::string journal = GetParam();
  {
    SqliteRunner sqlite(path_);
    std::string sql =
        "PRAGMA page_size=1024;"
        "CREATE TABLE account(id INTEGER PRIMARY KEY, balance);"
        "CREATE TABLE tally(who, n); INSERT INTO tally VALUES('sqlite3',0),('orrery',0);"
        "CREATE TABLE note(id INTEGER PRIMARY KEY, text);";
    for (int id = 1; id <= kAccountCount; ++id) {
      sql += "INSERT INTO account VALUES(" + std::to_string(id) + ",1000);";
    }
    ASSERT_TRUE(sqlite.Run(sql).ok());
  }
  std::string counts[2];
  {
    const int seconds = seconds_of_each_test;
    Child sqlite({"sqlite3", path_, journal, seconds, 1});
    Child orrery({"orrery", path_, journal, seconds, 2});
    counts[0] = sqlite.Wait();
    counts[1] = orrery.Wait();
  }
  std::printf("commits: sqlite3 %s, orrery %s\n", counts[0].c_str(), counts[1].c_str());
  EXPECT_NE(counts[0], "0");
  EXPECT_NE(counts[1], "0");
  const std::vector<std::string> expected = {"'ok'", counts[0], counts[1], std::to_string(kTotal)};
  const std::string sql =
      "PRAGMA integrity_check; SELECT n FROM tally; SELECT sum(balance) FROM account";
  SyscallIo io;
  for (const char* engine : {"sqlite3", "orrery"}) {
    const SqlResult result = OpenPeer(engine, io, path_)->Run(sql);
    EXPECT_EQ(result.rows, expected) << engine << ": " << result.ToString();
  }
}

INSTANTIATE_TEST_SUITE_P(Journals, TwoProcessTest,
                         testing::Values("wal", "delete", "truncate", "persist", "changing"),
                         [](const auto& info) { return std::string(info.param); });

}  // namespace
}  // namespace orrery

int main(int argc, char** argv) {
  if (argc == 7 && std::string_view(argv[1]) == "--work") {
    const orrery::Work work{argv[2], argv[3], argv[4], std::atoi(argv[5]),
                            static_cast<unsigned>(std::atoi(argv[6]))};
    std::printf("%d", orrery::Worker(work).Run());
    return 0;
  }
  testing::InitGoogleTest(&argc, argv);
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word.starts_with("--seconds=")) {
      // Divided among the tests.
      orrery::seconds_of_each_test = std::max(1, std::atoi(argv[i] + 10) / 5);
    }
  }
  return RUN_ALL_TESTS();
}
