// Values for the parameters of a statement.

#include <cstring>
#include <string_view>

#include "engine/capi/handles.h"

using orrery::Status;
using orrery::Value;

namespace {

int Bind(sqlite3_stmt* statement, int parameter, Value value) {
  if (statement == nullptr) return kSqliteMisuse;
  return statement->db->Ended(statement->statement->Bind(parameter, std::move(value)));
}

// 0 and -1 are SQLITE_STATIC and SQLITE_TRANSIENT; the bytes are copied in every case.
void Destroy(const void* memory, sqlite3_destructor_type destructor) {
  const auto number = reinterpret_cast<intptr_t>(destructor);
  if (number != 0 && number != -1) destructor(const_cast<void*>(memory));
}

}  // namespace

int sqlite3_bind_parameter_count(sqlite3_stmt* statement) {
  return statement == nullptr ? 0 : statement->statement->parameter_count();
}

int sqlite3_bind_parameter_index(sqlite3_stmt* statement, const char* name) {
  if (statement == nullptr || name == nullptr) return 0;
  return statement->statement->parameter_index(name);
}

int sqlite3_bind_null(sqlite3_stmt* statement, int parameter) {
  return Bind(statement, parameter, Value::Null());
}

int sqlite3_bind_int64(sqlite3_stmt* statement, int parameter, int64_t integer) {
  return Bind(statement, parameter, Value::Integer(integer));
}

int sqlite3_bind_int(sqlite3_stmt* statement, int parameter, int integer) {
  return Bind(statement, parameter, Value::Integer(integer));
}

int sqlite3_bind_double(sqlite3_stmt* statement, int parameter, double real) {
  return Bind(statement, parameter, Value::Real(real));
}

int sqlite3_bind_text(sqlite3_stmt* statement, int parameter, const char* text, int size,
                      sqlite3_destructor_type destructor) {
  if (text == nullptr) return sqlite3_bind_null(statement, parameter);
  const size_t length = size < 0 ? std::strlen(text) : static_cast<size_t>(size);
  const int code = Bind(statement, parameter, Value::Text({text, length}));
  Destroy(text, destructor);
  return code;
}

int sqlite3_bind_blob(sqlite3_stmt* statement, int parameter, const void* blob, int size,
                      sqlite3_destructor_type destructor) {
  if (blob == nullptr) return sqlite3_bind_null(statement, parameter);
  if (size < 0) return kSqliteMisuse;
  const auto* bytes = static_cast<const std::byte*>(blob);
  const int code = Bind(statement, parameter, Value::Blob({bytes, static_cast<size_t>(size)}));
  Destroy(blob, destructor);
  return code;
}

int sqlite3_clear_bindings(sqlite3_stmt* statement) {
  if (statement == nullptr) return kSqliteMisuse;
  for (int i = 1; i <= statement->statement->parameter_count(); ++i) {
    (void)statement->statement->Bind(i, Value::Null());
  }
  return kSqliteOk;
}
