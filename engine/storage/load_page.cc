// How a page gets from the log or the database file into its frame.

#include <cstring>
#include <string>

#include "engine/storage/pager_core.h"

namespace orrery {
namespace {

struct Place {
  File* file;
  uint64_t offset;
};

Place PlaceOf(PagerCore& core, const Frame& frame) {
  const uint32_t page_size = core.cache.page_size();
  if (frame.wal_frame != 0) {
    return {core.wal.file.get(), core.wal.OffsetOf(frame.wal_frame) + kWalFrameHeaderSize};
  }
  return {core.database.get(), uint64_t{frame.number - 1} * page_size};
}

void ReadRest(PagerCore& core, Frame& frame) {
  const Place place = PlaceOf(core, frame);
  place.file->Read(
      place.offset + frame.loaded_size,
      MutableBytes(frame.data + frame.loaded_size, core.cache.page_size() - frame.loaded_size),
      frame.completion);
}

}  // namespace

Status PagerCore::StartLoad(Frame& frame) {
  Result<uint32_t> wal_frame = wal.FindFrame(frame.number);
  if (!wal_frame.ok()) {
    cache.Drop(frame);
    return std::move(wal_frame).status();
  }
  frame.wal_frame = *wal_frame;
  ReadRest(*this, frame);
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
    CHECK(arrived <= page_size - frame.loaded_size);
    frame.loaded_size += arrived;
    if (frame.loaded_size < page_size && arrived > 0) {
      io.Reached(Probe::kReadShort);
      ReadRest(*this, frame);
      return false;
    }
    if (frame.loaded_size < page_size && frame.wal_frame != 0) {
      status = Status(ResultCode::kIoErrorShortRead,
                      "log " + wal_path + " ends within frame " + std::to_string(frame.wal_frame));
    }
  }
  if (!status.ok()) {
    frame.failure = status;
    cache.Drop(frame);
    return status;
  }
  // Beyond the end of the file a page is zero, as for sqlite3.
  std::memset(frame.data + frame.loaded_size, 0, page_size - frame.loaded_size);
  frame.state = Frame::State::kLoaded;
  return true;
}

void PagerCore::DropLoading() {
  cache.DropIf([this](const Frame& frame) {
    if (frame.state != Frame::State::kLoading) return false;
    io.Reached(Probe::kReadUnwanted);
    return true;
  });
}

}  // namespace orrery
