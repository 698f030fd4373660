// MediumFaults is what a bad medium shows instead of a file's own bytes: whole sectors, laid over
// those of the file (bit rot, a write that went elsewhere). The file keeps its pristine bytes apart
// from them, so that each fault can be taken away again, and goes on as if it had not been.
//
// Writing heals: where a program writes later, it finds its bytes again.

#ifndef ORRERY_SIM_WORLD_MEDIUM_FAULTS_H_
#define ORRERY_SIM_WORLD_MEDIUM_FAULTS_H_

#include <cstdint>
#include <map>
#include <vector>

#include "engine/base/bytes.h"

namespace orrery::sim {

class MediumFaults {
 public:
  explicit MediumFaults(uint32_t sector_size) : sector_size_(sector_size) {}

  bool empty() const { return sectors_.empty(); }
  // Sectors that show something else than the file's bytes.
  size_t sector_count() const { return sectors_.size(); }

  // Shows `bytes` from `offset` on as part of fault `number`. The rest of a sector is as it is seen
  // now: `visible` is the file's own bytes in whole sectors, as far as they are touched.
  void Lay(uint64_t number, uint64_t offset, Bytes bytes, Bytes visible);
  // A program has written these bytes, and the file has them.
  void Write(uint64_t offset, Bytes bytes, Bytes visible);
  // The file ends at `size` and is zero beyond.
  void Truncate(uint64_t size);
  // Replaces in `out`, the file's bytes from `offset` on, what is seen otherwise.
  void Apply(uint64_t offset, MutableBytes out) const;

  // The faults that are still there, oldest first.
  std::vector<uint64_t> Numbers() const;
  void TakeAway(uint64_t number);
  void TakeAwayAll() { sectors_.clear(); }

 private:
  struct Sector {
    uint64_t number;  // of the last fault here
    std::vector<std::byte> bytes;
  };

  const uint32_t sector_size_;
  std::map<uint64_t, Sector> sectors_;  // by index
};

}  // namespace orrery::sim

#endif  // ORRERY_SIM_WORLD_MEDIUM_FAULTS_H_
