#include "engine/vdbe/choose_rowid.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "engine/io/io.h"

namespace orrery {
namespace {

constexpr int64_t kRowidMax = std::numeric_limits<int64_t>::max();
constexpr int kTryCountMax = 100;

// In the lower half of the positive numbers, as SQLite draws them.
int64_t Draw(Io& io) {
  std::byte bytes[8];
  io.RandomBytes(bytes);
  return static_cast<int64_t>(LoadLittle<uint64_t>(bytes) & (uint64_t{kRowidMax} >> 1)) + 1;
}

}  // namespace

void ChooseRowid::Start(TableCursor& cursor, Io& io, std::optional<int64_t> largest) {
  cursor_ = &cursor;
  io_ = &io;
  largest_ = largest;
  try_count_ = 0;
  Begin(State::kLast);
}

ChooseRowid::Next ChooseRowid::Run(State state) {
  switch (state) {
    case State::kLast:
      return Last();
    case State::kProbe:
      return Probe();
  }
  Unreachable();
}

ChooseRowid::Next ChooseRowid::Last() {
  IoResult<bool> last = cursor_->Last();
  if (last.pending()) return AwaitOutcome(*last.waiting().on, State::kLast);
  if (last.failed()) return Fail(std::move(last).status());
  int64_t highest = *last ? cursor_->rowid() : 0;
  if (largest_) highest = std::max(highest, *largest_);
  if (highest < kRowidMax) return Done(highest + 1);
  if (largest_) return Fail(Status(ResultCode::kFull));
  io_->Reached(orrery::Probe::kRowidDrawn);
  candidate_ = Draw(*io_);
  return Goto(State::kProbe);
}

ChooseRowid::Next ChooseRowid::Probe() {
  IoResult<bool> taken = cursor_->Seek(candidate_, SeekMode::kEqual);
  if (taken.pending()) return AwaitOutcome(*taken.waiting().on, State::kProbe);
  if (taken.failed()) return Fail(std::move(taken).status());
  if (!*taken) return Done(int64_t{candidate_});
  if (++try_count_ == kTryCountMax) return Fail(Status(ResultCode::kFull));
  candidate_ = Draw(*io_);
  return Goto(State::kProbe);
}

}  // namespace orrery
