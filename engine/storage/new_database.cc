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
  header.change_counter = header.version_valid_for = 0;
  header.library_version = kWrittenLibraryVersion;
  std::memset(page.data(), 0, page.size());
  EncodeDatabaseHeader(header, page);
  std::byte* const leaf = page.data() + kDatabaseHeaderSize;
  leaf[0] = kTableLeaf;
  // 65536 does not fit and is written as 0.
  StoreBig(leaf + kContentStartAt, static_cast<uint16_t>(header.usable_size()));
}

Status MakePageOne(PagerCore& core, uint8_t version) {
  CHECK(core.journal.active && core.view.page_count == 0 && core.cache.Find(1) == nullptr);
  ASSIGN_OR_RETURN(Frame* const frame, core.cache.Take(1, /*may_spill=*/false));
  frame->state = Frame::State::kLoaded;
  core.page_one = PageRef(*frame);
  core.StartWriting();
  core.view.page_count = 1;
  DatabaseHeader header = core.view.header;
  header.write_version = header.read_version = version;
  const MutableBytes page(core.page_one.Edit(), core.cache.page_size());
  FillNewPageOne(header, page);
  Result<DatabaseHeader> filled = DecodeDatabaseHeader(page);
  CHECK(filled.ok());
  core.view.header = *filled;
  return OkStatus();
}

}  // namespace orrery
