#include "sim/oracles/sqlite3_database.h"

#include <algorithm>
#include <cstring>

#include "sqlite3_oracle.h"

#include "engine/base/check.h"

namespace orrery::sim {
namespace {

// The VFS has no room for an argument to its open: the image being used, one at a time, and the
// path of its database.
DatabaseImage* current_image = nullptr;
std::string current_path;

struct ImageFile {
  sqlite3_file base;
  std::string* bytes;
};

std::string& BytesOf(sqlite3_file* file) { return *reinterpret_cast<ImageFile*>(file)->bytes; }

int Close(sqlite3_file*) { return SQLITE_OK; }

int Read(sqlite3_file* file, void* to, int size, sqlite3_int64 offset) {
  const std::string& bytes = BytesOf(file);
  const auto from = static_cast<size_t>(offset);
  const size_t have =
      from >= bytes.size() ? 0 : std::min(bytes.size() - from, static_cast<size_t>(size));
  std::memcpy(to, bytes.data() + std::min(from, bytes.size()), have);
  std::memset(static_cast<char*>(to) + have, 0, static_cast<size_t>(size) - have);
  return have == static_cast<size_t>(size) ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
}

int Write(sqlite3_file* file, const void* from, int size, sqlite3_int64 offset) {
  std::string& bytes = BytesOf(file);
  const size_t end = static_cast<size_t>(offset) + static_cast<size_t>(size);
  if (bytes.size() < end) bytes.resize(end);
  std::memcpy(bytes.data() + offset, from, static_cast<size_t>(size));
  return SQLITE_OK;
}

int Truncate(sqlite3_file* file, sqlite3_int64 size) {
  BytesOf(file).resize(static_cast<size_t>(size));
  return SQLITE_OK;
}

int FileSize(sqlite3_file* file, sqlite3_int64* size) {
  *size = static_cast<sqlite3_int64>(BytesOf(file).size());
  return SQLITE_OK;
}

// Version 1, without shared memory: in locking_mode=EXCLUSIVE the WAL index is on the heap.
const sqlite3_io_methods kMethods = {
    .iVersion = 1,
    .xClose = Close,
    .xRead = Read,
    .xWrite = Write,
    .xTruncate = Truncate,
    .xSync = [](sqlite3_file*, int) { return SQLITE_OK; },
    .xFileSize = FileSize,
    .xLock = [](sqlite3_file*, int) { return SQLITE_OK; },
    .xUnlock = [](sqlite3_file*, int) { return SQLITE_OK; },
    .xCheckReservedLock =
        [](sqlite3_file*, int* locked) {
          *locked = 0;
          return SQLITE_OK;
        },
    .xFileControl = [](sqlite3_file*, int, void*) { return SQLITE_NOTFOUND; },
    .xSectorSize = [](sqlite3_file*) { return 512; },
    .xDeviceCharacteristics = [](sqlite3_file*) { return 0; },
};

std::string_view Suffix(const char* path) {
  std::string_view suffix = path;
  CHECK(suffix.starts_with(current_path));
  suffix.remove_prefix(current_path.size());
  return suffix;
}

int Open(sqlite3_vfs*, const char* path, sqlite3_file* file, int flags, int* out_flags) {
  auto* image_file = reinterpret_cast<ImageFile*>(file);
  const std::string suffix(path == nullptr ? "-temporary" : Suffix(path));
  const auto found = current_image->find(suffix);
  if (found == current_image->end() && (flags & SQLITE_OPEN_CREATE) == 0) return SQLITE_CANTOPEN;
  image_file->bytes = &(*current_image)[suffix];
  image_file->base.pMethods = &kMethods;
  if (out_flags != nullptr) *out_flags = flags;
  return SQLITE_OK;
}

int Delete(sqlite3_vfs*, const char* path, int) {
  const auto found = current_image->find(Suffix(path));
  if (found == current_image->end()) return SQLITE_IOERR_DELETE_NOENT;
  found->second.clear();
  return SQLITE_OK;
}

int Access(sqlite3_vfs*, const char* path, int, int* there) {
  const auto found = current_image->find(Suffix(path));
  *there = found != current_image->end() && !found->second.empty();
  return SQLITE_OK;
}

int FullPathname(sqlite3_vfs*, const char* path, int size, char* out) {
  sqlite3_snprintf(size, out, "%s", path);
  return SQLITE_OK;
}

sqlite3_vfs image_vfs = {
    .iVersion = 1,
    .szOsFile = sizeof(ImageFile),
    .mxPathname = 100,
    .zName = "orrery-image",
    .xOpen = Open,
    .xDelete = Delete,
    .xAccess = Access,
    .xFullPathname = FullPathname,
    .xRandomness =
        [](sqlite3_vfs*, int size, char* out) {
          std::memset(out, 7, static_cast<size_t>(size));
          return size;
        },
    .xSleep = [](sqlite3_vfs*, int) { return 0; },
    .xCurrentTime =
        [](sqlite3_vfs*, double* now) {
          *now = 2460000.5;
          return SQLITE_OK;
        },
    .xGetLastError = [](sqlite3_vfs*, int, char*) { return 0; },
};

Value ColumnValue(sqlite3_stmt* statement, int column) {
  switch (sqlite3_column_type(statement, column)) {
    case SQLITE_INTEGER:
      return Value::Integer(sqlite3_column_int64(statement, column));
    case SQLITE_FLOAT:
      return Value::Real(sqlite3_column_double(statement, column));
    case SQLITE_TEXT: {
      const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, column));
      const auto size = static_cast<size_t>(sqlite3_column_bytes(statement, column));
      return Value::Text({text, size});
    }
    case SQLITE_BLOB: {
      const auto* blob = static_cast<const std::byte*>(sqlite3_column_blob(statement, column));
      return Value::Blob({blob, static_cast<size_t>(sqlite3_column_bytes(statement, column))});
    }
    default:
      return Value::Null();
  }
}

int BindValue(sqlite3_stmt* statement, int number, const Value& value) {
  switch (value.type()) {
    case ValueType::kNull:
      return sqlite3_bind_null(statement, number);
    case ValueType::kInteger:
      return sqlite3_bind_int64(statement, number, value.integer());
    case ValueType::kReal:
      return sqlite3_bind_double(statement, number, value.real());
    case ValueType::kText:
      return sqlite3_bind_text(statement, number, value.text().data(),
                               static_cast<int>(value.text().size()), SQLITE_TRANSIENT);
    case ValueType::kBlob:
      return sqlite3_bind_blob(statement, number, value.bytes().data(),
                               static_cast<int>(value.bytes().size()), SQLITE_TRANSIENT);
  }
  Unreachable();
}

}  // namespace

struct Sqlite3Database::Impl {
  DatabaseImage image;
  std::string path;
  bool uses_image = false;
  sqlite3* database = nullptr;

  void Use() {
    if (!uses_image) return;
    current_image = &image;
    current_path = path;
  }
};

Sqlite3Database::Sqlite3Database() : impl_(std::make_unique<Impl>()) {
  CHECK(sqlite3_open(":memory:", &impl_->database) == SQLITE_OK);
  // The Bloom filters of 3.40.1 lose rows that are equal under NOCASE or RTRIM only.
  constexpr int kBloomFilters = 0x180000;
  sqlite3_test_control(SQLITE_TESTCTRL_OPTIMIZATIONS, impl_->database, kBloomFilters);
  // Debian's is larger than SQLite's own default.
  sqlite3_limit(impl_->database, SQLITE_LIMIT_VARIABLE_NUMBER, 32766);
}

Sqlite3Database::Sqlite3Database(DatabaseImage image, std::string path)
    : impl_(std::make_unique<Impl>()) {
  static const int registered = sqlite3_vfs_register(&image_vfs, 0);
  CHECK(registered == SQLITE_OK);
  impl_->image = std::move(image);
  impl_->path = std::move(path);
  impl_->uses_image = true;
  impl_->Use();
  const int code = sqlite3_open_v2(impl_->path.c_str(), &impl_->database,
                                   SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, image_vfs.zName);
  CHECK(code == SQLITE_OK);
  (void)Run("PRAGMA locking_mode=EXCLUSIVE");
}

Sqlite3Database::Sqlite3Database(Sqlite3Database&&) = default;

Sqlite3Database::~Sqlite3Database() {
  if (impl_ == nullptr) return;
  impl_->Use();
  sqlite3_close(impl_->database);
}

Sqlite3Answer Sqlite3Database::Run(std::string_view sql, const std::vector<Value>& parameters) {
  impl_->Use();
  Sqlite3Answer answer;
  sqlite3_stmt* statement = nullptr;
  int code = sqlite3_prepare_v2(impl_->database, sql.data(), static_cast<int>(sql.size()),
                                &statement, nullptr);
  for (size_t i = 0; code == SQLITE_OK && i < parameters.size(); ++i) {
    code = BindValue(statement, static_cast<int>(i) + 1, parameters[i]);
  }
  if (code == SQLITE_OK && statement != nullptr) {
    const int column_count = sqlite3_column_count(statement);
    for (int column = 0; column < column_count; ++column) {
      answer.columns.emplace_back(sqlite3_column_name(statement, column));
    }
    while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
      Row& row = answer.rows.emplace_back();
      for (int column = 0; column < column_count; ++column) {
        row.push_back(ColumnValue(statement, column));
      }
    }
    if (code == SQLITE_DONE) code = SQLITE_OK;
  }
  if (code != SQLITE_OK) {
    answer.code = static_cast<ResultCode>(sqlite3_extended_errcode(impl_->database));
    answer.message = sqlite3_errmsg(impl_->database);
  }
  sqlite3_finalize(statement);
  return answer;
}

void Sqlite3Database::BecomeCopyOf(Sqlite3Database& other) {
  std::vector<std::string> names;
  for (const Row& row : other.Run("SELECT name FROM pragma_database_list").rows) {
    if (row[0].text() != "temp") names.emplace_back(row[0].text());
  }
  for (const std::string& name : names) {
    (void)Run("ATTACH ':memory:' AS " + name);  // fails when there is one of that name
    sqlite3_backup* backup =
        sqlite3_backup_init(impl_->database, name.c_str(), other.impl_->database, name.c_str());
    CHECK(backup != nullptr);
    CHECK(sqlite3_backup_step(backup, -1) == SQLITE_DONE);
    CHECK(sqlite3_backup_finish(backup) == SQLITE_OK);
  }
}

int64_t Sqlite3Database::changes() const { return sqlite3_changes64(impl_->database); }
int64_t Sqlite3Database::last_insert_rowid() const {
  return sqlite3_last_insert_rowid(impl_->database);
}
bool Sqlite3Database::in_transaction() const {
  return sqlite3_get_autocommit(impl_->database) == 0;
}

}  // namespace orrery::sim
