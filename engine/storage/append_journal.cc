#include "engine/storage/append_journal.h"

#include <algorithm>

namespace orrery {
namespace {

constexpr size_t kBatchSizeMax = size_t{1} << 18;  // bytes

constexpr uint64_t RoundUpToSector(uint64_t offset) {
  return (offset + kJournalSectorSize - 1) / kJournalSectorSize * kJournalSectorSize;
}

}  // namespace

void AppendJournal::Start() {
  CHECK(core_.journal.active && core_.journal.is_file());
  up_to_ = core_.journal.record_count();
  Begin(State::kBegin);
}

AppendJournal::Next AppendJournal::Run(State state) {
  switch (state) {
    case State::kBegin:
      return Prepare();
    case State::kHeader:
      return WriteHeader();
    case State::kHeaderWritten:
      return HeaderWritten();
    case State::kBatch:
      return WriteBatch();
    case State::kBatchWritten:
      return BatchWritten();
  }
  Unreachable();
}

AppendJournal::Next AppendJournal::Prepare() {
  RollbackJournal& journal = core_.journal;
  if (journal.written_count == up_to_ && !journal.segments.empty()) return Done({});
  if (journal.file == nullptr) {
    Result<std::unique_ptr<File>> file =
        core_.io.Open(core_.journal_path, {.kind = FileKind::kJournal, .create = true});
    if (!file.ok()) return Fail(std::move(file).status());
    journal.file = *std::move(file);
  }
  return Goto(journal.segment_is_open ? State::kBatch : State::kHeader);
}

// ---- A segment's header ----

AppendJournal::Next AppendJournal::WriteHeader() {
  const RollbackJournal& journal = core_.journal;
  std::array<std::byte, 4> nonce;
  core_.io.RandomBytes(nonce);
  segment_ = {.offset = RoundUpToSector(journal.end),
              .nonce = LoadBig<uint32_t>(nonce.data()),
              .first_record = journal.written_count};
  header_bytes_.fill(std::byte{0});
  EncodeJournalHeader({.record_count = kUnknownRecordCount,
                       .nonce = segment_.nonce,
                       .initial_page_count = journal.initial_page_count,
                       .sector_size = kJournalSectorSize,
                       .page_size = journal.page_size},
                      header_bytes_);
  if (core_.journal.synchronous != Synchronous::kOff) {
    std::fill_n(header_bytes_.begin(), kJournalHeaderStartSize, std::byte{0});
  }
  write_.Start(*journal.file, segment_.offset, header_bytes_, done_);
  return AwaitOutcome(write_, State::kHeaderWritten);
}

AppendJournal::Next AppendJournal::HeaderWritten() {
  if (!outcome().ok()) return Fail(outcome());
  (void)write_.Take();
  RollbackJournal& journal = core_.journal;
  journal.segments.push_back(segment_);
  journal.segment_is_open = true;
  journal.end = segment_.offset + kJournalSectorSize;
  return Goto(State::kBatch);
}

// ---- Records ----

AppendJournal::Next AppendJournal::WriteBatch() {
  RollbackJournal& journal = core_.journal;
  if (journal.written_count == up_to_) return Done({});
  if (core_.stop_requested) return Fail(Status(ResultCode::kAbort));
  batch_size_ = std::clamp<size_t>(kBatchSizeMax / journal.record_size(), 1,
                                   static_cast<size_t>(up_to_ - journal.written_count));
  const uint32_t nonce = journal.segments.back().nonce;
  parts_.clear();
  for (size_t i = 0; i < batch_size_; ++i) {
    std::byte* const record = journal.pending[i].get();
    std::byte* const page = record + kJournalRecordPageAt;
    StoreBig(page + journal.page_size, JournalChecksum(nonce, Bytes(page, journal.page_size)));
    parts_.emplace_back(record, journal.record_size());
  }
  write_.Start(*journal.file, journal.end, parts_, done_);
  return AwaitOutcome(write_, State::kBatchWritten);
}

AppendJournal::Next AppendJournal::BatchWritten() {
  if (!outcome().ok()) return Fail(outcome());
  (void)write_.Take();
  RollbackJournal& journal = core_.journal;
  journal.pending.erase(journal.pending.begin(),
                        journal.pending.begin() + static_cast<ptrdiff_t>(batch_size_));
  journal.written_count += batch_size_;
  journal.segments.back().record_count += batch_size_;
  journal.end += batch_size_ * journal.record_size();
  return Goto(State::kBatch);
}

}  // namespace orrery
