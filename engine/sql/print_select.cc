#include "engine/sql/sql_writer.h"

namespace orrery {
namespace {

std::string_view JoinWords(JoinKind kind) {
  switch (kind) {
    case JoinKind::kComma:
    case JoinKind::kInner:
      return "JOIN";
    case JoinKind::kCross:
      return "CROSS JOIN";
    case JoinKind::kLeft:
      return "LEFT JOIN";
    case JoinKind::kRight:
      return "RIGHT JOIN";
    case JoinKind::kFull:
      return "FULL JOIN";
  }
  Unreachable();
}

}  // namespace

void SqlWriter::WriteAlias(const std::optional<Name>& alias) {
  if (!alias) return;
  Word("AS");
  WriteName(*alias);
}

void SqlWriter::WriteInParentheses(const SelectStatement& select) {
  Open();
  Write(select);
  Mark(")");
}

void SqlWriter::Write(const WithClause& with) {
  if (with.empty()) return;
  Word(with.is_recursive ? "WITH RECURSIVE" : "WITH");
  for (size_t i = 0; i < with.tables.size(); ++i) {
    const CommonTable& table = with.tables[i];
    if (i > 0) Mark(",");
    WriteName(table.name);
    if (!table.columns.empty()) WriteNames(table.columns);
    Word("AS");
    if (table.materialization == Materialization::kMaterialized) Word("MATERIALIZED");
    if (table.materialization == Materialization::kNotMaterialized) Word("NOT MATERIALIZED");
    WriteInParentheses(*table.select);
  }
}

void SqlWriter::Write(const SelectStatement& select) {
  Write(select.with);
  for (size_t i = 0; i < select.cores.size(); ++i) {
    if (i > 0) Word(Describe(select.ops[i - 1]));
    Write(select.cores[i]);
  }
  if (!select.order_by.empty()) {
    Word("ORDER BY");
    Write(select.order_by);
  }
  if (select.limit) {
    Word("LIMIT");
    Write(*select.limit);
  }
  if (select.offset) {
    Word("OFFSET");
    Write(*select.offset);
  }
}

void SqlWriter::Write(const SelectCore& core) {
  if (core.is_values()) {
    Word("VALUES");
    for (size_t i = 0; i < core.values.size(); ++i) {
      if (i > 0) Mark(",");
      WriteInParentheses(core.values[i]);
    }
    return;
  }
  Word(core.is_distinct ? "SELECT DISTINCT" : "SELECT");
  Write(core.columns);
  if (!core.from.empty()) {
    Word("FROM");
    WriteFrom(core.from);
  }
  WriteWhere(core.where);
  if (!core.group_by.empty()) {
    Word("GROUP BY");
    Write(core.group_by);
  }
  if (core.having) {
    Word("HAVING");
    Write(*core.having);
  }
  for (size_t i = 0; i < core.windows.size(); ++i) {
    if (i == 0) {
      Word("WINDOW");
    } else {
      Mark(",");
    }
    WriteName(core.windows[i].name);
    Word("AS");
    WriteInParentheses(core.windows[i].definition);
  }
}

void SqlWriter::Write(const std::vector<ResultColumn>& columns) {
  for (size_t i = 0; i < columns.size(); ++i) {
    const ResultColumn& column = columns[i];
    if (i > 0) Mark(",");
    if (column.expr) {
      Write(*column.expr);
      WriteAlias(column.alias);
    } else {
      if (column.table) {
        WriteName(*column.table);
        Mark(".");
      }
      Word("*");
    }
  }
}

void SqlWriter::WriteFrom(const FromClause& from) {
  for (size_t i = 0; i < from.size(); ++i) {
    const JoinType join = from[i].join;
    if (i > 0 && join.kind == JoinKind::kComma) {
      Mark(",");
    } else if (i > 0) {
      if (join.is_natural) Word("NATURAL");
      Word(JoinWords(join.kind));
    }
    Write(from[i]);
  }
}

void SqlWriter::Write(const FromItem& item) {
  if (item.select) {
    WriteInParentheses(*item.select);
  } else if (!item.nested.empty()) {
    Open();
    WriteFrom(item.nested);
    Mark(")");
  } else {
    WriteName(item.table);
    if (item.has_arguments) WriteInParentheses(item.arguments);
  }
  WriteAlias(item.alias);
  Write(item.hint);
  if (item.on) {
    Word("ON");
    Write(*item.on);
  }
  if (!item.using_columns.empty()) {
    Word("USING");
    WriteNames(item.using_columns);
  }
}

void SqlWriter::Write(const IndexHint& hint) {
  if (hint.is_not_indexed) Word("NOT INDEXED");
  if (!hint.index) return;
  Word("INDEXED BY");
  WriteName(*hint.index);
}

}  // namespace orrery
