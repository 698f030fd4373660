// Collations: how two texts compare. A collation is a pointer to one of these, so that an
// application's own can stand beside the three that are built in.

#ifndef ORRERY_ENGINE_VALUE_COLLATION_H_
#define ORRERY_ENGINE_VALUE_COLLATION_H_

#include <compare>
#include <string_view>

namespace orrery {

struct Collation {
  std::string_view name;
  std::weak_ordering (*compare)(void* context, std::string_view a, std::string_view b);
  void* context = nullptr;

  std::weak_ordering operator()(std::string_view a, std::string_view b) const {
    return compare(context, a, b);
  }
  bool is_missing() const;
};

// Byte by byte; a text goes before those that it begins.
extern const Collation kBinaryCollation;
// The same after the 26 ASCII capitals were made small. What is behind a NUL byte that both texts
// have in one place does not count but for its size, as in SQLite, whose indexes this must agree
// with.
extern const Collation kNoCaseCollation;
// Byte by byte, without the spaces at the end.
extern const Collation kRtrimCollation;

// By its name in any case; null when none of the three has it.
const Collation* FindCollation(std::string_view name);
// Stands for one that there is not, and is_missing(). Nothing may be compared by it.
Collation MissingCollation(std::string_view name);

}  // namespace orrery

#endif  // ORRERY_ENGINE_VALUE_COLLATION_H_
