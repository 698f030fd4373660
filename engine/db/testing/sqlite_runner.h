// Runs statements on the sqlite3 library, for comparison.

#ifndef ORRERY_ENGINE_DB_TESTING_SQLITE_RUNNER_H_
#define ORRERY_ENGINE_DB_TESTING_SQLITE_RUNNER_H_

#include <memory>
#include <string>
#include <string_view>

#include "engine/db/testing/sql_result.h"

namespace orrery {

class SqliteRunner {
 public:
  explicit SqliteRunner(const std::string& path = ":memory:");
  ~SqliteRunner();

  SqlResult Run(std::string_view sql);
  int64_t changes() const;
  int64_t last_insert_rowid() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_DB_TESTING_SQLITE_RUNNER_H_
