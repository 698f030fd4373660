#include "sim/choices/choices.h"

#include <bit>
#include <string>

namespace orrery::sim {

uint32_t ChoiceSource::Open(std::string_view path) {
  if (const auto found = streams_.find(path); found != streams_.end()) return found->second;
  const auto stream = static_cast<uint32_t>(paths_.size());
  paths_.emplace_back(path);
  streams_.emplace(path, stream);
  OnOpen(stream);
  return stream;
}

Choices Choices::Branch(std::string_view name) const {
  std::string child = path();
  if (!child.empty()) child += '/';
  child += name;
  return Choices(source_, source_->Open(child));
}

Choices Choices::Branch(std::string_view name, uint64_t entity) const {
  return Branch(std::string(name) + ':' + std::to_string(entity));
}

uint64_t ChoiceSource::Skip(uint32_t stream, uint64_t mean, const char* label) {
  // The logarithm of a uniform number in (0, 1] is exponential. It is taken in integers, as leading
  // zeros and a straight line between powers of two, because a library's differs between machines.
  const uint64_t uniform = Choose(stream, uint64_t{1} << 32, label);
  if (mean == 1) return 1;
  const int zeros = uniform == 0 ? 32 : std::countl_zero(static_cast<uint32_t>(uniform));
  const uint64_t mantissa = uniform == 0 ? 0 : (uniform << zeros & 0x7fffffff) >> 15;  // 16 bits
  const uint64_t binary_log = ((static_cast<uint64_t>(zeros) + 1) << 16) - mantissa;  // times 65536
  constexpr uint64_t kLog2 = 45'426;  // ln 2 times 65536
  // Divided in two steps so that nothing overflows. The line lies 4% below the curve on average.
  return 1 + (((mean - 1) * (binary_log * kLog2 >> 16)) >> 16);
}

}  // namespace orrery::sim
