// For tests: asks the sqlite3 library what an expression is worth.

#ifndef ORRERY_ENGINE_VALUE_SQLITE_ORACLE_H_
#define ORRERY_ENGINE_VALUE_SQLITE_ORACLE_H_

#include <memory>
#include <string>
#include <vector>

#include "engine/base/status.h"
#include "engine/value/value.h"

namespace orrery {

class SqliteOracle {
 public:
  SqliteOracle();
  ~SqliteOracle();

  // The first column of the first row of `sql` with `arguments` bound to ?1, ?2, ...; NULL when
  // there is no row. Prepared statements are kept by their text.
  Result<Value> Evaluate(const std::string& sql, const std::vector<Value>& arguments);
  // All rows, each with its columns.
  Result<std::vector<std::vector<Value>>> Query(const std::string& sql,
                                                const std::vector<Value>& arguments);

  // The database as the bytes of a file.
  std::string Serialize();

 private:
  struct Connection;
  std::unique_ptr<Connection> connection_;
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_VALUE_SQLITE_ORACLE_H_
