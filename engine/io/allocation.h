// An Allocation is a named place in the engine that takes memory in proportion to its input and can
// do without: it gives kNoMemory, and the statement fails. allocations.inc declares all of them.
// The code there says
//
//   buffer_ = io.AllocateBytes(Allocation::kMendBuffer, size);
//   if (buffer_ == nullptr) return Fail(Status(ResultCode::kNoMemory));
//
// which costs a comparison in production. A simulator may refuse any of them.

#ifndef ORRERY_ENGINE_IO_ALLOCATION_H_
#define ORRERY_ENGINE_IO_ALLOCATION_H_

#include <cstddef>
#include <cstdint>
#include <iterator>

namespace orrery {

enum class Allocation : uint8_t {
#define ALLOCATION(name, id) k##name,
#include "engine/io/allocations.inc"
#undef ALLOCATION
};

// LAYER.FILE.WHAT, unique.
inline constexpr const char* kAllocationNames[] = {
#define ALLOCATION(name, id) id,
#include "engine/io/allocations.inc"
#undef ALLOCATION
};

inline constexpr size_t kAllocationCount = std::size(kAllocationNames);

}  // namespace orrery

#endif  // ORRERY_ENGINE_IO_ALLOCATION_H_
