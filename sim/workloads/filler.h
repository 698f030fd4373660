// A Filler stands for a text or blob of any size in a few bytes: its content is a function of a tag
// and the position, so the model of a database stays small while every byte of a row is checked.

#ifndef ORRERY_SIM_WORKLOADS_FILLER_H_
#define ORRERY_SIM_WORKLOADS_FILLER_H_

#include <cstdint>
#include <string>

#include "engine/value/value.h"

namespace orrery::sim {

struct Filler {
  uint32_t tag = 0;
  uint32_t size = 0;
  ValueType type = ValueType::kNull;  // kNull, kText or kBlob

  bool operator==(const Filler&) const = default;
};

// Printable ASCII without quotes, so a text's size is its length in characters too.
std::string FillerBytes(const Filler& filler);
Value FillerValue(const Filler& filler);
// Whether `value` is FillerValue(filler), without making that.
bool IsFiller(const Value& value, const Filler& filler);

}  // namespace orrery::sim

#endif  // ORRERY_SIM_WORKLOADS_FILLER_H_
