#include "engine/catalog/schema.h"

#include <algorithm>

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

bool HasIndexAt(const Table& table, PageNumber root, const Index* but) {
  return std::any_of(table.indexes.begin(), table.indexes.end(),
                     [&](const auto& index) { return index.get() != but && index->root == root; });
}

// Page 1: the table of all others.
std::unique_ptr<Table> MakeSchemaTable(int database) {
  auto table = std::make_unique<Table>();
  table->name = database == kTempDatabase ? "sqlite_temp_schema" : "sqlite_schema";
  table->database = database;
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

int Table::StoredAt(int column) const {
  if (primary_key == nullptr) return column;
  const auto is_it = [column](const IndexColumn& each) { return each.column == column; };
  const auto& stored = primary_key->columns;
  return static_cast<int>(std::find_if(stored.begin(), stored.end(), is_it) - stored.begin());
}

Status Table::CheckReadable() const {
  const auto unsupported = [&](std::string_view what) {
    return Status(ResultCode::kError,
                  "table " + name + ": " + std::string(what) + " not supported yet");
  };
  if (is_virtual) return unsupported("virtual tables are");
  for (const Column& column : columns) {
    if (column.is_generated) return unsupported("generated columns are");
  }
  return OkStatus();
}

Status Table::CheckWritable() const {
  if (is_system) {
    return Status(ResultCode::kError,
                  "table " + std::string(OldNameOf(*this)) + " may not be modified");
  }
  RETURN_IF_ERROR(CheckReadable());
  for (const std::unique_ptr<Index>& index : indexes) {
    if (index->root == kNoPage) return MalformedSchema(index->name, "no root page");
  }
  return OkStatus();
}

Schema::Schema(int database, int schema_format)
    : database_(database),
      schema_format_(schema_format == 0 ? kSchemaFormatWithDescending : schema_format),
      schema_table_(MakeSchemaTable(database)) {}

Status Schema::AddRow(std::string_view type, std::string_view name, std::string_view table_name,
                      const Value& root, std::string_view sql, PageNumber page_count) {
  PageNumber root_page = kNoPage;
  if (root.is_integer() && root.integer() > 0 && root.integer() <= int64_t{kPageNumberMax}) {
    root_page = static_cast<PageNumber>(root.integer());
  }
  if (root_page > page_count) return MalformedSchema(name, "invalid rootpage");
  // sqlite3 looks at two letters before it parses.
  if (!sql.empty() && !SameName(sql.substr(0, 2), "cr")) return MalformedSchema(name, "");

  // A row without SQL is an automatic index's, whatever type it says it has.
  if (type == "index" || sql.empty()) return AddIndexRow(name, root_page, sql);
  if (SameName(type, "table")) return AddTable(name, table_name, root, root_page, sql);
  SchemaObject object;
  if (type == "view") {
    object.kind = SchemaObjectKind::kView;
    RETURN_IF_ERROR(AddView(name, sql));
  } else if (type == "trigger") {
    object.kind = SchemaObjectKind::kTrigger;
    RETURN_IF_ERROR(AddTrigger(name, sql));
  } else {
    return MalformedSchema(name, "");
  }
  object.name = name;
  object.table_name = table_name;
  object.sql = sql;
  objects_.push_back(std::move(object));
  return OkStatus();
}

Status Schema::AddView(std::string_view name, std::string_view sql) {
  Result<ParsedStatement> parsed = ParseStatement(sql, nullptr);
  if (!parsed.ok()) return MalformedSchema(name, parsed.status().message());
  if (!parsed->statement || parsed->statement->kind != StatementKind::kCreateView) {
    return MalformedSchema(name, "");
  }
  auto view = std::make_unique<View>();
  view->name = parsed->statement->As<CreateViewStatement>().view.name.text;
  view->database = database_;
  view->sql = sql;
  view->definition = std::make_shared<ParsedStatement>(*std::move(parsed));
  views_by_name_.emplace(NameKey(view->name), view.get());
  views_.push_back(std::move(view));
  return OkStatus();
}

Status CheckTriggerTime(const CreateTriggerStatement& create, bool is_view) {
  const bool is_instead = create.time == TriggerTime::kInsteadOf;
  if (is_instead == is_view) return OkStatus();
  const std::string& table = create.table.name.text;
  if (is_instead) {
    return Status(ResultCode::kError, "cannot create INSTEAD OF trigger on table: " + table);
  }
  const char* const time = create.time == TriggerTime::kAfter ? "AFTER" : "BEFORE";
  return Status(ResultCode::kError,
                std::string("cannot create ") + time + " trigger on view: " + table);
}

Status Schema::AddTrigger(std::string_view name, std::string_view sql) {
  Result<ParsedStatement> parsed = ParseStatement(sql, nullptr);
  if (!parsed.ok()) return MalformedSchema(name, parsed.status().message());
  if (!parsed->statement || parsed->statement->kind != StatementKind::kCreateTrigger) {
    return MalformedSchema(name, "");
  }
  auto trigger = std::make_unique<Trigger>();
  trigger->sql = sql;
  trigger->definition = std::make_shared<ParsedStatement>(*std::move(parsed));
  const auto& create = trigger->definition->statement->As<CreateTriggerStatement>();
  trigger->name = create.trigger.name.text;
  trigger->database = database_;
  if (database_ != kTempDatabase) {
    const std::string& table_name = create.table.name.text;
    const auto table = tables_by_name_.find(NameKey(table_name));
    const auto view = views_by_name_.find(NameKey(table_name));
    const bool is_view = view != views_by_name_.end();
    if (!is_view && table == tables_by_name_.end()) {
      return MalformedSchema(name, "no such table: main." + table_name);
    }
    if (Status status = CheckTriggerTime(create, is_view); !status.ok()) {
      return MalformedSchema(name, status.message());
    }
    std::vector<const Trigger*>& triggers =
        is_view ? view->second->triggers : table->second->triggers;
    triggers.insert(triggers.begin(), trigger.get());
  }
  const auto [place, is_new] = triggers_by_name_.emplace(NameKey(trigger->name), nullptr);
  if (!is_new) return MalformedSchema(name, "trigger " + trigger->name + " already exists");
  place->second = std::move(trigger);
  return OkStatus();
}

Status Schema::AddTable(std::string_view name, std::string_view table_name, const Value& root,
                        PageNumber root_page, std::string_view sql) {
  size_t tail = 0;
  Result<ParsedStatement> parsed = ParseStatement(sql, &tail);
  if (!parsed.ok()) return MalformedSchema(name, parsed.status().message());
  if (!parsed->statement) return MalformedSchema(name, "");
  auto definition = std::make_shared<ParsedStatement>(*std::move(parsed));
  const StatementKind kind = definition->statement->kind;
  if (kind != StatementKind::kCreateTable && kind != StatementKind::kCreateVirtualTable) {
    return MalformedSchema(name, "");
  }
  Result<Table> table = MakeTable(std::move(definition), schema_format_, DefinitionSource::kSchema);
  if (!table.ok()) return MalformedSchema(name, table.status().message());
  // Page 1 is the schema table's, which has no row.
  if (!SameName(table->name, name) || !SameName(table->name, table_name) || root_page == 1) {
    return MalformedSchema(name, "");
  }
  // A root of 0 is found wrong when the table is used, as in SQLite.
  const bool is_zero = root.is_integer() && root.integer() == 0;
  if (root_page == kNoPage && !is_zero) return MalformedSchema(name, "invalid rootpage");
  table->root = root_page;
  table->database = database_;
  if (table->primary_key != nullptr) table->primary_key->root = root_page;
  table->sql = sql;
  const auto [place, is_new] = tables_by_name_.emplace(NameKey(table->name), nullptr);
  if (!is_new) return MalformedSchema(name, "table " + table->name + " already exists");
  tables_.push_back(std::make_unique<Table>(*std::move(table)));
  place->second = tables_.back().get();
  for (const std::unique_ptr<Index>& index : place->second->indexes) {
    indexes_by_name_[NameKey(index->name)] = {place->second, index.get()};
  }
  return OkStatus();
}

// An index that a constraint made is there already; its row tells its root.
Status Schema::AddIndexRow(std::string_view name, PageNumber root, std::string_view sql) {
  if (sql.empty()) {
    const auto found = indexes_by_name_.find(NameKey(name));
    if (found == indexes_by_name_.end()) return MalformedSchema(name, "orphan index");
    const auto [table, index] = found->second;
    if (root <= schema_table_->root || HasIndexAt(*table, root, index)) {
      return MalformedSchema(name, "invalid rootpage");
    }
    index->root = root;
    return OkStatus();
  }
  size_t tail = 0;
  Result<ParsedStatement> parsed = ParseStatement(sql, &tail);
  if (!parsed.ok()) return MalformedSchema(name, parsed.status().message());
  if (!parsed->statement || parsed->statement->kind != StatementKind::kCreateIndex) {
    return MalformedSchema(name, "");
  }
  auto definition = std::make_shared<ParsedStatement>(*std::move(parsed));
  const std::string& table_name = definition->statement->As<CreateIndexStatement>().table.text;
  const auto table = tables_by_name_.find(NameKey(table_name));
  if (table == tables_by_name_.end()) {
    return MalformedSchema(name, "no such table: main." + table_name);
  }
  Result<std::unique_ptr<Index>> index =
      MakeIndex(std::move(definition), *table->second, schema_format_, DefinitionSource::kSchema);
  if (!index.ok()) return MalformedSchema(name, index.status().message());
  if (root == kNoPage || HasIndexAt(*table->second, root, nullptr)) {
    return MalformedSchema(name, "invalid rootpage");
  }
  (*index)->root = root;
  (*index)->sql = sql;
  const auto [place, is_new] = indexes_by_name_.emplace(NameKey((*index)->name), TableIndex());
  if (!is_new) {
    return MalformedSchema(name, "index " + (*index)->name + " already exists");
  }
  place->second = {table->second, &AddIndex(*table->second, *std::move(index))};
  return OkStatus();
}

const Table* Schema::FindTable(std::string_view name) const {
  const bool is_schema_table =
      IsSchemaTableName(name) || (database_ == kTempDatabase && IsTempSchemaTableName(name));
  if (is_schema_table) return schema_table_.get();
  const auto found = tables_by_name_.find(NameKey(name));
  return found == tables_by_name_.end() ? nullptr : found->second;
}

const View* Schema::FindView(std::string_view name) const {
  const auto found = views_by_name_.find(NameKey(name));
  return found == views_by_name_.end() ? nullptr : found->second;
}

const Trigger* Schema::FindTrigger(std::string_view name) const {
  const auto found = triggers_by_name_.find(NameKey(name));
  return found == triggers_by_name_.end() ? nullptr : found->second.get();
}

const Index* Schema::FindIndex(std::string_view name, const Table** table) const {
  const auto found = indexes_by_name_.find(NameKey(name));
  if (found == indexes_by_name_.end()) return nullptr;
  *table = found->second.table;
  return found->second.index;
}

std::vector<PageNumber> Schema::Roots() const {
  std::vector<PageNumber> roots = {schema_table_->root};
  for (const auto& table : tables_) {
    if (table->root != kNoPage) roots.push_back(table->root);
    for (const auto& index : table->indexes) {
      if (index->root != kNoPage && index->root != table->root) roots.push_back(index->root);
    }
  }
  return roots;
}

}  // namespace orrery
