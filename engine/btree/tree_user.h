// A TreeUser is what reads a tree over several calls and so may keep pages pinned and positions in
// mind between them: cursors, and operations on whole trees.

#ifndef ORRERY_ENGINE_BTREE_TREE_USER_H_
#define ORRERY_ENGINE_BTREE_TREE_USER_H_

#include "engine/format/page_number.h"

namespace orrery {

class Btree;

class TreeUser {
 public:
  TreeUser(const TreeUser&) = delete;
  TreeUser& operator=(const TreeUser&) = delete;

 protected:
  TreeUser() = default;
  ~TreeUser() { Leave(); }

  // From here on LetGo() is called before another changes the tree at `root`, or any tree when it
  // is kNoPage.
  void Join(Btree& btree, PageNumber root);
  void Leave();  // no effect when not joined

  // The pages are about to change: gives up a read in progress, forgets every page, and remembers
  // what is needed to find the place again.
  virtual void LetGo() = 0;

 private:
  friend class Btree;
  Btree* btree_ = nullptr;
  PageNumber root_ = kNoPage;
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_BTREE_TREE_USER_H_
