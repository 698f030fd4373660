#include "sim/choices/enumerator_source.h"

namespace orrery::sim {

bool EnumeratorSource::Advance() {
  // Draws of the last sequence that this one did not get to are no part of it.
  nodes_.resize(next_);
  next_ = 0;
  while (!nodes_.empty() && nodes_.back().value + 1 == nodes_.back().n) nodes_.pop_back();
  if (nodes_.empty()) return false;
  ++nodes_.back().value;
  ++sequence_count_;
  return true;
}

uint64_t EnumeratorSource::Choose(uint32_t, uint64_t n, const char*) {
  if (n == 1) return 0;
  if (next_ == nodes_.size()) {
    if (next_ == draw_count_max_) {
      ++cut_count_;
      return 0;
    }
    nodes_.push_back({.n = n, .value = 0});
  }
  // The same answers lead the same code to the same draws.
  CHECK(nodes_[next_].n == n);
  return nodes_[next_++].value;
}

bool EnumeratorSource::Chance(uint32_t stream, uint32_t, const char* label) {
  return Choose(stream, 2, label) == 1;
}

}  // namespace orrery::sim
