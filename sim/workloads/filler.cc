#include "sim/workloads/filler.h"

namespace orrery::sim {

std::string FillerBytes(const Filler& filler) {
  static constexpr char kAlphabet[] =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
  std::string bytes(filler.size, ' ');
  // Ten characters a draw of a small counter-based generator: a byte that moved shows.
  for (uint32_t at = 0; at < filler.size;) {
    uint64_t word = (uint64_t{filler.tag} << 32 | at) + 0x9e3779b97f4a7c15u;
    word = (word ^ (word >> 30)) * 0xbf58476d1ce4e5b9u;
    word = (word ^ (word >> 27)) * 0x94d049bb133111ebu;
    word ^= word >> 31;
    for (int i = 0; i < 10 && at < filler.size; ++i, ++at, word >>= 6) {
      bytes[at] = kAlphabet[word & 63];
    }
  }
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

}  // namespace orrery::sim
