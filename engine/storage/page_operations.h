// The page operations that may wait. Each belongs to its caller and may be abandoned at any wait.

#ifndef ORRERY_ENGINE_STORAGE_PAGE_OPERATIONS_H_
#define ORRERY_ENGINE_STORAGE_PAGE_OPERATIONS_H_

#include "engine/io/resumable.h"
#include "engine/storage/page_ref.h"
#include "engine/storage/pager.h"

namespace orrery {

// Pins a page, reading it from the WAL or the database file when it is not in the cache. Waits at
// least once when TryPage answered empty because a simulator said so. A number outside
// [1, page_count()] and the lock page are kCorrupt, with the page that pointed there for the message.
class FetchPage final : public Resumable<FetchPage, PageRef> {
 public:
  enum class State : uint8_t;
  void Start(Pager& pager, PageNumber number, const YieldSite& site);
};

// Takes a page from the freelist or extends the database. Its bytes are all zero and it is already
// edited. Needs a write transaction.
class AllocatePage final : public Resumable<AllocatePage, PageRef> {
 public:
  enum class State : uint8_t;
  void Start(Pager& pager);
};

// Puts a page on the freelist. Nobody else has it pinned... nor refers to it.
class FreePage final : public Resumable<FreePage> {
 public:
  enum class State : uint8_t;
  void Start(Pager& pager, PageNumber number);
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_STORAGE_PAGE_OPERATIONS_H_
