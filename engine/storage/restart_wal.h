// Begins a new generation of the log at its start, if every frame is in the database and nobody
// reads the log: so it does not grow without end.

#ifndef ORRERY_ENGINE_STORAGE_RESTART_WAL_H_
#define ORRERY_ENGINE_STORAGE_RESTART_WAL_H_

#include "engine/storage/pager_core.h"

namespace orrery {

// The write lock and the locks of read slots 1 to 4 are held exclusively. Publishes a header with
// new salts and no frames; it is in wal.header afterwards. The log's file is not touched.
void PublishNewGeneration(PagerCore& core);

// As the writer, who reads from slot 0: does so if it can be done now. False when readers are in
// the way.
Result<bool> TryRestartWal(PagerCore& core);

}  // namespace orrery

#endif  // ORRERY_ENGINE_STORAGE_RESTART_WAL_H_
