#include "whopper/histories/file_watch.h"

#include <array>

#include "engine/base/bytes.h"

namespace orrery::whopper {
namespace {

constexpr uint64_t kSharedFirst = 0x40000002;
constexpr uint64_t kSharedSize = 510;
constexpr uint64_t kNoOwner = 0;
constexpr size_t kHeaderSize = 100;
constexpr size_t kReadVersionAt = 19;
constexpr size_t kChangeCounterAt = 24;
constexpr std::byte kRollbackVersion{1};

}  // namespace

void FileWatch::OnLock(const sim::Event& event, int client) {
  constexpr uint64_t kExclusive = 1;
  if (event.a != kExclusive || event.b != 0) return;
  if (event.offset > kSharedFirst || event.offset + event.size <= kSharedFirst) return;
  const std::shared_ptr<sim::DiskFile> file = world_.disk().Find(path_);
  if (file == nullptr || event.file != file->number()) return;
  writer_ = client;
  must_look_ = true;
  history_.FileLocked(client);
}

void FileWatch::OnGone(int client) {
  must_look_ = true;
  if (writer_ == client) writer_ = -1;
}

bool FileWatch::IsJournalHot() const {
  const std::shared_ptr<sim::DiskFile> journal = world_.disk().Find(path_ + "-journal");
  std::array<std::byte, 1> first{};
  return journal != nullptr && journal->Read(0, first) == 1 && first[0] != std::byte{0};
}

void FileWatch::LookAgain() {
  const std::shared_ptr<sim::DiskFile> file = world_.disk().Find(path_);
  if (file == nullptr) return;
  // Until then it may be halfway through.
  if (file->locks().IsLockedExclusivelyByOthers(kNoOwner, kSharedFirst, kSharedSize)) return;
  uint32_t counter = 0;
  std::array<std::byte, kHeaderSize> header{};
  if (file->Read(0, header) == kHeaderSize) {
    if (header[kReadVersionAt] != kRollbackVersion) {
      must_look_ = false;
      last_.reset();
      return;
    }
    counter = LoadBig<uint32_t>(header.data() + kChangeCounterAt);
  }
  if (counter != last_) {
    // It will be as before when the journal has been played back.
    if (IsJournalHot()) return;
    history_.Published({0, 0, counter}, writer_, /*by_recovery=*/!history_.commit_pending(writer_));
  }
  must_look_ = false;
  last_ = counter;
}

}  // namespace orrery::whopper
