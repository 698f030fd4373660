// Goal: the model is right where a whole workload is not likely to look.
// Method: by hand. The bulk is in sim/workloads/table_statement_test.cc.

#include "sim/oracles/model.h"

#include <gtest/gtest.h>

namespace orrery::sim {
namespace {

using Verb = TableStatement::Verb;

TEST(ModelTest, LeavesTheStateAsItWasWhenAStatementFails) {
  Tables tables;
  int64_t change_count = 0;
  ASSERT_EQ(tables.Apply({.verb = Verb::kCreate}, &change_count), ResultCode::kOk);
  TableStatement insert{.verb = Verb::kInsert};
  insert.rows = {{.id = 5}, {.id = 6}};
  ASSERT_EQ(tables.Apply(insert, &change_count), ResultCode::kOk);
  const Tables before = tables;
  insert.rows = {{.id = 7}, {.id = 6}};
  EXPECT_EQ(tables.Apply(insert, &change_count), ResultCode::kConstraint);
  EXPECT_TRUE(tables == before);
  TableStatement move{.verb = Verb::kUpdate, .move_id = 1};
  EXPECT_EQ(tables.Apply(move, &change_count), ResultCode::kConstraint);
  EXPECT_TRUE(tables == before);
}

TEST(ModelTest, KeepsOldStatesWhenANewOneIsMade) {
  Tables tables;
  int64_t change_count = 0;
  ASSERT_EQ(tables.Apply({.verb = Verb::kCreate}, &change_count), ResultCode::kOk);
  const Tables old = tables;
  TableStatement insert{.verb = Verb::kInsert};
  insert.rows = {{}};
  ASSERT_EQ(tables.Apply(insert, &change_count), ResultCode::kOk);
  EXPECT_TRUE(old.Find(0)->rows.empty());
  EXPECT_EQ(tables.Find(0)->rows.size(), 1u);
}

TEST(ModelTest, SaysWhereRowsDiffer) {
  const Rows one = {{Value::Integer(1)}};
  EXPECT_EQ(DescribeDifference(one, one), "");
  EXPECT_NE(DescribeDifference(one, {}), "");
  EXPECT_NE(DescribeDifference(one, {{Value::Integer(1)}, {Value::Integer(1)}}), "");
  EXPECT_NE(DescribeDifference(one, {{Value::Real(1)}}), "");
}

}  // namespace
}  // namespace orrery::sim
