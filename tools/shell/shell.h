// The shell: reads SQL and dot-commands line by line, runs them on one connection, and writes rows
// and errors as the sqlite3 shell does by default.

#ifndef ORRERY_TOOLS_SHELL_SHELL_H_
#define ORRERY_TOOLS_SHELL_SHELL_H_

#include <cstdio>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "engine/db/connection.h"
#include "engine/io/io.h"

namespace orrery {

class Shell {
 public:
  // Asks for a line; empty at the end of the input. `is_continued`: a statement has begun.
  using LineReader = std::function<std::optional<std::string>(bool is_continued)>;

  // `out` gets rows, `err` errors.
  Shell(Io& io, Connection& connection, std::FILE* out, std::FILE* err)
      : io_(io), connection_(connection), out_(out), err_(err) {}

  // Until the input ends or .quit. True when no statement failed.
  bool Run(const LineReader& read_line);

 private:
  void RunSql();
  void RunStatement(Statement& statement, int line);
  void PrintPlan(Statement& statement, StepResult result);
  void RunCommand(std::string_view line);
  void Query(std::string_view sql);
  void Error(std::string_view kind, int line, const Status& status, std::string_view sql);

  Io& io_;
  Connection& connection_;
  std::FILE* out_;
  std::FILE* err_;
  std::string text_;     // of statements not yet run
  int line_number_ = 0;  // of the line read last
  int first_line_ = 1;   // where text_ begins
  bool has_failed_ = false;
  bool quits_ = false;
  bool shows_headers_ = false;
};

// Whether `sql` ends behind the semicolon of its last statement, blanks and comments aside.
bool IsComplete(std::string_view sql);

}  // namespace orrery

#endif  // ORRERY_TOOLS_SHELL_SHELL_H_
