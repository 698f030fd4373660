#include "engine/format/database_header.h"

#include <bit>
#include <cstring>

namespace orrery {
namespace {

constexpr char kMagic[16] = "SQLite format 3";  // with its final zero byte

// Where each field lies.
constexpr size_t kPageSizeAt = 16;
constexpr size_t kWriteVersionAt = 18;
constexpr size_t kReadVersionAt = 19;
constexpr size_t kReservedSizeAt = 20;
constexpr size_t kFractionsAt = 21;  // three bytes that are always 64, 32, 32
constexpr size_t kChangeCounterAt = 24;
constexpr size_t kPageCountAt = 28;
constexpr size_t kFirstTrunkAt = 32;
constexpr size_t kFreelistCountAt = 36;
constexpr size_t kSchemaCookieAt = 40;
constexpr size_t kSchemaFormatAt = 44;
constexpr size_t kCacheSizeAt = 48;
constexpr size_t kLargestRootAt = 52;
constexpr size_t kTextEncodingAt = 56;
constexpr size_t kUserVersionAt = 60;
constexpr size_t kIncrementalVacuumAt = 64;
constexpr size_t kApplicationIdAt = 68;
constexpr size_t kExpansionAt = 72;  // 20 bytes of zero
constexpr size_t kVersionValidForAt = 92;
constexpr size_t kLibraryVersionAt = 96;

constexpr std::byte kFractions[3] = {std::byte{64}, std::byte{32}, std::byte{32}};
constexpr uint32_t kUsableSizeMin = 480;
constexpr uint8_t kVersionMax = 2;

Status NotADatabase(std::string_view why) { return {ResultCode::kNotADatabase, why}; }

}  // namespace

Result<DatabaseHeader> DecodeDatabaseHeader(Bytes bytes) {
  CHECK(bytes.size() >= kDatabaseHeaderSize);
  const std::byte* const at = bytes.data();
  if (std::memcmp(at, kMagic, sizeof kMagic) != 0) {
    return NotADatabase("file is not a database");
  }
  DatabaseHeader header;
  const uint32_t stored_page_size = LoadBig<uint16_t>(at + kPageSizeAt);
  header.page_size = stored_page_size == 1 ? kPageSizeMax : stored_page_size;
  if (!std::has_single_bit(header.page_size) || header.page_size < kPageSizeMin) {
    return NotADatabase("file is not a database: page size");
  }
  header.write_version = static_cast<uint8_t>(at[kWriteVersionAt]);
  header.read_version = static_cast<uint8_t>(at[kReadVersionAt]);
  if (header.read_version > kVersionMax) {
    return NotADatabase("file is not a database: read version");
  }
  header.reserved_size = static_cast<uint8_t>(at[kReservedSizeAt]);
  if (header.usable_size() < kUsableSizeMin) {
    return NotADatabase("file is not a database: reserved bytes");
  }
  if (std::memcmp(at + kFractionsAt, kFractions, sizeof kFractions) != 0) {
    return NotADatabase("file is not a database: payload fractions");
  }
  header.change_counter = LoadBig<uint32_t>(at + kChangeCounterAt);
  header.page_count = LoadBig<uint32_t>(at + kPageCountAt);
  header.first_freelist_trunk = LoadBig<uint32_t>(at + kFirstTrunkAt);
  header.freelist_page_count = LoadBig<uint32_t>(at + kFreelistCountAt);
  header.schema_cookie = LoadBig<uint32_t>(at + kSchemaCookieAt);
  header.schema_format = LoadBig<uint32_t>(at + kSchemaFormatAt);
  header.default_cache_size = LoadBig<uint32_t>(at + kCacheSizeAt);
  header.largest_root_page = LoadBig<uint32_t>(at + kLargestRootAt);
  // Only the low two bits count, and a file without a table may still have 0 here.
  const uint32_t encoding = LoadBig<uint32_t>(at + kTextEncodingAt) & 3;
  header.text_encoding = encoding == 0 ? TextEncoding::kUtf8 : static_cast<TextEncoding>(encoding);
  header.user_version = LoadBig<uint32_t>(at + kUserVersionAt);
  header.incremental_vacuum = LoadBig<uint32_t>(at + kIncrementalVacuumAt);
  header.application_id = LoadBig<uint32_t>(at + kApplicationIdAt);
  header.version_valid_for = LoadBig<uint32_t>(at + kVersionValidForAt);
  header.library_version = LoadBig<uint32_t>(at + kLibraryVersionAt);
  return header;
}

void EncodeDatabaseHeader(const DatabaseHeader& header, MutableBytes bytes) {
  CHECK(bytes.size() >= kDatabaseHeaderSize);
  std::byte* const at = bytes.data();
  std::memcpy(at, kMagic, sizeof kMagic);
  // 65536 does not fit and is written as 1.
  StoreBig(at + kPageSizeAt, static_cast<uint16_t>(header.page_size | header.page_size >> 16));
  at[kWriteVersionAt] = std::byte{header.write_version};
  at[kReadVersionAt] = std::byte{header.read_version};
  at[kReservedSizeAt] = std::byte{header.reserved_size};
  std::memcpy(at + kFractionsAt, kFractions, sizeof kFractions);
  StoreBig(at + kChangeCounterAt, header.change_counter);
  StoreBig(at + kPageCountAt, header.page_count);
  StoreBig(at + kFirstTrunkAt, header.first_freelist_trunk);
  StoreBig(at + kFreelistCountAt, header.freelist_page_count);
  StoreBig(at + kSchemaCookieAt, header.schema_cookie);
  StoreBig(at + kSchemaFormatAt, header.schema_format);
  StoreBig(at + kCacheSizeAt, header.default_cache_size);
  StoreBig(at + kLargestRootAt, header.largest_root_page);
  StoreBig(at + kTextEncodingAt, static_cast<uint32_t>(header.text_encoding));
  StoreBig(at + kUserVersionAt, header.user_version);
  StoreBig(at + kIncrementalVacuumAt, header.incremental_vacuum);
  StoreBig(at + kApplicationIdAt, header.application_id);
  std::memset(at + kExpansionAt, 0, kVersionValidForAt - kExpansionAt);
  StoreBig(at + kVersionValidForAt, header.version_valid_for);
  StoreBig(at + kLibraryVersionAt, header.library_version);
}

}  // namespace orrery
