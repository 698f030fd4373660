#include "engine/db/testing/sqlite_runner.h"

#include "engine/base/check.h"
#include "engine/value/quote.h"
#include "sqlite3_oracle.h"

namespace orrery {
namespace {

Value ColumnValue(sqlite3_stmt* statement, int index) {
  const auto size = static_cast<size_t>(sqlite3_column_bytes(statement, index));
  switch (sqlite3_column_type(statement, index)) {
    case SQLITE_INTEGER:
      return Value::Integer(sqlite3_column_int64(statement, index));
    case SQLITE_FLOAT:
      return Value::Real(sqlite3_column_double(statement, index));
    case SQLITE_TEXT:
      return Value::Text(
          {reinterpret_cast<const char*>(sqlite3_column_text(statement, index)), size});
    case SQLITE_BLOB:
      return Value::Blob(
          {static_cast<const std::byte*>(sqlite3_column_blob(statement, index)), size});
    default:
      return Value::Null();
  }
}

}  // namespace

struct SqliteRunner::Impl {
  sqlite3* db = nullptr;
};

SqliteRunner::SqliteRunner(const std::string& path) : impl_(std::make_unique<Impl>()) {
  CHECK(sqlite3_open(path.c_str(), &impl_->db) == SQLITE_OK);
  sqlite3_extended_result_codes(impl_->db, 1);
}

SqliteRunner::~SqliteRunner() { sqlite3_close(impl_->db); }

SqlResult SqliteRunner::Run(std::string_view sql) {
  SqlResult result;
  const auto fail = [&] {
    result.code = sqlite3_extended_errcode(impl_->db);
    result.message = sqlite3_errmsg(impl_->db);
  };
  while (result.ok() && !sql.empty()) {
    sqlite3_stmt* statement = nullptr;
    const char* tail = nullptr;
    if (sqlite3_prepare_v2(impl_->db, sql.data(), static_cast<int>(sql.size()), &statement,
                           &tail) != SQLITE_OK) {
      fail();
      result.columns.clear();
      return result;
    }
    sql.remove_prefix(static_cast<size_t>(tail - sql.data()));
    if (statement == nullptr) continue;
    const int count = sqlite3_column_count(statement);
    result.columns.clear();
    for (int i = 0; i < count; ++i) result.columns.emplace_back(sqlite3_column_name(statement, i));
    int code = SQLITE_ROW;
    while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
      std::string row;
      for (int i = 0; i < count; ++i) {
        if (i > 0) row += '|';
        row += QuoteValue(ColumnValue(statement, i));
      }
      result.rows.push_back(std::move(row));
    }
    if (code != SQLITE_DONE) fail();
    sqlite3_finalize(statement);
  }
  return result;
}

int64_t SqliteRunner::changes() const { return sqlite3_changes64(impl_->db); }
int64_t SqliteRunner::last_insert_rowid() const { return sqlite3_last_insert_rowid(impl_->db); }

}  // namespace orrery
