#include "engine/vdbe/session.h"

namespace orrery {

Session::Session(Io& io_in, std::unique_ptr<Pager> pager_in)
    : io(io_in), pager(std::move(pager_in)), btree(*pager), cache_page_count(0) {}

Session::~Session() {
  begin.Abandon();
  if (sleep.in_flight()) io.Cancel(sleep);
  while (sleep.in_flight() && io.Poll(PollMode::kWait).ok()) {
  }
}

void Session::EndReadIfUnused() {
  if (!autocommit || holder_count > 0 || !pager->in_read() || pager->in_write()) return;
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
  holder_count = 0;
  statement_open = false;
  ++rollback_count;
  if (schema_changed) schema = nullptr;
  schema_changed = false;
}

}  // namespace orrery
