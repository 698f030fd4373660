#include "engine/storage/new_database.h"

#include <cstring>

namespace orrery {
namespace {

constexpr std::byte kTableLeaf{0x0d};
constexpr size_t kContentStartAt = 5;

}  // namespace

void FillNewPageOne(DatabaseHeader header, MutableBytes page) {
  CHECK(page.size() == header.page_size);
  header.page_count = 1;
  header.change_counter = header.version_valid_for = 1;
  header.library_version = kWrittenLibraryVersion;
  std::memset(page.data(), 0, page.size());
  EncodeDatabaseHeader(header, page);
  std::byte* const leaf = page.data() + kDatabaseHeaderSize;
  leaf[0] = kTableLeaf;
  // 65536 does not fit and is written as 0.
  StoreBig(leaf + kContentStartAt, static_cast<uint16_t>(header.usable_size()));
}

}  // namespace orrery
