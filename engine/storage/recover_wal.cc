#include "engine/storage/recover_wal.h"

#include <algorithm>
#include <array>
#include <string>

namespace orrery {
namespace {

constexpr size_t kReadSize = size_t{1} << 18;

}  // namespace

RecoverWal::Next RecoverWal::Run(State state) {
  switch (state) {
    case State::kBegin:
      return AwaitOutcome(read_done_, State::kLock);
    case State::kLock:
      return Lock();
    case State::kHeader:
      return TakeHeader();
    case State::kAskFrames:
      return AskFrames();
    case State::kFrames:
      return TakeFrames();
    case State::kPublish:
      return Publish();
  }
  Unreachable();
}

RecoverWal::Next RecoverWal::Lock() {
  WalShm& shm = core_.wal.shm;
  CHECK(shm.Holds(WalLock::kWrite));
  // Checkpoint and recover lie side by side.
  if (Status status = shm.LockExclusive(WalLock::kCheckpoint, 2); !status.ok()) {
    return Fail(std::move(status));
  }
  found_ = WalIndexHeader();
  checksum_ = WalChecksum();
  pages_.clear();
  if (buffer_ == nullptr) {
    buffer_size_ = kReadSize;
    buffer_ = core_.io.AllocateBytes(Allocation::kRecoveryBuffer, buffer_size_);
    if (buffer_ == nullptr) return Refuse(Status(ResultCode::kNoMemory));
  }
  if (core_.stop_requested) return Refuse(Status(ResultCode::kAbort));
  read_.Start(*core_.wal.file, 0, MutableBytes(buffer_.get(), kWalHeaderSize), read_done_);
  return AwaitOutcome(read_, State::kHeader);
}

RecoverWal::Next RecoverWal::TakeHeader() {
  if (!outcome().ok()) return Refuse(outcome());
  const Bytes bytes(buffer_.get(), kWalHeaderSize);
  if (read_.Take() < kWalHeaderSize) return Goto(State::kPublish);
  const std::optional<WalHeader> header = DecodeWalHeader(bytes);
  if (!header.has_value()) return Goto(State::kPublish);
  if (header->version != kWalVersion) {
    return Refuse(
        Status(ResultCode::kCannotOpen, "log " + core_.wal_path + " has an unknown version"));
  }
  found_.big_endian_checksums = header->big_endian_checksums;
  found_.page_size = header->page_size;
  found_.salt1 = header->salt1;
  found_.salt2 = header->salt2;
  core_.wal.checkpoint_sequence = header->checkpoint_sequence;
  checksum_ = header->checksum;
  return Goto(State::kAskFrames);
}

RecoverWal::Next RecoverWal::AskFrames() {
  if (core_.stop_requested) return Refuse(Status(ResultCode::kAbort));
  const uint64_t frame_size = WalFrameSize(found_.page_size);
  const size_t size = std::max<uint64_t>(1, buffer_size_ / frame_size) * frame_size;
  const auto next_frame = static_cast<uint32_t>(pages_.size() + 1);
  read_.Start(*core_.wal.file, WalFrameOffset(next_frame, found_.page_size),
              MutableBytes(buffer_.get(), size), read_done_);
  return AwaitOutcome(read_, State::kFrames);
}

RecoverWal::Next RecoverWal::TakeFrames() {
  if (!outcome().ok()) return Refuse(outcome());
  const uint64_t frame_size = WalFrameSize(found_.page_size);
  const size_t asked_size = std::max<uint64_t>(1, buffer_size_ / frame_size) * frame_size;
  const size_t size = read_.Take();
  for (size_t at = 0; at + frame_size <= size; at += frame_size) {
    const Bytes bytes(buffer_.get() + at, frame_size);
    const WalFrameHeader frame = DecodeWalFrameHeader(bytes);
    if (frame.salt1 != found_.salt1 || frame.salt2 != found_.salt2) {
      core_.io.Reached(Probe::kLogOlderFrames);
      return Goto(State::kPublish);
    }
    if (frame.page == kNoPage) return Goto(State::kPublish);
    checksum_ = FrameChecksum(checksum_, frame, bytes.subspan(kWalFrameHeaderSize),
                              found_.big_endian_checksums);
    if (checksum_ != frame.checksum) {
      core_.io.Reached(Probe::kLogTorn);
      return Goto(State::kPublish);
    }
    pages_.push_back(frame.page);
    if (!frame.commits()) continue;
    found_.max_frame = static_cast<uint32_t>(pages_.size());
    found_.page_count = frame.commit_page_count;
    found_.frame_checksum = checksum_;
  }
  return Goto(size == asked_size ? State::kAskFrames : State::kPublish);
}

RecoverWal::Next RecoverWal::Publish() {
  WalShm& shm = core_.wal.shm;
  if (pages_.size() > found_.max_frame) core_.io.Reached(Probe::kLogUncommitted);
  pages_.resize(found_.max_frame);
  if (found_.max_frame == 0) {
    // The next generation begins at the start again. With the salts that were here what a crash has
    // torn could be made whole by what is written over it, and torn in turn. And who has read an
    // empty log before must not take this one for the same: the file may have changed since.
    std::array<std::byte, 8> salts;
    core_.io.RandomBytes(salts);
    found_.salt1 = LoadBig<uint32_t>(salts.data());
    found_.salt2 = LoadBig<uint32_t>(salts.data() + 4);
  }
  if (Status status = StoreTables(); !status.ok()) return Refuse(std::move(status));
  // All that goes with the header comes before it: once it is there nobody looks whether we died.
  shm.set_backfill_count(0);
  shm.set_backfill_attempted(found_.max_frame);
  ResetReadMarks();
  // Nobody can say any more whether a sync had failed on what we have read.
  if (found_.max_frame > 0) shm.AddFailedSync();
  shm.Barrier();
  shm.PublishHeader(EncodeWalIndexHeader(found_));
  shm.Unlock(WalLock::kCheckpoint, 2);
  buffer_.reset();
  return Done({});
}

Status RecoverWal::StoreTables() {
  WalShm& shm = core_.wal.shm;
  const auto frame_count = static_cast<uint32_t>(pages_.size());
  const int region_count = frame_count == 0 ? 0 : RegionOfFrame(frame_count) + 1;
  RETURN_IF_ERROR(shm.MapRegion(std::max(0, region_count - 1)));
  for (int region = 0; region < region_count; ++region) {
    std::vector<uint32_t> words(kWalIndexRegionSize / 4);
    std::vector<uint16_t> slots(kWalIndexSlotCount);
    const uint32_t before = FramesBeforeRegion(region);
    const uint32_t count = std::min(FrameCountOfRegion(region), frame_count - before);
    for (uint32_t entry = 1; entry <= count; ++entry) {
      const PageNumber page = pages_[before + entry - 1];
      words[PageNumberAt(region, entry) / 4] = page;
      uint32_t slot = FirstSlotOf(page);
      while (slots[slot] != 0) slot = SlotAfter(slot);
      slots[slot] = static_cast<uint16_t>(entry);
    }
    std::memcpy(words.data() + kSlotsAt / 4, slots.data(), kWalIndexSlotCount * sizeof slots[0]);
    shm.Overwrite(region, words);
  }
  return OkStatus();
}

void RecoverWal::ResetReadMarks() {
  WalShm& shm = core_.wal.shm;
  shm.set_read_mark(0, 0);
  for (int slot = 1; slot < kReadMarkCount; ++slot) {
    // A slot in use keeps its mark: somebody still reads up to there.
    if (!shm.LockExclusive(ReadLock(slot)).ok()) {
      core_.io.Reached(Probe::kRecoveryBesideReader);
      continue;
    }
    const bool is_newest = slot == 1 && found_.max_frame > 0;
    shm.set_read_mark(slot, is_newest ? found_.max_frame : kReadMarkNotUsed);
    shm.Unlock(ReadLock(slot));
  }
}

RecoverWal::Next RecoverWal::Refuse(Status status) {
  core_.wal.shm.Unlock(WalLock::kCheckpoint, 2);
  return Fail(std::move(status));
}

}  // namespace orrery
