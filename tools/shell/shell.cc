#include "tools/shell/shell.h"

#include <cstring>
#include <memory>
#include <vector>

#include "engine/value/cast.h"

namespace orrery {
namespace {

constexpr std::string_view kHelp =
    ".headers on|off     Show the names of columns\n"
    ".help               Show this text\n"
    ".quit               Leave\n"
    ".schema             Show the CREATE statements\n"
    ".tables             List the tables\n";

bool IsBlank(std::string_view text) { return text.find_first_not_of(" \t\r\n\f") == text.npos; }

}  // namespace

bool IsComplete(std::string_view sql) {
  bool ends_in_semicolon = false;
  for (size_t i = 0; i < sql.size();) {
    const char c = sql[i];
    if (c == ';') {
      ends_in_semicolon = true;
      ++i;
    } else if (c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f') {
      ++i;
    } else if (sql.substr(i, 2) == "--") {
      const size_t end = sql.find('\n', i);
      if (end == sql.npos) return ends_in_semicolon;
      i = end;
    } else if (sql.substr(i, 2) == "/*") {
      const size_t end = sql.find("*/", i + 2);
      if (end == sql.npos) return false;
      i = end + 2;
    } else if (c == '\'' || c == '"' || c == '`' || c == '[') {
      const size_t end = sql.find(c == '[' ? ']' : c, i + 1);
      if (end == sql.npos) return false;
      ends_in_semicolon = false;
      i = end + 1;
    } else {
      ends_in_semicolon = false;
      ++i;
    }
  }
  return ends_in_semicolon;
}

bool Shell::Run(const LineReader& read_line) {
  while (!quits_) {
    const bool is_continued = !IsBlank(text_);
    std::optional<std::string> line = read_line(is_continued);
    if (!line) break;
    ++line_number_;
    if (!is_continued) {
      text_.clear();
      first_line_ = line_number_;
      if (line->starts_with('.')) {
        RunCommand(*line);
        continue;
      }
    }
    text_ += *line + "\n";
    if (IsComplete(text_)) RunSql();
  }
  if (!IsBlank(text_)) RunSql();
  return !has_failed_;
}

void Shell::RunSql() {
  std::string_view rest = text_;
  while (!IsBlank(rest)) {
    size_t tail = 0;
    Result<std::unique_ptr<Statement>> statement = connection_.Prepare(rest, &tail);
    if (!statement.ok()) {
      Error("Parse error", first_line_, statement.status(), rest);
      break;
    }
    if (*statement != nullptr) RunStatement(**statement, first_line_);
    if (tail == 0) break;
    rest.remove_prefix(tail);
  }
  text_.clear();
}

void Shell::RunStatement(Statement& statement, int line) {
  // Names are looked up first: what is wrong then is wrong in the text.
  IoResult<> compiled = RunToEnd(io_, [&] { return statement.Compile(); });
  if (compiled.failed()) return Error("Parse error", line, compiled.status(), statement.sql());
  StepResult result = StepBlocking(io_, statement);
  if (statement.column_count() == 4 && statement.column_name(3) == "detail") {
    return PrintPlan(statement, std::move(result));
  }
  if (shows_headers_ && result.kind == StepKind::kRow) {
    for (int i = 0; i < statement.column_count(); ++i) {
      std::fprintf(out_, "%s%s", i == 0 ? "" : "|", std::string(statement.column_name(i)).c_str());
    }
    std::fputc('\n', out_);
  }
  for (; result.kind == StepKind::kRow; result = StepBlocking(io_, statement)) {
    for (int i = 0; i < statement.column_count(); ++i) {
      if (i > 0) std::fputc('|', out_);
      const Value text = ToText(statement.column(i));
      if (text.is_null()) continue;
      // Up to a NUL byte, as sqlite3 prints it.
      const std::string_view bytes = text.text().substr(0, text.text().find('\0'));
      std::fwrite(bytes.data(), 1, bytes.size(), out_);
    }
    std::fputc('\n', out_);
  }
  if (result.kind == StepKind::kError) Error("Runtime error", line, result.error, statement.sql());
}

// EXPLAIN QUERY PLAN as a tree. All lines are at the top so far.
void Shell::PrintPlan(Statement& statement, StepResult result) {
  std::vector<std::string> lines;
  for (; result.kind == StepKind::kRow; result = StepBlocking(io_, statement)) {
    lines.emplace_back(ToText(statement.column(3)).text());
  }
  std::fputs("QUERY PLAN\n", out_);
  for (size_t i = 0; i < lines.size(); ++i) {
    std::fprintf(out_, "%s--%s\n", i + 1 < lines.size() ? "|" : "`", lines[i].c_str());
  }
}

void Shell::Error(std::string_view kind, int line, const Status& status, std::string_view) {
  has_failed_ = true;
  std::fflush(out_);
  std::fprintf(err_, "%.*s near line %d: %.*s", static_cast<int>(kind.size()), kind.data(), line,
               static_cast<int>(status.message().size()), status.message().data());
  const int code = static_cast<int>(status.code());
  if (code != static_cast<int>(ResultCode::kError)) std::fprintf(err_, " (%d)", code & 0xff);
  std::fputc('\n', err_);
}

void Shell::RunCommand(std::string_view line) {
  while (!line.empty() && (line.back() == ' ' || line.back() == '\r')) line.remove_suffix(1);
  if (line == ".quit" || line == ".exit") {
    quits_ = true;
  } else if (line == ".help") {
    std::fputs(kHelp.data(), out_);
  } else if (line == ".headers on" || line == ".headers off") {
    shows_headers_ = line.ends_with("on");
  } else if (line == ".tables") {
    Query(
        "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE "
        "'sqlite_%' ORDER BY 1");
  } else if (line == ".schema") {
    Query(
        "SELECT sql || ';' FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' "
        "ORDER BY rowid");
  } else {
    has_failed_ = true;
    std::fprintf(
        err_, "Error: unknown command or invalid arguments:  \"%.*s\". Enter \".help\" for help\n",
        static_cast<int>(line.size() - 1), line.data() + 1);
  }
}

void Shell::Query(std::string_view sql) {
  Result<std::unique_ptr<Statement>> statement = connection_.Prepare(sql);
  if (!statement.ok()) return Error("Error", line_number_, statement.status(), sql);
  const bool shows_headers = std::exchange(shows_headers_, false);
  RunStatement(**statement, line_number_);
  shows_headers_ = shows_headers;
}

}  // namespace orrery
