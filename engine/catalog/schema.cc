#include "engine/catalog/schema.h"

#include "engine/catalog/literal.h"
#include "engine/sql/parser.h"

namespace orrery {
namespace {

Status MalformedSchema(std::string_view name, std::string_view detail) {
  std::string message = "malformed database schema (";
  message += name;
  message += ")";
  if (!detail.empty()) {
    message += " - ";
    message += detail;
  }
  return CorruptError(message);
}

// Page 1: the table of all others.
std::unique_ptr<Table> MakeSchemaTable() {
  auto table = std::make_unique<Table>();
  table->name = "sqlite_schema";
  table->root = 1;
  table->is_system = true;
  for (const std::string_view name : {"type", "name", "tbl_name", "rootpage", "sql"}) {
    Column column;
    column.name = name;
    column.declared_type = name == "rootpage" ? "INT" : "TEXT";
    column.affinity = name == "rootpage" ? Affinity::kInteger : Affinity::kText;
    table->columns.push_back(std::move(column));
  }
  return table;
}

}  // namespace

int Table::FindColumn(std::string_view column_name) const {
  for (size_t i = 0; i < columns.size(); ++i) {
    if (SameName(columns[i].name, column_name)) return static_cast<int>(i);
  }
  return -1;
}

Status Table::CheckReadable() const {
  const auto unsupported = [&](std::string_view what) {
    return Status(ResultCode::kError,
                  "table " + name + ": " + std::string(what) + " not supported yet");
  };
  if (is_virtual) return unsupported("virtual tables are");
  if (is_without_rowid) return unsupported("WITHOUT ROWID tables are");
  for (const Column& column : columns) {
    if (column.is_generated) return unsupported("generated columns are");
  }
  return OkStatus();
}

Status Table::CheckWritable() const {
  const auto unsupported = [&](std::string_view what) {
    return Status(ResultCode::kError,
                  "table " + name + ": " + std::string(what) + " not supported yet");
  };
  if (is_system) {
    return Status(ResultCode::kError, "table sqlite_master may not be modified");
  }
  RETURN_IF_ERROR(CheckReadable());
  if (index_count > 0 || needs_index) return unsupported("changing a table with indexes is");
  if (trigger_count > 0) return unsupported("changing a table with triggers is");
  if (is_autoincrement) return unsupported("AUTOINCREMENT is");
  if (is_strict) return unsupported("STRICT tables are");
  return OkStatus();
}

Schema::Schema() : schema_table_(MakeSchemaTable()) {}

Status Schema::AddRow(std::string_view type, std::string_view name, std::string_view table_name,
                      const Value& root, std::string_view sql, PageNumber page_count) {
  PageNumber root_page = kNoPage;
  if (root.is_integer() && root.integer() > 0 && root.integer() <= int64_t{kPageNumberMax}) {
    root_page = static_cast<PageNumber>(root.integer());
  }
  if (root_page > page_count) return MalformedSchema(name, "invalid rootpage");

  if (SameName(type, "table")) {
    size_t tail = 0;
    Result<ParsedStatement> parsed = ParseStatement(sql, &tail);
    if (!parsed.ok()) return MalformedSchema(name, parsed.status().message());
    if (!parsed->statement) return MalformedSchema(name, "");
    auto definition = std::make_shared<ParsedStatement>(*std::move(parsed));
    const StatementKind kind = definition->statement->kind;
    if (kind != StatementKind::kCreateTable && kind != StatementKind::kCreateVirtualTable) {
      return MalformedSchema(name, "");
    }
    Result<Table> table = MakeTable(std::move(definition));
    if (!table.ok()) return MalformedSchema(name, table.status().message());
    // Page 1 is the schema table's, which has no row.
    if (!SameName(table->name, name) || !SameName(table->name, table_name) || root_page == 1) {
      return MalformedSchema(name, "");
    }
    // A root of 0 is found wrong when the table is used, as in SQLite.
    const bool is_zero = root.is_integer() && root.integer() == 0;
    if (root_page == kNoPage && !is_zero) return MalformedSchema(name, "invalid rootpage");
    table->root = root_page;
    table->sql = sql;
    const auto [place, is_new] = tables_by_name_.emplace(NameKey(table->name), nullptr);
    if (!is_new) return MalformedSchema(name, "table " + table->name + " already exists");
    tables_.push_back(std::make_unique<Table>(*std::move(table)));
    place->second = tables_.back().get();
    return OkStatus();
  }

  SchemaObject object;
  if (type == "index") {
    object.kind = SchemaObjectKind::kIndex;
    if (root_page == kNoPage) return MalformedSchema(name, "invalid rootpage");
    object.root = root_page;
  } else if (type == "view") {
    object.kind = SchemaObjectKind::kView;
  } else if (type == "trigger") {
    object.kind = SchemaObjectKind::kTrigger;
  } else {
    return MalformedSchema(name, "");
  }
  object.name = name;
  object.table_name = table_name;
  object.sql = sql;
  // Triggers have names of their own.
  if (object.kind != SchemaObjectKind::kTrigger) {
    objects_by_name_.emplace(NameKey(name), objects_.size());
  }
  objects_.push_back(std::move(object));
  return OkStatus();
}

Status Schema::Finish() {
  for (const SchemaObject& object : objects_) {
    if (object.kind == SchemaObjectKind::kView) continue;
    const auto table = tables_by_name_.find(NameKey(object.table_name));
    if (table == tables_by_name_.end()) {
      if (object.kind == SchemaObjectKind::kTrigger) continue;  // of a view
      return MalformedSchema(object.name, "orphan index");
    }
    if (object.kind == SchemaObjectKind::kIndex) ++table->second->index_count;
    if (object.kind == SchemaObjectKind::kTrigger) ++table->second->trigger_count;
  }
  return OkStatus();
}

const Table* Schema::FindTable(std::string_view name) const {
  if (SameName(name, "sqlite_schema") || SameName(name, "sqlite_master"))
    return schema_table_.get();
  const auto found = tables_by_name_.find(NameKey(name));
  return found == tables_by_name_.end() ? nullptr : found->second;
}

const SchemaObject* Schema::FindObject(std::string_view name) const {
  const auto found = objects_by_name_.find(NameKey(name));
  return found == objects_by_name_.end() ? nullptr : &objects_[found->second];
}

std::vector<PageNumber> Schema::Roots() const {
  std::vector<PageNumber> roots = {schema_table_->root};
  for (const auto& table : tables_) {
    if (table->root != kNoPage) roots.push_back(table->root);
  }
  for (const SchemaObject& object : objects_) {
    if (object.root != kNoPage) roots.push_back(object.root);
  }
  return roots;
}

}  // namespace orrery
