// PagerCore is what the pager's operations share: the files, the cache, the log and the state of
// the transaction. Only this folder sees it; each operation that works on it has a file of its own.

#ifndef ORRERY_ENGINE_STORAGE_PAGER_CORE_H_
#define ORRERY_ENGINE_STORAGE_PAGER_CORE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/io/io.h"
#include "engine/storage/page_cache.h"
#include "engine/storage/page_ref.h"
#include "engine/storage/pager.h"
#include "engine/storage/rollback_journal.h"
#include "engine/storage/transaction_view.h"
#include "engine/storage/undo_log.h"
#include "engine/storage/wal.h"

namespace orrery {

class MakeCacheRoom;

// What a connection holds on the database file itself, see database_lock.h.
enum class DatabaseLock : uint8_t { kNone, kShared, kReserved, kPending, kExclusive };

struct PagerCore final : EditHook {
  PagerCore(Io& io_in, std::string_view path_in, const PagerOptions& options_in)
      : io(io_in),
        path(path_in),
        wal_path(path + "-wal"),
        shm_path(path + "-shm"),
        journal_path(path + "-journal"),
        options(options_in),
        cache(io_in, *this, options_in.cache_page_count) {
    own_completions.push_back(&pause);
  }
  ~PagerCore();

  Io& io;
  const std::string path;
  const std::string wal_path;
  const std::string shm_path;
  const std::string journal_path;
  PagerOptions options;

  std::unique_ptr<File> database;
  // The file has no name: nobody else has it, and there are none beside it.
  bool is_private = false;
  // A file of a single byte counts as empty: sqlite3 once made such files where an empty one would
  // not do, and still takes them so.
  Result<uint64_t> DatabaseSize() {
    ASSIGN_OR_RETURN(const uint64_t size, database->Size());
    return size == 1 ? uint64_t{0} : size;
  }
  DatabaseLock database_lock = DatabaseLock::kNone;
  // Of the database, as far as is known: in a read transaction for certain.
  JournalMode journal_mode() const;
  // In a write transaction in rollback mode: whether it has changed a page.
  bool HasChanges();
  // What the journal's file holds is not to be relied on any more: the transaction can only be
  // rolled back.
  void DoomJournal(const Status& status);
  Wal wal;
  PageCache cache;

  TransactionView view;
  // -- While in a write transaction, in WAL mode or with a rollback journal --
  PageRef page_one;
  // What the pointer maps do not say yet, in the order it came to be.
  struct OwnerNote {
    PageNumber page;
    size_t order;
    PageOwner owner;
  };
  std::vector<OwnerNote> owner_notes;
  void NoteOwner(PageNumber page, PageOwner owner) {
    if (view.header.largest_root_page == kNoPage) return;
    owner_notes.push_back({page, owner_notes.size(), owner});
  }
  WalIndexHeader committed;  // what a rollback goes back to
  UndoLog undo;
  RollbackJournal journal;
  // Not OK when the transaction can only be rolled back, and why.
  Status doomed;
  bool commit_decided = false;
  bool journal_left = false;  // to be played back by whoever reads next
  bool is_committing = false;
  bool has_appended = false;           // to the log or to its index
  MakeCacheRoom* make_room = nullptr;  // the pager's

  // Asks the operation in progress to end at the next place where it can.
  bool stop_requested = false;
  // For waits that are for nothing but time. It lives here so that whoever waits may go away.
  Completion pause;
  // Of this struct and of the pager's operations: what may still be in flight when the pager goes.
  std::vector<Completion*> own_completions;
  // True when a simulator wants a wait at `site`: then `pause` is in flight.
  bool ShouldPause(const YieldSite& site) {
    if (!io.ShouldWait(site)) return false;
    if (!pause.in_flight()) io.Sleep(0, pause);
    return true;
  }

  // Which committed state the cached pages are of: the log's index header, or the words made of the
  // file's (StateWordsOf) when there is no log. All zero: none.
  WalIndexHeaderWords cached_state{};

  // The page that TryPage refused although it was there; FetchPage then waits at least once.
  PageNumber refused = kNoPage;

  // -- Loading pages (load_page.cc) --
  // Begins to read the frame's page; afterwards its completion is in flight or finished.
  Status StartLoad(Frame& frame);
  // Looks at a read that has landed. True when the page is loaded, false when the rest of a short
  // read has been asked for. An error drops the frame; so nobody ever sees it unloaded.
  Result<bool> FinishLoad(Frame& frame);
  bool IsSuspect(const Frame& frame) const;
  Status CheckLoaded(const Frame& frame) const;
  // kIoErrorSync: the log's frame `frame` is not what was written.
  Status LostFrame(uint32_t frame) const;
  // Forgets pages that are still being read: what lands may not be of this snapshot any more.
  void DropLoading();

  // -- Changing pages (edit_page.cc) --
  void PrepareEdit(Frame& frame) override;
  // Keeps the page's bytes for a rollback to the innermost savepoint, if it needs them.
  void KeepBeforeImage(Frame& frame);
  // Likewise in rollback mode, and for the transaction's rollback.
  void KeepForJournal(Frame& frame);
  // Writes view.header to page 1.
  void StoreHeader();
  // Whether a page holds nothing but numbers of other pages, or locks.
  bool IsMapOrLockPage(PageNumber number) const {
    const uint32_t page_size = cache.page_size();
    if (number == LockPage(page_size)) return true;
    return view.header.largest_root_page != kNoPage &&
           number == PointerMapPage(number, view.header.usable_size(), page_size);
  }

  // -- Transactions (transaction.cc) --
  // A lock to write is held. Page 1 is pinned, or about to be made.
  void StartWriting();
  // Forgets the write transaction: nothing of ours is in flight any more, and in rollback mode the
  // file is as it was, or the journal that says how it was is left to others.
  void UndoWrite();
  void EndRead();

  // -- Room (make_room.cc) --
  // A frame for a page that has none; null when room must be made first.
  Result<Frame*> TakeFrame(PageNumber number);
  // Drives the making of room.
  IoResult<> MakeRoom();
  bool may_spill() const;

 private:
  void UndoLogWrite();
  void UndoJournalWrite();
  void TakeBeforeImage(Frame& frame);
};

// What tells one committed state of a file in rollback mode from another: what sqlite3 looks at
// too.
WalIndexHeaderWords StateWordsOf(const DatabaseHeader& header);
// The pages of a database whose file, or whose log, has `file_size` bytes; kCorrupt when it has not
// as many as its header says.
Result<PageNumber> PageCountOf(const DatabaseHeader& header, uint64_t file_size,
                               const std::string& path);

}  // namespace orrery

#endif  // ORRERY_ENGINE_STORAGE_PAGER_CORE_H_
