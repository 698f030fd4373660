// Goal: a query that is stepped while its table changes may see of the change what it likes, and
// nothing else.
// Method: by hand.

#include "whopper/clients/reader.h"

#include <gtest/gtest.h>

namespace orrery::whopper {
namespace {

using sim::Row;
using sim::Tables;
using sim::TableStatement;
using Verb = sim::TableStatement::Verb;

// Rows 1, 2 and 3 with a = 10 each.
Tables ThreeRows() {
  Tables tables;
  int64_t change_count = 0;
  CHECK(tables.Apply({.verb = Verb::kCreate}, &change_count) == ResultCode::kOk);
  TableStatement insert{.verb = Verb::kInsert};
  insert.rows = {{.a = 10}, {.a = 10}, {.a = 10}};
  CHECK(tables.Apply(insert, &change_count) == ResultCode::kOk);
  return tables;
}

Row RowOf(int64_t id, int64_t a) { return {Value::Integer(id), Value::Integer(a), Value::Null()}; }

TEST(ReaderTest, WantsEveryRowOnceAndInOrder) {
  Reader reader(TableStatement{}, nullptr);
  reader.Start(ThreeRows());
  EXPECT_EQ(reader.CheckRow(RowOf(1, 10)), "");
  EXPECT_NE(reader.CheckRow(RowOf(1, 10)), "");
  EXPECT_EQ(reader.CheckRow(RowOf(3, 10)), "");
  EXPECT_NE(reader.CheckRow(RowOf(2, 10)), "");
  EXPECT_NE(reader.CheckEnd(), "");  // row 2 is missing
}

TEST(ReaderTest, AllowsAChangedRowInEitherFormOrNotAtAll) {
  Reader reader(TableStatement{}, nullptr);
  Tables tables = ThreeRows();
  reader.Start(tables);
  TableStatement update{.verb = Verb::kUpdate};
  update.where = {.kind = sim::Predicate::Kind::kIdEqual, .x = 2};
  update.set_a = 20;
  int64_t change_count = 0;
  ASSERT_EQ(tables.Apply(update, &change_count), ResultCode::kOk);
  reader.OnChange(tables);
  EXPECT_EQ(reader.CheckRow(RowOf(1, 10)), "");
  EXPECT_NE(reader.CheckRow(RowOf(2, 30)), "");
  EXPECT_EQ(reader.CheckRow(RowOf(2, 20)), "");
  EXPECT_EQ(reader.CheckRow(RowOf(3, 10)), "");
  EXPECT_EQ(reader.CheckEnd(), "");

  Reader without(TableStatement{}, nullptr);
  without.Start(ThreeRows());
  without.OnChange(tables);
  EXPECT_EQ(without.CheckRow(RowOf(1, 10)), "");
  EXPECT_EQ(without.CheckRow(RowOf(3, 10)), "");
  EXPECT_EQ(without.CheckEnd(), "");
}

}  // namespace
}  // namespace orrery::whopper
