// Numbers in bytes. SQLite's database file and journals are big-endian throughout; the WAL index in
// shared memory is in the machine's own order (engine/format/wal_index.h).

#ifndef ORRERY_ENGINE_BASE_BYTES_H_
#define ORRERY_ENGINE_BASE_BYTES_H_

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace orrery {

using Bytes = std::span<const std::byte>;
using MutableBytes = std::span<std::byte>;

inline Bytes AsBytes(std::string_view text) { return std::as_bytes(std::span(text)); }
inline std::string_view AsText(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

template <std::unsigned_integral T>
T SwapBytes(T value) {
  if constexpr (sizeof(T) == 1) return value;
  if constexpr (sizeof(T) == 2) return static_cast<T>(__builtin_bswap16(value));
  if constexpr (sizeof(T) == 4) return __builtin_bswap32(value);
  if constexpr (sizeof(T) == 8) return __builtin_bswap64(value);
}

// The caller has checked that sizeof(T) bytes are there; a decoder checks before it calls.
template <std::unsigned_integral T>
T LoadBig(const std::byte* from) {
  T value;
  std::memcpy(&value, from, sizeof value);
  return std::endian::native == std::endian::big ? value : SwapBytes(value);
}
template <std::unsigned_integral T>
void StoreBig(std::byte* to, T value) {
  if (std::endian::native != std::endian::big) value = SwapBytes(value);
  std::memcpy(to, &value, sizeof value);
}
template <std::unsigned_integral T>
T LoadLittle(const std::byte* from) {
  T value;
  std::memcpy(&value, from, sizeof value);
  return std::endian::native == std::endian::little ? value : SwapBytes(value);
}

}  // namespace orrery

#endif  // ORRERY_ENGINE_BASE_BYTES_H_
