// An Index of a table: what CREATE INDEX made, or a UNIQUE or PRIMARY KEY constraint of CREATE
// TABLE. https://www.sqlite.org/lang_createindex.html

#ifndef ORRERY_ENGINE_CATALOG_INDEX_H_
#define ORRERY_ENGINE_CATALOG_INDEX_H_

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "engine/format/key_order.h"
#include "engine/format/page_number.h"
#include "engine/sql/ast.h"
#include "engine/value/collation.h"

namespace orrery {

// Beside the numbers of a table's columns, which count from 0.
inline constexpr int kRowidColumn = -1;
inline constexpr int kExpressionColumn = -2;

struct IndexColumn {
  int column = kRowidColumn;   // of the table, or one of the above
  const Expr* expr = nullptr;  // of kExpressionColumn; part of the definition
  const Collation* collation = &kBinaryCollation;
  bool is_descending = false;
};

// What made it, as PRAGMA index_list names it: c, u, pk.
enum class IndexOrigin : uint8_t { kCreateIndex, kUnique, kPrimaryKey };

struct Index {
  std::string name;
  PageNumber root = kNoPage;
  IndexOrigin origin = IndexOrigin::kCreateIndex;
  int constraint_number = 0;  // the one in its name, when a constraint made it
  // The columns of an entry: the declared ones, then those that tell the row.
  std::vector<IndexColumn> columns;
  size_t declared_count = 0;
  // Of the columns that tell entries apart, which come first.
  KeyOrder order;
  bool is_unique = false;
  ConflictAction action = ConflictAction::kUnsaid;
  const Expr* where = nullptr;  // of a partial index; null: every row has an entry
  std::string sql;              // as sqlite_schema has it; empty when a constraint made it
  // Owns what the pointers above point into; null when the table's definition does.
  std::shared_ptr<const ParsedStatement> definition;

  bool has_expressions() const {
    for (const IndexColumn& each : columns) {
      if (each.column == kExpressionColumn) return true;
    }
    return false;
  }
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_CATALOG_INDEX_H_
