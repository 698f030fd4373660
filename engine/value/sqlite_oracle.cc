#include "engine/value/sqlite_oracle.h"

#include <map>

#include "sqlite3_oracle.h"

namespace orrery {
namespace {

void Bind(sqlite3_stmt* statement, int index, const Value& value) {
  switch (value.type()) {
    case ValueType::kNull:
      sqlite3_bind_null(statement, index);
      return;
    case ValueType::kInteger:
      sqlite3_bind_int64(statement, index, value.integer());
      return;
    case ValueType::kReal:
      sqlite3_bind_double(statement, index, value.real());
      return;
    case ValueType::kText:
      sqlite3_bind_text64(statement, index, value.text().empty() ? "" : value.text().data(),
                          value.text().size(), SQLITE_TRANSIENT, SQLITE_UTF8);
      return;
    case ValueType::kBlob:
      if (value.bytes().empty()) {
        sqlite3_bind_zeroblob(statement, index, 0);
      } else {
        sqlite3_bind_blob64(statement, index, value.bytes().data(), value.bytes().size(),
                            SQLITE_TRANSIENT);
      }
      return;
  }
}

Value Column(sqlite3_stmt* statement, int index) {
  switch (sqlite3_column_type(statement, index)) {
    case SQLITE_INTEGER:
      return Value::Integer(sqlite3_column_int64(statement, index));
    case SQLITE_FLOAT:
      return Value::Real(sqlite3_column_double(statement, index));
    case SQLITE_TEXT: {
      const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, index));
      return Value::Text({text, static_cast<size_t>(sqlite3_column_bytes(statement, index))});
    }
    case SQLITE_BLOB: {
      const auto* bytes = static_cast<const std::byte*>(sqlite3_column_blob(statement, index));
      return Value::Blob({bytes, static_cast<size_t>(sqlite3_column_bytes(statement, index))});
    }
    default:
      return Value::Null();
  }
}

}  // namespace

struct SqliteOracle::Connection {
  sqlite3* db = nullptr;
  std::map<std::string, sqlite3_stmt*> statements;

  Status LastError() const {
    return Status(static_cast<ResultCode>(sqlite3_extended_errcode(db)), sqlite3_errmsg(db));
  }
};

SqliteOracle::SqliteOracle() : connection_(std::make_unique<Connection>()) {
  CHECK(sqlite3_open(":memory:", &connection_->db) == SQLITE_OK);
}

SqliteOracle::~SqliteOracle() {
  for (const auto& [sql, statement] : connection_->statements) sqlite3_finalize(statement);
  sqlite3_close(connection_->db);
}

Result<std::vector<std::vector<Value>>> SqliteOracle::Query(const std::string& sql,
                                                            const std::vector<Value>& arguments) {
  sqlite3_stmt*& statement = connection_->statements[sql];
  if (statement == nullptr &&
      sqlite3_prepare_v2(connection_->db, sql.c_str(), -1, &statement, nullptr) != SQLITE_OK) {
    connection_->statements.erase(sql);
    return connection_->LastError();
  }
  sqlite3_clear_bindings(statement);
  for (size_t i = 0; i < arguments.size(); ++i) {
    Bind(statement, static_cast<int>(i + 1), arguments[i]);
  }
  std::vector<std::vector<Value>> rows;
  int code;
  while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
    std::vector<Value>& row = rows.emplace_back();
    for (int i = 0; i < sqlite3_column_count(statement); ++i) row.push_back(Column(statement, i));
  }
  Status error;
  if (code != SQLITE_DONE) error = connection_->LastError();
  sqlite3_reset(statement);
  if (!error.ok()) return error;
  return rows;
}

std::string SqliteOracle::Serialize() {
  sqlite3_int64 size = 0;
  unsigned char* image = sqlite3_serialize(connection_->db, "main", &size, 0);
  CHECK(image != nullptr);
  std::string bytes(reinterpret_cast<const char*>(image), static_cast<size_t>(size));
  sqlite3_free(image);
  return bytes;
}

Result<Value> SqliteOracle::Evaluate(const std::string& sql, const std::vector<Value>& arguments) {
  ASSIGN_OR_RETURN(const std::vector<std::vector<Value>> rows, Query(sql, arguments));
  return rows.empty() ? Value::Null() : rows[0][0];
}

}  // namespace orrery
