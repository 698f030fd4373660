// Opening and closing connections.

#include "engine/capi/handles.h"
#include "engine/io/registry.h"
#include "engine/io/split_io.h"
#include "engine/storage/database_name.h"

using orrery::Connection;
using orrery::DatabaseName;
using orrery::Io;
using orrery::Result;
using orrery::ResultCode;
using orrery::Status;

namespace {

constexpr int kOpenReadOnly = 0x1;
constexpr int kOpenReadWrite = 0x2;
constexpr int kOpenCreate = 0x4;
constexpr int kOpenUri = 0x40;
constexpr int kOpenMemory = 0x80;
constexpr int kOpenReadWriteCreate = kOpenReadWrite | kOpenCreate;

Result<std::unique_ptr<Io>> MakeIo(const DatabaseName& name) {
  std::string message;
  ASSIGN_OR_RETURN(std::unique_ptr<Io> host, orrery::IoRegistry().Make("syscall", message));
  if (!name.is_private) return host;
  return std::unique_ptr<Io>(std::make_unique<orrery::SplitIo>(std::move(host)));
}

Status Open(sqlite3& db, const char* path, int flags) {
  const DatabaseName defaults = {
      .is_private = (flags & kOpenMemory) != 0,
      .is_read_only = (flags & kOpenReadOnly) != 0 && (flags & kOpenReadWrite) == 0,
      .creates = (flags & kOpenCreate) != 0};
  const bool uses_uris = (flags & kOpenUri) != 0;
  ASSIGN_OR_RETURN(const DatabaseName name,
                   orrery::ReadDatabaseName(path == nullptr ? "" : path, defaults, uses_uris));
  ASSIGN_OR_RETURN(db.io, MakeIo(name));
  orrery::PagerOptions options;
  options.read_only = name.is_read_only;
  options.create = name.creates;
  ASSIGN_OR_RETURN(db.connection, Connection::Open(*db.io, name.path, options));
  db.connection->SetUsesUris(uses_uris);
  return orrery::OkStatus();
}

}  // namespace

void DestroyConnection(sqlite3* db) {
  if (db->connection != nullptr) {
    // What is left open is rolled back; an error of that is nobody's any more.
    (void)orrery::RunToEnd(*db->io, [&] { return db->connection->Close(); });
    db->connection.reset();
  }
  delete db;
}

int sqlite3_open_v2(const char* path, sqlite3** out, int flags, const char* vfs) {
  if (out == nullptr) return kSqliteMisuse;
  auto db = std::make_unique<sqlite3>();
  *out = db.get();
  if (vfs != nullptr) {
    return db.release()->Ended(Status(ResultCode::kError, std::string("no such vfs: ") + vfs));
  }
  const Status status = Open(*db, path, flags);
  return db.release()->Ended(status);
}

int sqlite3_open(const char* path, sqlite3** out) {
  return sqlite3_open_v2(path, out, kOpenReadWriteCreate, nullptr);
}

int sqlite3_close(sqlite3* db) {
  if (db == nullptr) return kSqliteOk;
  if (db->statement_count > 0) {
    return db->Ended(Status(ResultCode::kBusy,
                            "unable to close due to unfinalized statements or unfinished backups"));
  }
  DestroyConnection(db);
  return kSqliteOk;
}

int sqlite3_close_v2(sqlite3* db) {
  if (db == nullptr) return kSqliteOk;
  if (db->statement_count > 0) {
    db->is_zombie = true;
  } else {
    DestroyConnection(db);
  }
  return kSqliteOk;
}
