#include "engine/io/lock_table.h"

#include <limits>
#include <utility>

namespace orrery {
namespace {

uint64_t End(uint64_t offset, uint64_t size) {
  CHECK(size > 0 && offset <= std::numeric_limits<uint64_t>::max() - size);
  return offset + size;
}

}  // namespace

bool LockTable::Conflicts(const File* owner, uint64_t begin, uint64_t end, LockKind kind) const {
  for (const Held& held : locks_) {
    const bool overlaps = held.begin < end && begin < held.end;
    const bool excludes = kind == LockKind::kExclusive || held.kind == LockKind::kExclusive;
    if (held.owner != owner && overlaps && excludes) return true;
  }
  return false;
}

bool LockTable::Lock(const File* owner, uint64_t offset, uint64_t size, LockKind kind) {
  const uint64_t end = End(offset, size);
  if (Conflicts(owner, offset, end, kind)) return false;
  Unlock(owner, offset, size);
  locks_.push_back({owner, offset, end, kind});
  return true;
}

void LockTable::Unlock(const File* owner, uint64_t offset, uint64_t size) {
  const uint64_t end = End(offset, size);
  std::vector<Held> left;
  left.reserve(locks_.size() + 1);
  for (const Held& held : locks_) {
    if (held.owner != owner || held.end <= offset || end <= held.begin) {
      left.push_back(held);
      continue;
    }
    // What sticks out of the range on either side stays locked.
    if (held.begin < offset) left.push_back({owner, held.begin, offset, held.kind});
    if (end < held.end) left.push_back({owner, end, held.end, held.kind});
  }
  locks_ = std::move(left);
}

void LockTable::UnlockAll(const File* owner) {
  std::erase_if(locks_, [&](const Held& held) { return held.owner == owner; });
}

bool LockTable::IsLockedExclusively(const File* other_than, uint64_t offset, uint64_t size) const {
  return Conflicts(other_than, offset, End(offset, size), LockKind::kShared);
}

}  // namespace orrery
