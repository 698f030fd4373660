#include "engine/db/connection.h"

#include <algorithm>

#include "engine/db/connection_impl.h"
#include "engine/sql/parser.h"

namespace orrery {

Connection::Impl::Impl(Io& io, std::unique_ptr<Pager> pager, const PagerOptions& options)
    : session(io, std::move(pager), options) {
  other_is_ready.Submit();
  other_is_ready.Finish(OkStatus());
}

IoResult<> Connection::Impl::SettleLeftovers() {
  if (owner != nullptr) return Unit();
  if (session.end.running()) {
    const bool in_transaction = !session.autocommit;
    IoResult<> ended = session.end.Resume();
    if (ended.pending()) return ended;
    // The statement it was for is gone, and with it whoever wanted to know how it went. But when
    // its transaction went too, the next must not go on as if it were in one. When even the
    // rollback failed, it is tried again below.
    if (ended.failed() && in_transaction && session.autocommit) {
      lost_transaction = std::move(ended).status();
    }
  }
  if (session.autocommit && session.in_write()) {
    session.end.Start(session, Ending::kUndoTransaction);
    IoResult<> ended = session.end.Resume();
    if (!ended.done()) return ended;
  }
  IO_RETURN_IF_NOT_DONE(Unit, session.CloseDetached());
  session.EndReadIfUnused();
  return Unit();
}

Statement::Impl* Connection::Impl::InTheWayOf(const Statement::Impl& statement) const {
  if (owner != nullptr) return owner == &statement ? nullptr : owner;
  if (!statement.MayChangeRows()) return nullptr;
  const auto other = std::find_if(in_mid_row.begin(), in_mid_row.end(),
                                  [&](const Statement::Impl* at) { return at != &statement; });
  return other == in_mid_row.end() ? nullptr : *other;
}

Completion* Connection::Impl::WaitFor(const Statement::Impl& other) {
  session.io.Reached(Probe::kWaitedForAnother);
  return other.waits_for->in_flight() ? other.waits_for : &other_is_ready;
}

Connection::Connection(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Connection::~Connection() = default;

Result<std::unique_ptr<Connection>> Connection::Open(Io& io, std::string_view path,
                                                     const PagerOptions& options) {
  ASSIGN_OR_RETURN(std::unique_ptr<Pager> pager, Pager::Open(io, path, options));
  auto impl = std::make_unique<Impl>(io, std::move(pager), options);
  return std::unique_ptr<Connection>(new Connection(std::move(impl)));
}

Result<std::unique_ptr<Statement>> Connection::Prepare(std::string_view sql, size_t* tail) {
  size_t end = 0;
  Result<ParsedStatement> parsed = ParseStatement(sql, &end);
  if (tail != nullptr) *tail = end;
  if (!parsed.ok()) return std::move(parsed).status();
  if (!parsed->statement) return std::unique_ptr<Statement>();
  auto impl = std::make_unique<Statement::Impl>(*impl_, *std::move(parsed));
  return std::unique_ptr<Statement>(new Statement(std::move(impl)));
}

IoResult<> Connection::Close() {
  Session& session = impl_->session;
  CHECK(impl_->owner == nullptr);
  if (session.end.running()) {
    IoResult<> ended = session.end.Resume();
    if (ended.pending()) return ended;
  }
  IO_RETURN_IF_NOT_DONE(Unit, session.CloseDetached());
  Status first_error;
  for (const std::unique_ptr<Database>& database : session.databases) {
    if (database == nullptr) continue;
    database->btree.InvalidateAll();
    IoResult<> closed = database->pager->Close();
    if (closed.pending()) return closed;
    if (closed.failed() && first_error.ok()) first_error = std::move(closed).status();
  }
  if (!first_error.ok()) return first_error;
  return Unit();
}

bool Connection::in_transaction() const { return !impl_->session.autocommit; }
int64_t Connection::changes() const { return impl_->session.change_count; }
int64_t Connection::total_changes() const { return impl_->session.total_change_count; }
int64_t Connection::last_insert_rowid() const { return impl_->session.last_rowid; }
void Connection::SetUsesUris(bool uses_uris) { impl_->session.uses_uris = uses_uris; }
void Connection::SetBusyTimeout(int milliseconds) {
  impl_->session.busy_timeout_ms = std::max(milliseconds, 0);
}
void Connection::Interrupt() { ++impl_->session.interrupt_count; }
SnapshotId Connection::snapshot() const { return impl_->session.main().pager->snapshot(); }
Pager& Connection::pager() { return *impl_->session.main().pager; }

}  // namespace orrery
