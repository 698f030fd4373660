#include "engine/storage/begin_read.h"

#include <bit>
#include <string>

#include "engine/storage/database_lock.h"

namespace orrery {
namespace {

const YieldSite kBeginRead("storage.begin_read.begin");
const YieldSite kBeginReadPageOne("storage.begin_read.page_one");

}  // namespace

BeginReadTransaction::Next BeginReadTransaction::Run(State state) {
  switch (state) {
    case State::kBegin:
      return Settle();
    case State::kLook:
      return Look();
    case State::kJournal:
      return LookAtFile();
    case State::kFileHeader:
      return TakeFileHeader();
    case State::kLogOpened:
      return TakeLog();
    case State::kSnapshot:
      return TakeSnapshotTaken();
    case State::kPageSize:
      return TakePageSize();
    case State::kPageOne:
      return TakePageOne();
  }
  Unreachable();
}

BeginReadTransaction::Next BeginReadTransaction::Settle() {
  core_.commit_decided = false;
  core_.view = TransactionView();
  if (read_done_.in_flight()) return AwaitOutcome(read_done_, State::kLook);
  if (core_.ShouldPause(kBeginRead)) return AwaitOutcome(core_.pause, State::kLook);
  return Goto(State::kLook);
}

BeginReadTransaction::Next BeginReadTransaction::Look() {
  if (core_.stop_requested) return Refuse(Status(ResultCode::kAbort));
  if (core_.wal.open()) {
    take_snapshot_.Start(/*for_writing=*/false);
    return AwaitOutcome(take_snapshot_, State::kSnapshot);
  }
  if (Status status = LockDatabaseShared(core_); !status.ok()) return Refuse(std::move(status));
  recover_journal_.Start();
  return AwaitOutcome(recover_journal_, State::kJournal);
}

// ---- A file not yet known to be a WAL database ----

BeginReadTransaction::Next BeginReadTransaction::LookAtFile() {
  if (!outcome().ok()) return Refuse(outcome());
  (void)recover_journal_.Take();
  Result<uint64_t> size = core_.DatabaseSize();
  if (!size.ok()) return Refuse(std::move(size).status());
  Result<bool> has_log = core_.is_private ? Result<bool>(false) : core_.io.Exists(core_.wal_path);
  if (!has_log.ok()) return Refuse(std::move(has_log).status());
  has_log_file_ = *has_log;
  // One byte counts as none, as for sqlite3, which writes one on some file systems before it locks.
  if (*size <= 1) {
    // A log beside an empty file belongs to a database that is gone.
    if (has_log_file_ && !core_.options.read_only) {
      if (Status status = core_.io.Remove(core_.wal_path); !status.ok()) {
        return Refuse(std::move(status));
      }
    }
    return FinishEmpty();
  }
  return ReadFileHeader(State::kFileHeader);
}

BeginReadTransaction::Next BeginReadTransaction::FinishEmpty() {
  core_.cache.SetPageSize(core_.options.new_page_size);
  core_.cache.DropIf([](const Frame&) { return true; });
  core_.cached_state = WalIndexHeaderWords{};
  core_.view.header.page_size = core_.options.new_page_size;
  const AutoVacuum auto_vacuum = core_.options.new_auto_vacuum.value_or(AutoVacuum::kNone);
  core_.view.header.largest_root_page = auto_vacuum == AutoVacuum::kNone ? kNoPage : 1;
  core_.view.header.incremental_vacuum = auto_vacuum == AutoVacuum::kIncremental ? 1 : 0;
  core_.view.in_read = true;
  return Done({});
}

BeginReadTransaction::Next BeginReadTransaction::ReadFileHeader(State then) {
  bytes_.fill(std::byte{0});  // a shorter file reads as zeros
  read_.Start(*core_.database, 0, bytes_, read_done_);
  return AwaitOutcome(read_, then);
}

BeginReadTransaction::Next BeginReadTransaction::TakeFileHeader() {
  if (!outcome().ok()) return Refuse(outcome());
  (void)read_.Take();
  // Page 1 may be in the log, whatever the file says.
  if (has_log_file_) return OpenLog();
  Result<DatabaseHeader> header = DecodeDatabaseHeader(bytes_);
  if (!header.ok()) return Refuse(std::move(header).status());
  if (header->read_version == kWalFileVersion) return OpenLog();
  state_words_ = StateWordsOf(*header);
  return FetchPageOne(header->page_size);
}

BeginReadTransaction::Next BeginReadTransaction::OpenLog() {
  open_wal_.Start();
  return AwaitOutcome(open_wal_, State::kLogOpened);
}

BeginReadTransaction::Next BeginReadTransaction::TakeLog() {
  if (!outcome().ok()) return Refuse(outcome());
  (void)open_wal_.Take();
  take_snapshot_.Start(/*for_writing=*/false);
  return AwaitOutcome(take_snapshot_, State::kSnapshot);
}

// ---- A snapshot ----

BeginReadTransaction::Next BeginReadTransaction::TakeSnapshotTaken() {
  if (!outcome().ok()) return Refuse(outcome());
  (void)take_snapshot_.Take();
  const Wal& wal = core_.wal;
  state_words_ = wal.header_words;
  // Slot 0 and an empty log mean that page 1 is the file's.
  if (wal.read_slot > 0 && wal.header.max_frame > 0) return FetchPageOne(wal.header.page_size);
  if (state_words_ == core_.cached_state) return FetchPageOne(core_.cache.page_size());
  return ReadFileHeader(State::kPageSize);
}

BeginReadTransaction::Next BeginReadTransaction::TakePageSize() {
  if (!outcome().ok()) return Refuse(outcome());
  (void)read_.Take();
  Result<DatabaseHeader> header = DecodeDatabaseHeader(bytes_);
  if (!header.ok()) return Refuse(std::move(header).status());
  return FetchPageOne(header->page_size);
}

BeginReadTransaction::Next BeginReadTransaction::FetchPageOne(uint32_t page_size) {
  if (core_.stop_requested) return Refuse(Status(ResultCode::kAbort));
  if (!std::has_single_bit(page_size) || page_size < kPageSizeMin || page_size > kPageSizeMax) {
    return Refuse(CorruptError("WAL index " + core_.shm_path + " has no page size"));
  }
  core_.cache.SetPageSize(page_size);
  if (state_words_ != core_.cached_state) core_.cache.DropIf([](const Frame&) { return true; });
  core_.cached_state = state_words_;
  PageNumber page_count = core_.wal.open() ? core_.wal.header.page_count : 0;
  if (page_count == 0) {
    Result<uint64_t> size = core_.DatabaseSize();
    if (!size.ok()) return Refuse(std::move(size).status());
    const uint64_t count = (*size + page_size - 1) / page_size;
    if (count > kPageNumberMax) return Refuse(CorruptError(core_.path + " is too large"));
    page_count = static_cast<PageNumber>(count);
  }
  core_.view.page_count = page_count;
  fetch_.Start(core_, 1, kBeginReadPageOne);
  return AwaitOutcome(fetch_, State::kPageOne);
}

BeginReadTransaction::Next BeginReadTransaction::TakePageOne() {
  if (!outcome().ok()) return Refuse(outcome());
  const PageRef page = fetch_.Take();
  if (core_.stop_requested) return Refuse(Status(ResultCode::kAbort));
  Result<DatabaseHeader> header = DecodeDatabaseHeader(Bytes(page.data(), core_.cache.page_size()));
  if (!header.ok()) return Refuse(std::move(header).status());
  if (header->page_size != core_.cache.page_size()) {
    return Refuse(CorruptError("page 1 of " + core_.path + " has another page size than its log"));
  }
  const uint64_t size = uint64_t{core_.view.page_count} * header->page_size;
  Result<PageNumber> page_count = PageCountOf(*header, size, core_.path);
  if (!page_count.ok()) return Refuse(std::move(page_count).status());
  core_.view.page_count = header->page_count = *page_count;
  core_.view.header = *header;
  core_.view.in_read = true;
  return Done({});
}

Result<PageNumber> PageCountOf(const DatabaseHeader& header, uint64_t file_size,
                               const std::string& path) {
  const uint64_t count = (file_size + header.page_size - 1) / header.page_size;
  if (count > kPageNumberMax) return CorruptError(path + " is too large");
  // Writers of old do not keep the count in the header, and leave the other counter behind.
  if (header.page_count == 0 || header.version_valid_for != header.change_counter) {
    return static_cast<PageNumber>(count);
  }
  if (header.page_count > count) {
    return CorruptError(path + " has fewer pages than its header says");
  }
  return header.page_count;
}

WalIndexHeaderWords StateWordsOf(const DatabaseHeader& header) {
  WalIndexHeaderWords words{};
  words[0] = 1;  // told apart from any state of a log
  words[1] = header.change_counter;
  words[2] = header.page_count;
  words[3] = header.first_freelist_trunk;
  words[4] = header.freelist_page_count;
  words[5] = header.version_valid_for;
  return words;
}

// ---- Giving up ----

BeginReadTransaction::Next BeginReadTransaction::Refuse(Status status) {
  Release();
  return Fail(std::move(status));
}

void BeginReadTransaction::Release() { core_.EndRead(); }

bool BeginReadTransaction::TryAbandon() {
  if (open_wal_.is_resetting() || recover_journal_.is_playing_back()) return false;
  const bool was_opening = open_wal_.running();
  Abandon();
  if (was_opening) core_.wal.Close();
  // An index being rebuilt is left as it is; the next who comes starts anew.
  if (core_.wal.open()) core_.wal.shm.ReleaseLocks();
  core_.wal.read_slot = -1;
  Release();
  return true;
}

}  // namespace orrery
