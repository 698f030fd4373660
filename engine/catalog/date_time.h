// A DateTime is a moment as the date and time functions read it, change it and write it
// (https://www.sqlite.org/lang_datefunc.html): milliseconds of the Julian day, and the calendar
// fields of the same moment, either of which may be the one that is known.
//
// Moments lie between the Julian days 0 and 5373484.5, the years -4713 to 9999; the calendar is the
// Gregorian one throughout. A field beyond its range is normalised when the moment is computed: the
// 31st of February is the 2nd or 3rd of March.

#ifndef ORRERY_ENGINE_CATALOG_DATE_TIME_H_
#define ORRERY_ENGINE_CATALOG_DATE_TIME_H_

#include <cstdint>
#include <optional>
#include <string_view>

namespace orrery {

inline constexpr int64_t kMillisecondsPerDay = 86'400'000;
inline constexpr int64_t kUnixEpochJulianMilliseconds = 210'866'760'000'000;

// Where "now" and the zone come from.
class Clock {
 public:
  virtual int64_t UnixMilliseconds() = 0;
  // Of local time ahead of UTC at that moment.
  virtual int64_t LocalOffsetSeconds(int64_t unix_seconds) = 0;

 protected:
  ~Clock() = default;
};

class DateTime {
 public:
  static DateTime Now(Clock& clock);
  // A Julian day, or what the modifiers make of it.
  static DateTime OfNumber(double number);
  // "2025-01-23 13:14:30.567+01:00", parts of it, "now", a number. Empty when it is none of these.
  static std::optional<DateTime> Parse(std::string_view text, Clock& clock);

  // "+1 month", "start of day", ... False when it is none. `position` is 1 for the first.
  bool Modify(std::string_view modifier, int position, Clock& clock);

  // Settles all fields; false when the moment lies outside the years there are.
  bool Settle(bool has_modifiers);

  // After Settle().
  int64_t julian_milliseconds() const { return julian_; }
  int64_t unix_milliseconds() const { return julian_ - kUnixEpochJulianMilliseconds; }
  int year() const { return year_; }
  int month() const { return month_; }
  int day() const { return day_; }
  int hour() const { return hour_; }
  int minute() const { return minute_; }
  double second() const { return second_; }
  bool shows_subseconds() const { return shows_subseconds_; }
  int days_after_sunday() const;
  int days_after_monday() const;
  int days_after_january_1() const;

  // What is to be added to `from` to get here, as fields: years, months, and the rest as a moment
  // counted from the start of year 0. `is_negative` when `from` is later.
  struct Difference;
  Difference Since(DateTime from) const;

 private:
  bool TakeDate(std::string_view& text);  // YYYY-MM-DD
  bool TakeTime(std::string_view text);   // HH:MM[:SS[.SSS]][zone], to the end
  bool TakeZone(std::string_view text);
  bool AddAmount(std::string_view modifier);
  bool AddDate(std::string_view modifier, size_t year_digit_count, std::string_view& rest);
  bool AddTime(std::string_view time, bool is_negative);
  void AddMonths(int64_t count);
  void ToLocal(Clock& clock);
  void ToUtc(Clock& clock);

  void BecomeWrong();
  void ComputeJulian();
  void ComputeDate();
  void ComputeTime();
  void ComputeFields() {
    ComputeDate();
    ComputeTime();
  }
  // Only the moment is known from now on.
  void ForgetFields() { has_date_ = has_time_ = false, zone_minutes_ = 0; }
  // Notes by how many days the day of the month lies beyond its month.
  void NoteOverflow();

  int64_t julian_ = 0;
  bool has_julian_ = false;
  int year_ = 2000;
  int month_ = 1;
  int day_ = 1;
  bool has_date_ = false;
  int hour_ = 0;
  int minute_ = 0;
  double second_ = 0;  // or the number, when is_number_
  bool has_time_ = false;
  int zone_minutes_ = 0;
  bool is_number_ = false;  // whose meaning is not settled
  bool is_wrong_ = false;
  bool is_utc_ = false;
  bool is_local_ = false;
  bool shows_subseconds_ = false;
  int overflow_days_ = 0;
};

struct DateTime::Difference {
  bool is_negative = false;
  int years = 0;
  int months = 0;
  DateTime rest;
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_CATALOG_DATE_TIME_H_
