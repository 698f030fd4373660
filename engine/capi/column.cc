// The columns of the current row.

#include "engine/capi/handles.h"
#include "engine/value/cast.h"

using orrery::Value;
using orrery::ValueType;

namespace {

constexpr int kTypeInteger = 1;
constexpr int kTypeReal = 2;
constexpr int kTypeText = 3;
constexpr int kTypeBlob = 4;
constexpr int kTypeNull = 5;

// Null when there is no such column, or no row.
const Value* ColumnOf(sqlite3_stmt* statement, int column) {
  if (statement == nullptr || !statement->has_row || column < 0 ||
      column >= statement->statement->column_count()) {
    return nullptr;
  }
  return &statement->statement->column(column);
}

// The column's bytes, with a NUL behind them; null for NULL.
const std::string* BytesOf(sqlite3_stmt* statement, int column) {
  const Value* value = ColumnOf(statement, column);
  if (value == nullptr || value->is_null()) return nullptr;
  const size_t index = static_cast<size_t>(column);
  if (statement->texts.size() <= index) statement->texts.resize(index + 1);
  sqlite3_stmt::Text& text = statement->texts[index];
  if (!text.is_known) {
    const Value as_text = ToText(*value);
    text.bytes = as_text.text();
    text.is_known = true;
  }
  return &text.bytes;
}

}  // namespace

int sqlite3_column_count(sqlite3_stmt* statement) {
  return statement == nullptr ? 0 : statement->statement->column_count();
}

int sqlite3_data_count(sqlite3_stmt* statement) {
  return statement == nullptr || !statement->has_row ? 0 : statement->statement->column_count();
}

const char* sqlite3_column_name(sqlite3_stmt* statement, int column) {
  if (statement == nullptr || column < 0 || column >= statement->statement->column_count()) {
    return nullptr;
  }
  // Made anew when the statement may have been compiled anew.
  std::vector<std::string>& names = statement->names;
  const size_t index = static_cast<size_t>(column);
  if (names.size() <= index) {
    names.resize(static_cast<size_t>(statement->statement->column_count()));
  }
  const std::string_view name = statement->statement->column_name(column);
  if (names[index] != name) names[index] = name;
  return names[index].c_str();
}

int sqlite3_column_type(sqlite3_stmt* statement, int column) {
  const Value* value = ColumnOf(statement, column);
  switch (value == nullptr ? ValueType::kNull : value->type()) {
    case ValueType::kNull:
      return kTypeNull;
    case ValueType::kInteger:
      return kTypeInteger;
    case ValueType::kReal:
      return kTypeReal;
    case ValueType::kText:
      return kTypeText;
    case ValueType::kBlob:
      return kTypeBlob;
  }
  return kTypeNull;
}

int64_t sqlite3_column_int64(sqlite3_stmt* statement, int column) {
  const Value* value = ColumnOf(statement, column);
  return value == nullptr ? 0 : ToInteger(*value);
}

int sqlite3_column_int(sqlite3_stmt* statement, int column) {
  return static_cast<int>(sqlite3_column_int64(statement, column));
}

double sqlite3_column_double(sqlite3_stmt* statement, int column) {
  const Value* value = ColumnOf(statement, column);
  return value == nullptr ? 0.0 : ToReal(*value);
}

const unsigned char* sqlite3_column_text(sqlite3_stmt* statement, int column) {
  const std::string* bytes = BytesOf(statement, column);
  return bytes == nullptr ? nullptr : reinterpret_cast<const unsigned char*>(bytes->c_str());
}

// Null for a blob of no bytes too, as in SQLite.
const void* sqlite3_column_blob(sqlite3_stmt* statement, int column) {
  const std::string* bytes = BytesOf(statement, column);
  return bytes == nullptr || bytes->empty() ? nullptr : bytes->data();
}

int sqlite3_column_bytes(sqlite3_stmt* statement, int column) {
  const std::string* bytes = BytesOf(statement, column);
  return bytes == nullptr ? 0 : static_cast<int>(bytes->size());
}
