// Turns a file in rollback mode into a WAL database: the two version numbers in its header are all
// that says so. The next transaction opens the log.

#ifndef ORRERY_ENGINE_STORAGE_SET_WAL_MODE_H_
#define ORRERY_ENGINE_STORAGE_SET_WAL_MODE_H_

#include "engine/io/resumable.h"
#include "engine/storage/begin_read.h"
#include "engine/storage/page_operations.h"
#include "engine/storage/pager_core.h"
#include "engine/storage/write_page_one.h"

namespace orrery {

class SetWalModeNow final : public Resumable<SetWalModeNow> {
 public:
  enum class State : uint8_t { kBegin, kLooked, kPageOne, kWritten };
  static constexpr Edge<State> kEdges[] = {
      {State::kBegin, State::kLooked},
      {State::kLooked, State::kPageOne},
      {State::kPageOne, State::kWritten},
  };
  SetWalModeNow(PagerCore& core, BeginReadTransaction& begin_read)
      : core_(core), begin_read_(begin_read), write_page_one_(core) {}
  void Start() { Begin(State::kBegin); }

 private:
  friend Resumable;
  Next Run(State state);
  Next Look();
  Next Looked();
  Next WritePage();
  Next Written();
  Next Refuse(Status status);

  PagerCore& core_;
  BeginReadTransaction& begin_read_;
  FetchPage fetch_;
  WritePageOne write_page_one_;
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_STORAGE_SET_WAL_MODE_H_
