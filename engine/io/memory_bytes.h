// The bytes of one file kept in memory. They lie in chunks that are allocated when first written,
// so a file may have holes (the lock page at 1 GiB costs nothing) and grows without copying.

#ifndef ORRERY_ENGINE_IO_MEMORY_BYTES_H_
#define ORRERY_ENGINE_IO_MEMORY_BYTES_H_

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "engine/base/bytes.h"

namespace orrery {

class MemoryBytes {
 public:
  static constexpr size_t kChunkSize = 64 * 1024;
  // No file grows beyond this: a wild offset is an error, not a huge index.
  static constexpr uint64_t kSizeMax = uint64_t{64} << 30;

  uint64_t size() const { return size_; }
  // How many bytes were read: fewer where the file ends.
  size_t Read(uint64_t offset, MutableBytes out) const;
  // These two are false when there is no room; the file may have grown with zeros then.
  bool Write(uint64_t offset, Bytes data);
  bool Resize(uint64_t size);

  // The memory of bytes [index * size, (index + 1) * size), grown to if need be; null when there is
  // no room. It stays where it is as long as this object lives, also when the file is cut: its
  // bytes read as zeros then. `size` divides kChunkSize.
  std::byte* Pin(size_t index, size_t size);

 private:
  struct Chunk {
    alignas(64) std::array<std::byte, kChunkSize> bytes = {};
    bool pinned = false;
  };
  // The chunk, made if it was a hole; null when there is no memory.
  Chunk* Make(size_t chunk_index);

  uint64_t size_ = 0;
  std::vector<std::unique_ptr<Chunk>> chunks_;  // null: a hole. Bytes past size_ are zero.
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_IO_MEMORY_BYTES_H_
