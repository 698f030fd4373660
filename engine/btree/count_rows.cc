#include <utility>

#include "engine/btree/btree.h"

namespace orrery {
namespace {
const YieldSite kCountSite("btree.count.descend");
}  // namespace

void CountRows::Start(Btree& btree, PageNumber root) {
  pager_ = &btree.pager();
  root_ = root;
  path_ = std::make_unique<TreePath>(*pager_, TreeFamily::kTableOrIndex);
  Join(btree, root);
  Begin(State::kStart);
}

CountRows::Next CountRows::Run(State state) {
  switch (state) {
    case State::kStart:
      return StartOver();
    case State::kEnter:
      return Enter();
    case State::kEntered:
      return Entered();
  }
  Unreachable();
}

CountRows::Next CountRows::StartOver() {
  changed_ = false;
  path_->Clear();
  next_ = root_;
  row_count_ = 0;
  visited_count_ = 0;
  if (pager_->page_count() == 0) return Ended(OkStatus());
  return Goto(State::kEnter);
}

CountRows::Next CountRows::Enter() {
  if (changed_) return Goto(State::kStart);
  do {
    if (!PageExists(*pager_, next_)) {
      const PageNumber from = path_->empty() ? next_ : path_->top().ref.number();
      return Ended(CorruptPage(*pager_, from, MissingChild(next_)));
    }
    // More pages than the file has: a damaged tree meets itself.
    if (++visited_count_ > pager_->page_count()) {
      return Ended(CorruptPage(*pager_, next_, "page is in the tree twice"));
    }
    PageRef page = pager_->TryPage(next_, kCountSite);
    if (!page) {
      fetch_.Start(*pager_, next_, kCountSite);
      return AwaitOutcome(fetch_, State::kEntered);
    }
    if (Status status = Count(std::move(page)); !status.ok()) return Ended(std::move(status));
  } while (FindNext());
  return Ended(OkStatus());
}

CountRows::Next CountRows::Entered() {
  if (changed_) return Goto(State::kStart);
  if (!outcome().ok()) return Ended(outcome());
  if (Status status = Count(fetch_.Take()); !status.ok()) return Ended(std::move(status));
  if (!FindNext()) return Ended(OkStatus());
  return Goto(State::kEnter);
}

Status CountRows::Count(PageRef page) {
  if (const Defect defect = path_->Push(std::move(page), next_)) {
    return CorruptPage(*pager_, next_, defect);
  }
  const BtreePage& here = path_->top().page;
  if (here.is_leaf() || !here.is_table()) row_count_ += here.cell_count();
  return OkStatus();
}

// The next page to visit; false when there is none.
bool CountRows::FindNext() {
  while (!path_->empty()) {
    TreePath::Level& here = path_->top();
    if (!here.page.is_leaf() && here.index <= here.page.cell_count()) {
      next_ = here.page.Child(here.index++);
      return true;
    }
    path_->Pop();
  }
  return false;
}

CountRows::Next CountRows::Ended(Status status) {
  path_.reset();
  Leave();
  if (!status.ok()) return Fail(std::move(status));
  return Done(row_count_);
}

// At a wait only, so the operation is not inside Run(). The fetch given up here is idle when
// Entered() is next, which then starts over.
void CountRows::LetGo() {
  changed_ = true;
  fetch_.Abandon();
  path_->Clear();
}

void CountRows::OnAbandon() {
  path_.reset();
  Leave();
}

}  // namespace orrery
