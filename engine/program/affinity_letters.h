// The letters by which programs name affinities, in P4 of MakeRecord and Affinity, P2 of Cast and
// P5 of comparisons. They are SQLite's.

#ifndef ORRERY_ENGINE_PROGRAM_AFFINITY_LETTERS_H_
#define ORRERY_ENGINE_PROGRAM_AFFINITY_LETTERS_H_

#include <optional>

#include "engine/value/affinity.h"

namespace orrery {

constexpr char LetterOf(Affinity affinity) {
  return static_cast<char>('A' + static_cast<int>(affinity));
}

// Of a value that is looked for: numbers of every kind are compared as they are.
constexpr char ComparedLetterOf(Affinity affinity) {
  return LetterOf(IsNumeric(affinity) ? Affinity::kNumeric : affinity);
}

// Empty for any other character: no affinity.
constexpr std::optional<Affinity> AffinityOfLetter(int letter) {
  if (letter < 'A' || letter > 'E') return std::nullopt;
  return static_cast<Affinity>(letter - 'A');
}

static_assert(LetterOf(Affinity::kBlob) == 'A' && LetterOf(Affinity::kText) == 'B' &&
              LetterOf(Affinity::kNumeric) == 'C' && LetterOf(Affinity::kInteger) == 'D' &&
              LetterOf(Affinity::kReal) == 'E');

}  // namespace orrery

#endif  // ORRERY_ENGINE_PROGRAM_AFFINITY_LETTERS_H_
