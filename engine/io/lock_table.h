// The byte-range locks of one file, for backends that keep locks themselves. The rules are those of
// open file description locks: a lock belongs to its owner (one open File), a new one replaces the
// owner's old one byte by byte, and nobody ever waits.

#ifndef ORRERY_ENGINE_IO_LOCK_TABLE_H_
#define ORRERY_ENGINE_IO_LOCK_TABLE_H_

#include <cstdint>
#include <vector>

#include "engine/io/file.h"

namespace orrery {

class LockTable {
 public:
  // False when another owner's lock is in the way; then nothing changes. `size` is not 0.
  bool Lock(const File* owner, uint64_t offset, uint64_t size, LockKind kind);
  void Unlock(const File* owner, uint64_t offset, uint64_t size);
  void UnlockAll(const File* owner);
  bool IsLockedExclusively(const File* other_than, uint64_t offset, uint64_t size) const;
  bool empty() const { return locks_.empty(); }

 private:
  struct Held {
    const File* owner;
    uint64_t begin;
    uint64_t end;
    LockKind kind;
  };
  // Whether an owner other than `owner` stops a lock of `kind`.
  bool Conflicts(const File* owner, uint64_t begin, uint64_t end, LockKind kind) const;

  std::vector<Held> locks_;  // an owner's ranges never overlap
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_IO_LOCK_TABLE_H_
