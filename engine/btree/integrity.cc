// The order of the walk is SQLite's, so that the messages come in its order and an error count that
// runs out cuts them at the same place: a page's right child, then its cells from the last to the
// first, each with its overflow chain and its left child, then the bytes of the page itself.

#include <algorithm>
#include <limits>
#include <utility>

#include "engine/btree/btree.h"
#include "engine/format/payload_layout.h"
#include "engine/format/pointer_map.h"

namespace orrery {
namespace {

const YieldSite kListSite("btree.integrity.list");
const YieldSite kMapSite("btree.integrity.map");
const YieldSite kTreeSite("btree.integrity.descend");

std::string Text(uint64_t number) { return std::to_string(number); }

struct Extent {
  uint32_t first;
  uint32_t last;
  auto operator<=>(const Extent&) const = default;
};

}  // namespace

struct CheckIntegrity::Parts {
  // A page being looked at, with its place in the tree above it.
  struct Level {
    PageRef ref;
    PageNumber number = kNoPage;
    BtreePage page;
    bool at_right_child = false;
    uint32_t cells_left = 0;       // the cell at hand is the last of these
    int child_depth = -1;          // of the subtrees; a leaf is at depth 0
    int64_t rowid_max = 0;         // what the next rowid, going backward, may not exceed
    bool rowid_may_be_max = true;  // the last rowid of a subtree repeats its divider
    bool check_bytes = true;
  };

  Parts(Btree& tree, std::vector<PageNumber> root_pages, int count_max)
      : btree(tree),
        pager(tree.pager()),
        roots(std::move(root_pages)),
        error_count_max(static_cast<size_t>(std::max(count_max, 0))) {}

  bool full() const { return messages.size() >= error_count_max; }

  void Report(const std::string& message) {
    if (!full()) messages.push_back(Where() + message);
  }
  void ReportPlain(std::string message) {
    if (!full()) messages.push_back(std::move(message));
  }
  std::string Where() const {
    if (list_is_freelist && in_list) return "Freelist: ";
    if (levels.empty()) return "";
    const Level& here = levels.back();
    const std::string page = "Tree " + Text(root) + " page " + Text(here.number);
    if (here.at_right_child) return page + " right child: ";
    if (opening) return page + ": ";
    return page + " cell " + Text(here.cells_left - 1) + ": ";
  }

  // Notes that something refers to a page; false, with a message, when nothing may.
  bool Refer(PageNumber number) {
    if (!PageExists(pager, number)) {
      Report("invalid page number " + Text(number));
      return false;
    }
    if (referred[number]) {
      Report("2nd reference to page " + Text(number));
      return false;
    }
    referred[number] = true;
    return true;
  }

  // That the pointer map says of a page what was found.
  void CheckOwner(PageNumber page, PageUse use, PageNumber parent) {
    if (!pager.has_pointer_maps()) return;
    if (page < 2 || page >= owners.size() || PointerMapOf(page) == page) {
      Report("Failed to read ptrmap key=" + Text(page));
      return;
    }
    const PageOwner owner = owners[page];
    if (owner.use < PageUse::kRoot || owner.use > PageUse::kTreeChild) {
      Report("Failed to read ptrmap key=" + Text(page));
      return;
    }
    if (owner == PageOwner{use, parent}) return;
    const auto pair = [](const PageOwner& of) {
      return "(" + Text(static_cast<uint8_t>(of.use)) + "," + Text(of.parent) + ")";
    };
    Report("Bad ptr map entry key=" + Text(page) + " expected=" + pair({use, parent}) +
           " got=" + pair(owner));
  }
  PageNumber PointerMapOf(PageNumber page) const {
    return PointerMapPage(page, pager.usable_size(), pager.page_size());
  }

  void CheckBytes();

  Btree& btree;
  Pager& pager;
  std::vector<PageNumber> roots;
  size_t error_count_max;
  FetchPage fetch;
  bool changed = false;

  std::vector<std::string> messages;
  std::vector<uint64_t> row_counts;
  std::vector<bool> referred;
  std::vector<PageOwner> owners;  // as the pointer maps have them
  PageNumber map_next = kNoPage;  // the first page whose owner has not been read
  size_t next_root = 0;
  PageNumber root = kNoPage;
  std::vector<Level> levels;
  PageNumber entering = kNoPage;
  int64_t entering_rowid_max = 0;
  bool opening = false;  // the last level's page has just been reached
  // What the subtree just left has to say.
  int left_depth = 0;
  bool left_known = false;  // its smallest rowid counts
  int64_t left_rowid_min = 0;

  // The freelist or an overflow chain.
  bool in_list = false;
  bool list_is_freelist = false;
  PageNumber list_next = kNoPage;
  uint32_t list_expected = 0;
  int64_t list_left = 0;  // below 0: longer than it should be
  size_t list_messages = 0;
};

CheckIntegrity::CheckIntegrity() = default;
CheckIntegrity::~CheckIntegrity() { Abandon(); }

void CheckIntegrity::Start(Btree& btree, std::vector<PageNumber> roots, int error_count_max) {
  parts_ = std::make_unique<Parts>(btree, std::move(roots), error_count_max);
  Join(btree, kNoPage);
  Begin(State::kStart);
}

CheckIntegrity::Next CheckIntegrity::Run(State state) {
  switch (state) {
    case State::kStart:
      return StartOver();
    case State::kMap:
      return Map();
    case State::kMapArrived:
      return MapArrived();
    case State::kList:
      return List();
    case State::kListArrived:
      return ListArrived();
    case State::kNextRoot:
      return NextRoot();
    case State::kEnter:
      return Enter();
    case State::kEntered:
      return Entered();
    case State::kCell:
      return Cell();
    case State::kChild:
      return Child();
    case State::kLeave:
      return LeavePage();
    case State::kUnused:
      return Unused();
  }
  Unreachable();
}

void CheckIntegrity::LetGo() {
  parts_->changed = true;
  parts_->fetch.Abandon();
  parts_->levels.clear();
}

void CheckIntegrity::OnAbandon() {
  parts_.reset();
  Leave();
}

CheckIntegrity::Next CheckIntegrity::Ended(Status status) {
  IntegrityReport report{std::move(parts_->messages), std::move(parts_->row_counts)};
  parts_.reset();
  Leave();
  if (!status.ok()) return Fail(std::move(status));
  return Done(std::move(report));
}

CheckIntegrity::Next CheckIntegrity::StartOver() {
  Parts& parts = *parts_;
  const PageNumber page_count = parts.pager.page_count();
  parts.row_counts.assign(parts.roots.size(), 0);
  if (page_count == 0) return Ended(OkStatus());
  parts.changed = false;
  parts.messages.clear();
  parts.levels.clear();
  parts.next_root = 0;
  parts.referred.assign(size_t{page_count} + 1, false);
  const PageNumber lock_page = LockPage(parts.pager.page_size());
  if (lock_page <= page_count) parts.referred[lock_page] = true;
  parts.owners.assign(size_t{page_count} + 1, PageOwner());
  parts.map_next = 2;
  if (!parts.pager.has_pointer_maps()) return StartList();
  return Goto(State::kMap);
}

// -- Pointer maps --

CheckIntegrity::Next CheckIntegrity::Map() {
  Parts& parts = *parts_;
  if (parts.map_next > parts.pager.page_count()) return StartList();
  parts.fetch.Start(parts.pager, parts.PointerMapOf(parts.map_next), kMapSite);
  return AwaitOutcome(parts.fetch, State::kMapArrived);
}

CheckIntegrity::Next CheckIntegrity::MapArrived() {
  Parts& parts = *parts_;
  if (parts.changed) return Goto(State::kStart);
  if (!outcome().ok()) return Ended(outcome());
  const PageRef map = parts.fetch.Take();
  PageNumber& page = parts.map_next;
  for (; page < parts.owners.size() && parts.PointerMapOf(page) == map.number(); ++page) {
    if (page != map.number()) parts.owners[page] = OwnerIn(map.data(), map.number(), page);
  }
  return Goto(State::kMap);
}

// -- The freelist and overflow chains --

CheckIntegrity::Next CheckIntegrity::StartList() {
  Parts& parts = *parts_;
  parts.in_list = true;
  parts.list_is_freelist = true;
  parts.list_next = parts.pager.header().first_freelist_trunk;
  parts.list_expected = parts.pager.header().freelist_page_count;
  parts.list_left = parts.list_expected;
  parts.list_messages = 0;
  return Goto(State::kList);
}

CheckIntegrity::Next CheckIntegrity::List() {
  Parts& parts = *parts_;
  if (parts.list_next == kNoPage || parts.full() || !parts.Refer(parts.list_next)) {
    return ListEnded();
  }
  --parts.list_left;
  if (const PageRef page = parts.pager.TryPage(parts.list_next, kListSite)) {
    FollowList(page);
    return Goto(State::kList);
  }
  parts.fetch.Start(parts.pager, parts.list_next, kListSite);
  return AwaitOutcome(parts.fetch, State::kListArrived);
}

CheckIntegrity::Next CheckIntegrity::ListArrived() {
  Parts& parts = *parts_;
  if (parts.changed) return Goto(State::kStart);
  if (!outcome().ok()) return Ended(outcome());
  FollowList(parts.fetch.Take());
  return Goto(State::kList);
}

void CheckIntegrity::FollowList(const PageRef& page) {
  Parts& parts = *parts_;
  if (parts.list_is_freelist) {
    // A trunk: the next one, how many leaves, the leaves.
    parts.CheckOwner(parts.list_next, PageUse::kFree, kNoPage);
    const uint32_t leaf_count = LoadBig<uint32_t>(page.data() + 4);
    if (leaf_count > parts.pager.usable_size() / 4 - 2) {
      parts.Report("freelist leaf count too big on page " + Text(parts.list_next));
      --parts.list_left;
    } else {
      for (uint32_t i = 0; i < leaf_count; ++i) {
        const auto leaf = LoadBig<uint32_t>(page.data() + 8 + size_t{4} * i);
        parts.CheckOwner(leaf, PageUse::kFree, kNoPage);
        parts.Refer(leaf);
      }
      parts.list_left -= leaf_count;
    }
  } else if (parts.list_left > 0) {
    parts.CheckOwner(LoadBig<uint32_t>(page.data()), PageUse::kOverflowNext, parts.list_next);
  }
  parts.list_next = LoadBig<uint32_t>(page.data());
}

CheckIntegrity::Next CheckIntegrity::ListEnded() {
  Parts& parts = *parts_;
  if (parts.list_left != 0 && parts.messages.size() == parts.list_messages) {
    parts.Report((parts.list_is_freelist ? "size is " : "overflow list length is ") +
                 Text(static_cast<uint32_t>(parts.list_expected - parts.list_left)) +
                 " but should be " + Text(parts.list_expected));
  }
  parts.in_list = false;
  if (!parts.list_is_freelist) return Goto(State::kChild);
  const DatabaseHeader& header = parts.pager.header();
  const PageNumber largest = parts.roots.empty() ? kNoPage : std::ranges::max(parts.roots);
  if (parts.pager.has_pointer_maps()) {
    if (largest != header.largest_root_page) {
      parts.ReportPlain("max rootpage (" + Text(largest) + ") disagrees with header (" +
                        Text(header.largest_root_page) + ")");
    }
  } else if (header.incremental_vacuum != 0) {
    parts.ReportPlain("incremental_vacuum enabled with a max rootpage of zero");
  }
  return Goto(State::kNextRoot);
}

// -- Trees --

CheckIntegrity::Next CheckIntegrity::NextRoot() {
  Parts& parts = *parts_;
  parts.levels.clear();
  while (parts.next_root < parts.roots.size() && !parts.full()) {
    parts.root = parts.roots[parts.next_root++];
    if (parts.root == kNoPage) continue;
    if (parts.root > 1) parts.CheckOwner(parts.root, PageUse::kRoot, kNoPage);
    if (!parts.Refer(parts.root)) continue;
    parts.entering = parts.root;
    parts.entering_rowid_max = std::numeric_limits<int64_t>::max();
    return Goto(State::kEnter);
  }
  return Goto(State::kUnused);
}

CheckIntegrity::Next CheckIntegrity::Enter() {
  Parts& parts = *parts_;
  PageRef page = parts.pager.TryPage(parts.entering, kTreeSite);
  if (page) return LookInto(std::move(page));
  parts.fetch.Start(parts.pager, parts.entering, kTreeSite);
  return AwaitOutcome(parts.fetch, State::kEntered);
}

CheckIntegrity::Next CheckIntegrity::Entered() {
  Parts& parts = *parts_;
  if (parts.changed) return Goto(State::kStart);
  if (!outcome().ok()) return Ended(outcome());
  return LookInto(parts.fetch.Take());
}

CheckIntegrity::Next CheckIntegrity::LookInto(PageRef page) {
  Parts& parts = *parts_;
  Parts::Level& here = parts.levels.emplace_back();
  here.ref = std::move(page);
  here.number = parts.entering;
  here.rowid_max = parts.entering_rowid_max;
  parts.opening = true;
  const Defect defect =
      BtreePage::Open(here.ref.data(), here.number, parts.pager.usable_size(), &here.page);
  uint32_t free_size = 0;
  if (defect != nullptr) {
    parts.Report("btreeInitPage() returns error code 11");
  } else if (here.page.FreeSize(&free_size) != nullptr) {
    parts.Report("free space corruption");
  } else {
    parts.opening = false;
    here.cells_left = here.page.cell_count();
    if (here.page.is_leaf() || !here.page.is_table()) {
      parts.row_counts[parts.next_root - 1] += here.page.cell_count();
    }
    if (here.page.is_leaf()) return Goto(State::kCell);
    here.at_right_child = true;
    return Goto(State::kChild);
  }
  parts.opening = false;
  here.check_bytes = false;
  here.cells_left = 0;
  here.at_right_child = false;
  parts.left_known = false;
  return Goto(State::kLeave);
}

CheckIntegrity::Next CheckIntegrity::Cell() {
  Parts& parts = *parts_;
  Parts::Level& here = parts.levels.back();
  const uint32_t usable_size = parts.pager.usable_size();
  for (; here.cells_left > 0 && !parts.full(); --here.cells_left) {
    const uint32_t offset = here.page.RawCellOffset(here.cells_left - 1);
    const uint32_t content_start = here.page.content_start();
    if (offset < content_start || offset > usable_size - 4) {
      parts.Report("Offset " + Text(offset) + " out of range " + Text(content_start) + ".." +
                   Text(usable_size - 4));
      here.check_bytes = false;
      continue;
    }
    BtreeCell cell;
    if (here.page.ParseCellAt(offset, &cell) != nullptr || offset + cell.size > usable_size) {
      parts.Report("Extends off end of page");
      here.check_bytes = false;
      continue;
    }
    if (here.page.is_table()) {
      const bool in_order =
          here.rowid_may_be_max ? cell.rowid <= here.rowid_max : cell.rowid < here.rowid_max;
      if (!in_order) parts.Report("Rowid " + std::to_string(cell.rowid) + " out of order");
      here.rowid_max = cell.rowid;
      here.rowid_may_be_max = false;
    }
    if (cell.payload_size > cell.local_size) {
      parts.CheckOwner(cell.overflow_page, PageUse::kOverflowFirst, here.number);
      parts.in_list = true;
      parts.list_is_freelist = false;
      parts.list_next = cell.overflow_page;
      parts.list_expected = OverflowPageCount(cell.payload_size - cell.local_size, usable_size);
      parts.list_left = parts.list_expected;
      parts.list_messages = parts.messages.size();
      return Goto(State::kList);
    }
    if (!here.page.is_leaf()) return Goto(State::kChild);
  }
  parts.left_known = true;
  parts.left_rowid_min = here.rowid_max;
  return Goto(State::kLeave);
}

// The right child, or the left child of the cell at hand.
CheckIntegrity::Next CheckIntegrity::Child() {
  Parts& parts = *parts_;
  Parts::Level& here = parts.levels.back();
  if (here.page.is_leaf()) {
    --here.cells_left;
    return Goto(State::kCell);
  }
  const PageNumber child =
      here.at_right_child ? here.page.right_child() : here.page.Child(here.cells_left - 1);
  parts.CheckOwner(child, PageUse::kTreeChild, here.number);
  if (child != kNoPage && parts.Refer(child)) {
    parts.entering = child;
    parts.entering_rowid_max = here.rowid_max;
    return Goto(State::kEnter);
  }
  parts.left_depth = 0;
  parts.left_known = false;
  return AfterChild();
}

// Up from a page, which is at depth 0 when it is a leaf or cannot be looked into.
CheckIntegrity::Next CheckIntegrity::LeavePage() {
  Parts& parts = *parts_;
  if (parts.levels.back().check_bytes) parts.CheckBytes();
  parts.left_depth = parts.levels.back().child_depth + 1;
  parts.levels.pop_back();
  if (parts.levels.empty()) return Goto(State::kNextRoot);
  return AfterChild();
}

// Back in the page above: what its subtree turned out to be.
CheckIntegrity::Next CheckIntegrity::AfterChild() {
  Parts& parts = *parts_;
  Parts::Level& here = parts.levels.back();
  if (parts.left_known) here.rowid_max = parts.left_rowid_min;
  here.rowid_may_be_max = false;
  if (here.at_right_child) {
    here.child_depth = parts.left_depth;
    here.at_right_child = false;
  } else {
    if (parts.left_depth != here.child_depth) {
      parts.Report("Child page depth differs");
      here.child_depth = parts.left_depth;
    }
    --here.cells_left;
  }
  return Goto(State::kCell);
}

// Every byte from the start of the content on is in one cell or one freeblock, or a fragment.
void CheckIntegrity::Parts::CheckBytes() {
  const Level& here = levels.back();
  std::vector<Extent> extents;
  for (uint32_t i = 0; i < here.page.cell_count(); ++i) {
    BtreeCell cell;
    if (here.page.ParseCell(i, &cell) != nullptr) return;
    extents.push_back({cell.offset, cell.offset + cell.size - 1});
  }
  for (uint32_t block = here.page.first_freeblock(); block != 0;) {
    const uint32_t size = LoadBig<uint16_t>(here.page.data() + block + 2);
    extents.push_back({block, block + size - 1});
    block = LoadBig<uint16_t>(here.page.data() + block);
  }
  std::sort(extents.begin(), extents.end());
  uint32_t fragment_size = 0;
  uint32_t next = here.page.content_start();  // the first byte not accounted for
  for (size_t i = 0; i < extents.size(); ++i) {
    const Extent extent = extents[i];
    if (extent.first < next) {
      ReportPlain("Multiple uses for byte " + Text(extent.first) + " of page " + Text(here.number));
      // As in SQLite, the fragments are told all the same when nothing is left to look at.
      if (i + 1 < extents.size()) return;
      break;
    }
    fragment_size += extent.first - next;
    next = extent.last + 1;
  }
  fragment_size += pager.usable_size() - next;
  if (fragment_size != here.page.fragment_size()) {
    ReportPlain("Fragmentation of " + Text(fragment_size) + " bytes reported as " +
                Text(here.page.fragment_size()) + " on page " + Text(here.number));
  }
}

CheckIntegrity::Next CheckIntegrity::Unused() {
  Parts& parts = *parts_;
  const bool has_pointer_maps = parts.pager.has_pointer_maps();
  for (PageNumber page = 1; page <= parts.pager.page_count() && !parts.full(); ++page) {
    const bool pointer_map = has_pointer_maps && parts.PointerMapOf(page) == page;
    if (!parts.referred[page] && !pointer_map) {
      parts.ReportPlain("Page " + Text(page) + ": never used");
    } else if (parts.referred[page] && pointer_map) {
      parts.ReportPlain("Page " + Text(page) + ": pointer map referenced");
    }
  }
  return Ended(OkStatus());
}

}  // namespace orrery
