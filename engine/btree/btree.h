// What the cursors of one connection share, and what is done to whole trees.

#ifndef ORRERY_ENGINE_BTREE_BTREE_H_
#define ORRERY_ENGINE_BTREE_BTREE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/btree/overflow.h"
#include "engine/btree/tree_path.h"
#include "engine/btree/tree_user.h"
#include "engine/io/resumable.h"
#include "engine/storage/page_operations.h"
#include "engine/storage/pager.h"
#include "engine/storage/write_pointer_map.h"

namespace orrery {

// Knows who reads which tree, so that a change made through one tells the others. A change is never
// interleaved with another operation of its connection; reads are, at their waits.
class Btree {
 public:
  explicit Btree(Pager& pager) : pager_(pager) {}
  ~Btree();  // after all of its cursors
  Btree(const Btree&) = delete;
  Btree& operator=(const Btree&) = delete;

  Pager& pager() { return pager_; }

  // Every cursor forgets its pages and finds its row anew by its key: before the pages change under
  // it (RollbackStatement, Rollback) and when a transaction ends, since the next may see others. A
  // read in progress starts again with its next call; a change in progress is given up, so call
  // this only with a rollback to follow.
  void InvalidateAll();

  // -- For what changes trees --
  // Tells all users of this tree but one. kNoPage: only those who look at the whole file.
  void WillChange(PageNumber root, const TreeUser* except);
  // usable_size bytes that nobody needs across a wait.
  MutableBytes scratch();

 private:
  friend class TreeUser;
  Pager& pager_;
  std::vector<TreeUser*> users_;
  std::vector<std::byte> scratch_;
};

enum class TreeKind : uint8_t { kTable, kIndex };

// Frees all pages of a tree (table or index), the root too unless `keep_root`, which is left an
// empty leaf. Answers the number of rows there were.
class ClearTree final : public Resumable<ClearTree, uint64_t> {
 public:
  enum class State : uint8_t { kEnter, kEntered, kCell, kChild, kLeave, kFreed, kNoted };
  static constexpr Edge<State> kEdges[] = {
      {State::kEnter, State::kEntered},  // a page was not in the cache
      {State::kEnter, State::kCell},
      {State::kEntered, State::kCell},
      {State::kCell, State::kChild},   // its overflow chain, if any, is free
      {State::kChild, State::kCell},   // leaves have none: the next cell
      {State::kChild, State::kEnter},  // a subtree
      {State::kChild, State::kLeave},  // that was the last one
      {State::kLeave, State::kFreed},
      {State::kFreed, State::kCell},   // up, and on with the cell after the subtree
      {State::kLeave, State::kNoted},  // in a file with pointer maps
      {State::kFreed, State::kNoted},
  };

  ClearTree() = default;
  ~ClearTree() { Abandon(); }
  void Start(Btree& btree, PageNumber root, bool keep_root);

 private:
  friend Resumable;
  Next Run(State state);
  Next Enter();
  Next Entered();
  Next GoTo(PageRef page);
  Next Cell();
  Next Child();
  Next Leave();
  Next Freed();
  Next AllFreed();
  Next Ended(Status status);
  void OnAbandon() override { parts_.reset(); }

  // What one run needs; made by Start, dropped at the end.
  struct Parts {
    explicit Parts(Btree& btree_in)
        : btree(btree_in),
          path(btree_in.pager(), TreeFamily::kTableOrIndex),
          free_overflow(btree_in.pager()),
          freed(size_t{btree_in.pager().page_count()} + 1) {}
    Btree& btree;
    TreePath path;
    FetchPage fetch;
    FreePage free;
    FreeOverflow free_overflow;
    WritePointerMap write_pointer_map;
    bool freeing_chain = false;
    std::vector<bool> freed;  // a page that is met twice is a damaged tree
  };
  std::unique_ptr<Parts> parts_;
  PageNumber root_ = kNoPage;
  bool keep_root_ = false;
  PageNumber next_ = kNoPage;
  uint64_t row_count_ = 0;
};

// Counts a tree's rows without reading them. Starts again when the tree changes at one of its
// waits.
class CountRows final : public Resumable<CountRows, uint64_t>, private TreeUser {
 public:
  enum class State : uint8_t { kStart, kEnter, kEntered };
  static constexpr Edge<State> kEdges[] = {
      {State::kStart, State::kEnter},
      {State::kEnter, State::kEntered},  // a page was not in the cache
      {State::kEntered, State::kEnter},
      {State::kEntered, State::kStart},  // the tree has changed meanwhile
      {State::kEnter, State::kStart},
  };

  CountRows() = default;
  ~CountRows() { Abandon(); }
  void Start(Btree& btree, PageNumber root);

 private:
  friend Resumable;
  Next Run(State state);
  Next StartOver();
  Next Enter();
  Next Entered();
  Status Count(PageRef page);
  Next Ended(Status status);
  bool FindNext();
  void LetGo() override;
  void OnAbandon() override;

  Pager* pager_ = nullptr;
  PageNumber root_ = kNoPage;
  bool changed_ = false;
  std::unique_ptr<TreePath> path_;
  FetchPage fetch_;
  PageNumber next_ = kNoPage;
  uint64_t row_count_ = 0;
  uint64_t visited_count_ = 0;
};

// Checks every page of the file: the freelist, the trees (table and index) at `roots`, their
// overflow chains, pointer maps, the order of rowids, the bytes of each page, pages used twice or
// never. Answers
// SQLite's messages, at most `error_count_max`; none when all is well. Like SQLite's, each is one
// line; the caller puts "*** in database main ***" before them.
//
// What is in the rows, and so the order of an index's entries, is not looked at here.
//
// An error of a read ends the check with that error. Starts again when a tree changes at one of its
// waits.
struct IntegrityReport {
  std::vector<std::string> messages;
  std::vector<uint64_t> row_counts;  // of each root, as far as its tree could be walked
};

class CheckIntegrity final : public Resumable<CheckIntegrity, IntegrityReport>, private TreeUser {
 public:
  enum class State : uint8_t {
    kStart,
    kMap,
    kMapArrived,
    kList,
    kListArrived,
    kNextRoot,
    kEnter,
    kEntered,
    kCell,
    kChild,
    kLeave,
    kUnused,
  };
  static constexpr Edge<State> kEdges[] = {
      {State::kStart, State::kMap},       // in a file with pointer maps
      {State::kMap, State::kMapArrived},  // a page was not in the cache
      {State::kMapArrived, State::kMap},
      {State::kMapArrived, State::kStart},
      {State::kMap, State::kList},
      {State::kStart, State::kList},        // the freelist
      {State::kList, State::kListArrived},  // a page was not in the cache
      {State::kList, State::kList},
      {State::kListArrived, State::kList},
      {State::kList, State::kNextRoot},  // that was the freelist
      {State::kList, State::kChild},     // that was the overflow chain of a cell
      {State::kNextRoot, State::kEnter},
      {State::kEnter, State::kEntered},  // a page was not in the cache
      {State::kEnter, State::kCell},
      {State::kEnter, State::kChild},  // an interior page: its right child first
      {State::kEntered, State::kCell},
      {State::kEntered, State::kChild},
      {State::kCell, State::kList},
      {State::kCell, State::kChild},
      {State::kCell, State::kLeave},  // no cell is left
      {State::kChild, State::kEnter},
      {State::kChild, State::kCell},   // a leaf has none
      {State::kEnter, State::kLeave},  // the page cannot be looked into
      {State::kEntered, State::kLeave},
      {State::kLeave, State::kCell},  // up: the cell before
      {State::kLeave, State::kNextRoot},
      {State::kNextRoot, State::kUnused},
      // The tree has changed at a wait.
      {State::kListArrived, State::kStart},
      {State::kEntered, State::kStart},
  };

  CheckIntegrity();
  ~CheckIntegrity();
  void Start(Btree& btree, std::vector<PageNumber> roots, int error_count_max);

 private:
  friend Resumable;
  struct Parts;  // all that one run needs

  Next Run(State state);
  Next StartOver();
  Next Map();
  Next MapArrived();
  Next StartList();
  Next List();
  Next ListArrived();
  Next ListEnded();
  void FollowList(const PageRef& page);
  Next NextRoot();
  Next Enter();
  Next Entered();
  Next LookInto(PageRef page);
  Next Cell();
  Next Child();
  Next LeavePage();
  Next AfterChild();
  Next Unused();
  Next Ended(Status status);
  void LetGo() override;
  void OnAbandon() override;

  std::unique_ptr<Parts> parts_;
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_BTREE_BTREE_H_
