#include "sim/world/lock_table.h"

#include "engine/base/check.h"

namespace orrery::sim {

bool LockTable::Lock(uint64_t owner, uint64_t offset, uint64_t size, LockKind kind) {
  CHECK(size > 0);
  const uint64_t end = offset + size;
  for (const Held& held : held_) {
    const bool overlaps = held.begin < end && offset < held.end;
    const bool compatible = held.kind == LockKind::kShared && kind == LockKind::kShared;
    if (overlaps && held.owner != owner && !compatible) return false;
  }
  Unlock(owner, offset, size);
  held_.push_back({.owner = owner, .begin = offset, .end = end, .kind = kind});
  return true;
}

void LockTable::Unlock(uint64_t owner, uint64_t offset, uint64_t size) {
  const uint64_t end = offset + size;
  // What is left of a lock on either side of the range stays.
  for (size_t i = 0; i < held_.size();) {
    const Held held = held_[i];
    if (held.owner != owner || held.end <= offset || end <= held.begin) {
      ++i;
      continue;
    }
    held_.erase(held_.begin() + static_cast<ptrdiff_t>(i));
    if (held.begin < offset) {
      held_.insert(held_.begin() + static_cast<ptrdiff_t>(i++),
                   {.owner = owner, .begin = held.begin, .end = offset, .kind = held.kind});
    }
    if (end < held.end) {
      held_.insert(held_.begin() + static_cast<ptrdiff_t>(i++),
                   {.owner = owner, .begin = end, .end = held.end, .kind = held.kind});
    }
  }
}

void LockTable::UnlockAll(uint64_t owner) {
  std::erase_if(held_, [owner](const Held& held) { return held.owner == owner; });
}

bool LockTable::IsLockedExclusivelyByOthers(uint64_t owner, uint64_t offset, uint64_t size) const {
  for (const Held& held : held_) {
    if (held.owner != owner && held.kind == LockKind::kExclusive && held.begin < offset + size &&
        offset < held.end) {
      return true;
    }
  }
  return false;
}

}  // namespace orrery::sim
