// What stands behind the C interface's pointers.

#ifndef ORRERY_ENGINE_CAPI_HANDLES_H_
#define ORRERY_ENGINE_CAPI_HANDLES_H_

#include <memory>
#include <string>
#include <vector>

#include "engine/capi/sqlite3_api.h"
#include "engine/db/connection.h"
#include "engine/io/io.h"

// A connection with an Io of its own, and how its last call ended. It is there even when opening
// failed, to say why; then it has no connection.
struct sqlite3 {
  std::unique_ptr<orrery::Io> io;
  std::unique_ptr<orrery::Connection> connection;
  int statement_count = 0;
  bool is_zombie = false;  // closed by sqlite3_close_v2(): goes with its last statement
  bool shows_extended_codes = false;

  int code = 0;  // extended, of the last call that sets it
  std::string message;
  int error_offset = -1;

  // Notes how a call ended; answers the code that the call answers.
  int Ended(const orrery::Status& status);
  int Shown(int extended_code) const {
    return shows_extended_codes ? extended_code : extended_code & 0xff;
  }
};

struct sqlite3_stmt {
  // A column as text or bytes, for as long as the row is there.
  struct Text {
    std::string bytes;
    bool is_known = false;
  };

  sqlite3* db = nullptr;
  std::unique_ptr<orrery::Statement> statement;
  std::string sql;
  std::vector<std::string> names;
  std::vector<Text> texts;
  bool has_row = false;
  int last_code = 0;  // of the last step, which sqlite3_reset() repeats

  void ForgetRow();
};

// Ends and frees a connection.
void DestroyConnection(sqlite3* db);

// Result codes that are no errors of ours.
inline constexpr int kSqliteOk = 0;
inline constexpr int kSqliteMisuse = 21;
inline constexpr int kSqliteRow = 100;
inline constexpr int kSqliteDone = 101;

#endif  // ORRERY_ENGINE_CAPI_HANDLES_H_
