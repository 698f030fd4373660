#include "engine/storage/make_room.h"

#include <algorithm>

#include "engine/storage/database_lock.h"

namespace orrery {
namespace {

// Enough that one write serves many pages, few enough that half of a small cache stays.
size_t SpillCount(uint32_t cache_limit) { return std::clamp<size_t>(cache_limit / 4, 4, 128); }

// How far the cache grows before the next try when readers are in the way of spilling.
constexpr size_t kGrowCount = 16;

}  // namespace

MakeCacheRoom::Next MakeCacheRoom::Run(State state) {
  switch (state) {
    case State::kBegin:
      return Flush();
    case State::kFlushed:
      return FlushJournal();
    case State::kJournalFlushed:
      return Spill();
    case State::kLogWritten:
      return LogWritten();
    case State::kAppended:
      return Appended();
    case State::kSynced:
      return Synced();
    case State::kWrite:
      return Write();
    case State::kWritten:
      return Written();
  }
  Unreachable();
}

// ---- What is kept ----

MakeCacheRoom::Next MakeCacheRoom::Flush() {
  if (!core_.undo.must_flush(core_.cache.page_size())) return Goto(State::kFlushed);
  flush_.Start();
  return Await(flush_, State::kFlushed);
}

MakeCacheRoom::Next MakeCacheRoom::FlushJournal() {
  if (!flush_.idle()) (void)flush_.Take();
  if (!core_.journal.must_flush()) return Goto(State::kJournalFlushed);
  append_journal_.Start();
  return Await(append_journal_, State::kJournalFlushed);
}

// ---- Dirty pages ----

MakeCacheRoom::Next MakeCacheRoom::Spill() {
  if (!append_journal_.idle()) (void)append_journal_.Take();
  if (!core_.cache.must_spill()) return Done({});
  std::vector<Frame*> frames = core_.cache.SpillCandidates(SpillCount(core_.cache.limit()));
  if (frames.empty()) return Done({});
  std::sort(frames.begin(), frames.end(),
            [](const Frame* a, const Frame* b) { return a->number < b->number; });
  for (Frame* frame : frames) pages_.emplace_back(*frame);
  if (core_.journal.active) return SpillToFile();
  append_frames_.Start(std::exchange(pages_, {}), 0);
  return Await(append_frames_, State::kLogWritten);
}

MakeCacheRoom::Next MakeCacheRoom::LogWritten() {
  (void)append_frames_.Take();
  core_.io.Reached(Probe::kPagesSpilled);
  return Done({});
}

MakeCacheRoom::Next MakeCacheRoom::SpillToFile() {
  RollbackJournal& journal = core_.journal;
  if (Status status = LockDatabaseExclusive(core_); !status.ok()) {
    if (status.primary() != ResultCode::kBusy) return Refuse(std::move(status));
    core_.io.Reached(Probe::kSpillMetReaders);
    journal.spill_again_at = core_.cache.page_count() + kGrowCount;
    pages_.clear();
    return Done({});
  }
  if (!journal.is_file()) return Goto(State::kWrite);
  // What these pages were is among what is appended now.
  append_journal_.Start();
  return AwaitOutcome(append_journal_, State::kAppended);
}

MakeCacheRoom::Next MakeCacheRoom::Appended() {
  if (!outcome().ok()) return Refuse(outcome());
  (void)append_journal_.Take();
  sync_journal_.Start();
  return AwaitOutcome(sync_journal_, State::kSynced);
}

MakeCacheRoom::Next MakeCacheRoom::Synced() {
  if (!outcome().ok()) return Refuse(outcome());
  (void)sync_journal_.Take();
  return Goto(State::kWrite);
}

MakeCacheRoom::Next MakeCacheRoom::Write() {
  write_pages_.Start(std::exchange(pages_, {}));
  return Await(write_pages_, State::kWritten);
}

MakeCacheRoom::Next MakeCacheRoom::Written() {
  (void)write_pages_.Take();
  core_.io.Reached(Probe::kSpilledToFile);
  return Done({});
}

MakeCacheRoom::Next MakeCacheRoom::Refuse(Status status) {
  pages_.clear();
  return Fail(std::move(status));
}

// ---- For whoever needs room ----

bool PagerCore::may_spill() const {
  return view.in_write && !is_committing && doomed.ok() &&
         !(journal.active && cache.page_count() < journal.spill_again_at);
}

Result<Frame*> PagerCore::TakeFrame(PageNumber number) {
  const bool keeps_much = undo.must_flush(cache.page_size()) || journal.must_flush();
  if (keeps_much && view.in_write && !is_committing && doomed.ok()) return nullptr;
  return cache.Take(number, may_spill());
}

IoResult<> PagerCore::MakeRoom() {
  if (make_room->idle()) make_room->Start();
  return make_room->Resume();
}

}  // namespace orrery
