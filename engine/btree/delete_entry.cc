#include "engine/btree/delete_entry.h"

#include <algorithm>
#include <cstring>

#include "engine/btree/pointer_notes.h"

namespace orrery {
namespace {
constexpr char kTwice[] = "page is in the tree twice";
constexpr char kCopyLost[] = "entry is not where its key belongs";

bool RepeatsAPage(TreePath& path) {
  for (uint32_t i = 0; i < path.depth(); ++i) {
    for (uint32_t j = 0; j < i; ++j) {
      if (path[i].ref.number() == path[j].ref.number()) return true;
    }
  }
  return false;
}

}  // namespace

DeleteEntry::DeleteEntry(Btree& btree, TreePath& path, IndexJourney& journey)
    : btree_(btree),
      pager_(btree.pager()),
      path_(path),
      journey_(journey),
      travel_(pager_, journey),
      free_overflow_(pager_),
      balance_(btree, path) {}

void DeleteEntry::Start() {
  CHECK(!path_.empty());
  is_interior_ = !path_.top().page.is_leaf();
  level_ = path_.depth() - 1;
  Begin(State::kFreeChain);
}

DeleteEntry::Next DeleteEntry::Run(State state) {
  switch (state) {
    case State::kFreeChain:
      return FreeChain();
    case State::kChainFreed:
      return ChainFreed();
    case State::kDescended:
      return Descended();
    case State::kReplace:
      return Replace();
    case State::kReplaced:
      return Replaced();
    case State::kFoundAgain:
      return FoundAgain();
    case State::kStepBack:
      return StepBack();
    case State::kSteppedBack:
      return SteppedBack();
    case State::kCheckCopy:
      return CheckCopy();
    case State::kRemove:
      return Remove();
    case State::kBalanced:
      return Balanced();
    case State::kNoted:
      write_pointer_map_.Take();
      return Done(path_after_);
  }
  Unreachable();
}

DeleteEntry::Next DeleteEntry::Corrupt(Defect defect) {
  return Fail(CorruptPage(pager_, path_.top().ref.number(), defect));
}

// To `if_there` when the journey has ended, and over a travel when it missed a page.
DeleteEntry::Next DeleteEntry::Follow(Journey::Outcome outcome, State if_there,
                                      State after_travel) {
  switch (outcome) {
    case Journey::Outcome::kOnRow:
      return Goto(if_there);
    case Journey::Outcome::kMiss:
      travel_.Start();
      return Await(travel_, after_travel);
    case Journey::Outcome::kDamaged:
      return Fail(journey_.damage());
    case Journey::Outcome::kNoRow:
      return Corrupt(kCopyLost);
    case Journey::Outcome::kGoesOn:
      break;
  }
  Unreachable();
}

DeleteEntry::Next DeleteEntry::FreeChain() {
  const TreePath::Level& here = path_.top();
  BtreeCell cell;
  if (const Defect defect = here.page.ParseCell(here.index, &cell)) return Corrupt(defect);
  if (cell.local_size == cell.payload_size) return Goto(State::kChainFreed);
  free_overflow_.Start(cell, here.ref.number(), path_);
  return Await(free_overflow_, State::kChainFreed);
}

DeleteEntry::Next DeleteEntry::ChainFreed() {
  free_overflow_.Abandon();  // forgets that it is done
  if (!is_interior_) return Goto(State::kRemove);
  return Follow(journey_.Backward(), State::kReplace, State::kDescended);
}

DeleteEntry::Next DeleteEntry::Descended() {
  if (!travel_.Take()) return Corrupt(kCopyLost);
  return Goto(State::kReplace);
}

// The journey stands at the entry before.
DeleteEntry::Next DeleteEntry::Replace() {
  if (RepeatsAPage(path_)) return Corrupt(kTwice);
  const TreePath::Level& leaf = path_.top();
  TreePath::Level& above = path_[level_];
  const BtreeCell& cell = journey_.cell();
  const std::byte* const content = leaf.page.data() + cell.offset;
  copy_.resize(kPageNumberSize);
  StoreBig<uint32_t>(copy_.data(), above.page.Child(above.index));
  copy_.insert(copy_.end(), content, content + cell.content_size());
  NoteOwnersOf(pager_, above.ref.number(), above.page.kind(), copy_);
  const Bytes key = journey_.bytes();
  key_.assign(key.begin(), key.end());

  BtreePageEditor editor(above.ref.Edit(), above.page);
  Defect defect = editor.Remove(above.index);
  if (defect == nullptr) {
    switch (editor.Insert(above.index, copy_, btree_.scratch(), &defect)) {
      case BtreePageEditor::Inserted::kYes:
        return Goto(State::kRemove);
      case BtreePageEditor::Inserted::kDamaged:
        break;
      case BtreePageEditor::Inserted::kNoRoom: {
        const uint32_t index = above.index;
        path_.Cut(level_ + 1);
        balance_.Start(index, copy_);
        return Await(balance_, State::kReplaced);
      }
    }
  }
  return Fail(CorruptPage(pager_, above.ref.number(), defect));
}

DeleteEntry::Next DeleteEntry::Replaced() {
  balance_.Take();
  path_.Clear();
  if (const Defect defect = DecodeKey(key_, journey_.order().size(), key_values_)) {
    return Fail(CorruptPage(pager_, journey_.root(), defect));
  }
  return Follow(journey_.ToKey(key_values_, SeekMode::kEqual), State::kStepBack,
                State::kFoundAgain);
}

DeleteEntry::Next DeleteEntry::FoundAgain() {
  if (!travel_.Take()) return Corrupt(kCopyLost);
  return Goto(State::kStepBack);
}

// From the copy to the leaf's, which is the entry before it.
DeleteEntry::Next DeleteEntry::StepBack() {
  if (path_.top().page.is_leaf()) return Corrupt(kCopyLost);
  return Follow(journey_.Backward(), State::kCheckCopy, State::kSteppedBack);
}

DeleteEntry::Next DeleteEntry::SteppedBack() {
  if (!travel_.Take()) return Corrupt(kCopyLost);
  return Goto(State::kCheckCopy);
}

DeleteEntry::Next DeleteEntry::CheckCopy() {
  const BtreeCell& cell = journey_.cell();
  const Bytes content(path_.top().page.data() + cell.offset, cell.content_size());
  if (!std::ranges::equal(content, Bytes(copy_).subspan(kPageNumberSize))) {
    return Corrupt(kCopyLost);
  }
  return Goto(State::kRemove);
}

DeleteEntry::Next DeleteEntry::Remove() {
  TreePath::Level& leaf = path_.top();
  uint32_t free_size = 0;
  Defect defect = BtreePageEditor(leaf.ref.Edit(), leaf.page).Remove(leaf.index);
  if (defect == nullptr) defect = leaf.page.FreeSize(&free_size);
  if (defect != nullptr) return Corrupt(defect);
  if (path_.depth() == 1 || free_size * 3 <= pager_.usable_size() * 2) {
    if (!is_interior_) return End(PathAfter::kStands);
    path_.Clear();
    return End(PathAfter::kLost);
  }
  balance_.Start();
  return Await(balance_, State::kBalanced);
}

DeleteEntry::Next DeleteEntry::Balanced() {
  balance_.Take();
  path_.Clear();
  return End(PathAfter::kLost);
}

DeleteEntry::Next DeleteEntry::End(PathAfter after) {
  if (!pager_.has_owner_notes()) return Done(after);
  path_after_ = after;
  write_pointer_map_.Start(pager_);
  return Await(write_pointer_map_, State::kNoted);
}

}  // namespace orrery
