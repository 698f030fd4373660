// Every decision of a simulated run is one draw from one stream: Choose(n, label). Choices is a
// handle on a named branch of it; a copy draws from the same branch.
//
//   SeedSource source(seed);
//   Choices root(source);
//   Choices client = root.Branch("workload").Branch("client", 2);
//   const uint64_t table = client.Choose(table_count, "table");
//
// A draw depends on the seed, the branch's path and how many draws the branch has given, and on
// nothing else. Never put two draws into one expression: compilers order them differently.

#ifndef ORRERY_SIM_CHOICES_CHOICES_H_
#define ORRERY_SIM_CHOICES_CHOICES_H_

#include <cstdint>
#include <span>
#include <string_view>

#include "engine/base/check.h"
#include "sim/choices/choice_source.h"

namespace orrery::sim {

class Choices {
 public:
  // The root branch.
  explicit Choices(ChoiceSource& source) : source_(&source), stream_(source.Open("")) {}

  // The child branch NAME or NAME:ENTITY. The same one every time: a second handle goes on where
  // the first stands.
  Choices Branch(std::string_view name) const;
  Choices Branch(std::string_view name, uint64_t entity) const;

  // Uniform below `n`, which is at least 1.
  uint64_t Choose(uint64_t n, const char* label) {
    CHECK(n > 0);
    return source_->Choose(stream_, n, label);
  }
  // Uniform in [low, high].
  uint64_t Between(uint64_t low, uint64_t high, const char* label) {
    CHECK(low <= high && high - low != UINT64_MAX);
    return low + Choose(high - low + 1, label);
  }
  // No draw when the answer is certain.
  bool Chance(uint32_t per_million, const char* label) {
    if (per_million == 0) return false;
    if (per_million >= kMillion) return true;
    return source_->Chance(stream_, per_million, label);
  }
  // At least 1, on average about `mean`, falling off exponentially: how often to skip something
  // that happens once in `mean` times. One draw. A recording keeps the answer itself, so that a
  // shrinker can add skips up: what one of them led to is then left out and the rest stays in
  // place.
  uint64_t Skip(uint64_t mean, const char* label) {
    CHECK(mean > 0 && mean < uint64_t{1} << 32);
    return source_->Skip(stream_, mean, label);
  }
  // An index into `weights`, in proportion to them; their sum is not 0.
  size_t Weighted(std::span<const uint32_t> weights, const char* label) {
    uint64_t sum = 0;
    for (const uint32_t weight : weights) sum += weight;
    uint64_t rest = Choose(sum, label);
    size_t index = 0;
    while (rest >= weights[index]) rest -= weights[index++];
    return index;
  }

  // Where what is left of this branch's last Skip() is counted down, for as long as the run draws;
  // 0: to nothing. So a recording knows how far each skip had come at each span, and a source may
  // draw what is left anew.
  void SetCountdown(uint64_t* left) { source_->SetCountdown(stream_, left); }

  // While it lives, what this branch and its children draw belongs together: one statement, one
  // row. A shrinker tries to do without the whole of it. Spans of a branch nest.
  class Span {
   public:
    Span(const Choices& choices, const char* label)
        : source_(*choices.source_), stream_(choices.stream_) {
      source_.BeginSpan(stream_, label);
    }
    ~Span() { source_.EndSpan(stream_); }
    Span(const Span&) = delete;
    Span& operator=(const Span&) = delete;

   private:
    ChoiceSource& source_;
    const uint32_t stream_;
  };

  const std::string& path() const { return source_->path(stream_); }

 private:
  Choices(ChoiceSource* source, uint32_t stream) : source_(source), stream_(stream) {}

  ChoiceSource* source_;
  uint32_t stream_;
};

}  // namespace orrery::sim

#endif  // ORRERY_SIM_CHOICES_CHOICES_H_
