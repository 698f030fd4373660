// Takes a snapshot of the log: a header that is whole, and a read lock on a slot whose mark keeps
// checkpoints and restarts from touching what the snapshot needs. Rebuilds the index when its
// header is damaged or was never written.
//
// Between looking and locking another connection may change anything; then all is looked at again,
// with growing pauses, and after a hundred times the operation fails with kProtocol.

#ifndef ORRERY_ENGINE_STORAGE_TAKE_SNAPSHOT_H_
#define ORRERY_ENGINE_STORAGE_TAKE_SNAPSHOT_H_

#include "engine/io/resumable.h"
#include "engine/storage/pager_core.h"
#include "engine/storage/recover_wal.h"

namespace orrery {

class TakeSnapshot final : public Resumable<TakeSnapshot> {
 public:
  enum class State : uint8_t { kTry, kRecovered };
  static constexpr Edge<State> kEdges[] = {
      {State::kTry, State::kTry},        // somebody came between
      {State::kTry, State::kRecovered},  // the index had to be rebuilt
      {State::kRecovered, State::kTry},
  };
  explicit TakeSnapshot(PagerCore& core) : core_(core), recover_(core) {}

  // With `for_writing` the slot is never 0, whose holders do not look at the log. On success
  // wal.header, header_words, read_slot and min_frame are set; a failure leaves no lock held that
  // was not before.
  void Start(bool for_writing) {
    for_writing_ = for_writing;
    attempt_count_ = 0;
    Begin(State::kTry);
  }

 private:
  friend Resumable;
  Next Run(State state);
  Next Try();
  Next Recovered();
  // Somebody else is rebuilding the index, or is about to be done with it.
  Next RetryUnlessRecovering();
  Next Retry();

  // True when the slot is ours and the header still stands.
  Result<bool> LockSlot(int slot, uint32_t mark);
  Result<bool> TryDatabaseOnly();
  Result<bool> TrySlots();

  PagerCore& core_;
  RecoverWal recover_;
  bool for_writing_ = false;
  bool took_write_lock_ = false;
  int attempt_count_ = 0;
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_STORAGE_TAKE_SNAPSHOT_H_
