// Goal: answers that mean the same compare equal, all others do not.
// Method: by hand.

#include "sim/oracles/differential.h"

#include <gtest/gtest.h>

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
}

}  // namespace
}  // namespace orrery::sim
