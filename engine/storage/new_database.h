// What page 1 of a database without a table looks like.

#ifndef ORRERY_ENGINE_STORAGE_NEW_DATABASE_H_
#define ORRERY_ENGINE_STORAGE_NEW_DATABASE_H_

#include "engine/base/bytes.h"
#include "engine/format/database_header.h"

namespace orrery {

// Fills a page of header.page_size bytes: the header, counters set as for a first change, then an
// empty leaf, which is the schema's tree.
void FillNewPageOne(DatabaseHeader header, MutableBytes page);

}  // namespace orrery

#endif  // ORRERY_ENGINE_STORAGE_NEW_DATABASE_H_
