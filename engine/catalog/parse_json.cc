// Text to a tree of nodes.

#include <algorithm>
#include <array>

#include "engine/catalog/json.h"

namespace orrery {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsHexDigit(char c) { return IsDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool IsNameStart(char c) {
  return IsLetter(c) || c == '_' || c == '$' || static_cast<unsigned char>(c) >= 0x80;
}

bool StartsWithIgnoringCase(std::string_view text, std::string_view word) {
  if (text.size() < word.size()) return false;
  for (size_t i = 0; i < word.size(); ++i) {
    if ((text[i] | 0x20) != word[i]) return false;
  }
  return true;
}

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  JsonText Parse() {
    JsonNode node;
    SkipSpace();
    const bool is_good = ParseValue(node, 0);
    if (is_good) SkipSpace();
    JsonText result{.is_standard = is_standard_};
    if (is_good && at_ == text_.size()) {
      result.node = std::move(node);
    } else {
      result.error_at = is_good ? 0 : at_;  // something stands behind it
    }
    return result;
  }

 private:
  char Peek(size_t offset = 0) const {
    return at_ + offset < text_.size() ? text_[at_ + offset] : '\0';
  }
  std::string_view Rest() const { return text_.substr(at_); }

  void SkipSpace() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
        ++at_;
        continue;
      }
      const size_t size = ExtendedSpace();
      if (size == 0) return;
      is_standard_ = false;
      at_ += size;
    }
  }

  // The bytes of a comment, or of a character that is white space in JSON5 alone; 0 for none.
  size_t ExtendedSpace() const {
    static constexpr std::string_view kSpaces[] = {
        "\v",           "\f",           "\xc2\xa0",     "\xe1\x9a\x80", "\xe2\x80\x80",
        "\xe2\x80\x81", "\xe2\x80\x82", "\xe2\x80\x83", "\xe2\x80\x84", "\xe2\x80\x85",
        "\xe2\x80\x86", "\xe2\x80\x87", "\xe2\x80\x88", "\xe2\x80\x89", "\xe2\x80\x8a",
        "\xe2\x80\xa8", "\xe2\x80\xa9", "\xe2\x80\xaf", "\xe2\x81\x9f", "\xe3\x80\x80",
        "\xef\xbb\xbf"};
    const std::string_view rest = Rest();
    for (const std::string_view space : kSpaces) {
      if (rest.starts_with(space)) return space.size();
    }
    if (rest.starts_with("/*")) {
      const size_t end = rest.find("*/", 2);
      return end == rest.npos || rest.find('\0') < end ? 0 : end + 2;
    }
    if (rest.starts_with("//")) {
      size_t end = 2;
      while (end < rest.size() && rest[end] != '\n' && rest[end] != '\r' &&
             !rest.substr(end).starts_with("\xe2\x80\xa8") &&
             !rest.substr(end).starts_with("\xe2\x80\xa9")) {
        ++end;
      }
      return end;
    }
    return 0;
  }

  bool ParseValue(JsonNode& node, int depth) {
    const char c = Peek();
    switch (c) {
      case '{':
      case '[':
        return ParseContainer(node, depth + 1);
      case '"':
      case '\'':
        return ParseString(node);
      case 't':
        return TryWord("true", JsonType::kTrue, node);
      case 'f':
        return TryWord("false", JsonType::kFalse, node);
      case 'n':
        if (TryWord("null", JsonType::kNull, node)) return true;
        break;
      case '+':
      case '-':
      case '.':
        return ParseNumber(node);
      default:
        if (IsDigit(c)) return ParseNumber(node);
        break;
    }
    return TryNamedNumber(node);
  }

  bool TryWord(std::string_view word, JsonType type, JsonNode& node) {
    const char next = Peek(word.size());
    if (!Rest().starts_with(word) || IsLetter(next) || IsDigit(next)) return false;
    at_ += word.size();
    node.type = type;
    return true;
  }

  // What stands for no number, or one that is too large.
  bool TryNamedNumber(JsonNode& node) {
    struct Named {
      std::string_view word;
      bool is_infinite;
    };
    static constexpr Named kNamed[] = {
        {"infinity", true}, {"inf", true}, {"nan", false}, {"qnan", false}, {"snan", false}};
    for (const Named& named : kNamed) {
      const char next = Peek(named.word.size());
      if (!StartsWithIgnoringCase(Rest(), named.word) || IsLetter(next) || IsDigit(next)) continue;
      at_ += named.word.size();
      is_standard_ = false;
      node.type = named.is_infinite ? JsonType::kReal : JsonType::kNull;
      if (named.is_infinite) node.text = "9e999";
      return true;
    }
    return false;
  }

  bool ParseContainer(JsonNode& node, int depth) {
    const bool is_object = Peek() == '{';
    const char end = is_object ? '}' : ']';
    node.type = is_object ? JsonType::kObject : JsonType::kArray;
    if (depth > kJsonDepthMax) return false;
    ++at_;
    SkipSpace();
    bool is_first = true;
    while (Peek() != end) {
      if (!is_first) {
        if (Peek() != ',') return false;
        ++at_;
        SkipSpace();
        if (Peek() == end) {
          is_standard_ = false;
          break;
        }
      }
      is_first = false;
      if (is_object) {
        if (!ParseLabel(node.children.emplace_back())) return false;
        SkipSpace();
        if (Peek() != ':') return false;
        ++at_;
        SkipSpace();
      }
      if (!ParseValue(node.children.emplace_back(), depth)) return false;
      SkipSpace();
    }
    ++at_;
    return true;
  }

  bool ParseLabel(JsonNode& node) {
    const char c = Peek();
    if (c == '"' || c == '\'') return ParseString(node);
    const bool is_escape = c == '\\';
    if (!IsNameStart(c) && !is_escape) return false;
    const size_t begin = at_;
    // As in SQLite a name that is a value is none.
    if (ParseValue(node, 0)) {
      at_ = begin;
      return false;
    }
    at_ = begin;
    is_standard_ = false;
    node.type = JsonType::kText;
    while (at_ < text_.size()) {
      const char here = Peek();
      if (here == '\\') {
        if (Peek(1) != 'u' || !AreHex(2, 4)) return false;
        node.type = JsonType::kTextEscaped;
        at_ += 6;
      } else if ((IsNameStart(here) || IsDigit(here)) && ExtendedSpace() == 0) {
        ++at_;
      } else {
        break;
      }
    }
    node.text = text_.substr(begin, at_ - begin);
    return true;
  }

  bool AreHex(size_t offset, size_t count) const {
    for (size_t i = 0; i < count; ++i) {
      if (!IsHexDigit(Peek(offset + i))) return false;
    }
    return true;
  }

  bool ParseString(JsonNode& node) {
    const char quote = Peek();
    if (quote == '\'') is_standard_ = false;
    node.type = JsonType::kText;
    const size_t begin = ++at_;
    while (Peek() != quote || at_ == text_.size()) {
      if (at_ == text_.size() || Peek() == '\0') return false;
      const char c = Peek();
      if (c == '\\') {
        if (!ParseEscape(node.type)) return false;
        continue;
      }
      if (static_cast<unsigned char>(c) < 0x20) {
        is_standard_ = false;
        node.type = JsonType::kText5;
      } else if (c == '"') {
        node.type = JsonType::kText5;  // in single quotes
      }
      ++at_;
    }
    node.text = text_.substr(begin, at_ - begin);
    ++at_;
    return true;
  }

  bool ParseEscape(JsonType& type) {
    const char c = Peek(1);
    const bool is_unicode = c == 'u' && AreHex(2, 4);
    if (is_unicode ||
        (c != '\0' && std::string_view("\"\\/bfnrt").find(c) != std::string_view::npos)) {
      if (type == JsonType::kText) type = JsonType::kTextEscaped;
      at_ += is_unicode ? 6 : 2;
      return true;
    }
    size_t size = 0;
    if (c == '\'' || c == 'v' || c == '\n') size = 2;
    if (c == '0' && !IsDigit(Peek(2))) size = 2;
    if (c == 'x' && AreHex(2, 2)) size = 4;
    if (c == '\r') size = Peek(2) == '\n' ? 3 : 2;
    const std::string_view next = Rest().substr(1);
    if (next.starts_with("\xe2\x80\xa8") || next.starts_with("\xe2\x80\xa9")) size = 4;
    if (size == 0) {
      ++at_;
      return false;
    }
    is_standard_ = false;
    type = JsonType::kText5;
    at_ += size;
    return true;
  }

  bool ParseNumber(JsonNode& node) {
    const size_t start = at_;
    const bool has_plus = Peek() == '+';
    const bool has_sign = has_plus || Peek() == '-';
    if (has_plus) is_standard_ = false;
    const size_t begin = at_ + (has_plus ? 1 : 0);
    const size_t sign_size = has_sign ? 1 : 0;
    const char first = Peek(sign_size);
    bool is_json5 = false;
    if (first == '0' && (Peek(sign_size + 1) | 0x20) == 'x' && IsHexDigit(Peek(sign_size + 2))) {
      at_ += sign_size + 3;
      while (IsHexDigit(Peek())) ++at_;
      is_standard_ = false;
      return TakeNumber(node, JsonType::kInteger5, begin);
    }
    if (has_sign && (first | 0x20) == 'i') {
      const bool is_minus = !has_plus;
      ++at_;
      if (!TryNamedNumber(node)) return false;
      if (is_minus) node.text.insert(0, "-");
      return true;
    }
    at_ += sign_size;
    if (first == '0' && IsDigit(Peek(1))) {
      ++at_;
      return false;
    }
    const size_t digits_before = SkipDigits();
    bool is_real = false;
    size_t digits_after = 0;
    if (Peek() == '.') {
      is_real = true;
      ++at_;
      digits_after = SkipDigits();
      if (digits_before == 0 || digits_after == 0) is_json5 = true;
    }
    if (digits_before + digits_after == 0) {
      at_ = start;
      return false;
    }
    if ((Peek() | 0x20) == 'e') {
      is_real = true;
      const bool has_exponent_sign = Peek(1) == '+' || Peek(1) == '-';
      if (!IsDigit(Peek(has_exponent_sign ? 2 : 1))) return false;
      at_ += has_exponent_sign ? 2 : 1;
      SkipDigits();
    }
    if (is_json5) is_standard_ = false;
    const JsonType plain = is_real ? JsonType::kReal : JsonType::kInteger;
    return TakeNumber(node, is_json5 ? JsonType::kReal5 : plain, begin);
  }

  size_t SkipDigits() {
    const size_t begin = at_;
    while (IsDigit(Peek())) ++at_;
    return at_ - begin;
  }

  bool TakeNumber(JsonNode& node, JsonType type, size_t begin) {
    node.type = type;
    node.text = text_.substr(begin, at_ - begin);
    return true;
  }

  const std::string_view text_;
  size_t at_ = 0;
  bool is_standard_ = true;
};

}  // namespace

JsonText ParseJson(std::string_view text) {
  // A NUL ends a text here, as it does in SQLite.
  return Parser(text.substr(0, text.find('\0'))).Parse();
}

}  // namespace orrery
