// Goal: a Status keeps its code, message and offset through copies and moves.
#include "engine/base/status.h"

#include "gtest/gtest.h"

namespace orrery {
namespace {

TEST(StatusTest, IsOkByDefault) {
  EXPECT_TRUE(Status().ok());
  EXPECT_EQ(Status().code(), ResultCode::kOk);
}

TEST(StatusTest, KeepsCodeMessageAndOffset) {
  Status status = Status(ResultCode::kIoErrorRead, "a.db: Input/output error").WithOffset(7);
  const Status copy = status;
  const Status moved = std::move(status);
  for (const Status& each : {copy, moved}) {
    EXPECT_EQ(each.code(), ResultCode::kIoErrorRead);
    EXPECT_EQ(each.primary(), ResultCode::kIoError);
    EXPECT_EQ(each.message(), "a.db: Input/output error");
    EXPECT_EQ(each.offset(), 7);
    EXPECT_EQ(each.ToString(), "disk I/O error: a.db: Input/output error");
  }
}

TEST(StatusTest, ReadsAsSQLitesTextWithoutAMessage) {
  EXPECT_EQ(Status(ResultCode::kBusySnapshot).message(), "database is locked");
}

Result<int> Half(int n) {
  if (n % 2 != 0) return Status(ResultCode::kMismatch, "odd");
  return n / 2;
}
Result<int> Quarter(int n) {
  ASSIGN_OR_RETURN(const int half, Half(n));
  return Half(half);
}

TEST(ResultTest, CarriesAValueOrTheFirstError) {
  EXPECT_EQ(*Quarter(8), 2);
  EXPECT_EQ(Quarter(6).status().code(), ResultCode::kMismatch);
  EXPECT_EQ(Quarter(7).status().message(), "odd");
}

}  // namespace
}  // namespace orrery
