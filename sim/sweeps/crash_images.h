// What a power cut may leave of a disk, image by image: every subset of what was not synced when it
// is little, where a sector that was written twice counts for more than a subset; else what is
// likely to matter:
//
//   prefixes   everything up to some change, and nothing after it
//   losses     each single sector, size or name alone, and each pair of them, everything else kept
//   keeps      each alone kept, everything else lost
//   random     any subset, as often as asked for
//
// Sectors whose bytes do not change are not among them. Names and sizes are lost like sectors.

#ifndef ORRERY_SIM_SWEEPS_CRASH_IMAGES_H_
#define ORRERY_SIM_SWEEPS_CRASH_IMAGES_H_

#include <cstdint>
#include <functional>

#include "sim/world/disk.h"

namespace orrery::sim {

struct CrashBounds {
  uint64_t complete_count_max = 4096;  // all subsets when there are no more than this many
  uint64_t random_count = 1000;
  bool complete_only = false;  // nothing at all when there are more
};

enum class CrashCover : uint8_t { kComplete, kBounded, kNothing };

// How many images an enumeration would give; saturates at 2^32.
uint64_t CountCrashImages(const Disk& disk);
CrashCover ForEachCrashImage(const Disk& disk, const CrashBounds& bounds,
                             const std::function<void(const DiskImage&)>& visit);

}  // namespace orrery::sim

#endif  // ORRERY_SIM_SWEEPS_CRASH_IMAGES_H_
