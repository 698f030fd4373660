#include "sim/world/event.h"

#include <cstring>

#include "engine/base/check.h"

namespace orrery::sim {

std::string_view Name(EventKind kind) {
  switch (kind) {
    case EventKind::kSubmit:
      return "submit";
    case EventKind::kFinish:
      return "finish";
    case EventKind::kApply:
      return "apply";
    case EventKind::kSpoil:
      return "spoil";
    case EventKind::kResume:
      return "resume";
    case EventKind::kPreempt:
      return "preempt";
    case EventKind::kFiberEnd:
      return "fiber-end";
    case EventKind::kLock:
      return "lock";
    case EventKind::kOpen:
      return "open";
    case EventKind::kRemove:
      return "remove";
    case EventKind::kRename:
      return "rename";
    case EventKind::kStart:
      return "start";
    case EventKind::kKill:
      return "kill";
    case EventKind::kPowerCut:
      return "power-cut";
    case EventKind::kResolve:
      return "resolve";
    case EventKind::kStrike:
      return "strike";
    case EventKind::kForcedWait:
      return "forced-wait";
    case EventKind::kNote:
      return "note";
  }
  Unreachable();
}

namespace {

uint64_t LoadWord(const std::byte* from, size_t size) {
  uint64_t word = 0;
  std::memcpy(&word, from, size);
  return std::endian::native == std::endian::little ? word : SwapBytes(word);
}

}  // namespace

uint64_t HashOf(Bytes bytes) {
  // Four lanes, so that the multiplications do not wait for each other.
  constexpr uint64_t kFactor = 0x9e3779b97f4a7c15u;
  uint64_t lanes[4] = {1, 2, 3, 4};
  const std::byte* from = bytes.data();
  size_t rest = bytes.size();
  const auto add = [](uint64_t& lane, uint64_t word) {
    lane = (lane ^ word) * kFactor;
    lane ^= lane >> 32;
  };
  for (; rest >= 32; rest -= 32, from += 32) {
    for (size_t i = 0; i < 4; ++i) add(lanes[i], LoadWord(from + 8 * i, 8));
  }
  for (size_t i = 0; rest > 0; ++i) {
    const size_t size = rest < 8 ? rest : 8;
    add(lanes[i], LoadWord(from, size));
    rest -= size;
    from += size;
  }
  EventHash hash;
  hash.Add(bytes.size());
  for (const uint64_t lane : lanes) hash.Add(lane);
  return hash.value();
}

}  // namespace orrery::sim
