#include "sim/workloads/sql_triggers.h"

namespace orrery::sim {
namespace {

constexpr const char* kNames[] = {"g0", "g1", "g2"};

std::string Join(std::initializer_list<std::string> pieces) { return SqlExpressions::Join(pieces); }

}  // namespace

std::string SqlTriggers::Change(const std::vector<SqlTable>& tables) {
  const std::string name = kNames[choices_.Choose(kTriggerCount, "trigger")];
  if (choices_.Choose(3, "drop") == 0) {
    return Join({"DROP TRIGGER ", Pick({"", "IF EXISTS "}, "if exists"), name});
  }
  const SqlTable& table = tables[choices_.Choose(tables.size(), "table")];
  const std::string time = Pick({"BEFORE ", "AFTER ", ""}, "time");
  const uint64_t event = choices_.Choose(3, "event");
  std::string sql =
      Join({Pick({"CREATE TRIGGER ", "CREATE TRIGGER IF NOT EXISTS "}, "create"), name, " ", time});
  row_ = table;
  row_.name = event == 0 ? "NEW" : event == 1 ? "OLD" : Pick({"NEW", "OLD"}, "row");
  for (std::string& column : row_.columns) column = row_.name + "." + column;
  row_.is_query = true;
  if (event == 0) sql += "INSERT";
  if (event == 1) sql += "DELETE";
  if (event == 2) {
    sql += "UPDATE";
    if (choices_.Choose(3, "columns") == 0) {
      sql += " OF " + table.columns[choices_.Choose(table.columns.size(), "column")];
    }
  }
  sql += " ON " + table.name;
  expressions_.Use(&row_);
  if (choices_.Choose(3, "when") == 0) sql += " WHEN " + expressions_.Draw(1);
  sql += " BEGIN ";
  const uint64_t step_count = choices_.Between(1, 3, "steps");
  for (uint64_t i = 0; i < step_count; ++i) {
    sql += Step(tables[choices_.Choose(tables.size(), "target")]) + "; ";
  }
  return sql + "END";
}

std::string SqlTriggers::Rowid() {
  return Join({row_.name, ".rowid+", std::to_string(choices_.Choose(4, "offset"))});
}

std::string SqlTriggers::Step(const SqlTable& table) {
  const uint64_t number = choices_.Choose(table.columns.size(), "column");
  const std::string& column = table.columns[number];
  // A value of a wrong type may leave rows, see oracles/differential.h.
  if (table.is_strict) return Raise();
  const bool is_key = number == 0 && table.has_key;
  const auto value = [&] {
    return is_key ? std::to_string(choices_.Choose(1000, "key")) : expressions_.Draw(1);
  };
  switch (choices_.Choose(6, "step")) {
    case 0:
      return Raise();
    case 1:
      return Join({"DELETE FROM ", table.name, " WHERE rowid=", Rowid()});
    case 2:
    case 3:
      return Join({"UPDATE ", Pick({"", "OR IGNORE ", "OR REPLACE "}, "or"), table.name, " SET ",
                   column, "=", value(), " WHERE rowid=", Rowid()});
    default:
      return Join({Pick({"INSERT", "INSERT OR IGNORE", "REPLACE"}, "insert"), " INTO ", table.name,
                   "(", column, ") VALUES(", value(), ")"});
  }
}

std::string SqlTriggers::Raise() {
  const std::string action =
      Pick({"IGNORE", "IGNORE", "ABORT,'no'", "FAIL,'half'", "ROLLBACK,'none'"}, "raise");
  return Join({"SELECT RAISE(", action, ") WHERE ", expressions_.Draw(1)});
}

void SqlTriggers::Learn(const std::vector<std::string>& definitions,
                        std::vector<SqlTable>& tables) const {
  for (const std::string& definition : definitions) {
    if (!definition.starts_with("CREATE TRIGGER ")) continue;
    for (SqlTable& table : tables) {
      const bool is_it = definition.find(" ON " + table.name + " ") != definition.npos;
      if (is_it) table.has_constraint = table.has_triggers = true;
    }
  }
}

}  // namespace orrery::sim
