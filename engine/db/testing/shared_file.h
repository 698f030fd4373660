// For tests: one file of the host for sqlite3 and us in turn, each closed before the other opens.

#ifndef ORRERY_ENGINE_DB_TESTING_SHARED_FILE_H_
#define ORRERY_ENGINE_DB_TESTING_SHARED_FILE_H_

#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "engine/db/connection.h"
#include "engine/db/testing/sql_result.h"
#include "engine/db/testing/sqlite_runner.h"
#include "engine/io/syscall_io.h"
#include "gtest/gtest.h"

namespace orrery {

using Strings = std::vector<std::string>;

class SharedFileTest : public testing::Test {
 protected:
  explicit SharedFileTest(const PagerOptions& options = {})
      : path_(testing::TempDir() + "/" +
              testing::UnitTest::GetInstance()->current_test_info()->test_suite_name() + "_" +
              testing::UnitTest::GetInstance()->current_test_info()->name() + ".db"),
        options_(options) {
    RemoveFiles();
  }
  ~SharedFileTest() override { RemoveFiles(); }

  void RemoveFiles() const {
    for (const char* suffix : {"", "-wal", "-shm", "-journal"})
      std::remove((path_ + suffix).c_str());
  }

  // The rows of a script that succeeds.
  Strings Sqlite(std::string_view sql) const {
    const SqlResult result = SqliteRunner(path_).Run(sql);
    EXPECT_TRUE(result.ok()) << sql << ": " << result.ToString();
    return result.rows;
  }
  Strings Ours(std::string_view sql) {
    const SqlResult result = TryOurs(sql);
    EXPECT_TRUE(result.ok()) << sql << ": " << result.ToString();
    return result.rows;
  }
  SqlResult TryOurs(std::string_view sql) {
    auto connection = Connection::Open(io_, path_, options_);
    CHECK(connection.ok());
    const SqlResult result = RunSql(io_, **connection, sql);
    EXPECT_TRUE(RunToEnd(io_, [&] { return (*connection)->Close(); }).done());
    return result;
  }

  const std::string path_;
  const PagerOptions options_;
  SyscallIo io_;
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_DB_TESTING_SHARED_FILE_H_
