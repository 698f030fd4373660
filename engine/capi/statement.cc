// Preparing and running statements.

#include <cstring>

#include "engine/capi/handles.h"
#include "engine/value/cast.h"

using orrery::IoResult;
using orrery::Result;
using orrery::Statement;
using orrery::Status;
using orrery::StepKind;
using orrery::StepResult;

void sqlite3_stmt::ForgetRow() {
  has_row = false;
  for (Text& text : texts) text.is_known = false;
}

int sqlite3_prepare_v2(sqlite3* db, const char* sql, int size, sqlite3_stmt** out,
                       const char** tail) {
  if (out == nullptr) return kSqliteMisuse;
  *out = nullptr;
  if (db == nullptr || db->connection == nullptr || sql == nullptr) return kSqliteMisuse;
  const std::string_view text(
      sql, size < 0 ? std::strlen(sql) : strnlen(sql, static_cast<size_t>(size)));
  size_t end = 0;
  Result<std::unique_ptr<Statement>> made = db->connection->Prepare(text, &end);
  if (tail != nullptr) *tail = sql + end;
  if (!made.ok()) return db->Ended(made.status());
  if (*made == nullptr) return db->Ended(orrery::OkStatus());
  auto statement = std::make_unique<sqlite3_stmt>();
  statement->statement = *std::move(made);
  // Names are looked up now, as callers expect.
  IoResult<> compiled = orrery::RunToEnd(*db->io, [&] { return statement->statement->Compile(); });
  if (compiled.failed()) return db->Ended(compiled.status());
  statement->db = db;
  statement->sql = text.substr(0, end);
  ++db->statement_count;
  *out = statement.release();
  return db->Ended(orrery::OkStatus());
}

int sqlite3_prepare_v3(sqlite3* db, const char* sql, int size, unsigned, sqlite3_stmt** out,
                       const char** tail) {
  return sqlite3_prepare_v2(db, sql, size, out, tail);
}

int sqlite3_step(sqlite3_stmt* statement) {
  if (statement == nullptr) return kSqliteMisuse;
  statement->ForgetRow();
  const StepResult result = orrery::StepBlocking(*statement->db->io, *statement->statement);
  switch (result.kind) {
    case StepKind::kRow:
      statement->has_row = true;
      statement->last_code = kSqliteOk;
      statement->db->code = kSqliteRow;
      statement->db->message = "another row available";
      return kSqliteRow;
    case StepKind::kDone:
      statement->last_code = kSqliteOk;
      statement->db->code = kSqliteDone;
      statement->db->message = "no more rows available";
      return kSqliteDone;
    default:
      return statement->last_code = statement->db->Ended(result.error);
  }
}

int sqlite3_reset(sqlite3_stmt* statement) {
  if (statement == nullptr) return kSqliteOk;
  statement->ForgetRow();
  statement->statement->Reset();
  return std::exchange(statement->last_code, kSqliteOk);
}

int sqlite3_finalize(sqlite3_stmt* statement) {
  if (statement == nullptr) return kSqliteOk;
  const int code = sqlite3_reset(statement);
  sqlite3* const db = statement->db;
  delete statement;
  if (--db->statement_count == 0 && db->is_zombie) DestroyConnection(db);
  return code;
}

const char* sqlite3_sql(sqlite3_stmt* statement) {
  return statement == nullptr ? nullptr : statement->sql.c_str();
}

sqlite3* sqlite3_db_handle(sqlite3_stmt* statement) {
  return statement == nullptr ? nullptr : statement->db;
}

int sqlite3_stmt_readonly(sqlite3_stmt* statement) {
  return statement == nullptr || statement->statement->read_only() ? 1 : 0;
}

namespace {

// Hands the row to the callback; true when it wants no more.
bool HandOver(sqlite3_stmt* statement, sqlite3_callback callback, void* context) {
  const int count = sqlite3_column_count(statement);
  std::vector<char*> values;
  std::vector<char*> names;
  for (int i = 0; i < count; ++i) {
    const bool is_null = sqlite3_column_type(statement, i) == 5;
    values.push_back(is_null ? nullptr
                             : const_cast<char*>(reinterpret_cast<const char*>(
                                   sqlite3_column_text(statement, i))));
    names.push_back(const_cast<char*>(sqlite3_column_name(statement, i)));
  }
  return callback(context, count, values.data(), names.data()) != 0;
}

int ExecAll(sqlite3* db, const char* sql, sqlite3_callback callback, void* context) {
  while (*sql != '\0') {
    sqlite3_stmt* statement = nullptr;
    const char* tail = nullptr;
    int code = sqlite3_prepare_v2(db, sql, -1, &statement, &tail);
    if (code != kSqliteOk) return code;
    if (tail == sql) break;
    sql = tail;
    if (statement == nullptr) continue;
    while ((code = sqlite3_step(statement)) == kSqliteRow) {
      if (callback != nullptr && HandOver(statement, callback, context)) {
        sqlite3_finalize(statement);
        return db->Ended(Status(orrery::ResultCode::kAbort, "query aborted"));
      }
    }
    sqlite3_finalize(statement);
    if (code != kSqliteDone) return code;
  }
  return db->Ended(orrery::OkStatus());
}

}  // namespace

int sqlite3_exec(sqlite3* db, const char* sql, sqlite3_callback callback, void* context,
                 char** message) {
  if (message != nullptr) *message = nullptr;
  if (db == nullptr || db->connection == nullptr) return kSqliteMisuse;
  const int code = ExecAll(db, sql == nullptr ? "" : sql, callback, context);
  if (code != kSqliteOk && message != nullptr) {
    const size_t size = db->message.size() + 1;
    *message = static_cast<char*>(sqlite3_malloc(static_cast<int>(size)));
    if (*message != nullptr) std::memcpy(*message, db->message.c_str(), size);
  }
  return code;
}
