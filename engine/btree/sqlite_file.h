// For tests: a database file, as sqlite3 sees it.

#ifndef ORRERY_ENGINE_BTREE_SQLITE_FILE_H_
#define ORRERY_ENGINE_BTREE_SQLITE_FILE_H_

#include <cstdio>
#include <sstream>
#include <string>
#include <vector>

#include "engine/base/check.h"
#include "engine/format/page_number.h"
#include "gtest/gtest.h"
#include "sqlite3_oracle.h"

namespace orrery {

inline std::string FreshPath(const std::string& name) {
  const std::string path = testing::TempDir() + "/btree_oracle_" + name + ".db";
  for (const char* suffix : {"", "-wal", "-shm", "-journal"}) std::remove((path + suffix).c_str());
  return path;
}

// sqlite3 on one file.
class SqliteFile {
 public:
  explicit SqliteFile(const std::string& path) {
    CHECK(sqlite3_open(path.c_str(), &database_) == SQLITE_OK);
  }
  ~SqliteFile() { sqlite3_close(database_); }

  void SetReservedSize(int size) {
    sqlite3_file_control(database_, "main", SQLITE_FCNTL_RESERVE_BYTES, &size);
  }
  // The first column of every row.
  std::vector<std::string> Run(const std::string& sql) {
    std::vector<std::string> rows;
    EXPECT_EQ(Run(sql, &rows), SQLITE_OK) << sql << ": " << sqlite3_errmsg(database_);
    return rows;
  }
  int Run(const std::string& sql, std::vector<std::string>* rows) {
    return sqlite3_exec(
        database_, sql.c_str(),
        [](void* to, int, char** values, char**) {
          static_cast<std::vector<std::string>*>(to)->push_back(values[0] ? values[0] : "NULL");
          return 0;
        },
        rows, nullptr);
  }
  // In the order in which sqlite3's integrity_check visits them, which tells of two trees that
  // share a page the one that comes second.
  std::vector<PageNumber> Roots() {
    std::vector<PageNumber> roots;
    sqlite3_stmt* explain = nullptr;
    sqlite3_prepare_v2(database_, "EXPLAIN PRAGMA integrity_check", -1, &explain, nullptr);
    while (sqlite3_step(explain) == SQLITE_ROW) {
      const auto text = [&](int column) {
        const auto* value = reinterpret_cast<const char*>(sqlite3_column_text(explain, column));
        return std::string(value ? value : "");
      };
      if (text(1) != "IntegrityCk") continue;
      std::istringstream list(text(5).substr(1));  // [2,3,1]
      PageNumber root = kNoPage;
      while (list >> root) {
        roots.push_back(root);
        list.get();
      }
      break;  // the next one is for temporary tables
    }
    sqlite3_finalize(explain);
    EXPECT_GE(roots.size(), 2u);
    return roots;
  }
  PageNumber Root(const std::string& table) {
    return static_cast<PageNumber>(
        std::stoul(Run("SELECT rootpage FROM sqlite_schema WHERE name = '" + table + "'").at(0)));
  }

 private:
  sqlite3* database_ = nullptr;
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_BTREE_SQLITE_FILE_H_
