// The byte-range locks on one file, by owner (an open file). An owner's new lock replaces its own
// older ones in the range; nobody waits.

#ifndef ORRERY_SIM_WORLD_LOCK_TABLE_H_
#define ORRERY_SIM_WORLD_LOCK_TABLE_H_

#include <cstdint>
#include <vector>

#include "engine/io/file.h"

namespace orrery::sim {

class LockTable {
 public:
  // False, and nothing changes, when another owner's lock is in the way.
  bool Lock(uint64_t owner, uint64_t offset, uint64_t size, LockKind kind);
  void Unlock(uint64_t owner, uint64_t offset, uint64_t size);
  void UnlockAll(uint64_t owner);
  bool IsLockedExclusivelyByOthers(uint64_t owner, uint64_t offset, uint64_t size) const;
  bool empty() const { return held_.empty(); }

 private:
  struct Held {
    uint64_t owner;
    uint64_t begin;
    uint64_t end;
    LockKind kind;
  };
  std::vector<Held> held_;
};

}  // namespace orrery::sim

#endif  // ORRERY_SIM_WORLD_LOCK_TABLE_H_
