// Goal: headers in the file are where SQLite's documents put them, survive a round trip, and damage
// in them is noticed.
// Method: bytes written by hand against the tables of https://www.sqlite.org/fileformat2.html, and
// every single flipped bit of an encoded header.

#include <array>
#include <cstring>
#include <vector>

#include "engine/format/database_header.h"
#include "engine/format/journal_header.h"
#include "engine/format/wal_frame.h"
#include "engine/format/wal_header.h"
#include "engine/format/wal_index.h"
#include "gtest/gtest.h"

namespace orrery {
namespace {

TEST(DatabaseHeaderTest, LiesWhereTheFormatSaysIt) {
  std::array<std::byte, kDatabaseHeaderSize> bytes;
  bytes.fill(std::byte{0xff});
  EncodeDatabaseHeader({.page_size = 65536,
                        .reserved_size = 8,
                        .change_counter = 0x01020304,
                        .page_count = 5,
                        .first_freelist_trunk = 6,
                        .freelist_page_count = 7,
                        .schema_cookie = 8,
                        .schema_format = 4,
                        .text_encoding = TextEncoding::kUtf16Big,
                        .user_version = 9,
                        .application_id = 10,
                        .version_valid_for = 11,
                        .library_version = 12},
                       bytes);
  EXPECT_EQ(std::memcmp(bytes.data(), "SQLite format 3\0", 16), 0);
  const auto at = [&](size_t offset) { return static_cast<int>(bytes[offset]); };
  EXPECT_EQ(at(16) << 8 | at(17), 1);  // 65536
  EXPECT_EQ(at(18), 2);
  EXPECT_EQ(at(19), 2);
  EXPECT_EQ(at(20), 8);
  EXPECT_EQ(at(21), 64);
  EXPECT_EQ(at(22), 32);
  EXPECT_EQ(at(23), 32);
  EXPECT_EQ(at(24), 1);
  EXPECT_EQ(at(27), 4);
  EXPECT_EQ(at(31), 5);
  EXPECT_EQ(at(35), 6);
  EXPECT_EQ(at(39), 7);
  EXPECT_EQ(at(43), 8);
  EXPECT_EQ(at(47), 4);
  EXPECT_EQ(at(59), 3);
  EXPECT_EQ(at(63), 9);
  EXPECT_EQ(at(71), 10);
  for (size_t i = 72; i < 92; ++i) EXPECT_EQ(at(i), 0);
  EXPECT_EQ(at(95), 11);
  EXPECT_EQ(at(99), 12);

  const Result<DatabaseHeader> header = DecodeDatabaseHeader(bytes);
  ASSERT_TRUE(header.ok());
  EXPECT_EQ(header->page_size, 65536u);
  EXPECT_EQ(header->usable_size(), 65528u);
  EXPECT_EQ(header->change_counter, 0x01020304u);
  EXPECT_EQ(header->text_encoding, TextEncoding::kUtf16Big);
}

TEST(DatabaseHeaderTest, RefusesWhatIsNoDatabase) {
  std::array<std::byte, kDatabaseHeaderSize> good;
  EncodeDatabaseHeader({}, good);
  const auto refuses = [&](size_t offset, int value) {
    std::array<std::byte, kDatabaseHeaderSize> bytes = good;
    bytes[offset] = static_cast<std::byte>(value);
    const Result<DatabaseHeader> header = DecodeDatabaseHeader(bytes);
    return !header.ok() && header.status().code() == ResultCode::kNotADatabase;
  };
  EXPECT_FALSE(refuses(0, 'S'));
  for (size_t i = 0; i < 16; ++i) EXPECT_TRUE(refuses(i, 0xaa)) << i;
  EXPECT_TRUE(refuses(16, 0x11));   // page size no power of two
  EXPECT_TRUE(refuses(16, 0x01));   // 256
  EXPECT_TRUE(refuses(16, 0x00));   // 0
  EXPECT_FALSE(refuses(16, 0x02));  // 512
  EXPECT_FALSE(refuses(18, 3));     // a newer write version: the file can be read
  EXPECT_TRUE(refuses(19, 3));
  EXPECT_FALSE(refuses(20, 255));
  for (size_t i = 21; i < 24; ++i) EXPECT_TRUE(refuses(i, 65)) << i;
}

TEST(WalHeaderTest, IsRefusedWithAnyBitFlipped) {
  for (const bool big_endian : {false, true}) {
    WalHeader header = {.big_endian_checksums = big_endian,
                        .page_size = 65536,
                        .checkpoint_sequence = 3,
                        .salt1 = 0x12345678,
                        .salt2 = 0x9abcdef0};
    const std::array<std::byte, kWalHeaderSize> bytes = EncodeWalHeader(header);
    const std::optional<WalHeader> decoded = DecodeWalHeader(bytes);
    ASSERT_TRUE(decoded.has_value());
    EXPECT_EQ(decoded->big_endian_checksums, big_endian);
    EXPECT_EQ(decoded->page_size, 65536u);
    EXPECT_EQ(decoded->salt2, 0x9abcdef0u);
    EXPECT_EQ(decoded->checksum, header.checksum);
    EXPECT_EQ(bytes[3], std::byte{static_cast<uint8_t>(big_endian ? 0x83 : 0x82)});
    for (size_t bit = 0; bit < kWalHeaderSize * 8; ++bit) {
      std::array<std::byte, kWalHeaderSize> damaged = bytes;
      damaged[bit / 8] ^= std::byte{1} << (bit % 8);
      EXPECT_FALSE(DecodeWalHeader(damaged).has_value()) << bit;
    }
  }
}

TEST(WalFrameTest, ChecksumGoesOnFromTheFrameBefore) {
  std::vector<std::byte> page(512, std::byte{7});
  WalFrameHeader frame = {.page = 3, .commit_page_count = 9, .salt1 = 1, .salt2 = 2};
  const WalChecksum before = {11, 22};
  frame.checksum = FrameChecksum(before, frame, page, false);
  std::array<std::byte, kWalFrameHeaderSize> bytes;
  EncodeWalFrameHeader(frame, bytes);
  const WalFrameHeader decoded = DecodeWalFrameHeader(bytes);
  EXPECT_EQ(decoded.page, 3u);
  EXPECT_EQ(decoded.commit_page_count, 9u);
  EXPECT_TRUE(decoded.commits());
  EXPECT_EQ(decoded.salt1, 1u);
  EXPECT_EQ(decoded.salt2, 2u);
  EXPECT_EQ(decoded.checksum, frame.checksum);
  EXPECT_NE(FrameChecksum({11, 23}, frame, page, false), frame.checksum);
  EXPECT_NE(FrameChecksum(before, frame, page, true), frame.checksum);
  page[511] = std::byte{8};
  EXPECT_NE(FrameChecksum(before, frame, page, false), frame.checksum);
}

TEST(WalChecksumTest, IsTheDocumentedSum) {
  // Two steps by hand: s1 += x0 + s2; s2 += x1 + s1.
  const std::array<uint32_t, 4> words = {1, 2, 3, 4};
  std::array<std::byte, 16> little;
  std::array<std::byte, 16> big;
  for (size_t i = 0; i < 4; ++i) {
    StoreBig(big.data() + 4 * i, words[i]);
    StoreBig(little.data() + 4 * i, SwapBytes(words[i]));
  }
  const WalChecksum expected = {1 + 3 + 3, 3 + 4 + 7};
  EXPECT_EQ(AddToChecksum({}, little, false), expected);
  EXPECT_EQ(AddToChecksum({}, big, true), expected);
}

TEST(WalIndexHeaderTest, IsRefusedWithAnyBitFlipped) {
  const WalIndexHeader header = {.change_count = 4,
                                 .page_size = 65536,
                                 .max_frame = 1000,
                                 .page_count = 77,
                                 .frame_checksum = {5, 6},
                                 .salt1 = 0x01020304,
                                 .salt2 = 0x05060708};
  const WalIndexHeaderWords words = EncodeWalIndexHeader(header);
  const std::optional<WalIndexHeader> decoded = DecodeWalIndexHeader(words);
  ASSERT_TRUE(decoded.has_value());
  EXPECT_EQ(decoded->page_size, 65536u);
  EXPECT_EQ(decoded->max_frame, 1000u);
  EXPECT_EQ(decoded->page_count, 77u);
  EXPECT_EQ(decoded->salt1, 0x01020304u);
  EXPECT_EQ(words[0], kWalIndexVersion);
  EXPECT_EQ(words[4], 1000u);
  // Salts are bytes as in the log, whatever the machine's order.
  std::array<std::byte, 4> salt;
  std::memcpy(salt.data(), &words[8], 4);
  EXPECT_EQ(salt[0], std::byte{1});
  EXPECT_FALSE(DecodeWalIndexHeader(WalIndexHeaderWords{}).has_value());
  for (size_t bit = 0; bit < words.size() * 32; ++bit) {
    WalIndexHeaderWords damaged = words;
    damaged[bit / 32] ^= 1U << (bit % 32);
    // Any value but zero says that the header was written.
    EXPECT_FALSE(DecodeWalIndexHeader(damaged).has_value()) << bit;
  }
}

TEST(JournalHeaderTest, SurvivesARoundTrip) {
  std::array<std::byte, kJournalHeaderSize> bytes;
  EncodeJournalHeader({.record_count = 3,
                       .nonce = 4,
                       .initial_page_count = 5,
                       .sector_size = 512,
                       .page_size = 1024},
                      bytes);
  std::optional<JournalHeader> header = DecodeJournalHeader(bytes, 4096);
  ASSERT_TRUE(header.has_value());
  EXPECT_EQ(header->record_count, 3u);
  EXPECT_EQ(header->nonce, 4u);
  EXPECT_EQ(header->initial_page_count, 5u);
  EXPECT_EQ(header->sector_size, 512u);
  EXPECT_EQ(header->page_size, 1024u);
  bytes[0] = std::byte{0};
  EXPECT_FALSE(BeginsJournalHeader(bytes));
  EXPECT_FALSE(DecodeJournalHeader(bytes, 4096).has_value());
  const auto start = EncodeJournalHeaderStart(7);
  std::copy(start.begin(), start.end(), bytes.begin());
  EXPECT_TRUE(BeginsJournalHeader(bytes));
  EXPECT_EQ(DecodeJournalHeader(bytes, 4096)->record_count, 7u);
}

TEST(JournalHeaderTest, TakesThePageSizeFromElsewhereWhenAnOldWriterLeftItOut) {
  std::array<std::byte, kJournalHeaderSize> bytes;
  EncodeJournalHeader({.sector_size = 512, .page_size = 0}, bytes);
  EXPECT_EQ(DecodeJournalHeader(bytes, 2048)->page_size, 2048u);
}

TEST(JournalHeaderTest, FindsTheNameOfASuperJournal) {
  const std::string name = "/tmp/a.db-mj1234\xff";
  std::vector<std::byte> ending(4);
  for (const char c : name) ending.push_back(static_cast<std::byte>(c));
  uint32_t sum = 0;
  for (const char c : name) sum += static_cast<uint32_t>(static_cast<signed char>(c));
  const auto append = [&](auto number) {
    ending.resize(ending.size() + sizeof number);
    StoreBig(ending.data() + ending.size() - sizeof number, number);
  };
  append(static_cast<uint32_t>(name.size()));
  append(sum);
  append(uint64_t{0xd9d505f920a163d7});
  EXPECT_EQ(SuperJournalName(ending), name);
  for (size_t at = 4; at < ending.size(); ++at) {
    std::vector<std::byte> damaged = ending;
    damaged[at] ^= std::byte{1};
    EXPECT_EQ(SuperJournalName(damaged), "") << at;
  }
  for (size_t size = 0; size < 16; ++size) {
    EXPECT_EQ(SuperJournalName(Bytes(ending).last(size)), "");
  }
}

TEST(JournalHeaderTest, ChecksEvery200thByteOfAPage) {
  std::vector<std::byte> page(512, std::byte{0});
  EXPECT_EQ(JournalChecksum(9, page), 9u);
  page[312] = std::byte{1};
  page[112] = std::byte{2};
  page[111] = std::byte{50};
  EXPECT_EQ(JournalChecksum(9, page), 12u);
}

}  // namespace
}  // namespace orrery
