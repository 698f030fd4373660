#include "engine/btree/btree.h"

#include <algorithm>

namespace orrery {

void TreeUser::Join(Btree& btree, PageNumber root) {
  CHECK(btree_ == nullptr);
  btree_ = &btree;
  root_ = root;
  btree.users_.push_back(this);
}

void TreeUser::Leave() {
  if (btree_ == nullptr) return;
  std::vector<TreeUser*>& users = btree_->users_;
  users.erase(std::find(users.begin(), users.end(), this));
  btree_ = nullptr;
}

Btree::~Btree() { CHECK(users_.empty()); }

void Btree::InvalidateAll() {
  for (TreeUser* const user : users_) user->LetGo();
}

void Btree::WillChange(PageNumber root, const TreeUser* except) {
  for (TreeUser* const user : users_) {
    if (user != except && (user->root_ == root || user->root_ == kNoPage)) user->LetGo();
  }
}

MutableBytes Btree::scratch() {
  scratch_.resize(pager_.usable_size());
  return scratch_;
}

}  // namespace orrery
