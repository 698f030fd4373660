#include "engine/db/read_schema.h"

#include "engine/compile/compile.h"
#include "engine/vdbe/session.h"

namespace orrery {

void ReadSchema::Start(Session& session) {
  session_ = &session;
  Begin(State::kBegin);
}

ReadSchema::Next ReadSchema::Run(State state) {
  switch (state) {
    case State::kBegin:
      return TakeSnapshot();
    case State::kBegun:
      return Load();
    case State::kLoaded:
      return Finish();
  }
  Unreachable();
}

ReadSchema::Next ReadSchema::TakeSnapshot() {
  is_ours_ = !session_->pager->in_read();
  session_->begin.Start(*session_, nullptr, BeginKind::kRead);
  return Await(session_->begin, State::kBegun);
}

// While it loads it counts as one that uses the transaction.
ReadSchema::Next ReadSchema::Load() {
  session_->begin.Take();
  if (session_->schema != nullptr) {
    session_->EndReadIfUnused();
    GiveBack();
    return Done(Unit());
  }
  ++session_->holder_count;
  load_.Start(session_->btree);
  return AwaitOutcome(load_, State::kLoaded);
}

ReadSchema::Next ReadSchema::Finish() {
  session_->Release();
  GiveBack();
  if (!outcome().ok()) return Fail(outcome());
  std::shared_ptr<const Schema> schema = load_.Take();
  for (const std::unique_ptr<Table>& table : schema->tables()) {
    const Status status =
        CheckNames(*table, session_->functions, /*functions_may_be_missing=*/true);
    if (status.ok()) continue;
    return Fail(CorruptError("malformed database schema (" + table->name + ") - " +
                             std::string(status.message())));
  }
  session_->schema = std::move(schema);
  return Done(Unit());
}

void ReadSchema::OnAbandon() {
  if (static_cast<State>(state_) != State::kLoaded) return;
  session_->Release();
  GiveBack();
}

void ReadSchema::GiveBack() {
  if (is_ours_) session_->GiveSnapshotBack();
}

}  // namespace orrery
