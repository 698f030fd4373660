#include "engine/vdbe/begin_transaction.h"

#include <algorithm>
#include <iterator>

#include "engine/vdbe/session.h"

namespace orrery {
namespace {

// How often a snapshot that another's commit made too old is taken anew before kBusySnapshot.
constexpr int kRetryCountMax = 100;

// How long to sleep before the n-th try, in milliseconds; the last one from then on.
constexpr int kDelaysMs[] = {1, 2, 5, 10, 15, 20, 25, 25, 25, 50, 50, 100};

}  // namespace

void BeginTransaction::Start(Session& session, const Schema* schema, bool to_write) {
  session_ = &session;
  schema_ = schema;
  to_write_ = to_write;
  retry_count_ = 0;
  sleep_count_ = 0;
  slept_ms_ = 0;
  Begin(State::kRead);
}

BeginTransaction::Next BeginTransaction::Run(State state) {
  switch (state) {
    case State::kRead:
      return Read();
    case State::kWrite:
      return Write();
    case State::kSleep:
      return Sleep();
  }
  Unreachable();
}

BeginTransaction::Next BeginTransaction::Read() {
  Pager& pager = *session_->pager;
  is_fresh_ = session_->autocommit && session_->holder_count == 0;
  IoResult<> read = pager.BeginRead();
  session_->pager_call_pending = read.pending();
  if (read.pending()) return AwaitOutcome(*read.waiting().on, State::kRead);
  if (read.failed()) return Busy(std::move(read).status());
  const uint32_t cookie = pager.page_count() == 0 ? 0 : pager.header().schema_cookie;
  if (session_->schema && session_->schema->cookie != cookie) session_->schema = nullptr;
  if (schema_ != nullptr && session_->schema.get() != schema_)
    return Fail(Status(ResultCode::kSchema));
  return to_write_ ? Goto(State::kWrite) : Done(Unit());
}

BeginTransaction::Next BeginTransaction::Write() {
  Pager& pager = *session_->pager;
  IoResult<> write = pager.BeginWrite();
  session_->pager_call_pending = write.pending();
  if (write.pending()) return AwaitOutcome(*write.waiting().on, State::kWrite);
  if (write.failed()) {
    if (write.status().code() == ResultCode::kBusySnapshot && is_fresh_ &&
        ++retry_count_ < kRetryCountMax) {
      session_->EndReadIfUnused();
      return Goto(State::kRead);
    }
    return Busy(std::move(write).status());
  }
  return Done(Unit());
}

BeginTransaction::Next BeginTransaction::Busy(Status status) {
  if (status.primary() != ResultCode::kBusy) return Fail(std::move(status));
  if (status.code() == ResultCode::kBusySnapshot) return Fail(Status(status.code()));
  const size_t step = std::min<size_t>(static_cast<size_t>(sleep_count_), std::size(kDelaysMs) - 1);
  const int delay_ms = std::min(kDelaysMs[step], session_->busy_timeout_ms - slept_ms_);
  if (delay_ms <= 0) return Fail(Status(status.code()));  // which lock it was is no one's concern
  // A snapshot nobody reads from would only grow old meanwhile.
  session_->EndReadIfUnused();
  ++sleep_count_;
  slept_ms_ += delay_ms;
  if (!session_->sleep.in_flight()) {
    session_->io.Sleep(static_cast<uint64_t>(delay_ms) * 1'000'000, session_->sleep);
  }
  return Goto(State::kSleep);
}

BeginTransaction::Next BeginTransaction::Sleep() {
  return AwaitOutcome(session_->sleep, State::kRead);
}

void BeginTransaction::OnAbandon() {
  if (static_cast<State>(state_) != State::kRead || !session_->pager_call_pending) return;
  session_->pager_call_pending = false;
  session_->pager->EndRead();
}

}  // namespace orrery
