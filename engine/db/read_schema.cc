#include "engine/db/read_schema.h"

#include "engine/compile/compile.h"
#include "engine/vdbe/session.h"

namespace orrery {

void ReadSchema::Start(Session& session) {
  session_ = &session;
  at_ = 0;
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

Database& ReadSchema::database() { return *session_->databases[at_]; }

ReadSchema::Next ReadSchema::NextDatabase() {
  do {
    ++at_;
    if (at_ == session_->databases.size()) return Done(Unit());
  } while (session_->databases[at_] == nullptr);
  return Goto(State::kBegin);
}

ReadSchema::Next ReadSchema::TakeSnapshot() {
  is_ours_ = !database().pager->in_read();
  session_->begin.Start(*session_, database(), nullptr, BeginKind::kRead);
  return Await(session_->begin, State::kBegun);
}

// While it loads it counts as one that uses the transaction.
ReadSchema::Next ReadSchema::Load() {
  session_->begin.Take();
  if (database().schema != nullptr) {
    session_->EndReadIfUnused();
    GiveBack();
    return NextDatabase();
  }
  ++session_->holder_count;
  load_.Start(database().btree, static_cast<int>(at_));
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
  session_->SetSchema(database(), std::move(schema));
  return NextDatabase();
}

void ReadSchema::OnAbandon() {
  if (static_cast<State>(state_) != State::kLoaded) return;
  session_->Release();
  GiveBack();
}

void ReadSchema::GiveBack() {
  if (is_ours_) database().GiveSnapshotBack();
}

}  // namespace orrery
