#include "engine/storage/database_lock.h"

#include "engine/storage/pager_core.h"

namespace orrery {
namespace {

constexpr uint64_t kReservedByte = kPendingByte + 1;
constexpr uint64_t kSharedFirst = kPendingByte + 2;
constexpr uint64_t kSharedSize = 510;

}  // namespace

Status LockDatabaseShared(PagerCore& core) {
  if (core.database_lock != DatabaseLock::kNone) return OkStatus();
  File& file = *core.database;
  // Passing through PENDING keeps us from slipping in before a writer who waits.
  RETURN_IF_ERROR(file.Lock(kPendingByte, 1, LockKind::kShared));
  Status status = file.Lock(kSharedFirst, kSharedSize, LockKind::kShared);
  (void)file.Unlock(kPendingByte, 1);
  RETURN_IF_ERROR(std::move(status));
  core.database_lock = DatabaseLock::kShared;
  return OkStatus();
}

Status LockDatabaseReserved(PagerCore& core) {
  CHECK(core.database_lock == DatabaseLock::kShared);
  RETURN_IF_ERROR(core.database->Lock(kReservedByte, 1, LockKind::kExclusive));
  core.database_lock = DatabaseLock::kReserved;
  return OkStatus();
}

Status LockDatabaseExclusive(PagerCore& core) {
  if (core.database_lock == DatabaseLock::kExclusive) return OkStatus();
  CHECK(core.database_lock != DatabaseLock::kNone);
  File& file = *core.database;
  const bool is_writer = core.database_lock != DatabaseLock::kShared;
  if (core.database_lock != DatabaseLock::kPending) {
    RETURN_IF_ERROR(file.Lock(kPendingByte, 1, LockKind::kExclusive));
    if (is_writer) core.database_lock = DatabaseLock::kPending;
  }
  if (Status status = file.Lock(kSharedFirst, kSharedSize, LockKind::kExclusive); !status.ok()) {
    if (!is_writer) (void)file.Unlock(kPendingByte, 1);
    return status;
  }
  core.database_lock = DatabaseLock::kExclusive;
  return OkStatus();
}

void DowngradeDatabaseLock(PagerCore& core) {
  if (core.database_lock == DatabaseLock::kNone || core.database_lock == DatabaseLock::kShared) {
    return;
  }
  File& file = *core.database;
  // From exclusive to shared nobody can be in the way.
  if (core.database_lock == DatabaseLock::kExclusive) {
    (void)file.Lock(kSharedFirst, kSharedSize, LockKind::kShared);
  }
  // PENDING and RESERVED lie side by side.
  (void)file.Unlock(kPendingByte, 2);
  core.database_lock = DatabaseLock::kShared;
}

void UnlockDatabase(PagerCore& core) {
  if (core.database_lock == DatabaseLock::kNone) return;
  DowngradeDatabaseLock(core);
  (void)core.database->Unlock(kSharedFirst, kSharedSize);
  core.database_lock = DatabaseLock::kNone;
}

Result<bool> IsDatabaseReserved(PagerCore& core) {
  return core.database->IsLockedExclusively(kReservedByte, 1);
}

}  // namespace orrery
