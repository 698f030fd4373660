// Goal: the date and time functions answer as SQLite's do. Method: every time value with every
// modifier, and pairs of modifiers, on both (testing/compare_with_sqlite.h).

#include <string>
#include <string_view>
#include <vector>

#include "engine/db/testing/compare_with_sqlite.h"
#include "engine/db/testing/expect_answers.h"
#include "gtest/gtest.h"

namespace orrery {
namespace {

constexpr std::string_view kMoments[] = {
    "'2023-05-18 15:30:45.678'",
    "'2024-02-29T23:59:59'",
    "'2000-01-01'",
    "'1999-12-31 00:00'",
    "'2015-12-28 24:00:00'",
    "'-4713-11-24 12:00'",
    "'-0001-03-05 01:02:03'",
    "'9999-12-31 23:59:59.999'",
    "'12:34'",
    "'23:59:59.999'",
    "'2023-01-01 00:00:00Z'",
    "'2023-01-01 02:15 +05:30'",
    "'2020-06-15 10:20:30-11:45'",
    "2460082.5",
    "0",
    "5373484.4",
    "5373484.5",
    "-1",
    "1684423845",
    "1684423845.25",
    "'2460082.75'",
    "'1684423845'",
    "'2023-1-1'",
    "'2023-13-01'",
    "'2023-12-32'",
    "'25:00'",
    "'12:60'",
    "'2023-05-18 15:30:45x'",
    "''",
    "'x'",
    "NULL",
    "x'323032332d30352d3138'",
    "'2023-05-18 12:00:00.'",
    "1e300",
    "-1e300",
};

constexpr std::string_view kModifiers[] = {
    "'+1 day'",
    "'-31 days'",
    "'+1.5 days'",
    "'1 hour'",
    "'-90 minutes'",
    "'+0.001 seconds'",
    "'+1 month'",
    "'-1 month'",
    "'+13 months'",
    "'+1.5 month'",
    "'-25 years'",
    "'+1.25 years'",
    "'+10000 years'",
    "'start of month'",
    "'start of year'",
    "'START OF DAY'",
    "'start of week'",
    "'weekday 0'",
    "'weekday 6'",
    "'weekday 7'",
    "'weekday 1.5'",
    "'unixepoch'",
    "'julianday'",
    "'auto'",
    "'+01:30'",
    "'-23:59:59.5'",
    "'12:00'",
    "'+1 dayz'",
    "'+1'",
    "'+ 1 day'",
    "'1day'",
    "'+1  second'",
    "''",
    "NULL",
    "'utc'",
    "3",
    "'+9e18 days'",
    "'-1e3 seconds'",
};

std::string Calls(const std::string& arguments) {
  return "SELECT date(" + arguments + "), time(" + arguments + "), datetime(" + arguments +
         "), julianday(" + arguments + "), unixepoch(" + arguments + ")\n";
}

TEST(DateDifferentialTest, AgreesOnMomentsAndModifiers) {
  std::string script;
  for (const std::string_view moment : kMoments) {
    const std::string first(moment);
    script += Calls(first);
    for (const std::string_view modifier : kModifiers) {
      script += Calls(first + "," + std::string(modifier));
    }
  }
  CompareWithSqlite(script);
}

TEST(DateDifferentialTest, AgreesOnPairsOfModifiers) {
  std::string script;
  for (const std::string_view first : kModifiers) {
    for (const std::string_view second : kModifiers) {
      const std::string pair = std::string(first) + "," + std::string(second);
      script += Calls("'2024-01-31 10:20:30.5'," + pair);
      script += Calls("1706696430," + pair);
    }
  }
  CompareWithSqlite(script);
}

TEST(DateDifferentialTest, AgreesOnFormats) {
  std::string script;
  for (const std::string_view moment : kMoments) {
    // '%e' and its like are newer than the library the tests are linked with.
    script += "SELECT strftime('%d|%f|%H|%j|%J|%m|%M|%s|%S|%w|%W|%Y|%%|x'," + std::string(moment) +
              "), strftime('%Q'," + std::string(moment) + "), strftime('%'," + std::string(moment) +
              ")\n";
  }
  for (int day = 1; day <= 31; ++day) {
    script +=
        "SELECT strftime('%W %w %j', '2020-01-01', '+" + std::to_string(day * 37) + " days')\n";
  }
  CompareWithSqlite(script);
}

TEST(DateDifferentialTest, AgreesOnWhereTheTimeMayBeAsked) {
  CompareWithSqlite(R"sql(
CREATE TABLE t(a, b CHECK (b IS NULL OR date(b) > '2000-01-01'), c DEFAULT (date(0)))
CREATE INDEX d ON t(date(a))
INSERT INTO t(a, b) VALUES ('2023-05-18 15:30', '2023-05-18')
INSERT INTO t(a, b) VALUES ('2023-05-18 15:30', '1999-05-18')
INSERT INTO t(a) VALUES ('now')
SELECT * FROM t
CREATE TABLE u(a CHECK (a < datetime('now')))
INSERT INTO u VALUES (1)
SELECT length(date()), length(time('now')), length(datetime('NOW')), length(current_timestamp)
SELECT datetime('now') = current_timestamp, date('now', 'utc') = date('now')
SELECT strftime(), strftime(NULL), date(NULL, '+1 day'), date('now', NULL)
)sql");
}

// As SQLite 3.50.4 answers.
TEST(DateTest, KnowsTheNewerModifiersAndFormats) {
  ExpectAnswers(R"sql(
SELECT date('2024-01-31', '+1 month'), date('2024-01-31', '+1 month', 'floor')
= '2024-03-02'|'2024-02-29'
SELECT date('2024-01-31', '+1 month', 'ceiling'), date('2023-02-31', 'floor')
= '2024-03-02'|'2023-02-28'
SELECT datetime('2024-01-15 12:00:00.1239', 'subsec'), time('12:00:00.5', 'subsecond')
= '2024-01-15 12:00:00.124'|'12:00:00.500'
SELECT unixepoch('2024-01-15 12:00:00.25', 'subsec')
= 1705320000.25
SELECT date('2024-01-15', '+0001-02-03'), datetime('2024-01-15', '-0001-02-03 04:05')
= '2025-03-18'|'2022-11-11 19:55:00'
SELECT strftime('%e|%F|%I|%k|%l|%p|%P|%R|%T|%u', '2023-05-08 09:08:07')
= ' 8|2023-05-08|09| 9| 9|AM|am|09:08|09:08:07|1'
SELECT strftime('%G-%V %g %U', '2021-01-03'), strftime('%G-%V %U', '2024-12-30')
= '2020-53 20 01'|'2025-01 52'
SELECT timediff('2023-02-15', '2023-03-15'), timediff('2023-03-15 12:00', '2022-01-31 13:30:00.5')
= '-0000-01-00 00:00:00.000'|'+0001-01-11 22:29:59.500'
SELECT timediff('2023-02-15', NULL), timediff('x', '2023-03-15')
= NULL|NULL
)sql");
}

}  // namespace
}  // namespace orrery
