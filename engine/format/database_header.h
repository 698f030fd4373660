// The first 100 bytes of a database file.
// https://www.sqlite.org/fileformat2.html#the_database_header

#ifndef ORRERY_ENGINE_FORMAT_DATABASE_HEADER_H_
#define ORRERY_ENGINE_FORMAT_DATABASE_HEADER_H_

#include <cstdint>

#include "engine/base/bytes.h"
#include "engine/base/status.h"
#include "engine/format/page_number.h"

namespace orrery {

inline constexpr size_t kDatabaseHeaderSize = 100;
// The release of sqlite3 whose format we write, as its header field `library_version` has it.
inline constexpr uint32_t kWrittenLibraryVersion = 3050004;

enum class TextEncoding : uint32_t { kUtf8 = 1, kUtf16Little = 2, kUtf16Big = 3 };

// What the two version numbers say of a file.
inline constexpr uint8_t kRollbackFileVersion = 1;
inline constexpr uint8_t kWalFileVersion = 2;

struct DatabaseHeader {
  uint32_t page_size = 4096;
  uint8_t write_version = kWalFileVersion;
  uint8_t read_version = kWalFileVersion;
  uint8_t reserved_size = 0;  // unused bytes at the end of each page
  uint32_t change_counter = 0;
  PageNumber page_count = 0;  // valid when version_valid_for equals change_counter
  PageNumber first_freelist_trunk = kNoPage;
  uint32_t freelist_page_count = 0;
  uint32_t schema_cookie = 0;
  uint32_t schema_format = 0;  // 0 until the first table is made, then 1 to 4
  uint32_t default_cache_size = 0;
  PageNumber largest_root_page = kNoPage;  // not 0: the file has pointer maps
  TextEncoding text_encoding = TextEncoding::kUtf8;
  uint32_t user_version = 0;
  uint32_t incremental_vacuum = 0;
  uint32_t application_id = 0;
  uint32_t version_valid_for = 0;
  uint32_t library_version = 0;

  uint32_t usable_size() const { return page_size - reserved_size; }
};

// kNotADatabase when the magic, the page size, a version or a fixed field is wrong. `bytes` has
// kDatabaseHeaderSize bytes.
Result<DatabaseHeader> DecodeDatabaseHeader(Bytes bytes);
void EncodeDatabaseHeader(const DatabaseHeader& header, MutableBytes bytes);

}  // namespace orrery

#endif  // ORRERY_ENGINE_FORMAT_DATABASE_HEADER_H_
