// How a page gets from the log or the database file into its frame.
//
// When a sync of the log has failed, frames may hold what they held before, until somebody has
// mended the log (mend_log.h). A frame that is read meanwhile has to prove itself: its header is
// read too, and the checksum that its own goes on from.

#include <array>
#include <cstring>
#include <new>
#include <string>

#include "engine/storage/pager_core.h"

namespace orrery {
namespace {

constexpr uint64_t kWalChecksumAt = 24;    // in the log's header
constexpr uint64_t kFrameChecksumAt = 16;  // in a frame's

// What is read one after the other: the page, and for a proof its header and the checksum before.
struct Part {
  uint64_t offset;
  MutableBytes bytes;
};

Part PartOf(PagerCore& core, Frame& frame, int part) {
  const uint32_t page_size = core.cache.page_size();
  const MutableBytes page(frame.data, page_size);
  if (frame.wal_frame == 0) return {uint64_t{frame.number - 1} * page_size, page};
  const uint64_t at = core.wal.OffsetOf(frame.wal_frame);
  if (part == 0) return {at + kWalFrameHeaderSize, page};
  const MutableBytes proof(*frame.proof);
  if (part == 1) return {at, proof.first(kWalFrameHeaderSize)};
  const uint64_t before = frame.wal_frame == 1
                              ? kWalChecksumAt
                              : core.wal.OffsetOf(frame.wal_frame - 1) + kFrameChecksumAt;
  return {before, proof.subspan(kWalFrameHeaderSize)};
}

// Whether there was more to read.
bool ReadRest(PagerCore& core, Frame& frame) {
  size_t loaded = frame.loaded_size;
  const int part_count = frame.proof ? 3 : 1;
  for (int i = 0; i < part_count; ++i) {
    const Part part = PartOf(core, frame, i);
    if (loaded >= part.bytes.size()) {
      loaded -= part.bytes.size();
      continue;
    }
    File& file = frame.wal_frame != 0 ? *core.wal.file : *core.database;
    file.Read(part.offset + loaded, part.bytes.subspan(loaded), frame.completion);
    return true;
  }
  return false;
}

bool ProvesItself(const WalIndexHeader& log, const Frame& frame, uint32_t page_size) {
  const WalFrameHeader header = DecodeWalFrameHeader(*frame.proof);
  const std::byte* const last = frame.proof->data() + kWalFrameHeaderSize;
  const WalChecksum before = {LoadBig<uint32_t>(last), LoadBig<uint32_t>(last + 4)};
  return header.page == frame.number && header.salt1 == log.salt1 && header.salt2 == log.salt2 &&
         header.checksum ==
             FrameChecksum(before, header, Bytes(frame.data, page_size), log.big_endian_checksums);
}

}  // namespace

Status PagerCore::StartLoad(Frame& frame) {
  Result<uint32_t> wal_frame = wal.FindFrame(frame.number);
  if (!wal_frame.ok()) {
    cache.Drop(frame);
    return std::move(wal_frame).status();
  }
  frame.wal_frame = *wal_frame;
  (void)ReadRest(*this, frame);
  return OkStatus();
}

Result<bool> PagerCore::FinishLoad(Frame& frame) {
  CHECK(!frame.completion.in_flight());
  if (frame.state == Frame::State::kLoaded) return true;
  if (frame.state == Frame::State::kDetached) {
    return frame.failure.ok() ? Status(ResultCode::kAbort, "the page's transaction has ended")
                              : frame.failure;
  }
  CHECK(frame.state == Frame::State::kLoading);
  Status status = frame.completion.status();
  const uint32_t page_size = cache.page_size();
  if (status.ok()) {
    const auto arrived = static_cast<uint32_t>(frame.completion.bytes());
    frame.loaded_size += arrived;
    const uint32_t before = frame.loaded_size - arrived;
    if (arrived > 0 && before > 0 && before < page_size) io.Reached(Probe::kReadShort);
    if (frame.loaded_size == page_size && IsSuspect(frame)) {
      if (io.MayAllocate(Allocation::kPageProof)) {
        frame.proof.reset(new (std::nothrow) std::array<std::byte, 32>);
      }
      if (frame.proof == nullptr) status = Status(ResultCode::kNoMemory);
    }
    if (status.ok() && arrived > 0 && ReadRest(*this, frame)) return false;
    if (status.ok()) status = CheckLoaded(frame);
  }
  frame.proof.reset();
  if (!status.ok()) {
    frame.failure = status;
    cache.Drop(frame);
    return status;
  }
  // Beyond the end of the file a page is zero, as for sqlite3.
  if (frame.loaded_size < page_size) {
    std::memset(frame.data + frame.loaded_size, 0, page_size - frame.loaded_size);
  }
  frame.state = Frame::State::kLoaded;
  return true;
}

bool PagerCore::IsSuspect(const Frame& frame) const {
  return frame.wal_frame != 0 && wal.shm.failed_sync_count() != 0;
}

Status PagerCore::CheckLoaded(const Frame& frame) const {
  if (frame.wal_frame == 0) return OkStatus();
  const uint32_t page_size = cache.page_size();
  const uint32_t proof_size = frame.proof ? static_cast<uint32_t>(frame.proof->size()) : 0;
  if (frame.loaded_size < page_size + proof_size) {
    return {ResultCode::kIoErrorShortRead,
            "log " + wal_path + " ends within frame " + std::to_string(frame.wal_frame)};
  }
  if (frame.proof && !ProvesItself(wal.header, frame, page_size)) return LostFrame(frame.wal_frame);
  return OkStatus();
}

Status PagerCore::LostFrame(uint32_t frame) const {
  return {ResultCode::kIoErrorSync,
          "log " + wal_path + " lost frame " + std::to_string(frame) + " when a sync failed"};
}

void PagerCore::DropLoading() {
  cache.DropIf([this](const Frame& frame) {
    if (frame.state != Frame::State::kLoading) return false;
    io.Reached(Probe::kReadUnwanted);
    return true;
  });
}

}  // namespace orrery
