// Goal: a Value keeps what it was given, and its copies and moves keep it alive.
// Method: by hand; the sanitizers watch the counters.

#include "engine/value/value.h"

#include <cmath>
#include <limits>
#include <string>

#include "gtest/gtest.h"

namespace orrery {
namespace {

TEST(ValueTest, IsNullAtFirst) {
  const Value value;
  EXPECT_TRUE(value.is_null());
  EXPECT_EQ(Describe(value.type()), "null");
}

TEST(ValueTest, KeepsNumbers) {
  EXPECT_EQ(Value::Integer(-5).integer(), -5);
  EXPECT_EQ(Value::Real(0.5).real(), 0.5);
  EXPECT_TRUE(std::signbit(Value::Real(-0.0).real()));
}

TEST(ValueTest, TurnsNanIntoNull) {
  EXPECT_TRUE(Value::Real(std::numeric_limits<double>::quiet_NaN()).is_null());
}

TEST(ValueTest, OwnsWhatItCopied) {
  std::string text = "hello";
  const Value value = Value::Text(text);
  text = "other";
  EXPECT_EQ(value.text(), "hello");
  EXPECT_FALSE(value.is_borrowed());
}

TEST(ValueTest, SharesOwnedBytesAmongCopies) {
  Value first = Value::Text("hello");
  Value second = first;
  EXPECT_EQ(first.bytes().data(), second.bytes().data());
  first = Value::Integer(1);
  EXPECT_EQ(second.text(), "hello");
  const Value& same = second;
  second = same;
  EXPECT_EQ(second.text(), "hello");
}

TEST(ValueTest, LeavesNullWhenMovedFrom) {
  Value first = Value::Text("hello");
  const Value second = std::move(first);
  EXPECT_TRUE(first.is_null());  // NOLINT: on purpose
  EXPECT_EQ(second.text(), "hello");
}

TEST(ValueTest, BorrowsUntilMadeOwned) {
  std::string page = "abc";
  Value value = Value::BorrowText(page);
  EXPECT_TRUE(value.is_borrowed());
  page[0] = 'x';
  EXPECT_EQ(value.text(), "xbc");
  value.MakeOwned();
  page[0] = 'y';
  EXPECT_EQ(value.text(), "xbc");
  EXPECT_FALSE(value.is_borrowed());
}

TEST(ValueTest, KeepsAnyBytes) {
  const std::string bytes("a\0\xff", 3);
  EXPECT_EQ(Value::Text(bytes).text(), bytes);
  EXPECT_EQ(AsText(Value::Blob(AsBytes(bytes)).bytes()), bytes);
}

TEST(ValueTest, GivesItsBytesTheOtherType) {
  const Value blob = Value::Text("abc").BytesAsBlob();
  EXPECT_TRUE(blob.is_blob());
  EXPECT_TRUE(Identical(blob.BytesAsText(), Value::Text("abc")));
}

TEST(ValueTest, IsIdenticalOnlyToTheSameTypeAndBits) {
  EXPECT_TRUE(Identical(Value(), Value::Null()));
  EXPECT_FALSE(Identical(Value::Integer(1), Value::Real(1.0)));
  EXPECT_FALSE(Identical(Value::Real(0.0), Value::Real(-0.0)));
  EXPECT_FALSE(Identical(Value::Text("a"), Value::Blob(AsBytes("a"))));
  EXPECT_TRUE(Identical(Value::Text("a"), Value::BorrowText("a")));
}

}  // namespace
}  // namespace orrery
