// What running one statement came to, so that two engines, or two runs, can be compared.

#ifndef ORRERY_ENGINE_DB_TESTING_SQL_RESULT_H_
#define ORRERY_ENGINE_DB_TESTING_SQL_RESULT_H_

#include <string>
#include <string_view>
#include <vector>

#include "engine/db/connection.h"

namespace orrery {

struct SqlResult {
  int code = 0;         // extended
  std::string message;  // of an error
  std::vector<std::string> columns;
  std::vector<std::string> rows;  // each value as quote() has it, with | between

  bool ok() const { return code == 0; }
  std::string ToString() const;
  bool operator==(const SqlResult&) const = default;
};

// Runs all statements of `sql`, up to the first that fails. Rows of all are taken together.
SqlResult RunSql(Io& io, Connection& connection, std::string_view sql);
SqlResult RunStatement(Io& io, Statement& statement);

}  // namespace orrery

#endif  // ORRERY_ENGINE_DB_TESTING_SQL_RESULT_H_
