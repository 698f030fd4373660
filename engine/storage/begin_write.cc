#include "engine/storage/begin_write.h"

#include "engine/storage/database_lock.h"
#include "engine/storage/new_database.h"
#include "engine/storage/restart_wal.h"

namespace orrery {
namespace {

const YieldSite kBeginWrite("storage.begin_write.begin");
const YieldSite kBeginWritePageOne("storage.begin_write.page_one");

}  // namespace

BeginWriteTransaction::Next BeginWriteTransaction::Run(State state) {
  switch (state) {
    case State::kBegin:
      return Pause();
    case State::kLock:
      return Lock();
    case State::kCreated:
      return OpenLog();
    case State::kLogOpened:
      return TakeNewSnapshot();
    case State::kNewSnapshot:
      return LockNew();
    case State::kMoved:
      return Moved();
    case State::kPageOne:
      return TakePageOne();
  }
  Unreachable();
}

BeginWriteTransaction::Next BeginWriteTransaction::Pause() {
  core_.commit_decided = core_.journal_left = false;
  is_new_ = false;
  if (core_.ShouldPause(kBeginWrite)) return AwaitOutcome(core_.pause, State::kLock);
  return Goto(State::kLock);
}

Status BeginWriteTransaction::WhyNot() const {
  const DatabaseHeader& header = core_.view.header;
  if (core_.options.read_only) return Status(ResultCode::kReadOnly);
  if (core_.view.page_count == 0) return OkStatus();
  if (header.write_version > kWalFileVersion) {
    return {ResultCode::kReadOnly, core_.path + " has a newer write version"};
  }
  return OkStatus();
}

BeginWriteTransaction::Next BeginWriteTransaction::Lock() {
  if (core_.stop_requested) return Fail(Status(ResultCode::kAbort));
  if (Status status = WhyNot(); !status.ok()) return Fail(std::move(status));
  if (core_.journal_mode() != JournalMode::kWal) return LockForJournal();
  if (core_.view.page_count == 0) return CreateDatabase();
  Wal& wal = core_.wal;
  if (Status status = wal.shm.LockExclusive(WalLock::kWrite); !status.ok()) {
    return Fail(std::move(status));
  }
  if (wal.shm.FirstCopy() != wal.header_words) {
    core_.io.Reached(Probe::kSnapshotTooOld);
    return Refuse(Status(ResultCode::kBusySnapshot));
  }
  if (wal.read_slot != 0) return FetchPageOne();
  // Moving to another slot looks at the header anew. A writer who died while publishing has left
  // two copies that differ: what it committed is found by who begins to read next, not under us.
  WalIndexHeaderWords now;
  if (!wal.shm.ReadHeader(now).has_value() || now != wal.header_words) {
    return Refuse(Status(ResultCode::kBusySnapshot));
  }
  // Who writes must hold off restarts of the log by others, which slot 0 does not.
  Result<bool> restarted = TryRestartWal(core_);
  if (!restarted.ok()) return Refuse(std::move(restarted).status());
  wal.read_slot = -1;  // slot 0 stays locked until the other is
  take_snapshot_.Start(/*for_writing=*/true);
  return AwaitOutcome(take_snapshot_, State::kMoved);
}

BeginWriteTransaction::Next BeginWriteTransaction::Moved() {
  Wal& wal = core_.wal;
  if (!outcome().ok()) {
    wal.read_slot = 0;
    return Refuse(outcome());
  }
  (void)take_snapshot_.Take();
  wal.shm.Unlock(ReadLock(0));
  return FetchPageOne();
}

// ---- With a rollback journal ----

BeginWriteTransaction::Next BeginWriteTransaction::LockForJournal() {
  if (Status status = LockDatabaseReserved(core_); !status.ok()) return Fail(std::move(status));
  if (exclusive_) {
    if (Status status = LockDatabaseExclusive(core_); !status.ok()) {
      return Refuse(std::move(status));
    }
  }
  Result<uint64_t> size = core_.DatabaseSize();
  if (!size.ok()) return Refuse(std::move(size).status());
  const uint32_t page_size = core_.cache.page_size();
  core_.journal.Begin(core_.journal_mode(), core_.options.synchronous, page_size,
                      static_cast<PageNumber>((*size + page_size - 1) / page_size));
  if (core_.view.page_count > 0) return FetchPageOne();
  if (Status status = MakePageOne(core_, kRollbackFileVersion); !status.ok()) {
    return Refuse(std::move(status));
  }
  return Done({});
}

// ---- A new WAL database ----

BeginWriteTransaction::Next BeginWriteTransaction::CreateDatabase() {
  set_file_version_.Start(kWalFileVersion);
  return AwaitOutcome(set_file_version_, State::kCreated);
}

BeginWriteTransaction::Next BeginWriteTransaction::OpenLog() {
  if (!outcome().ok()) return Fail(outcome());
  (void)set_file_version_.Take();
  core_.io.Reached(Probe::kDatabaseCreated);
  is_new_ = true;
  open_wal_.Start();
  return AwaitOutcome(open_wal_, State::kLogOpened);
}

BeginWriteTransaction::Next BeginWriteTransaction::TakeNewSnapshot() {
  if (!outcome().ok()) return RefuseNew(outcome());
  (void)open_wal_.Take();
  take_snapshot_.Start(/*for_writing=*/true);
  return AwaitOutcome(take_snapshot_, State::kNewSnapshot);
}

BeginWriteTransaction::Next BeginWriteTransaction::LockNew() {
  if (!outcome().ok()) return RefuseNew(outcome());
  (void)take_snapshot_.Take();
  Wal& wal = core_.wal;
  // The file is still locked against all others, so this log holds nothing.
  if (wal.header.max_frame != 0) {
    return RefuseNew(CorruptError("new database " + core_.path + " has a log already"));
  }
  if (Status status = wal.shm.LockExclusive(WalLock::kWrite); !status.ok()) {
    return RefuseNew(std::move(status));
  }
  DowngradeDatabaseLock(core_);
  core_.cached_state = wal.header_words;
  core_.view.page_count = 1;
  return FetchPageOne();
}

BeginWriteTransaction::Next BeginWriteTransaction::RefuseNew(Status status) {
  DowngradeDatabaseLock(core_);
  core_.EndRead();
  return Fail(std::move(status));
}

// ---- Page 1 ----

BeginWriteTransaction::Next BeginWriteTransaction::FetchPageOne() {
  fetch_.Start(core_, 1, kBeginWritePageOne);
  return AwaitOutcome(fetch_, State::kPageOne);
}

BeginWriteTransaction::Next BeginWriteTransaction::TakePageOne() {
  if (!outcome().ok()) {
    if (!is_new_) return Refuse(outcome());
    core_.wal.shm.Unlock(WalLock::kWrite);
    return RefuseNew(outcome());
  }
  core_.page_one = fetch_.Take();
  if (is_new_) {
    Result<DatabaseHeader> header =
        DecodeDatabaseHeader(Bytes(core_.page_one.data(), core_.cache.page_size()));
    if (!header.ok()) {
      core_.page_one.Release();
      core_.wal.shm.Unlock(WalLock::kWrite);
      return RefuseNew(
          CorruptError("page 1 of " + core_.path + " is not what has just been written"));
    }
    core_.view.header = *header;
  }
  core_.StartWriting();
  return Done({});
}

BeginWriteTransaction::Next BeginWriteTransaction::Refuse(Status status) {
  if (core_.wal.is_writer()) {
    core_.wal.shm.Unlock(WalLock::kWrite);
  } else {
    core_.journal.Clear();
    DowngradeDatabaseLock(core_);
  }
  return Fail(std::move(status));
}

}  // namespace orrery
