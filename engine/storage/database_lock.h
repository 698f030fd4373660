// Locks on the database file itself, at SQLite's bytes: https://www.sqlite.org/lockingv3.html
//
//   SHARED     held while a file in rollback mode is read; held for as long as a WAL database is
//              open, so that whoever can lock it exclusively is the last connection
//   RESERVED   one writer in rollback mode; also says that a journal belongs to somebody alive
//   PENDING    keeps new readers out while a writer waits for the old ones
//   EXCLUSIVE  all of SHARED's range, to write the file in rollback mode, to play back a journal
//   that
//              was left, and to close the last connection to a WAL database
//
// Nothing here waits: kBusy when another connection is in the way.

#ifndef ORRERY_ENGINE_STORAGE_DATABASE_LOCK_H_
#define ORRERY_ENGINE_STORAGE_DATABASE_LOCK_H_

#include "engine/base/status.h"

namespace orrery {

struct PagerCore;

Status LockDatabaseShared(PagerCore& core);
// From SHARED.
Status LockDatabaseReserved(PagerCore& core);
// From SHARED, when no journal of ours is concerned: a failure changes nothing. A writer comes from
// RESERVED; when readers are in its way it is left with PENDING, so that they become fewer.
Status LockDatabaseExclusive(PagerCore& core);
// Back to SHARED, from whatever more is held.
void DowngradeDatabaseLock(PagerCore& core);
void UnlockDatabase(PagerCore& core);
// Whether another connection holds RESERVED.
Result<bool> IsDatabaseReserved(PagerCore& core);

}  // namespace orrery

#endif  // ORRERY_ENGINE_STORAGE_DATABASE_LOCK_H_
