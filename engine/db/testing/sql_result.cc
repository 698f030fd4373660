#include "engine/db/testing/sql_result.h"

#include "engine/value/quote.h"

namespace orrery {

std::string SqlResult::ToString() const {
  std::string text = "code " + std::to_string(code) + " " + message + "\n";
  for (const std::string& column : columns) text += "[" + column + "]";
  for (const std::string& row : rows) text += "\n" + row;
  return text;
}

namespace {

SqlResult ErrorResult(const Status& status) {
  SqlResult result;
  result.code = static_cast<int>(status.code());
  result.message = status.message();
  return result;
}

void RunInto(Io& io, Statement& statement, SqlResult& result) {
  IoResult<> compiled = RunToEnd(io, [&] { return statement.Compile(); });
  if (compiled.failed()) {
    result = ErrorResult(compiled.status());
    return;
  }
  while (true) {
    StepResult step = StepBlocking(io, statement);
    // Only now, since the first step may find that the schema has changed.
    result.columns.clear();
    for (int i = 0; i < statement.column_count(); ++i) {
      result.columns.emplace_back(statement.column_name(i));
    }
    if (step.kind == StepKind::kDone) return;
    if (step.kind == StepKind::kError) {
      const SqlResult error = ErrorResult(step.error);
      result.code = error.code;
      result.message = error.message;
      return;
    }
    std::string row;
    for (int i = 0; i < statement.column_count(); ++i) {
      if (i > 0) row += '|';
      row += QuoteValue(statement.column(i));
    }
    result.rows.push_back(std::move(row));
  }
}

}  // namespace

SqlResult RunStatement(Io& io, Statement& statement) {
  SqlResult result;
  RunInto(io, statement, result);
  return result;
}

SqlResult RunSql(Io& io, Connection& connection, std::string_view sql) {
  SqlResult result;
  while (result.ok() && !sql.empty()) {
    size_t tail = 0;
    Result<std::unique_ptr<Statement>> statement = connection.Prepare(sql, &tail);
    if (!statement.ok()) return ErrorResult(statement.status());
    if (*statement != nullptr) RunInto(io, **statement, result);
    sql.remove_prefix(tail);
  }
  return result;
}

}  // namespace orrery
