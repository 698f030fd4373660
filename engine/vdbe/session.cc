#include "engine/vdbe/session.h"

#include <algorithm>

namespace orrery {

Session::Session(Io& io_in, std::unique_ptr<Pager> pager_in)
    : io(io_in), pager(std::move(pager_in)), btree(*pager) {}

Session::~Session() {
  end.Abandon();
  begin.Abandon();
  if (sleep.in_flight()) io.Cancel(sleep);
  while (sleep.in_flight() && io.Poll(PollMode::kWait).ok()) {
  }
}

void Session::EndReadIfUnused() {
  if (autocommit) savepoints.clear();
  if (!autocommit || holder_count > 0 || pager_call_pending) return;
  GiveSnapshotBack();
}

void Session::GiveSnapshotBack() {
  if (!pager->in_read() || pager->in_write()) return;
  btree.InvalidateAll();
  pager->EndRead();
}

void Session::Release() {
  CHECK(holder_count > 0);
  --holder_count;
  EndReadIfUnused();
}

void Session::TransactionWasUndone() {
  btree.InvalidateAll();
  autocommit = true;
  savepoints.clear();
  holder_count = 0;
  statement_open = false;
  ++rollback_count;
  ++row_write_count;
  if (schema_changed) schema = nullptr;
  schema_changed = false;
}

void Session::StatementWasUndone() {
  btree.InvalidateAll();
  ++row_write_count;
  if (schema_changed) schema = nullptr;
}

void Session::OpenSavepoints() {
  while (pager->savepoint_count() < savepoints.size()) pager->OpenSavepoint();
}

void Session::SetCacheSize(int size) {
  cache_size = size;
  const uint64_t page_count =
      size >= 0 ? static_cast<uint64_t>(size)
                : static_cast<uint64_t>(-int64_t{size}) * 1024 / pager->page_size();
  constexpr uint64_t kPageCountMax = 1'000'000'000;
  pager->SetCacheSize(static_cast<uint32_t>(std::clamp<uint64_t>(page_count, 10, kPageCountMax)));
}

void Session::SetJournalSizeLimit(int64_t size) {
  journal_size_limit = std::max<int64_t>(size, -1);
  pager->SetJournalSizeLimit(journal_size_limit);
}

void Session::SetSynchronous(int level) {
  synchronous = level;
  pager->SetSynchronous(static_cast<Synchronous>(std::clamp(level, 0, 3)));
}

}  // namespace orrery
