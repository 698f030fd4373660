#include "engine/storage/mend_log.h"

#include <algorithm>
#include <string>

namespace orrery {
namespace {

constexpr uint32_t kBatchFrameCount = 16;

}  // namespace

void MendLog::Start(const WalIndexHeader& header) {
  CHECK(header.max_frame > 0);
  header_ = header;
  next_frame_ = 1;
  batch_count_ = 0;
  Begin(State::kBegin);
}

MendLog::Next MendLog::Run(State state) {
  switch (state) {
    case State::kBegin:
      return ReadHeader();
    case State::kHeaderRead:
      return WriteHeader();
    case State::kWritten:
      return ReadFrames();
    case State::kFramesRead:
      return WriteFrames();
  }
  Unreachable();
}

MendLog::Next MendLog::ReadHeader() {
  buffer_ = core_.io.AllocateBytes(Allocation::kMendBuffer,
                                   kBatchFrameCount * WalFrameSize(header_.page_size));
  if (buffer_ == nullptr) return Fail(Status(ResultCode::kNoMemory));
  read_.Start(*core_.wal.file, 0, MutableBytes(buffer_.get(), kWalHeaderSize), done_);
  return AwaitOutcome(read_, State::kHeaderRead);
}

MendLog::Next MendLog::WriteHeader() {
  if (!outcome().ok()) return Refuse(outcome());
  const size_t size = read_.Take();
  const Bytes bytes(buffer_.get(), kWalHeaderSize);
  const std::optional<WalHeader> header =
      size < kWalHeaderSize ? std::nullopt : DecodeWalHeader(bytes);
  if (!header.has_value() || header->salt1 != header_.salt1 || header->salt2 != header_.salt2) {
    return Refuse(core_.LostFrame(0));
  }
  checksum_ = header->checksum;
  write_.Start(*core_.wal.file, 0, bytes, done_);
  return AwaitOutcome(write_, State::kWritten);
}

MendLog::Next MendLog::ReadFrames() {
  if (!outcome().ok()) return Refuse(outcome());
  (void)write_.Take();
  next_frame_ += batch_count_;
  if (core_.stop_requested) return Refuse(Status(ResultCode::kAbort));
  if (next_frame_ > header_.max_frame) {
    core_.io.Reached(Probe::kLogMended);
    buffer_.reset();
    return Done({});
  }
  batch_count_ = std::min(kBatchFrameCount, header_.max_frame - next_frame_ + 1);
  read_.Start(*core_.wal.file, WalFrameOffset(next_frame_, header_.page_size),
              MutableBytes(buffer_.get(), batch_count_ * WalFrameSize(header_.page_size)), done_);
  return AwaitOutcome(read_, State::kFramesRead);
}

MendLog::Next MendLog::WriteFrames() {
  if (!outcome().ok()) return Refuse(outcome());
  const uint64_t frame_size = WalFrameSize(header_.page_size);
  const size_t size = read_.Take();
  for (uint32_t i = 0; i < batch_count_; ++i) {
    if ((i + 1) * frame_size > size) return Refuse(core_.LostFrame(next_frame_ + i));
    const Bytes bytes(buffer_.get() + i * frame_size, frame_size);
    const WalFrameHeader frame = DecodeWalFrameHeader(bytes);
    checksum_ = FrameChecksum(checksum_, frame, bytes.subspan(kWalFrameHeaderSize),
                              header_.big_endian_checksums);
    if (frame.salt1 != header_.salt1 || frame.salt2 != header_.salt2 ||
        frame.checksum != checksum_) {
      return Refuse(core_.LostFrame(next_frame_ + i));
    }
  }
  write_.Start(*core_.wal.file, WalFrameOffset(next_frame_, header_.page_size),
               Bytes(buffer_.get(), batch_count_ * frame_size), done_);
  return AwaitOutcome(write_, State::kWritten);
}

MendLog::Next MendLog::Refuse(Status status) {
  buffer_.reset();
  return Fail(std::move(status));
}

}  // namespace orrery
