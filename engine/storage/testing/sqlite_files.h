// For tests that let sqlite3 and us work on the same files of the host.

#ifndef ORRERY_ENGINE_STORAGE_TESTING_SQLITE_FILES_H_
#define ORRERY_ENGINE_STORAGE_TESTING_SQLITE_FILES_H_

// lint: allow(files) the host's, which both engines use
#include <filesystem>
#include <string>

#include "engine/io/syscall_io.h"
#include "engine/io/testing/yield_plan.h"
#include "engine/storage/page_operations.h"
#include "engine/storage/pager.h"
#include "gtest/gtest.h"
#include "sqlite3_oracle.h"

namespace orrery {

inline const YieldSite kSqliteFetch("test.sqlite.fetch");

class Sqlite {
 public:
  explicit Sqlite(const std::string& path) { CHECK(sqlite3_open(path.c_str(), &db_) == SQLITE_OK); }
  ~Sqlite() { sqlite3_close(db_); }
  // The rows, columns joined with '|', rows with '\n'; "error: ..." on an error.
  std::string Run(const std::string& sql) {
    std::string rows;
    char* error = nullptr;
    const auto add = [](void* out, int count, char** values, char**) {
      std::string& text = *static_cast<std::string*>(out);
      if (!text.empty()) text += '\n';
      for (int i = 0; i < count; ++i) {
        if (i > 0) text += '|';
        text += values[i] == nullptr ? "NULL" : values[i];
      }
      return 0;
    };
    if (sqlite3_exec(db_, sql.c_str(), add, &rows, &error) != SQLITE_OK) {
      rows = std::string("error: ") + error;
      sqlite3_free(error);
    }
    return rows;
  }

 private:
  sqlite3* db_ = nullptr;
};

class SqliteFilesTest : public testing::Test {
 protected:
  SqliteFilesTest() {
    std::filesystem::remove_all(directory_);
    CHECK(std::filesystem::create_directories(directory_));
  }
  ~SqliteFilesTest() override { std::filesystem::remove_all(directory_); }

  std::unique_ptr<Pager> Open(PagerOptions options = PagerOptions()) {
    return ValueOf(Pager::Open(io_, path_, options));
  }
  template <typename Call>
  auto Run(Call call) {
    return ValueOf(RunToEnd(io_, call));
  }
  PageRef Get(Pager& pager, PageNumber number) {
    FetchPage fetch;
    fetch.Start(pager, number, kSqliteFetch);
    return Run([&] { return fetch.Resume(); });
  }
  PageRef Allocate(Pager& pager) {
    AllocatePage allocate;
    allocate.Start(pager);
    return Run([&] { return allocate.Resume(); });
  }
  void Free(Pager& pager, PageNumber number) {
    FreePage free;
    free.Start(pager, number);
    Run([&] { return free.Resume(); });
  }
  void BeginWrite(Pager& pager) {
    Run([&] { return pager.BeginRead(); });
    Run([&] { return pager.BeginWrite(); });
  }
  void Commit(Pager& pager) {
    Run([&] { return pager.Commit(); });
    pager.EndRead();
  }
  void Close(Pager& pager) {
    Run([&] { return pager.Close(); });
  }
  // Rewrites every page with its own bytes, so that all go through our log or journal.
  void RewriteAll(Pager& pager) {
    BeginWrite(pager);
    for (PageNumber page = 1; page <= pager.page_count(); ++page) {
      if (page == LockPage(pager.page_size())) continue;
      (void)Get(pager, page).Edit();
    }
    Commit(pager);
  }

  const std::string directory_ =
      testing::TempDir() + "orrery_" +
      testing::UnitTest::GetInstance()->current_test_info()->test_suite_name();
  const std::string path_ = directory_ + "/test.db";
  SyscallIo io_;
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_STORAGE_TESTING_SQLITE_FILES_H_
