#include "engine/value/collation.h"

#include <algorithm>
#include <cstddef>
#include <cstring>

#include "engine/base/check.h"

namespace orrery {
namespace {

std::weak_ordering CompareBytes(std::string_view a, std::string_view b) {
  const size_t shared = std::min(a.size(), b.size());
  const int order = shared == 0 ? 0 : std::memcmp(a.data(), b.data(), shared);
  if (order != 0) return order <=> 0;
  return a.size() <=> b.size();
}

unsigned char Lower(char c) {
  return static_cast<unsigned char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

std::weak_ordering Binary(void*, std::string_view a, std::string_view b) {
  return CompareBytes(a, b);
}

std::weak_ordering NoCase(void*, std::string_view a, std::string_view b) {
  const size_t shared = std::min(a.size(), b.size());
  for (size_t i = 0; i < shared; ++i) {
    if (Lower(a[i]) != Lower(b[i])) return Lower(a[i]) <=> Lower(b[i]);
    if (a[i] == '\0') break;
  }
  return a.size() <=> b.size();
}

std::string_view TrimRight(std::string_view text) {
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

std::weak_ordering Rtrim(void*, std::string_view a, std::string_view b) {
  return CompareBytes(TrimRight(a), TrimRight(b));
}

std::weak_ordering Missing(void*, std::string_view, std::string_view) { Unreachable(); }

}  // namespace

const Collation kBinaryCollation = {.name = "BINARY", .compare = Binary};
const Collation kNoCaseCollation = {.name = "NOCASE", .compare = NoCase};
const Collation kRtrimCollation = {.name = "RTRIM", .compare = Rtrim};

const Collation* FindCollation(std::string_view name) {
  for (const Collation* collation : {&kBinaryCollation, &kNoCaseCollation, &kRtrimCollation}) {
    if (collation->name.size() == name.size() &&
        std::ranges::equal(collation->name, name,
                           [](char a, char b) { return Lower(a) == Lower(b); })) {
      return collation;
    }
  }
  return nullptr;
}

Collation MissingCollation(std::string_view name) { return {.name = name, .compare = Missing}; }

bool Collation::is_missing() const { return compare == Missing; }

}  // namespace orrery
