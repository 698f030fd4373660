// Writes pages to the database file itself, as a transaction in rollback mode does when it commits
// or must make room. The journal can undo it by then, and the file is locked EXCLUSIVE.
//
// The pages stay pinned while they are written. One that changes meanwhile stays dirty and will be
// written again.

#ifndef ORRERY_ENGINE_STORAGE_WRITE_PAGES_H_
#define ORRERY_ENGINE_STORAGE_WRITE_PAGES_H_

#include <vector>

#include "engine/io/resumable.h"
#include "engine/io/transfer.h"
#include "engine/storage/pager_core.h"

namespace orrery {

class WritePages final : public Resumable<WritePages> {
 public:
  enum class State : uint8_t { kRun, kRunWritten };
  static constexpr Edge<State> kEdges[] = {
      {State::kRun, State::kRunWritten},  // pages that lie side by side
      {State::kRunWritten, State::kRun},
  };
  explicit WritePages(PagerCore& core) : core_(core) { core.own_completions.push_back(&done_); }

  // In the order of their numbers.
  void Start(std::vector<PageRef> pages);

 private:
  friend Resumable;
  Next Run(State state);
  Next WriteRun();
  Next RunWritten();
  Next Refuse(Status status);
  void ReleasePages();

  PagerCore& core_;
  WriteFully write_;
  Completion done_;
  std::vector<PageRef> pages_;
  size_t next_page_ = 0;  // the first of the run being written
  size_t run_size_ = 0;   // in pages
  std::vector<Bytes> parts_;
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_STORAGE_WRITE_PAGES_H_
