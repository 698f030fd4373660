#ifndef ORRERY_ENGINE_BTREE_SEEK_MODE_H_
#define ORRERY_ENGINE_BTREE_SEEK_MODE_H_

#include <cstdint>

namespace orrery {

// Which row a search for a rowid ends on: that very row, or the nearest one on a side.
enum class SeekMode : uint8_t { kEqual, kLess, kLessOrEqual, kGreaterOrEqual, kGreater };

}  // namespace orrery

#endif  // ORRERY_ENGINE_BTREE_SEEK_MODE_H_
