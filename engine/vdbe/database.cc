#include "engine/vdbe/database.h"

#include <algorithm>

namespace orrery {

Database::Database(std::string name_in, std::unique_ptr<Pager> pager_in,
                   const PagerOptions& options)
    : name(std::move(name_in)),
      pager(std::move(pager_in)),
      btree(*pager),
      cache_size(static_cast<int>(options.cache_page_count)),
      synchronous(static_cast<int>(options.synchronous)),
      journal_size_limit(options.journal_size_limit) {}

void Database::GiveSnapshotBack() {
  if (!pager->in_read() || pager->in_write()) return;
  btree.InvalidateAll();
  pager->EndRead();
}

void Database::SetCacheSize(int size) {
  cache_size = size;
  const uint64_t page_count =
      size >= 0 ? static_cast<uint64_t>(size)
                : static_cast<uint64_t>(-int64_t{size}) * 1024 / pager->page_size();
  constexpr uint64_t kPageCountMax = 1'000'000'000;
  pager->SetCacheSize(static_cast<uint32_t>(std::clamp<uint64_t>(page_count, 10, kPageCountMax)));
}

void Database::SetJournalSizeLimit(int64_t size) {
  journal_size_limit = std::max<int64_t>(size, -1);
  pager->SetJournalSizeLimit(journal_size_limit);
}

void Database::SetSynchronous(int level) {
  synchronous = level;
  pager->SetSynchronous(static_cast<Synchronous>(std::clamp(level, 0, 3)));
}

}  // namespace orrery
