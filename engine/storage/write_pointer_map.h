// WritePointerMap puts what Pager::NoteOwner was told into the pointer maps. It is the last step of
// each operation that changes which page refers to which.

#ifndef ORRERY_ENGINE_STORAGE_WRITE_POINTER_MAP_H_
#define ORRERY_ENGINE_STORAGE_WRITE_POINTER_MAP_H_

#include <cstddef>

#include "engine/io/resumable.h"
#include "engine/storage/page_operations.h"
#include "engine/storage/pager.h"

namespace orrery {

class WritePointerMap final : public Resumable<WritePointerMap> {
 public:
  enum class State : uint8_t { kPage, kFetched };
  static constexpr Edge<State> kEdges[] = {
      {State::kPage, State::kFetched},  // a map page was not in the cache
      {State::kFetched, State::kPage},
  };

  // In a write transaction of `pager`, which outlives it. Nothing is noted until its end. Notes on
  // pages that cannot be in use are kCorrupt: a damaged tree referred to them.
  void Start(Pager& pager);

 private:
  friend Resumable;
  Next Run(State state);
  Next Page();
  // Writes all the entries of one page.
  void Fill(PageRef map);

  Pager* pager_ = nullptr;
  FetchPage fetch_;
  size_t next_ = 0;  // of the notes, which are sorted by page
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_STORAGE_WRITE_POINTER_MAP_H_
