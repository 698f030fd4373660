// A TreePath is the pinned pages from a tree's root down to where someone stands in it.

#ifndef ORRERY_ENGINE_BTREE_TREE_PATH_H_
#define ORRERY_ENGINE_BTREE_TREE_PATH_H_

#include <array>
#include <cstdint>
#include <string_view>
#include <utility>

#include "engine/base/check.h"
#include "engine/base/status.h"
#include "engine/format/btree_page.h"
#include "engine/storage/page_ref.h"
#include "engine/storage/pager.h"

namespace orrery {

enum class TreeFamily : uint8_t { kTable, kIndex, kTableOrIndex };

class TreePath {
 public:
  // More levels than a tree of 2^32 pages has; a damaged one may go in circles.
  static constexpr uint32_t kDepthMax = 20;

  struct Level {
    PageRef ref;
    BtreePage page;
    // The child that the path goes on to; in the last level the cell it stands at, or one past all.
    // The child of that number lies before the cell of that number.
    uint32_t index = 0;
  };

  TreePath(Pager& pager, TreeFamily family) : pager_(pager), family_(family) {}
  TreePath(const TreePath&) = delete;
  TreePath& operator=(const TreePath&) = delete;

  bool empty() const { return depth_ == 0; }
  uint32_t depth() const { return depth_; }
  Level& top() { return *top_; }  // not empty
  const Level& top() const { return *top_; }
  Level& operator[](uint32_t level) { return levels_[level]; }

  // Goes down to a page. Refuses one that cannot be there: of another kind of tree, empty below the
  // root, or too deep. The path is as before then.
  Defect Push(PageRef ref, PageNumber number) {
    if (const Defect defect = PushNew(std::move(ref), number)) return defect;
    const BtreePage& page = top().page;
    Defect defect = nullptr;
    if (depth_ == 1) {
      if (family_ == TreeFamily::kTable && !page.is_table()) {
        defect = "not a page of a table";
      } else if (family_ == TreeFamily::kIndex && page.is_table()) {
        defect = "not a page of an index";
      } else if (page.cell_count() == 0 && !page.is_leaf() && number != 1) {
        // On page 1 an only child may be too large for its parent.
        defect = "root with nothing but a child";
      }
    } else if (page.is_table() != levels_[0].page.is_table()) {
      defect = "page of another kind of tree";
    } else if (page.cell_count() == 0) {
      defect = "empty page below the root";
    } else if (number == 1) {
      defect = "page 1 below a root";
    }
    if (defect != nullptr) [[unlikely]]
      Pop();
    return defect;
  }
  // A page that has just been made, and may be empty for the moment.
  Defect PushNew(PageRef ref, PageNumber number) {
    if (depth_ == kDepthMax) return "tree is too deep";
    Level& level = levels_[depth_];
    if (const Defect defect =
            BtreePage::Open(ref.data(), number, pager_.usable_size(), &level.page)) {
      return defect;
    }
    level.ref = std::move(ref);
    level.index = 0;
    top_ = &level;
    ++depth_;
    return nullptr;
  }
  void Pop() {
    CHECK(depth_ > 0);
    levels_[--depth_].ref.Release();
    top_ = depth_ == 0 ? nullptr : &levels_[depth_ - 1];
  }
  void Cut(uint32_t depth) {
    while (depth_ > depth) Pop();
  }
  void Clear() { Cut(0); }

  // Whether a page is pinned by this path: where a chain or a sibling must not lead.
  bool Holds(PageNumber number) const {
    for (uint32_t i = 0; i < depth_; ++i) {
      if (levels_[i].ref.number() == number) return true;
    }
    return false;
  }

 private:
  Pager& pager_;
  TreeFamily family_;
  uint32_t depth_ = 0;
  Level* top_ = nullptr;
  std::array<Level, kDepthMax> levels_;
};

// What is wrong with a page whose child `child`, as BtreePage::Child() gives it, does not exist.
inline Defect MissingChild(PageNumber child) {
  return child == kNoPage ? "cell pointer out of range" : "child page is not in the file";
}

// kCorrupt, with the page and the file in the message.
Status CorruptPage(const Pager& pager, PageNumber number, std::string_view what);

// Whether a page number found in the file can be that of a page.
inline bool PageExists(const Pager& pager, PageNumber number) {
  return number - 1 < pager.page_count();  // 0 wraps to the largest
}

}  // namespace orrery

#endif  // ORRERY_ENGINE_BTREE_TREE_PATH_H_
