// Opens the log and its index. Whoever is the first to have the index open resets it: nobody alive
// vouches for what it says. The dead-man switch tells: every connection holds that byte shared, so
// only one that is alone can lock it exclusively.

#ifndef ORRERY_ENGINE_STORAGE_OPEN_WAL_H_
#define ORRERY_ENGINE_STORAGE_OPEN_WAL_H_

#include "engine/io/resumable.h"
#include "engine/storage/pager_core.h"

namespace orrery {

class OpenWal final : public Resumable<OpenWal> {
 public:
  enum class State : uint8_t { kBegin, kReset };
  static constexpr Edge<State> kEdges[] = {
      {State::kBegin, State::kReset},  // the index has been cut to nothing, or need not be
  };
  explicit OpenWal(PagerCore& core) : core_(core) { core.own_completions.push_back(&truncate_); }
  // The database file is locked at least SHARED. A failure leaves the log closed.
  void Start() { Begin(State::kBegin); }
  // True while giving up would let another connection in before our reset has landed.
  bool is_resetting() const { return truncate_.in_flight(); }

 private:
  friend Resumable;
  Next Run(State state);
  Next Open();
  Next ShareSwitch();
  Next Refuse(Status status);

  PagerCore& core_;
  Completion truncate_;
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_STORAGE_OPEN_WAL_H_
