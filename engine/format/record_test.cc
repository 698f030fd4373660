// Goal: records hold what was put in, byte for byte as sqlite3 writes them, and no bytes at all
// make the reader leave its payload. Method: properties over generated rows, sqlite3's own pages,
// and damage to every byte.

#include "engine/format/record.h"

#include <string>
#include <vector>

#include "engine/value/affinity.h"
#include "engine/value/sqlite_oracle.h"
#include "engine/value/value_generators.h"
#include "gtest/gtest.h"
#include "rapidcheck/gtest.h"

namespace orrery {
namespace {

std::vector<std::byte> Encode(const std::vector<Value>& values,
                              int schema_format = kSchemaFormatWithConstants) {
  std::vector<std::byte> record;
  CHECK(EncodeRecord(values, record, schema_format).ok());
  return record;
}

std::vector<std::byte> Raw(std::initializer_list<int> bytes) {
  std::vector<std::byte> record;
  for (const int byte : bytes) record.push_back(static_cast<std::byte>(byte));
  return record;
}

Result<Value> ReadColumn(const std::vector<std::byte>& record, size_t index) {
  RecordReader reader;
  RETURN_IF_ERROR(reader.Start(record));
  Value value = Value::Text("default");
  RETURN_IF_ERROR(reader.Read(index, value));
  value.MakeOwned();
  return value;
}

RC_GTEST_PROP(RecordTest, HoldsWhatWasPutIn, (const std::vector<Value>& values)) {
  const std::vector<std::byte> record = Encode(values);
  const Result<std::vector<Value>> decoded = DecodeRecord(record);
  RC_ASSERT(decoded.ok());
  RC_ASSERT(decoded->size() == values.size());
  for (size_t i = 0; i < values.size(); ++i) RC_ASSERT(Identical((*decoded)[i], values[i]));
}

RC_GTEST_PROP(RecordTest, ReadsColumnsInAnyOrder, (const std::vector<Value>& values)) {
  RC_PRE(!values.empty());
  const std::vector<std::byte> record = Encode(values);
  RecordReader reader;
  RC_ASSERT(reader.Start(record).ok());
  for (int i = 0; i < 5; ++i) {
    const auto index = *rc::gen::inRange<size_t>(0, values.size());
    Value value;
    RC_ASSERT(reader.Read(index, value).ok());
    RC_ASSERT(Identical(value, values[index]));
  }
}

RC_GTEST_PROP(RecordTest, IsTheBytesThatSqliteWrites, (const Value& a, const Value& b)) {
  static SqliteOracle oracle;
  static const bool created = oracle.Query("CREATE TABLE t (a, b, r REAL)", {}).ok();
  RC_ASSERT(created);
  RC_ASSERT(oracle.Query("DELETE FROM t", {}).ok());
  RC_ASSERT(oracle.Query("INSERT INTO t VALUES (?1, ?2, ?1)", {a, b}).ok());
  Value real = a;
  ApplyAffinity(real, Affinity::kReal);
  const std::vector<std::byte> record = Encode({a, b, ToStoredForm(real, Affinity::kReal)});
  RC_ASSERT(oracle.Serialize().find(AsText(record)) != std::string::npos);
}

TEST(RecordTest, UsesTheSmallestSerialType) {
  const auto type = [](int64_t integer) { return SerialTypeOf(Value::Integer(integer)); };
  EXPECT_EQ(type(0), 8u);
  EXPECT_EQ(type(1), 9u);
  EXPECT_EQ(type(-1), 1u);
  EXPECT_EQ(type(127), 1u);
  EXPECT_EQ(type(128), 2u);
  EXPECT_EQ(type(-32769), 3u);
  EXPECT_EQ(type(1 << 23), 4u);
  EXPECT_EQ(type(int64_t{1} << 31), 5u);
  EXPECT_EQ(type(int64_t{1} << 47), 6u);
  EXPECT_EQ(SerialTypeOf(Value::Real(1.0)), 7u);
  EXPECT_EQ(SerialTypeOf(Value::Text("")), 13u);
  EXPECT_EQ(SerialTypeOf(Value::Blob({})), 12u);
}

TEST(RecordTest, HasNoConstantsInOldSchemaFormats) {
  EXPECT_EQ(SerialTypeOf(Value::Integer(0), 1), 1u);
  EXPECT_EQ(Encode({Value::Integer(1)}, 1), Raw({2, 1, 1}));
}

TEST(RecordTest, CountsTheSizeOfItsHeaderInIt) {
  // 126 columns make a header of 127 bytes, 127 columns one of 129.
  for (const size_t count : {0, 1, 126, 127, 128, 16380, 16381, 16382, 16383, 30000}) {
    const std::vector<Value> values(count);
    const std::vector<std::byte> record = Encode(values);
    const Result<std::vector<Value>> decoded = DecodeRecord(record);
    ASSERT_TRUE(decoded.ok()) << count << ' ' << decoded.status().ToString();
    EXPECT_EQ(decoded->size(), count);
  }
}

TEST(RecordTest, LeavesMissingColumnsToTheirDefaults) {
  const Result<Value> value = ReadColumn(Encode({Value::Integer(7)}), 1);
  ASSERT_TRUE(value.ok());
  EXPECT_EQ(value->text(), "default");
}

TEST(RecordTest, ReadsReservedTypesAsNull) {
  for (const int type : {10, 11}) {
    const Result<Value> value = ReadColumn(Raw({2, type}), 0);
    ASSERT_TRUE(value.ok());
    EXPECT_TRUE(value->is_null());
  }
}

TEST(RecordTest, ReportsDamage) {
  const std::vector<std::vector<std::byte>> damaged = {
      {},                 // nothing
      Raw({5, 1, 1}),     // the header is longer than all
      Raw({0x80}),        // its size is cut off
      Raw({2, 6, 1, 2}),  // the integer is cut off
      Raw({2, 0x81}),     // the serial type is cut off
      Raw({2, 15}),       // the text is cut off
      Raw({2, 8, 0}),     // something is left
      Raw({10, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}),  // a huge blob
  };
  for (const std::vector<std::byte>& record : damaged) {
    EXPECT_EQ(ReadColumn(record, 0).status().code(), ResultCode::kCorrupt) << AsText(record).size();
  }
}

TEST(RecordTest, ReadsWhatIsBeforeTheDamage) {
  const std::vector<std::byte> record = Raw({3, 1, 15, 42});
  const Result<Value> first = ReadColumn(record, 0);
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(first->integer(), 42);
  EXPECT_EQ(ReadColumn(record, 1).status().code(), ResultCode::kCorrupt);
}

TEST(RecordTest, StaysInsideWhateverTheBytes) {
  const std::vector<std::byte> whole =
      Encode({Value::Integer(300), Value::Text("hello"), Value::Null(), Value::Real(1.5),
              Value::Blob(AsBytes("xyz"))});
  for (size_t i = 0; i < whole.size(); ++i) {
    for (int change = 1; change < 256; ++change) {
      // On the heap and no larger than it must be, so that a sanitizer sees a step outside.
      std::vector<std::byte> record = whole;
      record[i] ^= static_cast<std::byte>(change);
      (void)DecodeRecord(record);
    }
    (void)DecodeRecord(Bytes(whole).first(i));
  }
}

}  // namespace
}  // namespace orrery
