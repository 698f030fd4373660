// One of a connection's databases: the main one, the temporary one, or one that is attached.

#ifndef ORRERY_ENGINE_VDBE_DATABASE_H_
#define ORRERY_ENGINE_VDBE_DATABASE_H_

#include <cstdint>
#include <memory>
#include <string>

#include "engine/btree/btree.h"
#include "engine/catalog/schema.h"
#include "engine/storage/pager.h"

namespace orrery {

struct Database {
  Database(std::string name_in, std::unique_ptr<Pager> pager_in, const PagerOptions& options);

  // Ends a read transaction that nobody needs any more; not in a write transaction.
  void GiveSnapshotBack();

  const std::string name;  // as names say it
  const std::unique_ptr<Pager> pager;
  Btree btree;

  // As of the last transaction that looked; null: to be read. Replaced, never changed; through the
  // Session, so that its catalog follows.
  std::shared_ptr<const Schema> schema;
  bool schema_changed = false;  // by the write transaction that is open
  bool statement_open = false;  // the pager has a statement to undo

  // Settings, as their pragmas show them.
  void SetCacheSize(int size);             // pages, or KiB when below 0
  void SetJournalSizeLimit(int64_t size);  // bytes; -1: none
  void SetSynchronous(int level);          // 0 off, 1 normal, 2 full, 3 extra
  int cache_size = 0;
  int synchronous = 0;
  int64_t journal_size_limit = -1;
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_VDBE_DATABASE_H_
