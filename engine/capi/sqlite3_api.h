// The functions of SQLite's C interface that the shared library libsqlite3.so has, declared for its
// own use. A client includes SQLite's own header. What each does:
// https://www.sqlite.org/c3ref/intro.html
//
// A connection and its statements are used by one thread at a time. Calls drive the connection's Io
// until they are done.

#ifndef ORRERY_ENGINE_CAPI_SQLITE3_API_H_
#define ORRERY_ENGINE_CAPI_SQLITE3_API_H_

#include <cstdint>

struct sqlite3;
struct sqlite3_stmt;

using sqlite3_callback = int (*)(void* context, int column_count, char** values, char** names);
using sqlite3_destructor_type = void (*)(void*);

#define ORRERY_API extern "C" __attribute__((visibility("default")))

// -- Connections: open.cc --
ORRERY_API int sqlite3_open(const char* path, sqlite3** out);
ORRERY_API int sqlite3_open_v2(const char* path, sqlite3** out, int flags, const char* vfs);
ORRERY_API int sqlite3_close(sqlite3* db);
ORRERY_API int sqlite3_close_v2(sqlite3* db);

// -- What a connection knows and is told: connection.cc --
ORRERY_API int sqlite3_errcode(sqlite3* db);
ORRERY_API int sqlite3_extended_errcode(sqlite3* db);
ORRERY_API const char* sqlite3_errmsg(sqlite3* db);
ORRERY_API int sqlite3_error_offset(sqlite3* db);
ORRERY_API const char* sqlite3_errstr(int code);
ORRERY_API int sqlite3_extended_result_codes(sqlite3* db, int on);
ORRERY_API int sqlite3_changes(sqlite3* db);
ORRERY_API int64_t sqlite3_changes64(sqlite3* db);
ORRERY_API int sqlite3_total_changes(sqlite3* db);
ORRERY_API int64_t sqlite3_total_changes64(sqlite3* db);
ORRERY_API int64_t sqlite3_last_insert_rowid(sqlite3* db);
ORRERY_API int sqlite3_get_autocommit(sqlite3* db);
ORRERY_API int sqlite3_busy_timeout(sqlite3* db, int milliseconds);
ORRERY_API void sqlite3_interrupt(sqlite3* db);

// -- Statements: statement.cc --
ORRERY_API int sqlite3_prepare_v2(sqlite3* db, const char* sql, int size, sqlite3_stmt** out,
                                  const char** tail);
ORRERY_API int sqlite3_prepare_v3(sqlite3* db, const char* sql, int size, unsigned flags,
                                  sqlite3_stmt** out, const char** tail);
ORRERY_API int sqlite3_step(sqlite3_stmt* statement);
ORRERY_API int sqlite3_reset(sqlite3_stmt* statement);
ORRERY_API int sqlite3_finalize(sqlite3_stmt* statement);
ORRERY_API const char* sqlite3_sql(sqlite3_stmt* statement);
ORRERY_API sqlite3* sqlite3_db_handle(sqlite3_stmt* statement);
ORRERY_API int sqlite3_stmt_readonly(sqlite3_stmt* statement);
ORRERY_API int sqlite3_exec(sqlite3* db, const char* sql, sqlite3_callback callback, void* context,
                            char** message);

// -- Rows: column.cc --
ORRERY_API int sqlite3_column_count(sqlite3_stmt* statement);
ORRERY_API int sqlite3_data_count(sqlite3_stmt* statement);
ORRERY_API const char* sqlite3_column_name(sqlite3_stmt* statement, int column);
ORRERY_API int sqlite3_column_type(sqlite3_stmt* statement, int column);
ORRERY_API int sqlite3_column_int(sqlite3_stmt* statement, int column);
ORRERY_API int64_t sqlite3_column_int64(sqlite3_stmt* statement, int column);
ORRERY_API double sqlite3_column_double(sqlite3_stmt* statement, int column);
ORRERY_API const unsigned char* sqlite3_column_text(sqlite3_stmt* statement, int column);
ORRERY_API const void* sqlite3_column_blob(sqlite3_stmt* statement, int column);
ORRERY_API int sqlite3_column_bytes(sqlite3_stmt* statement, int column);

// -- Parameters: bind.cc --
ORRERY_API int sqlite3_bind_parameter_count(sqlite3_stmt* statement);
ORRERY_API int sqlite3_bind_parameter_index(sqlite3_stmt* statement, const char* name);
ORRERY_API int sqlite3_bind_null(sqlite3_stmt* statement, int parameter);
ORRERY_API int sqlite3_bind_int(sqlite3_stmt* statement, int parameter, int integer);
ORRERY_API int sqlite3_bind_int64(sqlite3_stmt* statement, int parameter, int64_t integer);
ORRERY_API int sqlite3_bind_double(sqlite3_stmt* statement, int parameter, double real);
ORRERY_API int sqlite3_bind_text(sqlite3_stmt* statement, int parameter, const char* text, int size,
                                 sqlite3_destructor_type destructor);
ORRERY_API int sqlite3_bind_blob(sqlite3_stmt* statement, int parameter, const void* blob, int size,
                                 sqlite3_destructor_type destructor);
ORRERY_API int sqlite3_clear_bindings(sqlite3_stmt* statement);

// -- The library: library.cc --
ORRERY_API const char* sqlite3_libversion();
ORRERY_API int sqlite3_libversion_number();
ORRERY_API const char* sqlite3_sourceid();
ORRERY_API int sqlite3_threadsafe();
ORRERY_API void* sqlite3_malloc(int size);
ORRERY_API void sqlite3_free(void* memory);

#endif  // ORRERY_ENGINE_CAPI_SQLITE3_API_H_
