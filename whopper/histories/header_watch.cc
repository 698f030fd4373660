#include "whopper/histories/header_watch.h"

#include <algorithm>
#include <cstring>

#include "engine/base/bytes.h"

namespace orrery::whopper {
namespace {

constexpr uint64_t kWriteLock = 120;
constexpr uint64_t kRecoverLock = 122;
constexpr size_t kRegionSize = 32768;
constexpr size_t kHeaderSize = 48;  // twice
constexpr size_t kIsInitialized = 12;
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

}  // namespace

std::optional<SnapshotId> HeaderWatch::Current() const {
  const std::shared_ptr<sim::DiskFile> file = world_.disk().Find(shm_path_);
  if (file == nullptr || !file->mapped()) return std::nullopt;
  const std::byte* header = file->Map(0, kRegionSize);
  if (header[kIsInitialized] == std::byte{0} ||
      std::memcmp(header, header + kHeaderSize, kHeaderSize) != 0) {
    return std::nullopt;
  }
  // The salts stand as in the WAL file, big-endian; the rest is in the machine's order.
  return SnapshotId{LoadBig<uint32_t>(header + kSalts), LoadBig<uint32_t>(header + kSalts + 4),
                    Word(header + kMaxFrame)};
}

int HeaderWatch::RunningClient() const {
  const sim::Fiber* fiber = world_.scheduler().running();
  if (fiber == nullptr) return -1;
  const auto found = clients_.find(fiber->index());
  return found == clients_.end() ? -1 : found->second;
}

void HeaderWatch::Look() {
  if (paused_) return;
  const std::optional<SnapshotId> current = Current();
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
}

void HeaderWatch::OnEvent(uint64_t, uint64_t, const sim::Event& event) {
  if (event.kind == sim::EventKind::kLock && !paused_) {
    Look();
    const bool succeeded = event.b == 0;
    for (const auto& [byte, holder] :
         {std::pair{kWriteLock, &writer_}, std::pair{kRecoverLock, &recoverer_}}) {
      if (!succeeded || !Covers(event, byte)) continue;
      if (event.a == 1) *holder = RunningClient();
      if (event.a == 2 && *holder == RunningClient()) *holder = -1;
    }
  }
}

}  // namespace orrery::whopper
