// Goal: answers that mean the same compare equal, all others do not.
// Method: by hand.

#include "sim/oracles/differential.h"

#include <gtest/gtest.h>

#include <limits>

namespace orrery::sim {
namespace {

TEST(DifferentialTest, AllowsRealsThatDifferInTheirLastDigits) {
  const Sqlite3Answer expected{.rows = {{Value::Real(0.1), Value::Text("0.333333333333333")}}};
  EXPECT_EQ(
      DescribeDifference(
          expected, Answer{.rows = {{Value::Real(0.1 + 1e-17), Value::Text("0.333333333333333")}}}),
      "");
  EXPECT_NE(DescribeDifference(expected, Answer{.rows = {{Value::Real(0.2), Value::Text("0.3")}}}),
            "");
  const double infinite = std::numeric_limits<double>::infinity();
  const Sqlite3Answer endless{.rows = {{Value::Real(infinite)}}};
  EXPECT_EQ(DescribeDifference(endless, Answer{.rows = {{Value::Real(infinite)}}}), "");
  EXPECT_NE(DescribeDifference(endless, Answer{.rows = {{Value::Real(0)}}}), "");
  EXPECT_NE(DescribeDifference(endless, Answer{.rows = {{Value::Real(-infinite)}}}), "");
}

TEST(DifferentialTest, FindsSuchRealsInsideOfTexts) {
  const auto describe = [](const char* expected, const char* actual) {
    return DescribeDifference(Sqlite3Answer{.rows = {{Value::Text(expected)}}},
                              Answer{.rows = {{Value::Text(actual)}}});
  };
  EXPECT_EQ(describe("1000.0-140737488355327.0", "1000.0-140737488355328.0"), "");
  EXPECT_EQ(describe("x0.333333333333333y", "x0.333333333333334y"), "");
  EXPECT_NE(describe("1000.0-140737488355327", "1000.0-140737488355328"), "");
  EXPECT_NE(describe("x0.333333333333333y", "x0.333333333333334z"), "");
  EXPECT_NE(describe("x0.5", "x0.6"), "");
  EXPECT_NE(describe("1.0", "1"), "");
  EXPECT_NE(describe("1", "1.0"), "");
  EXPECT_NE(describe("x0.5", "x0.5x"), "");
}

TEST(DifferentialTest, TellsTypesApart) {
  const Sqlite3Answer expected{.rows = {{Value::Integer(1)}}};
  EXPECT_NE(DescribeDifference(expected, Answer{.rows = {{Value::Real(1)}}}), "");
  EXPECT_NE(DescribeDifference(expected, Answer{.rows = {{Value::Text("1")}}}), "");
}

TEST(DifferentialTest, ComparesErrorsByClassAndMessage) {
  const Sqlite3Answer expected{.code = ResultCode::kError, .message = "no such table: t"};
  EXPECT_EQ(
      DescribeDifference(expected, Answer{.error = Status(ResultCode::kError, "no such table: t")}),
      "");
  EXPECT_NE(DescribeDifference(expected, Answer{.error = Status(ResultCode::kError, "other")}), "");
  EXPECT_NE(DescribeDifference(expected, Answer{}), "");
  const Sqlite3Answer unread{.code = ResultCode::kSchema, .message = "no such column: a"};
  EXPECT_EQ(
      DescribeDifference(unread, Answer{.error = Status(ResultCode::kError, "no such column: a")}),
      "");
}

}  // namespace
}  // namespace orrery::sim
