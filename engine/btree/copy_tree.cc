#include "engine/btree/copy_tree.h"

#include <limits>

namespace orrery {
namespace {

constexpr uint64_t kAll = std::numeric_limits<uint64_t>::max();

}  // namespace

void CopyTree::Start(Btree& from, Btree& to, const TreeCopy& tree) {
  tree_ = tree;
  row_count_ = 0;
  if (tree.order == nullptr) {
    from_table_.emplace(from, tree.from);
    to_table_.emplace(to, tree.to);
  } else {
    from_index_.emplace(from, tree.from, *tree.order);
    to_index_.emplace(to, tree.to, *tree.order);
  }
  Begin(State::kFirst);
}

CopyTree::Next CopyTree::Run(State state) {
  switch (state) {
    case State::kFirst:
    case State::kNext:
      return Move(state);
    case State::kRead:
      return Read();
    case State::kWrite:
      return Write();
  }
  Unreachable();
}

CopyTree::Next CopyTree::Move(State state) {
  IoResult<bool> moved = state == State::kFirst
                             ? (from_table_ ? from_table_->First() : from_index_->First())
                             : (from_table_ ? from_table_->Next() : from_index_->Next());
  if (moved.pending()) return AwaitOutcome(*moved.waiting().on, state);
  if (moved.failed()) return GiveUp(std::move(moved).status());
  if (*moved) return Goto(State::kRead);
  OnAbandon();
  return Done(Unit());
}

CopyTree::Next CopyTree::Read() {
  IoResult<PayloadView> payload =
      from_table_ ? from_table_->Payload(kAll) : from_index_->Payload(kAll);
  if (payload.pending()) return AwaitOutcome(*payload.waiting().on, State::kRead);
  if (payload.failed()) return GiveUp(std::move(payload).status());
  // Writing may wait, and the pages it lies in may go.
  payload_.assign(payload->bytes.begin(), payload->bytes.end());
  ++row_count_;
  return Goto(State::kWrite);
}

CopyTree::Next CopyTree::Write() {
  IoResult<> written = Unit();
  if (to_table_) {
    const int64_t rowid = tree_.renumbers ? row_count_ : from_table_->rowid();
    written = to_table_->Insert(rowid, payload_, /*append=*/true);
  } else {
    written = to_index_->Insert(payload_, /*append=*/true);
  }
  if (written.pending()) return AwaitOutcome(*written.waiting().on, State::kWrite);
  if (written.failed()) return GiveUp(std::move(written).status());
  return Goto(State::kNext);
}

CopyTree::Next CopyTree::GiveUp(Status status) {
  OnAbandon();
  return Fail(std::move(status));
}

void CopyTree::OnAbandon() {
  from_table_.reset();
  to_table_.reset();
  from_index_.reset();
  to_index_.reset();
}

}  // namespace orrery
