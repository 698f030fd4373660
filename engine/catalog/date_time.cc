#include "engine/catalog/date_time.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "engine/catalog/names.h"
#include "engine/value/cast.h"
#include "engine/value/numeric.h"

namespace orrery {
namespace {

constexpr int64_t kHalfDay = kMillisecondsPerDay / 2;
constexpr int64_t kJulianMax = 464'269'060'799'999;  // the end of 9999
constexpr int64_t kUnixDayOfJulianNoon = 2'440'588;  // Julian day numbers begin at noon

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsBlank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

void SkipBlanks(std::string_view& text) {
  while (!text.empty() && IsBlank(text.front())) text.remove_prefix(1);
}

// A number of exactly `digit_count` digits within the limits, off the front.
bool TakeDigits(std::string_view& text, size_t digit_count, int min, int max, int* value) {
  if (text.size() < digit_count) return false;
  int number = 0;
  for (size_t i = 0; i < digit_count; ++i) {
    if (!IsDigit(text[i])) return false;
    number = number * 10 + (text[i] - '0');
  }
  if (number < min || number > max) return false;
  *value = number;
  text.remove_prefix(digit_count);
  return true;
}

bool TakeChar(std::string_view& text, char c) {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

bool TakeWord(std::string_view& text, std::string_view word) {
  if (!SameName(text.substr(0, word.size()), word)) return false;
  text.remove_prefix(word.size());
  return true;
}

std::optional<double> Number(std::string_view text) {
  const std::optional<Value> number = WholeNumber(text);
  if (!number) return std::nullopt;
  return ToReal(*number);
}

// Days since 1970-01-01 (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms").
int64_t DaysOfDate(int64_t year, int month, int day) {
  year -= month <= 2 ? 1 : 0;
  const int64_t era = (year >= 0 ? year : year - 399) / 400;
  const int64_t year_of_era = year - era * 400;
  const int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  const int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146097 + day_of_era - 719468;
}

void DateOfDays(int64_t days, int* year, int* month, int* day) {
  days += 719468;
  const int64_t era = (days >= 0 ? days : days - 146096) / 146097;
  const int64_t day_of_era = days - era * 146097;
  const int64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const int64_t day_of_year =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const int64_t shifted_month = (5 * day_of_year + 2) / 153;
  *day = static_cast<int>(day_of_year - (153 * shifted_month + 2) / 5 + 1);
  *month = static_cast<int>(shifted_month + (shifted_month < 10 ? 3 : -9));
  *year = static_cast<int>(year_of_era + era * 400 + (*month <= 2 ? 1 : 0));
}

int DaysInMonth(int year, int month) {
  static constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  return month == 2 && is_leap ? 29 : kDays[month - 1];
}

struct Unit {
  std::string_view name;
  double limit;  // of the amount
  double seconds;
};
constexpr Unit kUnits[] = {
    {"second", 4.6427e+14, 1}, {"minute", 7.7379e+12, 60},    {"hour", 1.2897e+11, 3600},
    {"day", 5373485, 86400},   {"month", 176546, 30 * 86400}, {"year", 14713, 365 * 86400},
};

}  // namespace

// -- Between a moment and its fields --

// Nothing is left of it, as in SQLite; modifiers go on from there.
void DateTime::BecomeWrong() {
  *this = DateTime();
  is_wrong_ = true;
}

void DateTime::ComputeJulian() {
  if (has_julian_) return;
  const int year = has_date_ ? year_ : 2000;
  const int month = has_date_ ? month_ : 1;
  const int day = has_date_ ? day_ : 1;
  if (year < -4713 || year > 9999 || is_number_) {
    BecomeWrong();
    return;
  }
  julian_ = (DaysOfDate(year, month, day) + kUnixDayOfJulianNoon) * kMillisecondsPerDay - kHalfDay;
  has_julian_ = true;
  if (!has_time_) return;
  julian_ += hour_ * int64_t{3'600'000} + minute_ * int64_t{60'000} +
             static_cast<int64_t>(second_ * 1000 + 0.5);
  if (zone_minutes_ == 0) return;
  julian_ -= zone_minutes_ * int64_t{60'000};
  ForgetFields();
  is_utc_ = true;
  is_local_ = false;
}

void DateTime::ComputeDate() {
  if (has_date_) return;
  if (!has_julian_) {
    year_ = 2000;
    month_ = day_ = 1;
  } else if (julian_ < 0 || julian_ > kJulianMax) {
    BecomeWrong();
    return;
  } else {
    DateOfDays((julian_ + kHalfDay) / kMillisecondsPerDay - kUnixDayOfJulianNoon, &year_, &month_,
               &day_);
  }
  has_date_ = true;
}

void DateTime::ComputeTime() {
  if (has_time_) return;
  ComputeJulian();
  const int64_t of_day = (julian_ + kHalfDay) % kMillisecondsPerDay;
  second_ = static_cast<double>(of_day % 60'000) / 1000;
  minute_ = static_cast<int>(of_day / 60'000 % 60);
  hour_ = static_cast<int>(of_day / 3'600'000);
  is_number_ = false;
  has_time_ = true;
}

void DateTime::NoteOverflow() { overflow_days_ = std::max(0, day_ - DaysInMonth(year_, month_)); }

bool DateTime::Settle(bool has_modifiers) {
  ComputeJulian();
  if (is_wrong_ || julian_ < 0 || julian_ > kJulianMax) return false;
  // Without modifiers nothing has normalised a day that its month does not have.
  if (!has_modifiers && has_date_ && day_ > 28) has_date_ = false;
  ComputeFields();
  return !is_wrong_;
}

int DateTime::days_after_sunday() const {
  return static_cast<int>((julian_ + 3 * kHalfDay) / kMillisecondsPerDay % 7);
}

int DateTime::days_after_monday() const {
  return static_cast<int>((julian_ + kHalfDay) / kMillisecondsPerDay % 7);
}

int DateTime::days_after_january_1() const {
  DateTime january = *this;
  january.month_ = january.day_ = 1;
  january.has_julian_ = false;
  january.ComputeJulian();
  return static_cast<int>((julian_ - january.julian_ + kHalfDay) / kMillisecondsPerDay);
}

// -- Reading --

DateTime DateTime::Now(Clock& clock) {
  DateTime now;
  now.julian_ = clock.UnixMilliseconds() + kUnixEpochJulianMilliseconds;
  now.has_julian_ = true;
  now.is_utc_ = true;
  return now;
}

DateTime DateTime::OfNumber(double number) {
  DateTime moment;
  moment.second_ = number;
  moment.is_number_ = true;
  if (number >= 0 && number < 5373484.5) {
    moment.julian_ = static_cast<int64_t>(number * kMillisecondsPerDay + 0.5);
    moment.has_julian_ = true;
  }
  return moment;
}

std::optional<DateTime> DateTime::Parse(std::string_view text, Clock& clock) {
  text = text.substr(0, text.find('\0'));
  DateTime moment;
  std::string_view rest = text;
  if (moment.TakeDate(rest)) {
    while (!rest.empty() && (IsBlank(rest.front()) || rest.front() == 'T')) rest.remove_prefix(1);
    if (!rest.empty() && !moment.TakeTime(rest)) return std::nullopt;
    if (moment.zone_minutes_ != 0) moment.ComputeJulian();
    return moment;
  }
  moment = DateTime();
  if (moment.TakeTime(text)) return moment;
  if (SameName(text, "now")) return Now(clock);
  if (const std::optional<double> number = Number(text)) return OfNumber(*number);
  if (SameName(text, "subsec") || SameName(text, "subsecond")) {
    moment = Now(clock);
    moment.shows_subseconds_ = true;
    return moment;
  }
  return std::nullopt;
}

bool DateTime::TakeDate(std::string_view& text) {
  const bool is_negative = TakeChar(text, '-');
  if (!TakeDigits(text, 4, 0, 9999, &year_) || !TakeChar(text, '-') ||
      !TakeDigits(text, 2, 1, 12, &month_) || !TakeChar(text, '-') ||
      !TakeDigits(text, 2, 1, 31, &day_)) {
    return false;
  }
  if (is_negative) year_ = -year_;
  has_date_ = true;
  NoteOverflow();
  return true;
}

bool DateTime::TakeTime(std::string_view text) {
  if (!TakeDigits(text, 2, 0, 24, &hour_) || !TakeChar(text, ':') ||
      !TakeDigits(text, 2, 0, 59, &minute_)) {
    return false;
  }
  second_ = 0;
  if (TakeChar(text, ':')) {
    int whole = 0;
    if (!TakeDigits(text, 2, 0, 59, &whole)) return false;
    double fraction = 0;
    if (text.size() >= 2 && text[0] == '.' && IsDigit(text[1])) {
      double scale = 1;
      for (text.remove_prefix(1); !text.empty() && IsDigit(text[0]); text.remove_prefix(1)) {
        fraction = fraction * 10 + (text[0] - '0');
        scale *= 10;
      }
      // So that it is not rounded up to the next second.
      fraction = std::min(fraction / scale, 0.999);
    }
    second_ = whole + fraction;
  }
  has_time_ = true;
  return TakeZone(text);
}

bool DateTime::TakeZone(std::string_view text) {
  SkipBlanks(text);
  zone_minutes_ = 0;
  if (text.empty()) return true;
  const char sign = text.front();
  text.remove_prefix(1);
  if (sign == 'Z' || sign == 'z') {
    is_utc_ = true;
  } else if (sign == '+' || sign == '-') {
    int hours = 0;
    int minutes = 0;
    if (!TakeDigits(text, 2, 0, 14, &hours) || !TakeChar(text, ':') ||
        !TakeDigits(text, 2, 0, 59, &minutes)) {
      return false;
    }
    zone_minutes_ = (sign == '-' ? -1 : 1) * (hours * 60 + minutes);
    if (zone_minutes_ == 0) is_utc_ = true;
  } else {
    return false;
  }
  SkipBlanks(text);
  return text.empty();
}

// -- Modifiers --

bool DateTime::Modify(std::string_view modifier, int position, Clock& clock) {
  modifier = modifier.substr(0, modifier.find('\0'));
  if (modifier.empty()) return false;
  if (SameName(modifier, "auto")) {
    if (position > 1) return false;
    if (!is_number_ || has_julian_) {
      is_number_ = false;
    } else if (second_ >= -210'866'760'000.0 && second_ <= 253'402'300'799.0) {
      julian_ = static_cast<int64_t>(second_ * 1000 + kUnixEpochJulianMilliseconds + 0.5);
      has_julian_ = true;
      ForgetFields();
      is_number_ = false;
    }
    return true;
  }
  if (SameName(modifier, "ceiling") || SameName(modifier, "floor")) {
    ComputeJulian();
    if (SameName(modifier, "floor")) julian_ -= overflow_days_ * kMillisecondsPerDay;
    overflow_days_ = 0;
    ForgetFields();
    return true;
  }
  if (SameName(modifier, "julianday")) {
    if (position > 1 || !has_julian_ || !is_number_) return false;
    is_number_ = false;
    return true;
  }
  if (SameName(modifier, "unixepoch")) {
    if (position > 1 || !is_number_) return false;
    const double julian = second_ * 1000 + kUnixEpochJulianMilliseconds;
    if (!(julian >= 0 && julian < 464'269'060'800'000.0)) return false;
    julian_ = static_cast<int64_t>(julian + 0.5);
    has_julian_ = true;
    ForgetFields();
    is_number_ = false;
    return true;
  }
  if (SameName(modifier, "localtime")) {
    if (!is_local_) ToLocal(clock);
    is_utc_ = false;
    is_local_ = true;
    return !is_wrong_;
  }
  if (SameName(modifier, "utc")) {
    if (!is_utc_) ToUtc(clock);
    is_utc_ = true;
    is_local_ = false;
    return !is_wrong_;
  }
  if (SameName(modifier, "subsec") || SameName(modifier, "subsecond")) {
    shows_subseconds_ = true;
    return true;
  }
  std::string_view rest = modifier;
  if (TakeWord(rest, "weekday ")) {
    const std::optional<double> number = Number(rest);
    if (!number || *number < 0 || *number >= 7 || *number != std::floor(*number)) return false;
    ComputeFields();
    zone_minutes_ = 0;
    has_julian_ = false;
    ComputeJulian();
    const int wanted = static_cast<int>(*number);
    int today = days_after_sunday();
    if (today > wanted) today -= 7;
    julian_ += (wanted - today) * kMillisecondsPerDay;
    ForgetFields();
    return true;
  }
  if (TakeWord(rest, "start of ")) {
    if (!has_julian_ && !has_date_ && !has_time_) return false;
    const bool is_year = SameName(rest, "year");
    const bool is_month = SameName(rest, "month");
    if (!is_year && !is_month && !SameName(rest, "day")) return false;
    ComputeDate();
    has_time_ = true;
    hour_ = minute_ = 0;
    second_ = 0;
    is_number_ = false;
    zone_minutes_ = 0;
    has_julian_ = false;
    if (is_year) month_ = 1;
    if (is_year || is_month) day_ = 1;
    return true;
  }
  const char first = modifier.front();
  if (first != '+' && first != '-' && !IsDigit(first)) return false;
  return AddAmount(modifier);
}

// "+NNN.NNN units", "+HH:MM:SS", "+YYYY-MM-DD HH:MM".
bool DateTime::AddAmount(std::string_view modifier) {
  const bool is_negative = modifier.front() == '-';
  const bool is_signed = is_negative || modifier.front() == '+';
  // Where the number ends.
  size_t end = 1;
  for (; end < modifier.size(); ++end) {
    const char c = modifier[end];
    if (c == ':' || IsBlank(c)) break;
    if (c == '-' && is_signed && (end == 5 || end == 6)) {
      const std::string_view digits = modifier.substr(1, end - 1);
      if (std::all_of(digits.begin(), digits.end(), IsDigit)) break;
    }
  }
  const std::optional<double> number = Number(modifier.substr(0, end));
  if (!number) return false;
  if (end < modifier.size() && modifier[end] == '-') {
    std::string_view rest = modifier.substr(1);
    if (!AddDate(modifier, end - 1, rest)) return false;
    if (rest.empty()) return true;
    if (!IsBlank(rest.front())) return false;
    rest.remove_prefix(1);
    return AddTime(rest, is_negative);
  }
  if (end < modifier.size() && modifier[end] == ':') {
    return AddTime(is_signed ? modifier.substr(1) : modifier, is_negative);
  }
  std::string_view unit = modifier.substr(end);
  SkipBlanks(unit);
  if (unit.size() < 3 || unit.size() > 10) return false;
  if (unit.back() == 's' || unit.back() == 'S') unit.remove_suffix(1);
  ComputeJulian();
  overflow_days_ = 0;
  for (const Unit& each : kUnits) {
    if (!SameName(unit, each.name)) continue;
    double amount = *number;
    if (!(amount > -each.limit && amount < each.limit)) return false;
    const double half = amount < 0 ? -0.5 : 0.5;
    if (each.name == "month" || each.name == "year") {
      const auto whole = static_cast<int64_t>(amount);
      AddMonths(each.name == "year" ? whole * 12 : whole);
      amount -= static_cast<double>(whole);
    }
    ComputeJulian();
    julian_ += static_cast<int64_t>(amount * 1000 * each.seconds + half);
    ForgetFields();
    return true;
  }
  return false;
}

void DateTime::AddMonths(int64_t count) {
  ComputeFields();
  const int64_t months = int64_t{year_} * 12 + (month_ - 1) + count;
  const int64_t year = (months >= 0 ? months : months - 11) / 12;
  year_ = static_cast<int>(year);
  month_ = static_cast<int>(months - year * 12) + 1;
  NoteOverflow();
  has_julian_ = false;
}

bool DateTime::AddDate(std::string_view modifier, size_t year_digit_count, std::string_view& rest) {
  int years = 0;
  int months = 0;
  int days = 0;
  constexpr int kYearMax = 14712;
  if (!TakeDigits(rest, year_digit_count, 0, kYearMax, &years) || !TakeChar(rest, '-') ||
      !TakeDigits(rest, 2, 0, 11, &months) || !TakeChar(rest, '-') ||
      !TakeDigits(rest, 2, 0, 30, &days)) {
    return false;
  }
  const int sign = modifier.front() == '-' ? -1 : 1;
  AddMonths(int64_t{sign} * (years * 12 + months));
  ComputeJulian();
  ForgetFields();
  julian_ += sign * days * kMillisecondsPerDay;
  return true;
}

bool DateTime::AddTime(std::string_view time, bool is_negative) {
  DateTime amount;
  if (!amount.TakeTime(time)) return false;
  amount.ComputeJulian();
  const int64_t of_day = (amount.julian_ - kHalfDay) % kMillisecondsPerDay;
  ComputeJulian();
  ForgetFields();
  julian_ += is_negative ? -of_day : of_day;
  return true;
}

// Zones are known from 1970 to 2037; other years are taken for one of those.
void DateTime::ToLocal(Clock& clock) {
  ComputeJulian();
  if (is_wrong_) return;
  DateTime known = *this;
  if (julian_ < kUnixEpochJulianMilliseconds ||
      julian_ > kUnixEpochJulianMilliseconds + int64_t{130'000} * 16'436'480) {
    known.ComputeFields();
    known.year_ = 2000 + known.year_ % 4;
    known.has_julian_ = false;
    known.ComputeJulian();
  }
  const int64_t unix_seconds = (known.julian_ - kUnixEpochJulianMilliseconds) / 1000;
  julian_ += clock.LocalOffsetSeconds(unix_seconds) * 1000;
  is_number_ = false;
  ForgetFields();
}

void DateTime::ToUtc(Clock& clock) {
  ComputeJulian();
  const int64_t local = julian_;
  // The moment whose local time it is: where the offset changes, a second look finds it.
  int64_t guess = local;
  for (int i = 0; i < 4; ++i) {
    DateTime moment;
    moment.julian_ = guess;
    moment.has_julian_ = true;
    moment.ToLocal(clock);
    const int64_t error = moment.julian_ - local;
    if (error == 0) break;
    guess -= error;
  }
  // Nothing else is kept, as in SQLite.
  *this = DateTime();
  julian_ = guess;
  has_julian_ = true;
}

// -- Differences --

DateTime::Difference DateTime::Since(DateTime from) const {
  Difference difference;
  DateTime to = *this;
  const bool is_negative = to.julian_ < from.julian_;
  const auto recompute = [&from] {
    from.has_julian_ = false;
    from.ComputeJulian();
  };
  int years = is_negative ? from.year_ - to.year_ : to.year_ - from.year_;
  if (years != 0) {
    from.year_ = to.year_;
    recompute();
  }
  int months = is_negative ? from.month_ - to.month_ : to.month_ - from.month_;
  if (months < 0) {
    --years;
    months += 12;
  }
  if (months != 0) {
    from.month_ = to.month_;
    recompute();
  }
  while (is_negative ? to.julian_ > from.julian_ : to.julian_ < from.julian_) {
    if (--months < 0) {
      months = 11;
      --years;
    }
    from.month_ += is_negative ? 1 : -1;
    if (from.month_ < 1 || from.month_ > 12) {
      from.year_ += is_negative ? 1 : -1;
      from.month_ = is_negative ? 1 : 12;
    }
    recompute();
  }
  constexpr int64_t kYearZeroJulian = 148'699'540'800'000;
  difference.is_negative = is_negative;
  difference.years = years;
  difference.months = months;
  difference.rest.julian_ = kYearZeroJulian + std::abs(to.julian_ - from.julian_);
  difference.rest.has_julian_ = true;
  difference.rest.ComputeFields();
  return difference;
}

}  // namespace orrery
