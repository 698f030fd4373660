// The schema: what the rows of sqlite_schema say there is. A Schema never changes once it is built;
// a change to the database gives a new one, and the programs made for the old are made anew.
// load_schema.h reads it from the database.

#ifndef ORRERY_ENGINE_CATALOG_SCHEMA_H_
#define ORRERY_ENGINE_CATALOG_SCHEMA_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/status.h"
#include "engine/catalog/index.h"
#include "engine/catalog/names.h"
#include "engine/format/page_number.h"
#include "engine/sql/ast.h"
#include "engine/value/affinity.h"
#include "engine/value/collation.h"
#include "engine/value/value.h"

namespace orrery {

// The number of a connection's first two databases; those attached come after them.
inline constexpr int kMainDatabase = 0;
inline constexpr int kTempDatabase = 1;

struct Column {
  std::string name;
  std::string declared_type;  // as written, those of STRICT tables in capitals; empty: none was
  Affinity affinity = Affinity::kBlob;
  const Collation* collation = &kBinaryCollation;
  std::optional<ValueType> required_type;  // of a STRICT table, unless the column takes ANY
  bool is_not_null = false;
  ConflictAction not_null_action = ConflictAction::kUnsaid;
  const Expr* default_expr = nullptr;  // null: NULL. Part of Table::definition.
  std::string default_text;            // as written, for table_info
  int primary_key_position = 0;        // counts from 1; 0: not part of it
  bool is_generated = false;
  bool is_hidden = false;            // * does not stand for it
  bool is_without_affinity = false;  // of a subquery: an expression that has none
};

// CHECK: of a column or of the table.
struct CheckConstraint {
  std::string name;  // what an error calls it: its name or its text
  const Expr* expr;  // part of Table::definition
};

struct Trigger;

// A foreign key, as it is declared. https://www.sqlite.org/foreignkeys.html
struct ForeignKey {
  std::string parent;
  std::vector<int> columns;                        // of the child, the table it is of
  const ForeignKeyReference* reference = nullptr;  // part of Table::definition
};

struct Table {
  std::string name;
  int database = kMainDatabase;
  PageNumber root = kNoPage;
  std::vector<Column> columns;
  std::vector<CheckConstraint> checks;
  // The column that is the rowid under another name (INTEGER PRIMARY KEY), or -1. Records hold NULL
  // in its place.
  int rowid_column = -1;
  ConflictAction rowid_action = ConflictAction::kUnsaid;
  std::string sql;  // as sqlite_schema has it

  bool is_system = false;  // sqlite_schema and other tables that SQL may not change
  bool is_without_rowid = false;
  bool is_strict = false;
  bool is_virtual = false;
  bool is_autoincrement = false;
  std::vector<ForeignKey> foreign_keys;  // in the order of the definition
  // The newest first, as they run; without the temporary ones, which Catalog knows.
  std::vector<const Trigger*> triggers;
  // In the order in which their constraints are looked at: the newest first, but those that REPLACE
  // after all others.
  std::vector<std::unique_ptr<Index>> indexes;
  // Of a WITHOUT ROWID table: the one that is the table. Its entries are the rows, its root the
  // table's. Null: rows have rowids, or are those of a query.
  Index* primary_key = nullptr;

  MissingCollations missing_collations;
  // Owns what the pointers above point into.
  std::shared_ptr<const ParsedStatement> definition;

  // -1 when there is no column of that name.
  int FindColumn(std::string_view column_name) const;
  // Where a column is in the record of a row.
  int StoredAt(int column) const;
  // Empty when rows can be read, or changed; else what keeps them from it ("WITHOUT ROWID tables
  // are not supported yet").
  Status CheckReadable() const;
  Status CheckWritable() const;
};

// Makes a Table of a parsed CREATE TABLE (or CREATE VIRTUAL TABLE), with the indexes of its
// constraints; refuses what SQLite refuses. No roots, sql or triggers yet.
Result<Table> MakeTable(std::shared_ptr<const ParsedStatement> definition, int schema_format,
                        DefinitionSource source);
// Makes an Index of a parsed CREATE INDEX on `table`. No root or sql yet. Names in expressions are
// not looked up.
Result<std::unique_ptr<Index>> MakeIndex(std::shared_ptr<const ParsedStatement> definition,
                                         const Table& table, int schema_format,
                                         DefinitionSource source);
// Adds an index to a table that has none of its name.
Index& AddIndex(Table& table, std::unique_ptr<Index> index);

// What errors call the table of all others.
inline std::string_view OldNameOf(const Table& table) {
  if (!table.is_system) return table.name;
  return table.database == kTempDatabase ? "sqlite_temp_master" : "sqlite_master";
}

// Whether an expression may stand as a DEFAULT: no columns, parameters or subqueries.
bool IsConstantDefault(const Expr& expr);
// The value of a DEFAULT that is a literal, as rows stored before ADD COLUMN read it, with the
// column's affinity. NULL for one that is not.
Value StoredDefault(const Column& column);

struct View {
  std::string name;
  int database = kMainDatabase;
  std::string sql;
  std::shared_ptr<const ParsedStatement> definition;
  std::vector<const Trigger*> triggers;  // as those of a Table
};

// A trigger: names in it are looked up when it is run.
struct Trigger {
  std::string name;
  int database = kMainDatabase;  // a temporary one may be of another's table
  std::string sql;
  std::shared_ptr<const ParsedStatement> definition;  // a CreateTriggerStatement
};
// INSTEAD OF is for views, BEFORE and AFTER for tables.
Status CheckTriggerTime(const CreateTriggerStatement& create, bool is_view);

// A view or trigger: known by name.
struct SchemaObject {
  SchemaObjectKind kind = SchemaObjectKind::kView;
  std::string name;
  std::string table_name;
  std::string sql;
};

// Before schema format 4 an index was always ascending, whatever was written.
inline constexpr int kSchemaFormatWithDescending = 4;

class Schema {
 public:
  // With the table sqlite_schema alone. `database` is the number of the one it is of in its
  // connection. `schema_format` is the database header's; 0, of a database that nobody has written
  // to, is the newest.
  explicit Schema(int database, int schema_format = 0);

  // Adds a row of sqlite_schema in a database of so many pages: kCorrupt when it makes no sense, or
  // says something else than its own SQL.
  Status AddRow(std::string_view type, std::string_view name, std::string_view table_name,
                const Value& root, std::string_view sql, PageNumber page_count);
  // The schema table goes by each of its names.
  const Table* FindTable(std::string_view name) const;
  const View* FindView(std::string_view name) const;
  const Trigger* FindTrigger(std::string_view name) const;
  // `table` is set to the index's.
  const Index* FindIndex(std::string_view name, const Table** table) const;

  // In the order of the rows of sqlite_schema, which itself is not among them.
  const std::vector<std::unique_ptr<Table>>& tables() const { return tables_; }
  const std::vector<SchemaObject>& objects() const { return objects_; }
  // Of all trees, sqlite_schema's first.
  std::vector<PageNumber> Roots() const;

  int schema_format() const { return schema_format_; }

  uint32_t cookie = 0;  // of the database header that this was read under

 private:
  Status AddTable(std::string_view name, std::string_view table_name, const Value& root,
                  PageNumber root_page, std::string_view sql);
  Status AddIndexRow(std::string_view name, PageNumber root, std::string_view sql);
  Status AddView(std::string_view name, std::string_view sql);
  Status AddTrigger(std::string_view name, std::string_view sql);

  const int database_;
  const int schema_format_;
  std::unique_ptr<Table> schema_table_;
  std::vector<std::unique_ptr<Table>> tables_;
  std::vector<SchemaObject> objects_;
  std::vector<std::unique_ptr<View>> views_;
  std::map<std::string, Table*> tables_by_name_;
  std::map<std::string, View*> views_by_name_;
  std::map<std::string, std::unique_ptr<Trigger>> triggers_by_name_;
  struct TableIndex {
    Table* table = nullptr;
    Index* index = nullptr;
  };
  std::map<std::string, TableIndex> indexes_by_name_;
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_CATALOG_SCHEMA_H_
