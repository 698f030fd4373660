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

// The comparison that makes no rows, and the one that does.
TEST(ModelTest, FindsEveryDifferenceOfAnAnswer) {
  Tables tables;
  int64_t change_count = 0;
  ASSERT_EQ(tables.Apply({.verb = Verb::kCreate}, &change_count), ResultCode::kOk);
  TableStatement insert{.verb = Verb::kInsert};
  insert.rows = {{.id = 1, .a = 7, .b = {.tag = 3, .size = 21, .type = ValueType::kText}},
                 {.id = 2, .b = {.tag = 4, .size = 16, .type = ValueType::kBlob}},
                 {.id = 3, .a = 5}};
  ASSERT_EQ(tables.Apply(insert, &change_count), ResultCode::kOk);
  const TableStatement selects[] = {
      {},
      {.order = Order::kIdDescending},
      {.limit = 2, .offset = 1},
      {.limit = -1, .offset = 9},
      {.projection = Projection::kIdsAndSizes},
      {.projection = Projection::kSums, .limit = 0},
  };
  for (const TableStatement& select : selects) {
    const Rows answer = tables.Select(select);
    EXPECT_EQ(tables.CompareAnswer(select, answer), "");
    Rows longer = answer;
    longer.push_back({Value::Integer(4), Value::Null(), Value::Null()});
    EXPECT_NE(tables.CompareAnswer(select, longer), "");
    for (size_t row = 0; row < answer.size(); ++row) {
      Rows shorter = answer;
      shorter.erase(shorter.begin() + static_cast<ptrdiff_t>(row));
      EXPECT_NE(tables.CompareAnswer(select, shorter), "");
      for (size_t column = 0; column < answer[row].size(); ++column) {
        Rows other = answer;
        other[row][column] = Value::Text("other");
        EXPECT_NE(tables.CompareAnswer(select, other), "") << row << ", " << column;
        if (!answer[row][column].has_bytes()) continue;
        // One byte, each in turn, and one byte less.
        const std::string bytes(AsText(answer[row][column].bytes()));
        for (size_t i = 0; i <= bytes.size(); ++i) {
          std::string changed = bytes;
          if (i < bytes.size()) changed[i] ^= 1;
          if (i == bytes.size()) changed.pop_back();
          other[row][column] =
              answer[row][column].is_text() ? Value::Text(changed) : Value::Blob(AsBytes(changed));
          EXPECT_NE(tables.CompareAnswer(select, other), "") << row << ", byte " << i;
        }
      }
    }
  }
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
