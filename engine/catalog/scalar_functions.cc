// The built-in functions of one row. https://www.sqlite.org/lang_corefunc.html

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <string>

#include "engine/catalog/function.h"
#include "engine/value/cast.h"
#include "engine/value/compare.h"
#include "engine/value/numeric.h"
#include "engine/value/pattern.h"
#include "engine/value/quote.h"
#include "engine/value/utf8.h"

namespace orrery {
namespace {

// The number that an argument is, as sqlite3_value_numeric_type() sees it; text that is no number
// stays text.
Value NumericArgument(const Value& value) {
  if (!value.is_text()) return value;
  return WholeNumber(value.text()).value_or(value);
}

bool AnyNull(Arguments arguments) {
  for (const Value& argument : arguments) {
    if (argument.is_null()) return true;
  }
  return false;
}

// What stands before the first NUL byte, where text functions stop.
std::string_view UpToNul(std::string_view text) { return text.substr(0, text.find('\0')); }

// The bytes of the first `count` characters of `text`.
size_t SizeOfCharacters(std::string_view text, int64_t count) {
  std::string_view rest = text;
  for (; count > 0 && !rest.empty(); --count) TakeCharacter(rest);
  return text.size() - rest.size();
}

// -- Numbers --

void Abs(FunctionCall& call, Arguments arguments) {
  const Value& value = arguments[0];
  if (value.is_null()) return;
  if (value.is_integer()) {
    if (value.integer() == std::numeric_limits<int64_t>::min())
      return call.Fail("integer overflow");
    return call.Return(Value::Integer(value.integer() < 0 ? -value.integer() : value.integer()));
  }
  const double real = ToReal(value);
  call.Return(Value::Real(real < 0 ? -real : real));
}

void Sign(FunctionCall& call, Arguments arguments) {
  const Value number = NumericArgument(arguments[0]);
  if (!number.is_number()) return;
  const double real = ToReal(number);
  call.Return(Value::Integer(real < 0 ? -1 : real > 0 ? 1 : 0));
}

// Rounded half away from zero at a decimal place, by the digits of the exact value.
double RoundAt(double real, int digit_count) {
  constexpr int kGuardDigitCount = 25;
  char buffer[400];
  const int size =
      std::snprintf(buffer, sizeof buffer, "%.*f", digit_count + kGuardDigitCount, std::fabs(real));
  if (size < 0 || size >= static_cast<int>(sizeof buffer)) return real;
  std::string digits(buffer, static_cast<size_t>(size - kGuardDigitCount));
  const char next_digit = buffer[size - kGuardDigitCount];
  if (next_digit >= '5') {
    size_t i = digits.size();
    while (i > 0) {
      --i;
      if (digits[i] == '.') continue;
      if (digits[i] != '9') {
        ++digits[i];
        break;
      }
      digits[i] = '0';
      if (i == 0) digits.insert(digits.begin(), '1');
    }
  }
  const double rounded = LeadingReal(digits);
  return real < 0 ? -rounded : rounded;
}

void Round(FunctionCall& call, Arguments arguments) {
  if (AnyNull(arguments)) return;
  constexpr int64_t kDigitCountMax = 30;
  int64_t digit_count = arguments.size() == 2 ? ToInteger(arguments[1]) : 0;
  digit_count = digit_count < 0 ? 0 : digit_count > kDigitCountMax ? kDigitCountMax : digit_count;
  const double real = ToReal(arguments[0]);
  constexpr double kNoFraction = 4503599627370496.0;  // 2^52
  if (real < -kNoFraction || real > kNoFraction) return call.Return(Value::Real(real));
  if (digit_count == 0) {
    return call.Return(
        Value::Real(static_cast<double>(static_cast<int64_t>(real + (real < 0 ? -0.5 : 0.5)))));
  }
  call.Return(Value::Real(RoundAt(real, static_cast<int>(digit_count))));
}

void Random(FunctionCall& call, Arguments) {
  std::byte bytes[8];
  call.connection.RandomBytes(bytes);
  const auto number = static_cast<int64_t>(LoadLittle<uint64_t>(bytes));
  // The least integer has no absolute value, so that abs(random()) never fails.
  call.Return(Value::Integer(number == std::numeric_limits<int64_t>::min() ? 0 : number));
}

// -- Texts and blobs --

void Length(FunctionCall& call, Arguments arguments) {
  const Value& value = arguments[0];
  if (value.is_null()) return;
  if (value.is_blob())
    return call.Return(Value::Integer(static_cast<int64_t>(value.bytes().size())));
  const Value text = ToText(value);
  call.Return(Value::Integer(static_cast<int64_t>(CountCharacters(UpToNul(text.text())))));
}

void OctetLength(FunctionCall& call, Arguments arguments) {
  const Value& value = arguments[0];
  if (value.is_null()) return;
  const Value text = value.has_bytes() ? value : ToText(value);
  call.Return(Value::Integer(static_cast<int64_t>(text.bytes().size())));
}

void ChangeCase(FunctionCall& call, const Value& value, char first, char last, int shift) {
  if (value.is_null()) return;
  const Value source = ToText(value);
  std::string text(source.text());
  for (char& c : text) {
    if (c >= first && c <= last) c = static_cast<char>(c + shift);
  }
  call.Return(Value::Text(text));
}
void Lower(FunctionCall& call, Arguments arguments) {
  ChangeCase(call, arguments[0], 'A', 'Z', 'a' - 'A');
}
void Upper(FunctionCall& call, Arguments arguments) {
  ChangeCase(call, arguments[0], 'a', 'z', 'A' - 'a');
}

void Trim(FunctionCall& call, Arguments arguments, bool left, bool right) {
  if (AnyNull(arguments)) return;
  const Value source = ToText(arguments[0]);
  std::string_view text = source.text();
  std::vector<std::string_view> characters = {" "};
  const Value given = arguments.size() == 2 ? ToText(arguments[1]) : Value::Null();
  if (given.is_text()) {
    characters.clear();
    for (std::string_view rest = given.text(); !rest.empty();) {
      const std::string_view before = rest;
      TakeCharacter(rest);
      characters.push_back(before.substr(0, before.size() - rest.size()));
    }
  }
  const auto cut = [&](auto has, auto remove) {
    for (bool found = true; found && !text.empty();) {
      found = false;
      for (const std::string_view character : characters) {
        if (!has(character)) continue;
        remove(character.size());
        found = true;
        break;
      }
    }
  };
  if (left) {
    cut([&](std::string_view c) { return text.starts_with(c); },
        [&](size_t n) { text.remove_prefix(n); });
  }
  if (right) {
    cut([&](std::string_view c) { return text.ends_with(c); },
        [&](size_t n) { text.remove_suffix(n); });
  }
  call.Return(Value::Text(text));
}
void TrimBoth(FunctionCall& call, Arguments arguments) { Trim(call, arguments, true, true); }
void TrimLeft(FunctionCall& call, Arguments arguments) { Trim(call, arguments, true, false); }
void TrimRight(FunctionCall& call, Arguments arguments) { Trim(call, arguments, false, true); }

// Positions count from 1; below 0, from the end. A negative length takes what stands before.
void Substr(FunctionCall& call, Arguments arguments) {
  if (AnyNull(arguments)) return;
  const Value& value = arguments[0];
  const bool is_blob = value.is_blob();
  if (is_blob && value.bytes().empty()) return;  // NULL, as in sqlite3
  const Value source = is_blob ? value : ToText(value);
  const std::string_view text = is_blob ? AsText(source.bytes()) : UpToNul(source.text());
  const auto total = static_cast<int64_t>(is_blob ? text.size() : CountCharacters(text));
  int64_t start = ToInteger(arguments[1]);
  int64_t length = arguments.size() == 3 ? ToInteger(arguments[2]) : int64_t{kValueSizeMax};
  // From here on `start` counts from 0, and what lies before the value is cut off the length.
  if (start < 0) {
    start += total;
    if (start < 0) {
      length = length < 0 ? 0 : std::max<int64_t>(0, length + start);
      start = 0;
    }
  } else if (start > 0) {
    --start;
  } else if (length > 0) {
    --length;
  }
  if (length < 0) {  // so many before it
    length = length < -start ? start : -length;
    start -= length;
  }
  start = std::min(start, total);
  length = std::min(length, total - start);
  if (is_blob) {
    return call.Return(Value::Blob(
        source.bytes().subspan(static_cast<size_t>(start), static_cast<size_t>(length))));
  }
  const std::string_view rest = text.substr(SizeOfCharacters(text, start));
  call.Return(Value::Text(rest.substr(0, SizeOfCharacters(rest, length))));
}

// The place of one in the other: in bytes between blobs, else in characters. 0: not there.
void Instr(FunctionCall& call, Arguments arguments) {
  if (AnyNull(arguments)) return;
  if (arguments[0].is_blob() && arguments[1].is_blob()) {
    const size_t found = AsText(arguments[0].bytes()).find(AsText(arguments[1].bytes()));
    return call.Return(
        Value::Integer(found == std::string_view::npos ? 0 : static_cast<int64_t>(found) + 1));
  }
  const Value text = ToText(arguments[0]);
  const Value wanted = ToText(arguments[1]);
  const size_t found = text.text().find(wanted.text());
  if (found == std::string_view::npos) return call.Return(Value::Integer(0));
  call.Return(
      Value::Integer(static_cast<int64_t>(CountCharacters(text.text().substr(0, found))) + 1));
}

void Replace(FunctionCall& call, Arguments arguments) {
  if (AnyNull(arguments.first(2))) return;
  const Value text = ToText(arguments[0]);
  const Value pattern = ToText(arguments[1]);
  const std::string_view from = pattern.text();
  if (from.empty() || from[0] == '\0') return call.Return(text);
  if (arguments[2].is_null()) return;
  const Value replacement = ToText(arguments[2]);
  std::string out;
  std::string_view rest = text.text();
  for (size_t found = rest.find(from); found != std::string_view::npos; found = rest.find(from)) {
    out += rest.substr(0, found);
    out += replacement.text();
    rest.remove_prefix(found + from.size());
    if (out.size() > kValueSizeMax) return call.Fail(ResultCode::kTooBig);
  }
  out += rest;
  if (out.size() > kValueSizeMax) return call.Fail(ResultCode::kTooBig);
  call.Return(Value::Text(out));
}

void Hex(FunctionCall& call, Arguments arguments) {
  const Value bytes = arguments[0].has_bytes() ? arguments[0] : ToText(arguments[0]);
  if (bytes.is_null()) return call.Return(Value::Text(""));
  if (bytes.bytes().size() > kValueSizeMax / 2) return call.Fail(ResultCode::kTooBig);
  constexpr char kDigits[] = "0123456789ABCDEF";
  std::string text;
  for (const std::byte byte : bytes.bytes()) {
    text += kDigits[static_cast<uint8_t>(byte) >> 4];
    text += kDigits[static_cast<uint8_t>(byte) & 15];
  }
  call.Return(Value::Text(text));
}

void Char(FunctionCall& call, Arguments arguments) {
  std::string text;
  for (const Value& argument : arguments) {
    int64_t character = ToInteger(argument);
    if (character < 0 || character > 0x10FFFF) character = 0xFFFD;
    AppendUtf8(static_cast<uint32_t>(character), text);
  }
  call.Return(Value::Text(text));
}

void Unicode(FunctionCall& call, Arguments arguments) {
  const Value text = ToText(arguments[0]);
  if (!text.is_text()) return;
  std::string_view characters = UpToNul(text.text());
  if (!characters.empty()) call.Return(Value::Integer(TakeCharacter(characters)));
}

void Quote(FunctionCall& call, Arguments arguments) {
  const bool is_zero = arguments[0].is_real() && arguments[0].real() == 0.0;  // of either sign
  call.Return(Value::Text(is_zero ? "0.0" : QuoteValue(arguments[0])));
}

void Zeroblob(FunctionCall& call, Arguments arguments) {
  const int64_t size = ToInteger(arguments[0]);
  if (size > static_cast<int64_t>(kValueSizeMax)) return call.Fail(ResultCode::kTooBig);
  call.Return(Value::Blob(AsBytes(std::string(static_cast<size_t>(size < 0 ? 0 : size), '\0'))));
}

void Randomblob(FunctionCall& call, Arguments arguments) {
  int64_t size = ToInteger(arguments[0]);
  if (size < 1) size = 1;
  if (size > static_cast<int64_t>(kValueSizeMax)) return call.Fail(ResultCode::kTooBig);
  std::vector<std::byte> bytes(static_cast<size_t>(size));
  call.connection.RandomBytes(bytes);
  call.Return(Value::Blob(bytes));
}

void AppendAll(FunctionCall& call, Arguments arguments, std::string_view separator) {
  std::string text;
  bool is_first = true;
  for (const Value& argument : arguments) {
    if (argument.is_null()) continue;
    if (!is_first) text += separator;
    is_first = false;
    const Value part = ToText(argument);
    text += part.text();
    if (text.size() > kValueSizeMax) return call.Fail(ResultCode::kTooBig);
  }
  call.Return(Value::Text(text));
}
void Concat(FunctionCall& call, Arguments arguments) { AppendAll(call, arguments, ""); }
void ConcatWs(FunctionCall& call, Arguments arguments) {
  if (arguments[0].is_null()) return;
  const Value separator = ToText(arguments[0]);
  AppendAll(call, arguments.subspan(1), separator.text());
}

void LikeFunction(FunctionCall& call, Arguments arguments) {
  Result<Value> matches =
      Like(arguments[1], arguments[0], arguments.size() == 3 ? &arguments[2] : nullptr);
  if (!matches.ok()) return call.Fail(std::move(matches).status());
  call.Return(*std::move(matches));
}

void GlobFunction(FunctionCall& call, Arguments arguments) {
  Result<Value> matches = Glob(arguments[1], arguments[0]);
  if (!matches.ok()) return call.Fail(std::move(matches).status());
  call.Return(*std::move(matches));
}

// x MATCH y means something to virtual tables only.
void Match(FunctionCall& call, Arguments) {
  call.Fail("unable to use function MATCH in the requested context");
}

// -- Choosing --

void Coalesce(FunctionCall& call, Arguments arguments) {
  for (const Value& argument : arguments) {
    if (!argument.is_null()) return call.Return(argument);
  }
}

void Nullif(FunctionCall& call, Arguments arguments) {
  if (Compare(arguments[0], arguments[1], call.collation) != 0) call.Return(arguments[0]);
}

void Extreme(FunctionCall& call, Arguments arguments, bool is_max) {
  if (AnyNull(arguments)) return;
  const Value* best = &arguments[0];
  for (const Value& argument : arguments.subspan(1)) {
    const auto order = Compare(*best, argument, call.collation);
    // Of equal ones max() gives the first and min() the last: 1 and 1.0 may be told apart.
    if (is_max ? order < 0 : order >= 0) best = &argument;
  }
  call.Return(*best);
}
void Max(FunctionCall& call, Arguments arguments) { Extreme(call, arguments, true); }
void Min(FunctionCall& call, Arguments arguments) { Extreme(call, arguments, false); }

// iif() and its like are taken apart when they are compiled.
void FirstArgument(FunctionCall& call, Arguments arguments) { call.Return(arguments[0]); }

// -- About the value, the connection, the engine --

void Typeof(FunctionCall& call, Arguments arguments) {
  call.Return(Value::Text(Describe(arguments[0].type())));
}
void Changes(FunctionCall& call, Arguments) {
  call.Return(Value::Integer(call.connection.changes()));
}
void TotalChanges(FunctionCall& call, Arguments) {
  call.Return(Value::Integer(call.connection.total_changes()));
}
void LastInsertRowid(FunctionCall& call, Arguments) {
  call.Return(Value::Integer(call.connection.last_insert_rowid()));
}
void SqliteVersion(FunctionCall& call, Arguments) { call.Return(Value::Text("3.50.4")); }

constexpr bool kChancy = false;  // is_deterministic
constexpr bool kFixed = true;

constexpr Function Scalar(std::string_view name, int min, int max, ScalarBody body,
                          bool is_deterministic = kFixed, bool uses_collation = false) {
  return {.name = name,
          .argument_count_min = min,
          .argument_count_max = max,
          .scalar = body,
          .is_deterministic = is_deterministic,
          .uses_collation = uses_collation};
}

constexpr Function kScalarFunctions[] = {
    Scalar("abs", 1, 1, Abs),
    Scalar("changes", 0, 0, Changes, kChancy),
    Scalar("char", 0, -1, Char),
    Scalar("coalesce", 2, -1, Coalesce),
    Scalar("concat", 1, -1, Concat),
    Scalar("concat_ws", 2, -1, ConcatWs),
    Scalar("glob", 2, 2, GlobFunction),
    Scalar("hex", 1, 1, Hex),
    Scalar("ifnull", 2, 2, Coalesce),
    Scalar("if", 2, -1, FirstArgument),
    Scalar("iif", 2, -1, FirstArgument),
    Scalar("instr", 2, 2, Instr),
    Scalar("last_insert_rowid", 0, 0, LastInsertRowid, kChancy),
    Scalar("length", 1, 1, Length),
    Scalar("like", 2, 3, LikeFunction),
    Scalar("likelihood", 2, 2, FirstArgument),
    Scalar("likely", 1, 1, FirstArgument),
    Scalar("lower", 1, 1, Lower),
    Scalar("ltrim", 1, 2, TrimLeft),
    Scalar("match", 2, 2, Match),
    Scalar("max", 2, -1, Max, kFixed, /*uses_collation=*/true),
    Scalar("min", 2, -1, Min, kFixed, /*uses_collation=*/true),
    Scalar("nullif", 2, 2, Nullif, kFixed, /*uses_collation=*/true),
    Scalar("octet_length", 1, 1, OctetLength),
    Scalar("quote", 1, 1, Quote),
    Scalar("random", 0, 0, Random, kChancy),
    Scalar("randomblob", 1, 1, Randomblob, kChancy),
    Scalar("replace", 3, 3, Replace),
    Scalar("round", 1, 2, Round),
    Scalar("rtrim", 1, 2, TrimRight),
    Scalar("sign", 1, 1, Sign),
    Scalar("sqlite_version", 0, 0, SqliteVersion),
    Scalar("substr", 2, 3, Substr),
    Scalar("substring", 2, 3, Substr),
    Scalar("total_changes", 0, 0, TotalChanges, kChancy),
    Scalar("trim", 1, 2, TrimBoth),
    Scalar("typeof", 1, 1, Typeof),
    Scalar("unicode", 1, 1, Unicode),
    Scalar("unlikely", 1, 1, FirstArgument),
    Scalar("upper", 1, 1, Upper),
    Scalar("zeroblob", 1, 1, Zeroblob),
};

}  // namespace

std::span<const Function> BuiltInScalarFunctions() { return kScalarFunctions; }

}  // namespace orrery
