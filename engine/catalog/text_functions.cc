// Functions that make texts of values and take them apart: printf(), unhex(), unistr(), soundex().

#include <array>
#include <string>

#include "engine/catalog/function.h"
#include "engine/catalog/printf.h"
#include "engine/value/cast.h"
#include "engine/value/quote.h"
#include "engine/value/utf8.h"

namespace orrery {
namespace {

void Format(FunctionCall& call, Arguments arguments) {
  if (arguments.empty() || arguments[0].is_null()) return;
  const Value format = ToText(arguments[0]);
  const std::string_view text = format.text();
  Result<std::optional<std::string>> made =
      Printf(text.substr(0, text.find('\0')), arguments.subspan(1));
  if (!made.ok()) return call.Fail(std::move(made).status());
  if (*made) call.Return(Value::Text(**made));
}

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Takes characters off the front that are in `ignored`.
void SkipIgnored(std::string_view& text, std::string_view ignored) {
  while (!text.empty()) {
    std::string_view rest = text;
    const uint32_t character = TakeCharacter(rest);
    bool is_ignored = false;
    for (std::string_view left = ignored; !left.empty() && !is_ignored;) {
      is_ignored = TakeCharacter(left) == character;
    }
    if (!is_ignored) return;
    text = rest;
  }
}

// Characters of the second argument may stand between the bytes, but not within one.
void Unhex(FunctionCall& call, Arguments arguments) {
  if (arguments[0].is_null()) return;
  if (arguments.size() > 1 && arguments[1].is_null()) return;
  const Value value = ToText(arguments[0]);
  const Value between = arguments.size() > 1 ? ToText(arguments[1]) : Value::Text("");
  const std::string_view ignored = between.text();
  std::string_view text = value.text();
  std::string bytes;
  SkipIgnored(text, ignored);
  while (!text.empty()) {
    if (text.size() < 2) return;
    const int high = HexDigit(text[0]);
    const int low = HexDigit(text[1]);
    if (high < 0 || low < 0) return;
    bytes += static_cast<char>(high * 16 + low);
    text.remove_prefix(2);
    SkipIgnored(text, ignored);
  }
  call.Return(Value::Blob(AsBytes(bytes)));
}

// A backslash and four hexadecimal digits are a character, as are \u and four, \+ and six, \U and
// eight; two backslashes are one.
void Unistr(FunctionCall& call, Arguments arguments) {
  if (arguments[0].is_null()) return;
  const Value value = ToText(arguments[0]);
  std::string_view text = value.text();
  text = text.substr(0, text.find('\0'));
  std::string made;
  while (!text.empty()) {
    const size_t backslash = text.find('\\');
    made += text.substr(0, backslash);
    if (backslash == text.npos) break;
    text.remove_prefix(backslash + 1);
    if (text.starts_with('\\')) {
      made += '\\';
      text.remove_prefix(1);
      continue;
    }
    size_t digit_count = 4;
    if (text.starts_with('+')) digit_count = 6;
    if (text.starts_with('U')) digit_count = 8;
    if (text.starts_with('+') || text.starts_with('u') || text.starts_with('U')) {
      text.remove_prefix(1);
    }
    uint32_t character = 0;
    bool is_valid = text.size() >= digit_count;
    for (size_t i = 0; is_valid && i < digit_count; ++i) {
      const int digit = HexDigit(text[i]);
      is_valid = digit >= 0;
      character = character * 16 + static_cast<uint32_t>(digit);
    }
    if (!is_valid) return call.Fail("invalid Unicode escape");
    text.remove_prefix(digit_count);
    AppendUtf8(character, made);
  }
  call.Return(Value::Text(made));
}

// As quote(), but a text with control characters is a call of unistr().
void UnistrQuote(FunctionCall& call, Arguments arguments) {
  const Value& value = arguments[0];
  if (!value.is_text()) return call.Return(Value::Text(QuoteValue(value)));
  Result<std::optional<std::string>> quoted = Printf("%#Q", arguments);
  if (!quoted.ok()) return call.Fail(std::move(quoted).status());
  call.Return(Value::Text(**quoted));
}

// https://en.wikipedia.org/wiki/Soundex, with SQLite's answer for what has no letter.
void Soundex(FunctionCall& call, Arguments arguments) {
  // Of a to z; 0: none.
  constexpr std::string_view kCodes = "01230120022455012623010202";
  const Value value = arguments[0].is_null() ? Value::Text("") : ToText(arguments[0]);
  const auto letter_of = [](char c) -> char {
    if (c >= 'A' && c <= 'Z') return static_cast<char>(c - 'A' + 'a');
    return c >= 'a' && c <= 'z' ? c : '\0';
  };
  std::string_view text = value.text();
  while (!text.empty() && letter_of(text[0]) == '\0') text.remove_prefix(1);
  if (text.empty() || text[0] == '\0') return call.Return(Value::Text("?000"));
  std::string code(1, static_cast<char>(letter_of(text[0]) - 'a' + 'A'));
  char previous = kCodes[static_cast<size_t>(letter_of(text[0]) - 'a')];
  for (const char c : text.substr(1)) {
    if (c == '\0' || code.size() == 4) break;
    const char letter = letter_of(static_cast<char>(c & 0x7F));
    const char digit = letter == '\0' ? '0' : kCodes[static_cast<size_t>(letter - 'a')];
    if (digit != '0' && digit != previous) code += digit;
    previous = digit;
  }
  code.resize(4, '0');
  call.Return(Value::Text(code));
}

constexpr Function Scalar(std::string_view name, int min, int max, ScalarBody body) {
  return {.name = name, .argument_count_min = min, .argument_count_max = max, .scalar = body};
}

constexpr Function kTextFunctions[] = {
    Scalar("format", 0, -1, Format),  Scalar("printf", 0, -1, Format),
    Scalar("soundex", 1, 1, Soundex), Scalar("unhex", 1, 2, Unhex),
    Scalar("unistr", 1, 1, Unistr),   Scalar("unistr_quote", 1, 1, UnistrQuote),
};

}  // namespace

std::span<const Function> BuiltInTextFunctions() { return kTextFunctions; }

}  // namespace orrery
