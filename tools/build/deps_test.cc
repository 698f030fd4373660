// Goal: every outside package builds, links and works under every compiler and configuration.
// Method: the smallest use of each. A package that only this test misses is one to remove.
#include <liburing.h>

#include <editline/readline.h>
#include <boost/context/detail/fcontext.hpp>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "rapidcheck/gtest.h"
#include "sqlite3_oracle.h"

// The C API to come defines these names itself; the oracle's are renamed and must not collide.
#undef sqlite3_libversion
extern "C" const char* sqlite3_libversion() { return "ours"; }

namespace {

TEST(DepsTest, TheOracleIsTheSystemSqliteUnderOtherNames) {
  sqlite3* db = nullptr;
  ASSERT_EQ(sqlite3_open(":memory:", &db), SQLITE_OK);
  sqlite3_stmt* statement = nullptr;
  ASSERT_EQ(sqlite3_prepare_v2(db, "SELECT 6 * 7", -1, &statement, nullptr), SQLITE_OK);
  ASSERT_EQ(sqlite3_step(statement), SQLITE_ROW);
  EXPECT_EQ(sqlite3_column_int(statement, 0), 42);
  sqlite3_finalize(statement);
  sqlite3_close(db);
  EXPECT_STREQ(oracle_sqlite3_libversion(), SQLITE_VERSION);
  EXPECT_STREQ(sqlite3_libversion(), "ours");
}

namespace ctx = boost::context::detail;

void CountUp(ctx::transfer_t from) {
  int* count = static_cast<int*>(from.data);
  while (true) {
    ++*count;
    from = ctx::jump_fcontext(from.fctx, nullptr);
  }
}

TEST(DepsTest, AFiberSwitchesToItsOwnStackAndBack) {
  constexpr size_t kStackSize = 64 * 1024;
  const auto stack = std::make_unique<char[]>(kStackSize);
  int count = 0;
  ctx::fcontext_t fiber = ctx::make_fcontext(stack.get() + kStackSize, kStackSize, CountUp);
  for (int i = 0; i < 3; ++i) fiber = ctx::jump_fcontext(fiber, &count).fctx;
  EXPECT_EQ(count, 3);
}

TEST(DepsTest, LiburingAnswersWhetherTheKernelHasRings) {
  io_uring ring;
  const int result = io_uring_queue_init(4, &ring, 0);
  if (result < 0) GTEST_SKIP() << "no io_uring here: " << -result;
  io_uring_queue_exit(&ring);
}

TEST(DepsTest, AbseilJsonAndLineEditingLink) {
  absl::btree_map<std::string, int> map = {{"b", 2}, {"a", 1}};
  EXPECT_EQ(absl::StrCat(map.begin()->first, map.begin()->second), "a1");
  EXPECT_EQ(nlohmann::json::parse(R"({"seed": 7})")["seed"], 7);
  using_history();
  add_history("SELECT 1;");
  EXPECT_EQ(history_length, 1);
}

RC_GTEST_PROP(DepsTest, RapidcheckGeneratesAndChecks, (const std::vector<int>& values)) {
  const std::vector<int> reversed(values.rbegin(), values.rend());
  RC_ASSERT(std::vector<int>(reversed.rbegin(), reversed.rend()) == values);
}

}  // namespace
