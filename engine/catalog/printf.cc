#include "engine/catalog/printf.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/value/cast.h"
#include "engine/value/numeric.h"
#include "engine/value/utf8.h"

namespace orrery {
namespace {

// What stands between % and the letter.
struct Spec {
  bool is_left = false;        // -
  char sign = 0;               // + or a blank
  bool is_alternate = false;   // #
  bool is_alternate2 = false;  // !
  bool has_zeros = false;      // 0
  bool has_commas = false;     // ,
  int64_t width = 0;
  int64_t precision = -1;  // -1: not said
  char letter = 0;
};

constexpr int64_t kCountMax = std::numeric_limits<int32_t>::max();
constexpr int64_t kPrecisionMax = 100'000'000;  // of reals

std::string Repeated(char c, int64_t count) {
  return std::string(static_cast<size_t>(std::max<int64_t>(count, 0)), c);
}

// A comma between each three digits.
std::string WithCommas(const std::string& digits) {
  std::string text;
  for (size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) text += ',';
    text += digits[i];
  }
  return text;
}

class Printer {
 public:
  Printer(std::string_view format, Arguments arguments) : rest_(format), arguments_(arguments) {}

  Result<std::optional<std::string>> Print() {
    bool says_something = false;
    while (!rest_.empty()) {
      const size_t percent = rest_.find('%');
      out_ += rest_.substr(0, percent);
      says_something = says_something || percent > 0;
      if (percent == rest_.npos) break;
      rest_.remove_prefix(percent + 1);
      if (rest_.empty()) {
        out_ += '%';
        says_something = true;
        break;
      }
      if (!PrintOne(ReadSpec())) break;
      says_something = true;
      if (is_too_big_ || out_.size() > kValueSizeMax) return Status(ResultCode::kTooBig);
    }
    if (!says_something) return std::optional<std::string>();
    return std::optional(std::move(out_));
  }

 private:
  char Peek() const { return rest_.empty() ? '\0' : rest_.front(); }
  bool Take(char c) {
    if (Peek() != c || rest_.empty()) return false;
    rest_.remove_prefix(1);
    return true;
  }

  // Digits, or a * for the next value.
  int64_t ReadCount() {
    if (Take('*')) {
      const int64_t count = TakeInteger();
      return count < -kCountMax || count > kCountMax ? static_cast<int32_t>(count) : count;
    }
    int64_t count = 0;
    while (Peek() >= '0' && Peek() <= '9') {
      count = std::min(count * 10 + (Peek() - '0'), kCountMax);
      rest_.remove_prefix(1);
    }
    return count;
  }

  Spec ReadSpec() {
    Spec spec;
    for (bool is_flag = true; is_flag && !rest_.empty();) {
      switch (Peek()) {
        case '-':
          spec.is_left = true;
          break;
        case '+':
        case ' ':
          spec.sign = Peek();
          break;
        case '#':
          spec.is_alternate = true;
          break;
        case '!':
          spec.is_alternate2 = true;
          break;
        case '0':
          spec.has_zeros = true;
          break;
        case ',':
          spec.has_commas = true;
          break;
        default:
          is_flag = false;
          continue;
      }
      rest_.remove_prefix(1);
    }
    spec.width = ReadCount();
    if (spec.width < 0) {
      spec.is_left = true;
      spec.width = -spec.width;
    }
    if (Take('.')) spec.precision = std::abs(ReadCount());
    while (Take('l')) {
    }
    spec.letter = Peek();
    if (!rest_.empty()) rest_.remove_prefix(1);
    return spec;
  }

  // False when the text ends here.
  bool PrintOne(const Spec& spec) {
    switch (spec.letter) {
      case '%':
        Pad(spec, "%");
        return true;
      case 'd':
      case 'i':
      case 'u':
      case 'r':
        PrintDecimal(spec);
        return true;
      case 'x':
        PrintBits(spec, 16, "0123456789abcdef", "0x");
        return true;
      case 'X':
        PrintBits(spec, 16, "0123456789ABCDEF", "0X");
        return true;
      case 'p':
        PrintBits(spec, 16, "0123456789ABCDEF", "0x");
        return true;
      case 'o':
        PrintBits(spec, 8, "01234567", "0");
        return true;
      case 'f':
      case 'e':
      case 'E':
      case 'g':
      case 'G':
        PrintReal(spec);
        return true;
      case 's':
      case 'z':
        Pad(spec, std::string(Shortened(spec, TakeText())), spec.is_alternate2);
        return true;
      case 'c':
        PrintCharacter(spec);
        return true;
      case 'q':
      case 'Q':
      case 'w':
        PrintQuoted(spec);
        return true;
      case 'n':
        return true;
      default:
        return false;
    }
  }

  // -- Values --

  const Value* Next() { return next_ < arguments_.size() ? &arguments_[next_++] : nullptr; }
  int64_t TakeInteger() {
    const Value* const value = Next();
    return value == nullptr ? 0 : ToInteger(*value);
  }
  double TakeReal() {
    const Value* const value = Next();
    return value == nullptr ? 0 : ToReal(*value);
  }
  std::string_view TakeText() {
    const Value* const value = Next();
    if (value == nullptr || value->is_null()) return {};
    text_ = ToText(*value);
    const std::string_view text = text_.text();
    return text.substr(0, text.find('\0'));
  }

  // -- Text --

  // With `in_characters` the width counts those and not bytes.
  void Pad(const Spec& spec, const std::string& text, bool in_characters = false) {
    const size_t size = in_characters ? CountCharacters(text) : text.size();
    const int64_t missing = spec.width - static_cast<int64_t>(size);
    if (missing > static_cast<int64_t>(kValueSizeMax)) {
      is_too_big_ = true;
      return;
    }
    if (!spec.is_left) out_ += Repeated(' ', missing);
    out_ += text;
    if (spec.is_left) out_ += Repeated(' ', missing);
  }

  static std::string_view Shortened(const Spec& spec, std::string_view text) {
    if (spec.precision < 0) return text;
    auto count = static_cast<size_t>(spec.precision);
    if (!spec.is_alternate2) return text.substr(0, count);
    std::string_view left = text;
    for (; count > 0 && !left.empty(); --count) TakeCharacter(left);
    return text.substr(0, text.size() - left.size());
  }

  void PrintCharacter(const Spec& spec) {
    const std::string_view text = TakeText();
    std::string character(1, '\0');
    if (!text.empty()) {
      size_t size = 1;
      if ((static_cast<uint8_t>(text[0]) & 0xC0) == 0xC0) {
        while (size < 4 && size < text.size() &&
               (static_cast<uint8_t>(text[size]) & 0xC0) == 0x80) {
          ++size;
        }
      }
      character = text.substr(0, size);
    }
    const int64_t count = std::max<int64_t>(spec.precision, 1);
    if (count * static_cast<int64_t>(character.size()) > static_cast<int64_t>(kValueSizeMax)) {
      is_too_big_ = true;
      return;
    }
    std::string all;
    for (int64_t i = 0; i < count; ++i) all += character;
    Pad(spec, all, /*in_characters=*/true);
  }

  // %q doubles quotes, %Q puts them around too, %w is for names. With # control characters and
  // backslashes are escaped as unistr() reads them.
  void PrintQuoted(const Spec& spec) {
    const bool is_null = next_ >= arguments_.size() || arguments_[next_].is_null();
    const std::string_view text = TakeText();
    if (is_null)
      return Pad(spec, std::string(Shortened(spec, spec.letter == 'Q' ? "NULL" : "(NULL)")));
    const std::string_view shown = Shortened(spec, text);
    const char quote = spec.letter == 'w' ? '"' : '\'';
    const auto is_control = [](char c) { return static_cast<uint8_t>(c) < 0x20; };
    const bool has_control = std::any_of(shown.begin(), shown.end(), is_control);
    const bool escapes =
        spec.is_alternate && spec.letter != 'w' && (spec.letter == 'q' || has_control);
    std::string quoted;
    for (const char c : shown) {
      if (escapes && is_control(c)) {
        constexpr char kDigits[] = "0123456789abcdef";
        quoted += "\\u00";
        quoted += kDigits[static_cast<uint8_t>(c) >> 4];
        quoted += kDigits[c & 15];
        continue;
      }
      if (c == quote || (escapes && c == '\\')) quoted += c;
      quoted += c;
    }
    if (spec.letter == 'Q') {
      quoted = (escapes ? "unistr('" : "'") + quoted + (escapes ? "')" : "'");
    }
    Pad(spec, quoted, spec.is_alternate2);
  }

  // -- Integers --

  void PrintDecimal(const Spec& spec) {
    const int64_t number = TakeInteger();
    const bool is_signed = spec.letter != 'u';
    std::string prefix;
    uint64_t magnitude = static_cast<uint64_t>(number);
    if (is_signed && number < 0) {
      magnitude = 0 - magnitude;
      prefix = "-";
    } else if (is_signed && spec.sign != 0) {
      prefix = spec.sign;
    }
    std::string digits = std::to_string(magnitude);
    if (spec.letter == 'r') digits += Ordinal(magnitude);
    PrintDigits(spec, prefix, std::move(digits), "");
  }

  static const char* Ordinal(uint64_t number) {
    if (number / 10 % 10 != 1) {
      if (number % 10 == 1) return "st";
      if (number % 10 == 2) return "nd";
      if (number % 10 == 3) return "rd";
    }
    return "th";
  }

  void PrintBits(const Spec& spec, uint64_t base, const char* letters, const char* mark) {
    auto bits = static_cast<uint64_t>(TakeInteger());
    const bool is_marked = spec.is_alternate && bits != 0;
    std::string digits;
    do {
      digits.insert(digits.begin(), letters[bits % base]);
      bits /= base;
    } while (bits > 0);
    PrintDigits(spec, "", std::move(digits), is_marked ? mark : "");
  }

  void PrintDigits(const Spec& spec, const std::string& prefix, std::string digits,
                   const char* mark) {
    int64_t count = spec.precision;
    if (spec.has_zeros) {
      count = std::max(count, spec.width - static_cast<int64_t>(prefix.size()));
    }
    if (count > static_cast<int64_t>(kValueSizeMax)) {
      is_too_big_ = true;
      return;
    }
    digits = Repeated('0', count - static_cast<int64_t>(digits.size())) + digits;
    const bool is_counted = spec.letter == 'd' || spec.letter == 'i' || spec.letter == 'u';
    if (spec.has_commas && is_counted) digits = WithCommas(digits);
    Pad(spec, mark + prefix + digits);
  }

  // -- Reals --

  void PrintReal(const Spec& spec) {
    const double real = TakeReal();
    std::string prefix;
    if (std::signbit(real) && real != 0) {
      prefix = "-";
    } else if (spec.sign != 0) {
      prefix = spec.sign;
    }
    if (std::isinf(real) && !spec.has_zeros) return Pad(spec, prefix + "Inf");
    int64_t precision = spec.precision < 0 ? 6 : std::min(spec.precision, kPrecisionMax);
    const bool is_general = spec.letter == 'g' || spec.letter == 'G';
    bool has_exponent = spec.letter == 'e' || spec.letter == 'E';
    if (is_general) precision = std::max<int64_t>(precision, 1);
    RealDigits number = Digits(spec, real, precision, has_exponent, is_general);
    bool drops_zeros = spec.is_alternate2;
    if (is_general) {
      drops_zeros = !spec.is_alternate;
      --precision;
      has_exponent = number.exponent < -4 || number.exponent > precision;
      if (!has_exponent) precision -= number.exponent;
    }
    // -0.00 is 0.00 when # is said.
    const bool is_zero = number.digits.find_first_not_of('0') == number.digits.npos;
    if (spec.is_alternate && spec.sign == 0 && spec.letter == 'f' && is_zero) prefix = "";
    std::string text = Placed(spec, number, precision, has_exponent);
    if (drops_zeros && text.find('.') != text.npos) {
      text.resize(text.find_last_not_of('0') + 1);
      if (text.ends_with('.')) {
        if (spec.is_alternate2) {
          text += '0';
        } else {
          text.pop_back();
        }
      }
    }
    if (has_exponent) {
      const bool is_capital = spec.letter == 'E' || spec.letter == 'G';
      text += is_capital ? 'E' : 'e';
      text += number.exponent < 0 ? '-' : '+';
      const std::string exponent = std::to_string(std::abs(number.exponent));
      text += exponent.size() < 2 ? "0" + exponent : exponent;
    }
    if (spec.has_zeros && !spec.is_left) {
      const auto size = static_cast<int64_t>(prefix.size() + text.size());
      if (spec.width > static_cast<int64_t>(kValueSizeMax)) {
        is_too_big_ = true;
        return;
      }
      text = Repeated('0', spec.width - size) + text;
    }
    Pad(spec, prefix + text);
  }

  // The digits that are shown, rounded; 16 are taken for known, or 26 with !.
  static RealDigits Digits(const Spec& spec, double real, int64_t precision, bool has_exponent,
                           bool is_general) {
    if (std::isinf(real)) return {.digits = "9", .exponent = 999};
    if (real == 0) return {.digits = "0", .exponent = 0};
    RealDigits number = DigitsOf(std::fabs(real));
    int64_t count = precision + number.exponent + 1;
    if (has_exponent) count = precision + 1;
    if (is_general) count = precision;
    RoundDigits(number, std::min<int64_t>(count, spec.is_alternate2 ? 26 : 16));
    return number;
  }

  // With the point, and as many digits behind it.
  static std::string Placed(const Spec& spec, const RealDigits& number, int64_t precision,
                            bool has_exponent) {
    const int exponent = has_exponent ? 0 : number.exponent;
    size_t next = 0;
    const auto digit = [&] { return next < number.digits.size() ? number.digits[next++] : '0'; };
    std::string before;
    for (int i = 0; i <= exponent; ++i) before += digit();
    if (before.empty()) before = "0";
    if (spec.has_commas) before = WithCommas(before);
    std::string behind;
    int64_t zero_count = std::min<int64_t>(std::max(-exponent - 1, 0), precision);
    behind += Repeated('0', zero_count);
    for (int64_t i = zero_count; i < precision; ++i) behind += digit();
    const bool has_point = precision > 0 || spec.is_alternate || spec.is_alternate2;
    return before + (has_point ? "." : "") + behind;
  }

  std::string_view rest_;
  const Arguments arguments_;
  size_t next_ = 0;
  Value text_;  // of the last TakeText()
  std::string out_;
  bool is_too_big_ = false;
};

}  // namespace

Result<std::optional<std::string>> Printf(std::string_view format, Arguments arguments) {
  return Printer(format, arguments).Print();
}

}  // namespace orrery
