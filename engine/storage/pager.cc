#include "engine/storage/pager.h"

#include <utility>

#include "engine/storage/append_frames.h"
#include "engine/storage/append_journal.h"
#include "engine/storage/begin_read.h"
#include "engine/storage/begin_write.h"
#include "engine/storage/change_mode.h"
#include "engine/storage/checkpoint.h"
#include "engine/storage/checkpoint_now.h"
#include "engine/storage/close_database.h"
#include "engine/storage/close_log.h"
#include "engine/storage/commit.h"
#include "engine/storage/commit_journal.h"
#include "engine/storage/database_lock.h"
#include "engine/storage/make_room.h"
#include "engine/storage/pager_core.h"
#include "engine/storage/rollback.h"
#include "engine/storage/set_file_version.h"
#include "engine/storage/sync_journal.h"
#include "engine/storage/undo_savepoint.h"
#include "engine/storage/write_pages.h"

namespace orrery {

// One call is in progress at a time. When its caller goes away, the next call, whichever it is,
// asks it to stop and drives it to its end first.
struct Pager::Calls {
  enum class Call : uint8_t {
    kNone,
    kBeginRead,
    kBeginWrite,
    kCommit,
    kCommitJournal,
    kRollback,
    kUndo,
    kCheckpoint,
    kChangeMode,
    kClose
  };

  explicit Calls(PagerCore& core_in)
      : core(core_in),
        append(core_in),
        append_journal(core_in),
        sync_journal(core_in),
        write_pages(core_in),
        make_room(core_in, append, append_journal, sync_journal, write_pages),
        begin_read(core_in),
        checkpoint(core_in),
        commit(core_in, append, checkpoint),
        commit_journal(core_in, append_journal, sync_journal, write_pages),
        rollback(core_in),
        set_file_version(core_in, commit_journal, rollback),
        begin_write(core_in, set_file_version),
        undo(core_in),
        checkpoint_now(core_in, begin_read, checkpoint),
        close_log(core_in, checkpoint),
        change_mode(core_in, begin_read, close_log, set_file_version),
        close(core_in, rollback, close_log) {
    core.make_room = &make_room;
  }

  PagerCore& core;
  AppendFrames append;
  AppendJournal append_journal;
  SyncJournal sync_journal;
  WritePages write_pages;
  MakeCacheRoom make_room;
  BeginReadTransaction begin_read;
  CheckpointLog checkpoint;
  CommitTransaction commit;
  CommitJournal commit_journal;
  RollbackTransaction rollback;
  SetFileVersion set_file_version;
  BeginWriteTransaction begin_write;
  UndoToSavepoint undo;
  CheckpointNow checkpoint_now;
  CloseLog close_log;
  ChangeMode change_mode;
  CloseDatabase close;
  Call current = Call::kNone;

  IoResult<> ResumeCurrent() {
    switch (current) {
      case Call::kNone:
        return Unit();
      case Call::kBeginRead:
        return begin_read.Resume();
      case Call::kBeginWrite:
        return begin_write.Resume();
      case Call::kCommit:
        return commit.Resume();
      case Call::kCommitJournal:
        return commit_journal.Resume();
      case Call::kRollback:
        return rollback.Resume();
      case Call::kUndo:
        return undo.Resume();
      case Call::kCheckpoint: {
        IoResult<CheckpointResult> result = checkpoint_now.Resume();
        if (result.done()) return Unit();
        return std::move(result).As<Unit>();
      }
      case Call::kChangeMode: {
        IoResult<JournalMode> result = change_mode.Resume();
        if (result.done()) return Unit();
        return std::move(result).As<Unit>();
      }
      case Call::kClose:
        return close.Resume();
    }
    Unreachable();
  }

  // Ends whatever was begun before and given up. How it ended no longer matters to anybody.
  IoResult<> Settle() {
    if (current != Call::kNone) {
      core.stop_requested = true;
      IoResult<> ended = ResumeCurrent();
      if (ended.pending()) return ended;
      core.stop_requested = false;
      const Call was = std::exchange(current, Call::kNone);
      // It may have come through all the same.
      if (was == Call::kBeginRead && core.view.in_read) core.EndRead();
    }
    if (!make_room.idle()) {
      IoResult<> ended = make_room.Resume();
      if (ended.pending()) return ended;
    }
    return Unit();
  }

  // Drives `operation` as the call `call`, starting it when it is not under way.
  template <typename Op, typename... Arguments>
  auto Drive(Call call, Op& operation, Arguments... arguments) -> decltype(operation.Resume()) {
    using Answer = decltype(operation.Resume());
    if (current != call || core.stop_requested) {
      IoResult<> settled = Settle();
      if (!settled.done()) return Answer(settled.waiting());
      if (core.database == nullptr) return Answer(Status(ResultCode::kMisuse, "closed"));
      current = call;
      operation.Start(arguments...);
    }
    Answer answer = operation.Resume();
    if (!answer.pending()) current = Call::kNone;
    return answer;
  }
};

Result<std::unique_ptr<Pager>> Pager::Open(Io& io, std::string_view path,
                                           const PagerOptions& options) {
  auto core = std::make_unique<PagerCore>(io, path, options);
  if (IsPrivatePath(path)) {
    core->is_private = true;
    core->options.read_only = false;
    core->options.synchronous = Synchronous::kOff;
    if (options.journal_mode != JournalMode::kOff)
      core->options.journal_mode = JournalMode::kMemory;
    ASSIGN_OR_RETURN(core->database, io.Open("", {.kind = FileKind::kTemporary, .create = true}));
    return std::unique_ptr<Pager>(new Pager(io, std::move(core)));
  }
  ASSIGN_OR_RETURN(core->database, io.Open(path, {.kind = FileKind::kDatabase,
                                                  .read_only = options.read_only,
                                                  .create = options.create && !options.read_only}));
  return std::unique_ptr<Pager>(new Pager(io, std::move(core)));
}

Result<std::unique_ptr<Pager>> Pager::OpenTemporary(Pager& like) {
  const PagerCore& theirs = *like.core_;
  // The name is for messages, and for files beside it, which nobody has.
  auto core = std::make_unique<PagerCore>(
      like.io_, theirs.path + " (temporary)",
      PagerOptions{.new_page_size = like.page_size(),
                   .cache_page_count = theirs.options.cache_page_count,
                   .synchronous = Synchronous::kOff,
                   .auto_checkpoint_frame_count = 0,
                   .journal_mode = JournalMode::kOff,
                   .new_auto_vacuum = like.new_auto_vacuum().value_or(like.auto_vacuum())});
  core->is_private = true;
  core->view.header.reserved_size = like.header().reserved_size;
  ASSIGN_OR_RETURN(core->database,
                   like.io_.Open("", {.kind = FileKind::kTemporary, .create = true}));
  return std::unique_ptr<Pager>(new Pager(like.io_, std::move(core)));
}

Pager::Pager(Io& io, std::unique_ptr<PagerCore> core)
    : io_(io),
      core_(std::move(core)),
      cache_(&core_->cache),
      view_(&core_->view),
      calls_(std::make_unique<Calls>(*core_)) {}

Pager::~Pager() {
  // Closing the files ends what is in flight on them, before the operations and frames go that it
  // would land in.
  core_->page_one.Release();
  core_->wal.Close();
  core_->database.reset();
  core_->undo.file.reset();
  core_->journal.file.reset();
  for (Completion* completion : core_->own_completions) {
    if (!completion->in_flight()) continue;
    io_.Cancel(*completion);
    (void)WaitFor(io_, *completion);
  }
  calls_.reset();
}

PagerCore::~PagerCore() = default;

// ---- Transactions ----

IoResult<> Pager::BeginRead() {
  if (calls_->current == Calls::Call::kNone && view_->in_read) return Unit();
  if (calls_->current != Calls::Call::kBeginRead || core_->stop_requested) {
    IO_RETURN_IF_NOT_DONE(Unit, calls_->Settle());
    if (view_->in_read) return Unit();  // what was given up left the transaction open
  }
  return calls_->Drive(Calls::Call::kBeginRead, calls_->begin_read);
}

IoResult<> Pager::BeginWrite(bool exclusive) {
  if (calls_->current == Calls::Call::kNone && view_->in_write) return Unit();
  return calls_->Drive(Calls::Call::kBeginWrite, calls_->begin_write, exclusive);
}

IoResult<> Pager::Commit(bool is_undone) {
  // Whichever it is, it stays that until it has ended.
  if (core_->journal.active) {
    return calls_->Drive(Calls::Call::kCommitJournal, calls_->commit_journal, is_undone);
  }
  return calls_->Drive(Calls::Call::kCommit, calls_->commit);
}

Status Pager::LockForCommit() {
  return core_->journal.active ? LockDatabaseExclusive(*core_) : OkStatus();
}

bool Pager::CanBePrepared() const {
  const RollbackJournal& journal = core_->journal;
  return journal.active && journal.is_file() && journal.synchronous != Synchronous::kOff &&
         core_->HasChanges();
}

IoResult<> Pager::PrepareCommit(const std::string& super_journal) {
  Calls& calls = *calls_;
  if (calls.current != Calls::Call::kCommitJournal || core_->stop_requested) {
    IO_RETURN_IF_NOT_DONE(Unit, calls.Settle());
    calls.current = Calls::Call::kCommitJournal;
    calls.commit_journal.StartPreparing(super_journal);
  }
  IoResult<> prepared = calls.commit_journal.Resume();
  if (!prepared.pending()) calls.current = Calls::Call::kNone;
  return prepared;
}

bool Pager::journal_left() const { return core_->journal_left; }

bool Pager::is_prepared() const { return core_->journal.is_prepared; }

const std::string& Pager::journal_path() const { return core_->journal_path; }

IoResult<> Pager::Rollback() {
  if (core_->database == nullptr) return Unit();
  return calls_->Drive(Calls::Call::kRollback, calls_->rollback);
}

void Pager::EndRead() {
  if (calls_->current == Calls::Call::kBeginRead) {
    if (calls_->begin_read.TryAbandon()) {
      calls_->current = Calls::Call::kNone;
      core_->stop_requested = false;  // it may have been told to stop before it could be left
    } else {
      core_->stop_requested = true;  // the next call drives it to its end
    }
    return;
  }
  if (calls_->current != Calls::Call::kNone) {
    // A call given up earlier is still coming to its end, and BeginRead was waiting for that: no
    // snapshot has been taken yet.
    CHECK(core_->stop_requested);
    return;
  }
  if (view_->in_read) core_->EndRead();
}

bool Pager::commit_decided() const { return core_->commit_decided; }

void Pager::OpenSavepoint() {
  PagerCore& core = *core_;
  CHECK(core.view.in_write);
  core.cache.BeginEditEpoch();
  core.undo.savepoints.push_back({.first_edit_epoch = core.cache.edit_epoch(),
                                  .view = core.view,
                                  .log_position = core.wal.header,
                                  .first_image = core.undo.images.size(),
                                  .first_record = core.journal.record_count()});
}

void Pager::ReleaseSavepoints(size_t count) {
  core_->undo.CloseSavepoints(count);
  core_->cache.BeginEditEpoch();
}

IoResult<> Pager::RollbackToSavepoint(size_t index) {
  return calls_->Drive(Calls::Call::kUndo, calls_->undo, index, /*closes=*/false);
}

size_t Pager::savepoint_count() const { return core_->undo.savepoints.size(); }

void Pager::BeginStatement() { OpenSavepoint(); }

void Pager::EndStatement() {
  CHECK(savepoint_count() > 0);
  ReleaseSavepoints(savepoint_count() - 1);
}

IoResult<> Pager::RollbackStatement() {
  // Once it has begun, the count is not asked any more.
  const size_t index = savepoint_count() > 0 ? savepoint_count() - 1 : 0;
  return calls_->Drive(Calls::Call::kUndo, calls_->undo, index, /*closes=*/true);
}

SnapshotId Pager::snapshot() const {
  const PagerCore& core = *core_;
  if (!core.wal.open()) return {.max_frame = core.view.header.change_counter};
  const WalIndexHeader& header = core.view.in_write ? core.committed : core.wal.header;
  return {header.salt1, header.salt2, header.max_frame};
}

PageRef Pager::Refuse(PageNumber number) {
  core_->refused = number;
  return PageRef();
}

// ---- The header ----

void Pager::SetSchemaCookie(uint32_t cookie) {
  core_->view.header.schema_cookie = cookie;
  core_->StoreHeader();
}

void Pager::SetSchemaFormat(uint32_t format) {
  core_->view.header.schema_format = format;
  core_->StoreHeader();
}

void Pager::SetUserVersion(uint32_t version) {
  core_->view.header.user_version = version;
  core_->StoreHeader();
}

void Pager::SetApplicationId(uint32_t id) {
  core_->view.header.application_id = id;
  core_->StoreHeader();
}

void Pager::SetLargestRoot(PageNumber root) {
  core_->view.header.largest_root_page = root;
  core_->StoreHeader();
}

void Pager::SetIncrementalVacuum(bool is_incremental) {
  core_->view.header.incremental_vacuum = is_incremental ? 1 : 0;
  core_->StoreHeader();
}

void Pager::SetExtent(PageNumber count, PageNumber first_trunk, uint32_t free_count) {
  TransactionView& view = core_->view;
  CHECK(view.in_write && count <= view.page_count);
  view.page_count = view.header.page_count = count;
  view.header.first_freelist_trunk = first_trunk;
  view.header.freelist_page_count = free_count;
  core_->StoreHeader();
}

// ---- Pointer maps ----

bool Pager::IsMapOrLockPage(PageNumber number) const { return core_->IsMapOrLockPage(number); }

void Pager::NoteOwner(PageNumber page, PageUse use, PageNumber parent) {
  core_->NoteOwner(page, {use, parent});
}

bool Pager::has_owner_notes() const { return !core_->owner_notes.empty(); }

// ---- Outside transactions ----

IoResult<> Pager::Close() {
  if (core_->database == nullptr) return Unit();
  return calls_->Drive(Calls::Call::kClose, calls_->close);
}

IoResult<CheckpointResult> Pager::Checkpoint(CheckpointMode mode) {
  return calls_->Drive(Calls::Call::kCheckpoint, calls_->checkpoint_now, mode);
}

void Pager::GiveUpCheckpoint() {
  if (calls_->current == Calls::Call::kCheckpoint) core_->stop_requested = true;
}

IoResult<JournalMode> Pager::SetJournalMode(JournalMode mode) {
  return calls_->Drive(Calls::Call::kChangeMode, calls_->change_mode, mode);
}

// ---- Settings ----

JournalMode Pager::journal_mode() const { return core_->journal_mode(); }

JournalMode PagerCore::journal_mode() const {
  if (wal.open()) return JournalMode::kWal;
  // A rollback file is one, whatever a new one would become.
  const bool is_new = view.page_count == 0;
  return options.journal_mode == JournalMode::kWal && !is_new ? JournalMode::kDelete
                                                              : options.journal_mode;
}

void Pager::SetSynchronous(Synchronous level) {
  if (!core_->is_private) core_->options.synchronous = level;
}

void Pager::SetCacheSize(uint32_t page_count) { core_->cache.SetLimit(page_count); }

void Pager::SetAutoCheckpoint(uint32_t frame_count) {
  core_->options.auto_checkpoint_frame_count = frame_count;
}

void Pager::SetJournalSizeLimit(int64_t size) { core_->options.journal_size_limit = size; }

void Pager::SetNewPageSize(uint32_t page_size) { core_->options.new_page_size = page_size; }

void Pager::SetNewAutoVacuum(AutoVacuum mode) { core_->options.new_auto_vacuum = mode; }

std::optional<AutoVacuum> Pager::new_auto_vacuum() const { return core_->options.new_auto_vacuum; }

const std::string& Pager::path() const { return core_->path; }

}  // namespace orrery
