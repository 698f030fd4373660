#include "engine/value/pattern.h"

#include "engine/value/cast.h"
#include "engine/value/utf8.h"

namespace orrery {
namespace {

std::string_view UpToNul(std::string_view text) { return text.substr(0, text.find('\0')); }

uint32_t Lower(uint32_t c) { return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c; }

// What one step of a pattern asks of the text.
enum class Step : uint8_t {
  kAnyMany,  // % or *
  kMatches,  // one character, which the given one is
  kDiffers,  // one character, which it is not
  kNever,    // the pattern is broken here and matches nothing
};

class LikePattern {
 public:
  explicit LikePattern(std::optional<uint32_t> escape) : escape_(escape) {}

  // Takes a step off the front of `pattern`.
  Step Take(std::string_view& pattern, uint32_t c) const {
    uint32_t wanted = TakeCharacter(pattern);
    if (wanted == escape_) {
      if (pattern.empty()) return Step::kNever;
      wanted = TakeCharacter(pattern);
    } else if (wanted == '%') {
      return Step::kAnyMany;
    } else if (wanted == '_') {
      return Step::kMatches;
    }
    return Lower(wanted) == Lower(c) ? Step::kMatches : Step::kDiffers;
  }

 private:
  std::optional<uint32_t> escape_;
};

class GlobPattern {
 public:
  Step Take(std::string_view& pattern, uint32_t c) const {
    const uint32_t wanted = TakeCharacter(pattern);
    if (wanted == '*') return Step::kAnyMany;
    if (wanted == '?') return Step::kMatches;
    if (wanted == '[') return TakeSet(pattern, c);
    return wanted == c ? Step::kMatches : Step::kDiffers;
  }

 private:
  // Behind [: ^ inverts; ] is a member when it comes first; a-z is a range unless - comes first or
  // last, or behind another range.
  static Step TakeSet(std::string_view& pattern, uint32_t c) {
    bool inverted = false;
    bool found = false;
    if (pattern.starts_with('^')) {
      inverted = true;
      pattern.remove_prefix(1);
    }
    if (pattern.starts_with(']')) {
      found = c == ']';
      pattern.remove_prefix(1);
    }
    uint32_t range_begin = 0;
    while (!pattern.empty()) {
      const uint32_t member = TakeCharacter(pattern);
      if (member == ']') return found != inverted ? Step::kMatches : Step::kDiffers;
      if (member == '-' && range_begin > 0 && !pattern.empty() && !pattern.starts_with(']')) {
        const uint32_t range_end = TakeCharacter(pattern);
        found = found || (c >= range_begin && c <= range_end);
        range_begin = 0;
      } else {
        found = found || c == member;
        range_begin = member;
      }
    }
    return Step::kNever;  // not closed
  }
};

// Only the last % or * ever needs another try: what stands before it has matched, and the earlier
// ones can only give it less room.
template <typename Pattern>
bool Matches(std::string_view text, std::string_view pattern, const Pattern& kind) {
  bool has_many = false;
  std::string_view retry_text, retry_pattern;
  for (;;) {
    if (pattern.empty()) {
      if (text.empty()) return true;
    } else {
      std::string_view rest = text;
      std::string_view pattern_rest = pattern;
      const uint32_t c = rest.empty() ? 0 : TakeCharacter(rest);
      const Step step = kind.Take(pattern_rest, c);
      if (step == Step::kAnyMany) {
        has_many = true;
        retry_text = text;
        retry_pattern = pattern = pattern_rest;
        continue;
      }
      if (step == Step::kNever) return false;
      if (text.empty()) return false;
      if (step == Step::kMatches) {
        text = rest;
        pattern = pattern_rest;
        continue;
      }
    }
    if (!has_many || retry_text.empty()) return false;
    TakeCharacter(retry_text);
    text = retry_text;
    pattern = retry_pattern;
  }
}

Status CheckPattern(const Value& pattern) {
  if (pattern.text().size() <= kPatternSizeMax) return OkStatus();
  return {ResultCode::kError, "LIKE or GLOB pattern too complex"};
}

}  // namespace

bool MatchesLike(std::string_view text, std::string_view pattern, std::optional<uint32_t> escape) {
  return Matches(UpToNul(text), UpToNul(pattern), LikePattern(escape));
}

bool MatchesGlob(std::string_view text, std::string_view pattern) {
  return Matches(UpToNul(text), UpToNul(pattern), GlobPattern());
}

Result<Value> Like(const Value& text, const Value& pattern, const Value* escape) {
  const Value pattern_text = ToText(pattern);
  if (!pattern_text.is_null()) RETURN_IF_ERROR(CheckPattern(pattern_text));
  std::optional<uint32_t> escape_character;
  if (escape != nullptr) {
    const Value escape_text = ToText(*escape);
    if (escape_text.is_null()) return Value::Null();
    std::string_view characters = UpToNul(escape_text.text());
    if (CountCharacters(characters) != 1) {
      return Status(ResultCode::kError, "ESCAPE expression must be a single character");
    }
    escape_character = TakeCharacter(characters);
  }
  if (text.is_null() || pattern.is_null()) return Value::Null();
  return Value::Bool(MatchesLike(ToText(text).text(), pattern_text.text(), escape_character));
}

Result<Value> Glob(const Value& text, const Value& pattern) {
  const Value pattern_text = ToText(pattern);
  if (!pattern_text.is_null()) RETURN_IF_ERROR(CheckPattern(pattern_text));
  if (text.is_null() || pattern.is_null()) return Value::Null();
  return Value::Bool(MatchesGlob(ToText(text).text(), pattern_text.text()));
}

}  // namespace orrery
