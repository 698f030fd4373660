// SQLite itself, as the oracle: it runs the same statements, and opens the files a crash left.
// Nothing here touches the machine's disk: an image's files live in memory behind a VFS of our own.

#ifndef ORRERY_SIM_ORACLES_SQLITE3_DATABASE_H_
#define ORRERY_SIM_ORACLES_SQLITE3_DATABASE_H_

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result_code.h"
#include "sim/workloads/table_statement.h"

namespace orrery::sim {

// The files of one database, by what is appended to its path: "", "-wal", "-journal".
using DatabaseImage = std::map<std::string, std::string, std::less<>>;

struct Sqlite3Answer {
  ResultCode code = ResultCode::kOk;  // extended
  std::string message;
  Rows rows;  // those before the error, too
  std::vector<std::string> columns;

  bool ok() const { return code == ResultCode::kOk; }
};

class Sqlite3Database {
 public:
  // An empty database in memory.
  Sqlite3Database();
  // A copy of the image, opened as sqlite3 would after the crash. Errors show in the first answer.
  // `path` is that of the database, by which files of the image may name each other.
  explicit Sqlite3Database(DatabaseImage image, std::string path = "/image");
  ~Sqlite3Database();
  Sqlite3Database(Sqlite3Database&&);
  Sqlite3Database& operator=(Sqlite3Database&& other) {
    impl_.swap(other.impl_);
    return *this;
  }

  // Runs the first statement of `sql` to its end.
  Sqlite3Answer Run(std::string_view sql, const std::vector<Value>& parameters = {});
  // Takes the tables of the other, but for temporary ones, and those of its attached databases
  // under the same names. The other may be in a transaction, this one not. Both in memory.
  void BecomeCopyOf(Sqlite3Database& other);
  int64_t changes() const;
  int64_t last_insert_rowid() const;
  bool in_transaction() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace orrery::sim

#endif  // ORRERY_SIM_ORACLES_SQLITE3_DATABASE_H_
