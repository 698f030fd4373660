#include "engine/io/transfer.h"

#include "engine/io/file_errors.h"

namespace orrery {

void ReadFully::Start(File& file, uint64_t offset, MutableBytes buffer, Completion& done) {
  CHECK(!done.in_flight());
  file_ = &file;
  done_ = &done;
  offset_ = offset;
  rest_ = buffer;
  moved_size_ = 0;
  Begin(State::kAsk);
}

ReadFully::Next ReadFully::Run(State state) {
  switch (state) {
    case State::kAsk:
      return Ask();
    case State::kMoved:
      return Moved();
  }
  Unreachable();
}

ReadFully::Next ReadFully::Ask() {
  if (rest_.empty()) return Done(moved_size_);
  file_->Read(offset_, rest_, *done_);
  return Await(*done_, State::kMoved);
}

ReadFully::Next ReadFully::Moved() {
  const size_t size = done_->bytes();
  CHECK(size <= rest_.size());
  if (size == 0) return Done(moved_size_);
  offset_ += size;
  moved_size_ += size;
  rest_ = rest_.subspan(size);
  return Goto(State::kAsk);
}

void WriteFully::Start(File& file, uint64_t offset, Bytes data, Completion& done) {
  Start(file, offset, std::span(&data, 1), done);
}

void WriteFully::Start(File& file, uint64_t offset, std::span<const Bytes> parts,
                       Completion& done) {
  CHECK(!done.in_flight());
  file_ = &file;
  done_ = &done;
  offset_ = offset;
  parts_.clear();
  for (const Bytes part : parts) {
    if (!part.empty()) parts_.push_back(part);
  }
  next_part_ = 0;
  Begin(State::kAsk);
}

WriteFully::Next WriteFully::Run(State state) {
  switch (state) {
    case State::kAsk:
      return Ask();
    case State::kMoved:
      return Moved();
  }
  Unreachable();
}

WriteFully::Next WriteFully::Ask() {
  const std::span<const Bytes> left = std::span(parts_).subspan(next_part_);
  if (left.empty()) return Done({});
  if (left.size() == 1) {
    file_->Write(offset_, left.front(), *done_);
  } else {
    file_->WriteV(offset_, left, *done_);
  }
  return Await(*done_, State::kMoved);
}

WriteFully::Next WriteFully::Moved() {
  // A device that takes nothing and reports no error would keep us here forever.
  if (done_->bytes() == 0) {
    return Fail(FileError(ResultCode::kFull, "write", file_->path(), "no bytes were taken"));
  }
  Skip(done_->bytes());
  return Goto(State::kAsk);
}

void WriteFully::Skip(size_t size) {
  offset_ += size;
  while (size > 0) {
    CHECK(next_part_ < parts_.size());
    Bytes& part = parts_[next_part_];
    if (size < part.size()) {
      part = part.subspan(size);
      return;
    }
    size -= part.size();
    ++next_part_;
  }
}

}  // namespace orrery
