#include "engine/storage/flush_undo.h"

#include <algorithm>
#include <cstring>

namespace orrery {
namespace {

constexpr size_t kBatchSizeMax = size_t{1} << 16;  // bytes

}  // namespace

FlushUndo::Next FlushUndo::Run(State state) {
  switch (state) {
    case State::kBatch:
      return WriteBatch();
    case State::kWritten:
      return Written();
  }
  Unreachable();
}

FlushUndo::Next FlushUndo::WriteBatch() {
  UndoLog& undo = core_.undo;
  const size_t page_size = core_.cache.page_size();
  // One batch at least stays in memory: what was kept last is the likeliest to go soon.
  if (!undo.must_flush(core_.cache.page_size())) return End(OkStatus());
  if (undo.file == nullptr) {
    Result<std::unique_ptr<File>> file =
        core_.io.Open("", {.kind = FileKind::kTemporary, .create = true});
    if (!file.ok()) return End(std::move(file).status());
    undo.file = *std::move(file);
  }
  generation_ = undo.generation;
  batch_size_ =
      std::clamp<size_t>(kBatchSizeMax / page_size, 1, undo.images.size() - undo.flushed_count);
  bytes_.resize(batch_size_ * page_size);
  for (size_t i = 0; i < batch_size_; ++i) {
    const BeforeImage& image = undo.images[undo.flushed_count + i];
    std::memcpy(bytes_.data() + i * page_size, image.bytes.get(), page_size);
  }
  write_.Start(*undo.file, undo.flushed_count * page_size, bytes_, done_);
  return AwaitOutcome(write_, State::kWritten);
}

FlushUndo::Next FlushUndo::Written() {
  if (!outcome().ok()) return End(outcome());
  (void)write_.Take();
  UndoLog& undo = core_.undo;
  if (undo.generation != generation_) return End(OkStatus());
  for (size_t i = 0; i < batch_size_; ++i) undo.images[undo.flushed_count + i].bytes.reset();
  undo.flushed_count += batch_size_;
  return Goto(State::kBatch);
}

FlushUndo::Next FlushUndo::End(Status status) {
  bytes_ = std::vector<std::byte>();
  if (!status.ok()) return Fail(std::move(status));
  return Done({});
}

}  // namespace orrery
