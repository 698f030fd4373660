#include "engine/io/memory_bytes.h"

#include <algorithm>
#include <cstring>
#include <new>

#include "engine/base/check.h"

namespace orrery {

size_t MemoryBytes::Read(uint64_t offset, MutableBytes out) const {
  if (offset >= size_) return 0;
  out = out.first(std::min<uint64_t>(out.size(), size_ - offset));
  const size_t read_size = out.size();
  while (!out.empty()) {
    const size_t within = offset % kChunkSize;
    const size_t count = std::min(out.size(), kChunkSize - within);
    const size_t chunk_index = offset / kChunkSize;
    const Chunk* chunk = chunk_index < chunks_.size() ? chunks_[chunk_index].get() : nullptr;
    if (chunk != nullptr) {
      std::memcpy(out.data(), chunk->bytes.data() + within, count);
    } else {
      std::memset(out.data(), 0, count);
    }
    offset += count;
    out = out.subspan(count);
  }
  return read_size;
}

bool MemoryBytes::Write(uint64_t offset, Bytes data) {
  if (data.empty()) return true;
  if (offset > kSizeMax || data.size() > kSizeMax - offset) return false;
  while (!data.empty()) {
    const size_t within = offset % kChunkSize;
    const size_t count = std::min(data.size(), kChunkSize - within);
    Chunk* chunk = Make(offset / kChunkSize);
    if (chunk == nullptr) return false;
    std::memcpy(chunk->bytes.data() + within, data.data(), count);
    offset += count;
    size_ = std::max(size_, offset);
    data = data.subspan(count);
  }
  return true;
}

bool MemoryBytes::Resize(uint64_t size) {
  if (size > kSizeMax) return false;
  if (size < size_) {
    // Whole chunks past the end go, save those whose memory was handed out; the rest is zeroed.
    for (size_t i = size / kChunkSize; i < chunks_.size(); ++i) {
      Chunk* chunk = chunks_[i].get();
      if (chunk == nullptr) continue;
      const uint64_t begin = uint64_t{i} * kChunkSize;
      if (begin >= size && !chunk->pinned) {
        chunks_[i] = nullptr;
        continue;
      }
      const size_t keep = begin >= size ? 0 : static_cast<size_t>(size - begin);
      std::memset(chunk->bytes.data() + keep, 0, kChunkSize - keep);
    }
  }
  size_ = size;
  return true;
}

std::byte* MemoryBytes::Pin(size_t index, size_t size) {
  CHECK(size > 0 && kChunkSize % size == 0);
  const uint64_t offset = uint64_t{index} * size;
  if (offset > kSizeMax - size) return nullptr;
  Chunk* chunk = Make(offset / kChunkSize);
  if (chunk == nullptr) return nullptr;
  chunk->pinned = true;
  size_ = std::max(size_, offset + size);
  return chunk->bytes.data() + offset % kChunkSize;
}

MemoryBytes::Chunk* MemoryBytes::Make(size_t chunk_index) {
  if (chunk_index >= chunks_.size()) chunks_.resize(chunk_index + 1);
  if (chunks_[chunk_index] == nullptr) chunks_[chunk_index].reset(new (std::nothrow) Chunk);
  return chunks_[chunk_index].get();
}

}  // namespace orrery
