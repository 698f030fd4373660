#include "sim/choices/seed_source.h"

namespace orrery::sim {
namespace {

// The finisher of splitmix64: every bit of the answer depends on every bit of `word`.
uint64_t Mix(uint64_t word) {
  word = (word ^ word >> 30) * 0xbf58476d1ce4e5b9u;
  word = (word ^ word >> 27) * 0x94d049bb133111ebu;
  return word ^ word >> 31;
}

}  // namespace

void SeedSource::OnOpen(uint32_t stream) {
  uint64_t state = Mix(seed_ + 0x9e3779b97f4a7c15u);
  for (const char c : path(stream))
    state = Mix(state ^ static_cast<uint8_t>(c)) + 0x632be59bd9b4e019u;
  states_.push_back(state);
}

uint64_t SeedSource::Next(uint32_t stream) { return Mix(states_[stream] += 0x9e3779b97f4a7c15u); }

uint64_t SeedSource::Choose(uint32_t stream, uint64_t n, const char*) {
  // The high word of a product is uniform but for a bias of n in 2^64, which no run will ever see.
  return static_cast<uint64_t>(static_cast<unsigned __int128>(Next(stream)) * n >> 64);
}

bool SeedSource::Chance(uint32_t stream, uint32_t per_million, const char* label) {
  return Choose(stream, kMillion, label) >= kMillion - per_million;
}

}  // namespace orrery::sim
