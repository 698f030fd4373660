// What the cursors of one connection share, and what is done to whole trees.

#ifndef ORRERY_ENGINE_BTREE_BTREE_H_
#define ORRERY_ENGINE_BTREE_BTREE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "engine/io/resumable.h"
#include "engine/storage/page_operations.h"
#include "engine/storage/pager.h"

namespace orrery {

class TableCursor;

// Knows the open cursors, so that a change made through one tells the others on the same tree.
class Btree {
 public:
  explicit Btree(Pager& pager) : pager_(pager) {}
  Pager& pager() { return pager_; }

  // Every cursor forgets its pages and finds its row anew: after a rollback, and at the end of a
  // transaction.
  void InvalidateAll();

 private:
  friend class TableCursor;
  Pager& pager_;
  std::vector<TableCursor*> cursors_;
};

// Makes an empty table tree; answers its root page.
class CreateTree final : public Resumable<CreateTree, PageNumber> {
 public:
  enum class State : uint8_t;
  void Start(Btree& btree);
};

// Frees all pages of a tree (table or index), the root too unless `keep_root`, which is left an empty leaf. Answers the
// number of rows there were.
class ClearTree final : public Resumable<ClearTree, uint64_t> {
 public:
  enum class State : uint8_t;
  void Start(Btree& btree, PageNumber root, bool keep_root);
};

// Counts a tree's rows without reading them.
class CountRows final : public Resumable<CountRows, uint64_t> {
 public:
  enum class State : uint8_t;
  void Start(Btree& btree, PageNumber root);
};

// Checks every page of the file: trees (table and index, from `roots`), overflow chains, freelist, order of keys, fill,
// pages used twice or never. Answers SQLite's messages, at most `error_count_max`; none when all is well.
class CheckIntegrity final : public Resumable<CheckIntegrity, std::vector<std::string>> {
 public:
  enum class State : uint8_t;
  struct Root { PageNumber page; };
  void Start(Btree& btree, std::vector<PageNumber> roots, int error_count_max);
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_BTREE_BTREE_H_
