#include "sim/workloads/filler.h"

#include <cstring>

#include "engine/base/bytes.h"

namespace orrery::sim {
namespace {

constexpr uint32_t kWordSize = 8;

// The eight bytes at a multiple of eight: a draw of a small counter-based generator, six bits a
// byte, as the characters from '0' to 'o'. A byte that moved shows.
uint64_t WordAt(uint32_t tag, uint32_t at) {
  uint64_t word = (uint64_t{tag} << 32 | at) + 0x9e3779b97f4a7c15u;
  word = (word ^ (word >> 30)) * 0xbf58476d1ce4e5b9u;
  word = (word ^ (word >> 27)) * 0x94d049bb133111ebu;
  word ^= word >> 31;
  word = (word & 0x3f3f3f3f3f3f3f3fu) + 0x3030303030303030u;
  return std::endian::native == std::endian::little ? word : SwapBytes(word);
}

}  // namespace

std::string FillerBytes(const Filler& filler) {
  std::string bytes(filler.size, ' ');
  uint32_t at = 0;
  for (; at + kWordSize <= filler.size; at += kWordSize) {
    const uint64_t word = WordAt(filler.tag, at);
    std::memcpy(bytes.data() + at, &word, kWordSize);
  }
  const uint64_t last = WordAt(filler.tag, at);
  std::memcpy(bytes.data() + at, &last, filler.size - at);
  return bytes;
}

Value FillerValue(const Filler& filler) {
  switch (filler.type) {
    case ValueType::kText:
      return Value::Text(FillerBytes(filler));
    case ValueType::kBlob:
      return Value::Blob(AsBytes(FillerBytes(filler)));
    default:
      return Value::Null();
  }
}

bool IsFiller(const Value& value, const Filler& filler) {
  if (value.type() != filler.type) return false;
  if (filler.type == ValueType::kNull) return true;
  const Bytes bytes = value.bytes();
  if (bytes.size() != filler.size) return false;
  uint32_t at = 0;
  for (; at + kWordSize <= filler.size; at += kWordSize) {
    uint64_t word = 0;
    std::memcpy(&word, bytes.data() + at, kWordSize);
    if (word != WordAt(filler.tag, at)) return false;
  }
  if (at == filler.size) return true;
  const uint64_t last = WordAt(filler.tag, at);
  return std::memcmp(bytes.data() + at, &last, filler.size - at) == 0;
}

}  // namespace orrery::sim
