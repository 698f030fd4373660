#include "engine/storage/set_file_version.h"

#include "engine/storage/database_lock.h"
#include "engine/storage/new_database.h"

namespace orrery {
namespace {

const YieldSite kSetFileVersion("storage.set_file_version.begin");
const YieldSite kPageOne("storage.set_file_version.page_one");

}  // namespace

SetFileVersion::Next SetFileVersion::Run(State state) {
  switch (state) {
    case State::kBegin:
      return Pause();
    case State::kLock:
      return Lock();
    case State::kPageOne:
      return TakePageOne();
    case State::kCommitted:
      return Committed();
    case State::kRolledBack:
      return RolledBack();
  }
  Unreachable();
}

SetFileVersion::Next SetFileVersion::Pause() {
  CHECK(core_.view.in_read && !core_.view.in_write && !core_.wal.open());
  if (core_.ShouldPause(kSetFileVersion)) return AwaitOutcome(core_.pause, State::kLock);
  return Goto(State::kLock);
}

SetFileVersion::Next SetFileVersion::Lock() {
  if (core_.stop_requested) return Fail(Status(ResultCode::kAbort));
  if (core_.database_lock == DatabaseLock::kShared) {
    if (Status status = LockDatabaseReserved(core_); !status.ok()) return Fail(std::move(status));
  }
  // Whoever reads the file is met before anything is changed.
  if (Status status = LockDatabaseExclusive(core_); !status.ok()) {
    DowngradeDatabaseLock(core_);
    return Fail(std::move(status));
  }
  Result<uint64_t> size = core_.DatabaseSize();
  if (!size.ok()) return Refuse(std::move(size).status());
  const uint32_t page_size = core_.cache.page_size();
  const bool syncs = core_.options.synchronous != Synchronous::kOff;
  core_.journal.Begin(JournalMode::kDelete, syncs ? Synchronous::kExtra : Synchronous::kOff,
                      page_size, static_cast<PageNumber>((*size + page_size - 1) / page_size));
  core_.journal.keeps_lock = true;
  if (core_.view.page_count == 0) {
    if (Status status = MakePageOne(core_, version_); !status.ok()) {
      return Refuse(std::move(status));
    }
    return Commit();
  }
  fetch_.Start(core_, 1, kPageOne);
  return AwaitOutcome(fetch_, State::kPageOne);
}

SetFileVersion::Next SetFileVersion::TakePageOne() {
  if (!outcome().ok()) return Refuse(outcome());
  core_.page_one = fetch_.Take();
  core_.StartWriting();
  core_.view.header.write_version = core_.view.header.read_version = version_;
  core_.StoreHeader();
  return Commit();
}

SetFileVersion::Next SetFileVersion::Commit() {
  commit_.Start();
  return AwaitOutcome(commit_, State::kCommitted);
}

SetFileVersion::Next SetFileVersion::Committed() {
  const bool is_decided = std::exchange(core_.commit_decided, false);
  if (outcome().ok()) {
    (void)commit_.Take();
    return Done({});
  }
  failure_ = outcome();
  if (is_decided) return Refuse(failure_);
  rollback_.Start();
  return AwaitOutcome(rollback_, State::kRolledBack);
}

SetFileVersion::Next SetFileVersion::RolledBack() {
  rollback_.Abandon();
  return Fail(std::move(failure_));
}

SetFileVersion::Next SetFileVersion::Refuse(Status status) {
  core_.journal.Clear();
  DowngradeDatabaseLock(core_);
  core_.EndRead();
  return Fail(std::move(status));
}

}  // namespace orrery
