// Goal: a varint reads back as it was written, and a cut-off one is reported, not read past.
// Method: every power of two and its neighbours, random values, and every prefix of each encoding.
#include "engine/base/varint.h"

#include "gtest/gtest.h"
#include "rapidcheck/gtest.h"

namespace orrery {
namespace {

void ExpectRoundTrip(uint64_t value) {
  std::byte bytes[kVarintSizeMax];
  const int size = EncodeVarint(value, bytes);
  ASSERT_EQ(size, VarintSize(value));
  uint64_t read = 0;
  EXPECT_EQ(DecodeVarint(bytes, bytes + size, &read), size);
  EXPECT_EQ(read, value);
  for (int prefix = 0; prefix < size; ++prefix) {
    EXPECT_EQ(DecodeVarint(bytes, bytes + prefix, &read), 0) << value << " cut to " << prefix;
  }
}

TEST(VarintTest, ReadsBackEveryPowerOfTwoAndItsNeighbours) {
  for (int bit = 0; bit < 64; ++bit) {
    const uint64_t power = uint64_t{1} << bit;
    for (const uint64_t value : {power - 1, power, power + 1}) ExpectRoundTrip(value);
  }
  ExpectRoundTrip(~uint64_t{0});
}

TEST(VarintTest, HasTheSizesOfTheFileFormat) {
  EXPECT_EQ(VarintSize(0), 1);
  EXPECT_EQ(VarintSize(0x7f), 1);
  EXPECT_EQ(VarintSize(0x80), 2);
  EXPECT_EQ(VarintSize((uint64_t{1} << 56) - 1), 8);
  EXPECT_EQ(VarintSize(uint64_t{1} << 56), 9);
}

RC_GTEST_PROP(VarintTest, ReadsBackAnyValue, (uint64_t value, uint8_t shift)) {
  ExpectRoundTrip(value >> (shift % 64));
}

}  // namespace
}  // namespace orrery
