// A Pager gives one connection numbered pages with transactions over one database file and its WAL.
// It knows nothing of keys or SQL.
//
// Waiting. Methods that answer an IoResult are called again after a wait until they are done. Each
// is one operation of the pager's own, so its caller may go away at any wait: the next call ends
// it, which may wait too, and leaves nothing half done. FetchPage, AllocatePage and FreePage
// (page_operations.h) are operations of their caller.
//
// Transactions. BeginRead takes a snapshot: a read mark on the WAL, as SQLite does
// (https://www.sqlite.org/walformat.html). BeginWrite needs a snapshot and takes the one write
// lock: kBusy when another has it, kBusySnapshot when the snapshot is no longer the newest. Commit
// appends the dirty pages to the WAL, syncs as `synchronous` asks, publishes them in the WAL index
// and ends the write transaction; the snapshot stays, moved to the commit, until EndRead. A Commit
// that fails has published nothing, unless commit_decided() says so: the transaction is still open,
// and Rollback is the only way on.
//
// Giving up. After walking away from a BeginRead: EndRead. From anything in a write transaction, or
// from a Commit: Rollback, which first waits for the connection's own writes in flight, so that
// none lands in WAL space that is another's by then. See commit_decided().
//
// Savepoints nest. RollbackToSavepoint undoes what was done since a savepoint was opened; it stays
// open, and those opened after it are gone. A statement is the innermost savepoint:
// RollbackStatement undoes it alone and ends it. When one of the two fails, only Rollback is left.
//
// Journals. A file is a WAL database or in rollback mode. In rollback mode a read transaction locks
// the file SHARED, and BeginWrite locks it RESERVED; Commit needs it EXCLUSIVE, and answers kBusy
// when readers are in the way: the transaction is then as it was, and Commit may be called again.
// What a transaction that died has left is undone by the next to read. A new file becomes what
// PagerOptions::journal_mode says, with its first write transaction.

#ifndef ORRERY_ENGINE_STORAGE_PAGER_H_
#define ORRERY_ENGINE_STORAGE_PAGER_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/status.h"
#include "engine/format/database_header.h"
#include "engine/format/page_number.h"
#include "engine/format/pointer_map.h"
#include "engine/io/io.h"
#include "engine/io/io_result.h"
#include "engine/storage/journal_mode.h"
#include "engine/storage/page_cache.h"
#include "engine/storage/page_ref.h"
#include "engine/storage/transaction_view.h"

namespace orrery {

// Whether a file has pointer maps, and with them gives free pages back to the file system: at each
// commit, or when it is asked to.
enum class AutoVacuum : uint8_t { kNone, kFull, kIncremental };

enum class CheckpointMode : uint8_t { kPassive, kFull, kRestart, kTruncate };

struct CheckpointResult {
  bool is_wal = true;  // else there was nothing to do
  bool busy = false;   // another connection kept it from doing all that the mode asks
  uint32_t wal_frame_count = 0;
  uint32_t checkpointed_frame_count = 0;
};

struct PagerOptions {
  bool read_only = false;
  bool create = true;
  uint32_t new_page_size = 4096;     // for a file that does not exist yet or is empty
  uint32_t cache_page_count = 2000;  // soft for pinned pages, at least 10
  Synchronous synchronous = Synchronous::kFull;
  uint32_t auto_checkpoint_frame_count = 1000;  // 0: never
  // kWal: a new file becomes a WAL database. Otherwise which rollback journal is used.
  JournalMode journal_mode = JournalMode::kWal;
  int64_t journal_size_limit = -1;  // bytes that a journal kept may take; below 0: any
  // Of a new file, and of the next VACUUM; none: as the file has it.
  std::optional<AutoVacuum> new_auto_vacuum;
};

// Which committed state a snapshot shows: the WAL's generation and its last frame that counts; in
// rollback mode the file's change counter, and no salts.
struct SnapshotId {
  uint32_t salt1 = 0;
  uint32_t salt2 = 0;
  uint32_t max_frame = 0;  // 0: the database file alone
  bool operator==(const SnapshotId&) const = default;
};

// Whether a path is that of a database of one pager alone, whose file has no name: ":memory:" or
// "".
inline bool IsPrivatePath(std::string_view path) { return path.empty() || path == ":memory:"; }

struct PagerCore;

class Pager {
 public:
  // Opens the file; reads nothing yet. `io` outlives the pager. A private path is a new
  // database: its file goes with the pager and is never synced, and its journal mode is MEMORY or
  // OFF.
  static Result<std::unique_ptr<Pager>> Open(Io& io, std::string_view path,
                                             const PagerOptions& options);
  // Likewise, of the same shape as another, with nothing journaled: it is never committed.
  static Result<std::unique_ptr<Pager>> OpenTemporary(Pager& like);
  // After Close(); or without it, as a killed process would go: locks drop, nothing is written.
  ~Pager();
  Pager(const Pager&) = delete;
  Pager& operator=(const Pager&) = delete;

  // Ends transactions by rollback. The last connection to a WAL database checkpoints it and removes
  // the WAL and its index. An error leaves the files recoverable; the pager is closed all the same.
  IoResult<> Close();

  // -- Transactions --
  IoResult<> BeginRead();  // no effect when in one
  // In a read transaction; no effect when in a write transaction. With `exclusive`, in rollback
  // mode, nobody else reads either until its end.
  IoResult<> BeginWrite(bool exclusive = false);
  // With `is_undone` all that the transaction did has been undone, and nothing is to be seen of it:
  // this ends it without ending the read transaction.
  IoResult<> Commit(bool is_undone = false);
  // In rollback mode: takes the lock that Commit() needs, as it would, or kBusy: so that several
  // pagers' transactions can be committed once nothing is in the way of any, or more be done for a
  // commit that is then certain to find the lock.
  Status LockForCommit();
  // Whether a crash in the middle of Commit() leaves a journal to undo it with, so that a
  // super-journal can decide for several (super_journal.h).
  bool CanBePrepared() const;
  bool is_prepared() const;
  // Does all of Commit() but the decision. Only Commit() or Rollback() may follow.
  IoResult<> PrepareCommit(const std::string& super_journal);
  const std::string& journal_path() const;
  // Ends the write transaction, if there is one, and the read transaction. Does not fail.
  IoResult<> Rollback();
  // Of the last write transaction: Rollback() could not undo it, and its journal stays for whoever
  // reads the file next.
  bool journal_left() const;
  void EndRead();  // not in a write transaction
  bool in_read() const { return view_->in_read; }
  bool in_write() const { return view_->in_write; }
  // True when a Commit that was given up on, or failed, had already published: it counts as
  // committed, and Rollback only ends the read transaction. Stands until the next BeginRead or
  // BeginWrite.
  bool commit_decided() const;

  // In a write transaction. They count from 0, the outermost.
  void OpenSavepoint();
  void ReleaseSavepoints(size_t count);  // until `count` are open
  IoResult<> RollbackToSavepoint(size_t index);
  size_t savepoint_count() const;
  void BeginStatement();
  void EndStatement();
  IoResult<> RollbackStatement();

  // -- In a read transaction --
  SnapshotId snapshot() const;
  // Pages in this transaction's view; 0 for a database nobody has written to.
  PageNumber page_count() const { return view_->page_count; }
  // The fields of page 1's first 100 bytes in this transaction's view. While page_count() is 0: as
  // a new file would have them.
  const DatabaseHeader& header() const { return view_->header; }
  uint32_t page_size() const { return view_->header.page_size; }
  uint32_t usable_size() const { return view_->header.usable_size(); }  // without reserved bytes
  bool has_pointer_maps() const { return view_->header.largest_root_page != kNoPage; }
  AutoVacuum auto_vacuum() const {
    if (!has_pointer_maps()) return AutoVacuum::kNone;
    return view_->header.incremental_vacuum != 0 ? AutoVacuum::kIncremental : AutoVacuum::kFull;
  }
  // Whether a page holds nothing but numbers of other pages, or locks.
  bool IsMapOrLockPage(PageNumber number) const;

  // A page that is in the cache, pinned, on a straight line: no virtual call, no allocation. Empty
  // when it is not there, or when a simulator wants a wait at `site`: then use FetchPage.
  PageRef TryPage(PageNumber number, const YieldSite& site) {
    Frame* const frame = cache_->Find(number);
    if (frame == nullptr || frame->state != Frame::State::kLoaded) [[unlikely]]
      return PageRef();
    if (io_.ShouldWait(site)) [[unlikely]]
      return Refuse(number);
    frame->referenced = true;
    return PageRef(*frame);
  }

  // -- In a write transaction --
  // Set a field of the header, on page 1 too.
  void SetSchemaCookie(uint32_t cookie);
  void SetSchemaFormat(uint32_t format);
  void SetUserVersion(uint32_t version);
  void SetApplicationId(uint32_t id);
  void SetLargestRoot(PageNumber root);
  void SetIncrementalVacuum(bool is_incremental);
  // Makes the database end with page `count`. Pages beyond are free, or their bytes were kept by
  // PageRef::Edit; the freelist has no page but those told, in trunks from `first_trunk` on.
  void SetExtent(PageNumber count, PageNumber first_trunk, uint32_t free_count);

  // Remembers who refers to a page, in a file with pointer maps. Whoever notes something runs
  // WritePointerMap before it ends.
  void NoteOwner(PageNumber page, PageUse use, PageNumber parent);
  bool has_owner_notes() const;

  // -- Outside any transaction --
  IoResult<CheckpointResult> Checkpoint(CheckpointMode mode);
  // Nobody waits for the checkpoint that is under way: it ends where it stands, and the next call
  // of Checkpoint() begins anew instead of taking its answer, which is of an older log.
  void GiveUpCheckpoint();
  // Answers the mode in force afterwards, see change_mode.h. Between rollback journals in a
  // transaction too.
  IoResult<JournalMode> SetJournalMode(JournalMode mode);
  JournalMode journal_mode() const;  // in a read transaction for certain, else as of the last one

  void SetSynchronous(Synchronous level);
  void SetCacheSize(uint32_t page_count);
  void SetAutoCheckpoint(uint32_t frame_count);
  void SetJournalSizeLimit(int64_t size);  // below 0: none
  // Page size for a database nobody has written to; no effect otherwise.
  void SetNewPageSize(uint32_t page_size);
  void SetNewAutoVacuum(AutoVacuum mode);
  std::optional<AutoVacuum> new_auto_vacuum() const;

  const std::string& path() const;
  Io& io() { return io_; }
  // For this folder.
  PagerCore& core() { return *core_; }

 private:
  struct Calls;  // the operations behind the methods, and which is in progress

  Pager(Io& io, std::unique_ptr<PagerCore> core);
  PageRef Refuse(PageNumber number);

  Io& io_;
  std::unique_ptr<PagerCore> core_;
  PageCache* cache_;             // core_'s
  const TransactionView* view_;  // core_'s
  std::unique_ptr<Calls> calls_;
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_STORAGE_PAGER_H_
