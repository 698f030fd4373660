#include "whopper/histories/header_watch.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "engine/base/bytes.h"
#include "engine/format/wal_frame.h"
#include "sim/faults/fault.h"

namespace orrery::whopper {
namespace {

constexpr uint64_t kWriteLock = 120;
constexpr uint64_t kRecoverLock = 122;
constexpr uint64_t kDeadManSwitch = 128;
constexpr size_t kRegionSize = 32768;
constexpr size_t kHeaderSize = 48;  // and a copy of it
constexpr size_t kIsInitialized = 12;
constexpr size_t kPageSize = 14;  // 1 means 65536
constexpr size_t kMaxFrame = 16;
constexpr size_t kSalts = 32;

bool Covers(const sim::Event& event, uint64_t byte) {
  return event.offset <= byte && byte < event.offset + event.size;
}

uint32_t Word(const std::byte* at) {
  uint32_t word = 0;
  std::memcpy(&word, at, sizeof word);
  return word;
}

// Nothing while the headers are being changed.
std::optional<SnapshotId> Shown(const std::byte* headers) {
  if (headers[kIsInitialized] == std::byte{0} ||
      std::memcmp(headers, headers + kHeaderSize, kHeaderSize) != 0) {
    return std::nullopt;
  }
  // The salts stand as in the WAL file, big-endian; the rest is in the machine's order.
  return SnapshotId{LoadBig<uint32_t>(headers + kSalts), LoadBig<uint32_t>(headers + kSalts + 4),
                    Word(headers + kMaxFrame)};
}

}  // namespace

const std::byte* HeaderWatch::Headers() {
  if (headers_ != nullptr && name_change_count_ == world_.disk().name_change_count())
    return headers_;
  const std::shared_ptr<sim::DiskFile> file = world_.disk().Find(shm_path_);
  headers_ = file == nullptr || !file->mapped() ? nullptr : file->Map(0, kRegionSize);
  // The index of another log: its ids may come again.
  if (headers_ != nullptr && std::exchange(file_number_, file->number()) != file->number()) {
    last_.reset();
  }
  const std::shared_ptr<sim::DiskFile> log = world_.disk().Find(log_path_);
  log_number_ = log == nullptr ? 0 : log->number();
  name_change_count_ = world_.disk().name_change_count();
  seen_.fill(std::byte{0});
  return headers_;
}

int HeaderWatch::RunningClient() const {
  const sim::Fiber* fiber = world_.scheduler().running();
  if (fiber == nullptr) return -1;
  const auto found = clients_.find(fiber->index());
  return found == clients_.end() ? -1 : found->second;
}

void HeaderWatch::Look() {
  if (paused_) return;
  file_watch_.Look();
  const std::byte* const headers = Headers();
  if (headers == nullptr || std::memcmp(headers, seen_.data(), seen_.size()) == 0) return;
  std::memcpy(seen_.data(), headers, seen_.size());
  const std::optional<SnapshotId> current = Shown(headers);
  if (!current || current == last_) return;
  last_ = current;
  history_.Published(*current, recoverer_ >= 0 ? recoverer_ : writer_, recoverer_ >= 0);
}

void HeaderWatch::Continue(const std::vector<int>& gone) {
  paused_ = false;
  for (int* holder : {&writer_, &recoverer_}) {
    if (std::find(gone.begin(), gone.end(), *holder) != gone.end()) *holder = -1;
  }
  last_.reset();
  headers_ = nullptr;
  for (const int client : gone) file_watch_.OnGone(client);
  file_watch_.Restart();
}

void HeaderWatch::OnApply(const sim::Event& event) {
  const std::byte* const headers = Headers();
  if (event.file != log_number_ || headers == nullptr || writer_ < 0 || !Shown(headers)) return;
  uint16_t page_size = 0;
  std::memcpy(&page_size, headers + kPageSize, sizeof page_size);
  const uint64_t behind_newest =
      WalFrameOffset(Word(headers + kMaxFrame) + 1, page_size == 1 ? 65536 : page_size);
  // A frame is gone when its header is.
  if (event.offset >= behind_newest && event.size >= kWalFrameHeaderSize) {
    history_.LogWritten(writer_);
  }
}

void HeaderWatch::OnEvent(uint64_t, uint64_t, const sim::Event& event) {
  if (paused_) return;
  if (event.kind == sim::EventKind::kApply) {
    OnApply(event);
  } else if (event.kind == sim::EventKind::kStrike) {
    if (event.a == static_cast<uint64_t>(sim::Fault::kSyncLosesPages)) history_.SyncLost();
  } else if (event.kind == sim::EventKind::kLock) {
    Look();
    const bool succeeded = event.b == 0;
    // Nobody has the log open: whoever comes first recovers it.
    if (succeeded && event.a == 1 && Covers(event, kDeadManSwitch)) history_.RecoveryIsPossible();
    for (const auto& [byte, holder] :
         {std::pair{kWriteLock, &writer_}, std::pair{kRecoverLock, &recoverer_}}) {
      if (!succeeded || !Covers(event, byte)) continue;
      if (event.a == 1) *holder = RunningClient();
      if (event.a == 2 && *holder == RunningClient()) *holder = -1;
    }
    file_watch_.OnLock(event, RunningClient());
    file_watch_.Look();
  }
}

}  // namespace orrery::whopper
