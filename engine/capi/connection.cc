// What a connection knows: errors, changes, settings.

#include "engine/base/result_code.h"
#include "engine/capi/handles.h"

using orrery::ResultCode;
using orrery::Status;

int sqlite3::Ended(const Status& status) {
  code = static_cast<int>(status.code());
  message = status.ok() ? "not an error" : std::string(status.message());
  error_offset = status.offset();
  return Shown(code);
}

int sqlite3_errcode(sqlite3* db) {
  return db == nullptr ? static_cast<int>(ResultCode::kNoMemory) : db->Shown(db->code);
}

int sqlite3_extended_errcode(sqlite3* db) {
  return db == nullptr ? static_cast<int>(ResultCode::kNoMemory) : db->code;
}

const char* sqlite3_errmsg(sqlite3* db) {
  return db == nullptr ? "out of memory" : db->message.c_str();
}

int sqlite3_error_offset(sqlite3* db) { return db == nullptr ? -1 : db->error_offset; }

const char* sqlite3_errstr(int code) {
  switch (code) {
    case kSqliteOk:
      return "not an error";
    case kSqliteRow:
      return "another row available";
    case kSqliteDone:
      return "no more rows available";
    case static_cast<int>(ResultCode::kAbortRollback):
      return "abort due to ROLLBACK";
    default:
      // The texts are literals, so they end in a NUL.
      return Describe(static_cast<ResultCode>(code & 0xff)).data();
  }
}

int sqlite3_extended_result_codes(sqlite3* db, int on) {
  if (db == nullptr) return kSqliteMisuse;
  db->shows_extended_codes = on != 0;
  return kSqliteOk;
}

int64_t sqlite3_changes64(sqlite3* db) { return db->connection->changes(); }
int sqlite3_changes(sqlite3* db) { return static_cast<int>(sqlite3_changes64(db)); }
int64_t sqlite3_total_changes64(sqlite3* db) { return db->connection->total_changes(); }
int sqlite3_total_changes(sqlite3* db) { return static_cast<int>(sqlite3_total_changes64(db)); }
int64_t sqlite3_last_insert_rowid(sqlite3* db) { return db->connection->last_insert_rowid(); }
int sqlite3_get_autocommit(sqlite3* db) { return db->connection->in_transaction() ? 0 : 1; }

int sqlite3_busy_timeout(sqlite3* db, int milliseconds) {
  db->connection->SetBusyTimeout(milliseconds);
  return kSqliteOk;
}

void sqlite3_interrupt(sqlite3* db) { db->connection->Interrupt(); }
