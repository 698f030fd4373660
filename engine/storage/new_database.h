// Page 1 of a database without a table.

#ifndef ORRERY_ENGINE_STORAGE_NEW_DATABASE_H_
#define ORRERY_ENGINE_STORAGE_NEW_DATABASE_H_

#include "engine/base/bytes.h"
#include "engine/format/database_header.h"
#include "engine/storage/pager_core.h"

namespace orrery {

// Fills a page of header.page_size bytes: the header, no change counted yet, then an empty leaf,
// which is the schema's tree.
void FillNewPageOne(DatabaseHeader header, MutableBytes page);

// Begins to write in a file that is empty, with page 1 in the cache, pinned and dirty. A rollback
// journal is active.
Status MakePageOne(PagerCore& core, uint8_t version);

}  // namespace orrery

#endif  // ORRERY_ENGINE_STORAGE_NEW_DATABASE_H_
