// The date and time functions. https://www.sqlite.org/lang_datefunc.html

#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>

#include "engine/catalog/date_time.h"
#include "engine/catalog/function.h"
#include "engine/value/cast.h"

namespace orrery {
namespace {

// What fits: numbers of at most 20 digits.
[[gnu::format(printf, 2, 3)]] void Print(std::string& text, const char* format, ...) {
  char buffer[64];
  va_list arguments;
  va_start(arguments, format);
  const int size = std::vsnprintf(buffer, sizeof buffer, format, arguments);
  va_end(arguments);
  text.append(buffer, static_cast<size_t>(size));
}

// Notes whether anybody has looked at it.
class WatchedClock final : public Clock {
 public:
  explicit WatchedClock(Clock& clock) : clock_(clock) {}
  int64_t UnixMilliseconds() override {
    was_asked = true;
    return clock_.UnixMilliseconds();
  }
  int64_t LocalOffsetSeconds(int64_t unix_seconds) override {
    was_asked = true;
    return clock_.LocalOffsetSeconds(unix_seconds);
  }

  bool was_asked = false;

 private:
  Clock& clock_;
};

std::optional<DateTime> ReadMoment(Clock& clock, Arguments arguments) {
  if (arguments.empty()) {
    DateTime now = DateTime::Now(clock);
    if (!now.Settle(/*has_modifiers=*/false)) return std::nullopt;
    return now;
  }
  std::optional<DateTime> moment;
  if (arguments[0].is_number()) {
    moment = DateTime::OfNumber(ToReal(arguments[0]));
  } else if (!arguments[0].is_null()) {
    moment = DateTime::Parse(AsText(arguments[0].bytes()), clock);
  }
  if (!moment) return std::nullopt;
  for (size_t i = 1; i < arguments.size(); ++i) {
    if (arguments[i].is_null()) return std::nullopt;
    const Value modifier = ToText(arguments[i]);
    if (!moment->Modify(modifier.text(), static_cast<int>(i), clock)) return std::nullopt;
  }
  if (!moment->Settle(arguments.size() > 1)) return std::nullopt;
  return moment;
}

// A time value and its modifiers; now, when there are none. Empty: the function gives NULL, or an
// error.
std::optional<DateTime> MomentOf(FunctionCall& call, std::string_view function,
                                 Arguments arguments) {
  WatchedClock watched(call.connection);
  std::optional<DateTime> moment = ReadMoment(watched, arguments);
  if (!watched.was_asked || call.fixed_place == FixedPlace::kNone) return moment;
  call.Fail("non-deterministic use of " + std::string(function) + "() in " +
            (call.fixed_place == FixedPlace::kCheck ? "a CHECK constraint" : "an index"));
  return std::nullopt;
}

void AppendDate(std::string& text, const DateTime& moment) {
  if (moment.year() < 0) text += '-';
  Print(text, "%04d-%02d-%02d", std::abs(moment.year()), moment.month(), moment.day());
}

void AppendTime(std::string& text, const DateTime& moment) {
  Print(text, "%02d:%02d:", moment.hour(), moment.minute());
  if (!moment.shows_subseconds()) return Print(text, "%02d", static_cast<int>(moment.second()));
  const int milliseconds = static_cast<int>(moment.second() * 1000 + 0.5);
  Print(text, "%02d.%03d", milliseconds / 1000, milliseconds % 1000);
}

void Write(FunctionCall& call, std::string_view function, Arguments arguments, bool has_date,
           bool has_time) {
  const std::optional<DateTime> moment = MomentOf(call, function, arguments);
  if (!moment) return;
  std::string text;
  if (has_date) AppendDate(text, *moment);
  if (has_date && has_time) text += ' ';
  if (has_time) AppendTime(text, *moment);
  call.Return(Value::Text(text));
}

void Date(FunctionCall& call, Arguments arguments) { Write(call, "date", arguments, true, false); }
void TimeOfDay(FunctionCall& call, Arguments arguments) {
  Write(call, "time", arguments, false, true);
}
void DateAndTime(FunctionCall& call, Arguments arguments) {
  Write(call, "datetime", arguments, true, true);
}

double JulianDays(const DateTime& moment) {
  return static_cast<double>(moment.julian_milliseconds()) / kMillisecondsPerDay;
}

void JulianDay(FunctionCall& call, Arguments arguments) {
  const std::optional<DateTime> moment = MomentOf(call, "julianday", arguments);
  if (moment) call.Return(Value::Real(JulianDays(*moment)));
}

int64_t UnixSeconds(const DateTime& moment) {
  constexpr int64_t kEpochSeconds = kUnixEpochJulianMilliseconds / 1000;
  return moment.julian_milliseconds() / 1000 - kEpochSeconds;
}

void UnixEpoch(FunctionCall& call, Arguments arguments) {
  const std::optional<DateTime> moment = MomentOf(call, "unixepoch", arguments);
  if (!moment) return;
  call.Return(moment->shows_subseconds()
                  ? Value::Real(static_cast<double>(moment->unix_milliseconds()) / 1000)
                  : Value::Integer(UnixSeconds(*moment)));
}

// The Thursday of the moment's week, whose year and number are the week's (ISO 8601).
DateTime Thursday(const DateTime& moment) {
  const int64_t days = 3 - moment.days_after_monday();
  DateTime thursday = DateTime::OfNumber(JulianDays(moment) + static_cast<double>(days));
  thursday.Settle(/*has_modifiers=*/true);
  return thursday;
}

// False: there is no such conversion.
bool AppendConversion(std::string& text, char conversion, const DateTime& moment) {
  const int hour12 = (moment.hour() + 11) % 12 + 1;
  switch (conversion) {
    case 'd':
      Print(text, "%02d", moment.day());
      return true;
    case 'e':
      Print(text, "%2d", moment.day());
      return true;
    case 'f':
      Print(text, "%06.3f", std::min(moment.second(), 59.999));
      return true;
    case 'F':
      Print(text, "%04d-%02d-%02d", moment.year(), moment.month(), moment.day());
      return true;
    case 'G':
      Print(text, "%04d", Thursday(moment).year());
      return true;
    case 'g':
      Print(text, "%02d", Thursday(moment).year() % 100);
      return true;
    case 'H':
      Print(text, "%02d", moment.hour());
      return true;
    case 'k':
      Print(text, "%2d", moment.hour());
      return true;
    case 'I':
      Print(text, "%02d", hour12);
      return true;
    case 'l':
      Print(text, "%2d", hour12);
      return true;
    case 'j':
      Print(text, "%03d", moment.days_after_january_1() + 1);
      return true;
    case 'J':
      Print(text, "%.16g", JulianDays(moment));
      return true;
    case 'm':
      Print(text, "%02d", moment.month());
      return true;
    case 'M':
      Print(text, "%02d", moment.minute());
      return true;
    case 'p':
      text += moment.hour() >= 12 ? "PM" : "AM";
      return true;
    case 'P':
      text += moment.hour() >= 12 ? "pm" : "am";
      return true;
    case 'R':
      Print(text, "%02d:%02d", moment.hour(), moment.minute());
      return true;
    case 's':
      if (moment.shows_subseconds()) {
        Print(text, "%.3f", static_cast<double>(moment.unix_milliseconds()) / 1000);
      } else {
        text += std::to_string(UnixSeconds(moment));
      }
      return true;
    case 'S':
      Print(text, "%02d", static_cast<int>(moment.second()));
      return true;
    case 'T':
      Print(text, "%02d:%02d:%02d", moment.hour(), moment.minute(),
            static_cast<int>(moment.second()));
      return true;
    case 'u':
      text += static_cast<char>('1' + moment.days_after_monday());
      return true;
    case 'w':
      text += static_cast<char>('0' + moment.days_after_sunday());
      return true;
    case 'U':
      Print(text, "%02d", (moment.days_after_january_1() - moment.days_after_sunday() + 7) / 7);
      return true;
    case 'W':
      Print(text, "%02d", (moment.days_after_january_1() - moment.days_after_monday() + 7) / 7);
      return true;
    case 'V':
      Print(text, "%02d", Thursday(moment).days_after_january_1() / 7 + 1);
      return true;
    case 'Y':
      Print(text, "%04d", moment.year());
      return true;
    case '%':
      text += '%';
      return true;
    default:
      return false;
  }
}

void Strftime(FunctionCall& call, Arguments arguments) {
  if (arguments.empty() || arguments[0].is_null()) return;
  const Value format_text = ToText(arguments[0]);
  const std::string_view format = format_text.text();
  const std::optional<DateTime> moment = MomentOf(call, "strftime", arguments.subspan(1));
  if (!moment) return;
  std::string text;
  for (size_t i = 0; i < format.size() && format[i] != '\0'; ++i) {
    if (format[i] != '%') {
      text += format[i];
      continue;
    }
    if (++i == format.size() || !AppendConversion(text, format[i], *moment)) return;
  }
  call.Return(Value::Text(text));
}

void Timediff(FunctionCall& call, Arguments arguments) {
  const std::optional<DateTime> to = MomentOf(call, "timediff", arguments.first(1));
  const std::optional<DateTime> from = MomentOf(call, "timediff", arguments.subspan(1));
  if (!to || !from) return;
  const DateTime::Difference difference = to->Since(*from);
  const DateTime& rest = difference.rest;
  std::string text(1, difference.is_negative ? '-' : '+');
  Print(text, "%04d-%02d-%02d ", difference.years, difference.months, rest.day() - 1);
  Print(text, "%02d:%02d:%06.3f", rest.hour(), rest.minute(), rest.second());
  call.Return(Value::Text(text));
}

constexpr Function Dated(std::string_view name, int min, int max, ScalarBody body) {
  return {.name = name, .argument_count_min = min, .argument_count_max = max, .scalar = body};
}
constexpr Function Current(std::string_view name, ScalarBody body) {
  return {.name = name, .scalar = body, .is_deterministic = false};
}

constexpr Function kDateFunctions[] = {
    Current("current_date", Date),
    Current("current_time", TimeOfDay),
    Current("current_timestamp", DateAndTime),
    Dated("date", 0, -1, Date),
    Dated("datetime", 0, -1, DateAndTime),
    Dated("julianday", 0, -1, JulianDay),
    Dated("strftime", 0, -1, Strftime),
    Dated("time", 0, -1, TimeOfDay),
    Dated("timediff", 2, 2, Timediff),
    Dated("unixepoch", 0, -1, UnixEpoch),
};

}  // namespace

std::span<const Function> BuiltInDateFunctions() { return kDateFunctions; }

}  // namespace orrery
