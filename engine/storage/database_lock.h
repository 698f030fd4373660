// Locks on the database file itself, at SQLite's bytes: https://www.sqlite.org/lockingv3.html
//
//   SHARED     held while a file in rollback mode is read; held for as long as a WAL database is
//              open, so that whoever can lock it exclusively is the last connection
//   RESERVED   says that a rollback journal belongs to a live writer
//   PENDING    keeps new readers out while a writer waits for the old ones
//   EXCLUSIVE  all of SHARED's range, to write a file in rollback mode, and to close the last
//              connection to a WAL database
//
// Nothing here waits: kBusy when another connection is in the way, and then nothing has changed.

#ifndef ORRERY_ENGINE_STORAGE_DATABASE_LOCK_H_
#define ORRERY_ENGINE_STORAGE_DATABASE_LOCK_H_

#include "engine/base/status.h"

namespace orrery {

struct PagerCore;

Status LockDatabaseShared(PagerCore& core);
// From SHARED. A writer with a rollback journal takes RESERVED too; others must not, since a
// journal whose writer seems alive is not looked at.
enum class TakeReserved : bool { kNo, kYes };
Status LockDatabaseExclusive(PagerCore& core, TakeReserved take_reserved);
// From EXCLUSIVE back to SHARED.
void DowngradeDatabaseLock(PagerCore& core);
void UnlockDatabase(PagerCore& core);
// Whether another connection holds RESERVED, or more.
Result<bool> IsDatabaseReserved(PagerCore& core);

}  // namespace orrery

#endif  // ORRERY_ENGINE_STORAGE_DATABASE_LOCK_H_
