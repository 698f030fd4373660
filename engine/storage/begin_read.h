// Begins a read transaction: the first time finds out what kind of file it is, and opens the log of
// a WAL database; then takes a snapshot and page 1.

#ifndef ORRERY_ENGINE_STORAGE_BEGIN_READ_H_
#define ORRERY_ENGINE_STORAGE_BEGIN_READ_H_

#include <array>

#include "engine/io/resumable.h"
#include "engine/io/transfer.h"
#include "engine/storage/open_wal.h"
#include "engine/storage/page_operations.h"
#include "engine/storage/pager_core.h"
#include "engine/storage/recover_journal.h"
#include "engine/storage/take_snapshot.h"

namespace orrery {

class BeginReadTransaction final : public Resumable<BeginReadTransaction> {
 public:
  enum class State : uint8_t {
    kBegin,
    kLook,
    kJournal,
    kFileHeader,
    kLogOpened,
    kSnapshot,
    kPageSize,
    kPageOne
  };
  static constexpr Edge<State> kEdges[] = {
      {State::kBegin, State::kLook},    // leftovers have landed
      {State::kLook, State::kJournal},  // a hot journal has been played back, or there is none
      {State::kJournal, State::kFileHeader},  // the first bytes of the file arrived
      {State::kLook, State::kSnapshot},       // the log is open already
      {State::kFileHeader, State::kLogOpened},
      {State::kFileHeader, State::kPageOne},  // a file in rollback mode
      {State::kLogOpened, State::kSnapshot},
      {State::kSnapshot, State::kPageSize},  // the log does not tell the page size
      {State::kSnapshot, State::kPageOne},
      {State::kPageSize, State::kPageOne},
  };
  explicit BeginReadTransaction(PagerCore& core)
      : core_(core), recover_journal_(core), open_wal_(core), take_snapshot_(core) {
    core.own_completions.push_back(&read_done_);
  }
  void Start() { Begin(State::kBegin); }
  // Gives up at once if nothing of ours in flight changes a file; true when it did.
  bool TryAbandon();

 private:
  friend Resumable;
  Next Run(State state);
  Next Settle();
  Next Look();
  Next LookAtFile();
  Next TakeFileHeader();
  Next TakeLog();
  Next TakeSnapshotTaken();
  Next TakePageSize();
  Next TakePageOne();
  Next OpenLog();
  Next ReadFileHeader(State then);
  Next FetchPageOne(uint32_t page_size);
  Next FinishEmpty();
  Next Refuse(Status status);
  void Release();

  PagerCore& core_;
  RecoverJournal recover_journal_;
  OpenWal open_wal_;
  TakeSnapshot take_snapshot_;
  FetchPage fetch_;
  ReadFully read_;
  Completion read_done_;
  std::array<std::byte, kDatabaseHeaderSize> bytes_{};
  bool has_log_file_ = false;
  WalIndexHeaderWords state_words_{};  // which committed state this transaction sees
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_STORAGE_BEGIN_READ_H_
