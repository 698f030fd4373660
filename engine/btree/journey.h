// A Journey moves a TreePath to a row of a table (table_journey.h) or an entry of an index
// (index_journey.h): along a key, or on to the one beside.
//
// It is plain code as long as the pages are in the cache. At one that is not it stops with kMiss;
// whoever has fetched the page gives it to Arrive(), and the same code goes on. Travel is the
// operation that does so. A journey that is given up on leaves a path that is good for nothing but
// Clear().

#ifndef ORRERY_ENGINE_BTREE_JOURNEY_H_
#define ORRERY_ENGINE_BTREE_JOURNEY_H_

#include <cstdint>
#include <utility>

#include "engine/btree/seek_mode.h"
#include "engine/btree/tree_path.h"
#include "engine/io/resumable.h"
#include "engine/io/yield_site.h"
#include "engine/storage/page_operations.h"

namespace orrery {

class Journey {
 public:
  enum class Outcome : uint8_t {
    kOnRow,
    // There is no such row. After a search for kEqual the path stands where the row would be.
    kNoRow,
    kMiss,     // missing() is needed
    kDamaged,  // damage() says where and what
    kGoesOn,   // never an answer: there is more to do
  };

  PageNumber root() const { return root_; }

  // To what the last search looked for, as kEqual: what an insert asks for.
  virtual Outcome ToTarget() = 0;

  // After kMiss.
  PageNumber missing() const { return missing_; }
  const YieldSite& site() const { return *site_; }
  virtual Outcome Arrive(PageRef page) = 0;

  Status damage() const { return CorruptPage(pager_, damaged_page_, defect_); }

 protected:
  // Which way down where there is no key.
  enum class Toward : uint8_t { kFirst, kLast, kKey };

  Journey(Pager& pager, TreePath& path, PageNumber root)
      : pager_(pager), path_(path), root_(root) {}
  ~Journey() = default;

  // Goes down to the child at which the path points, or to the root. kGoesOn: the path has it.
  Outcome DownOne();
  // The same, with the page that was missing.
  Outcome Enter(PageRef page, PageNumber number);
  Outcome Miss(PageNumber number) {
    missing_ = number;
    return Outcome::kMiss;
  }
  Outcome Damaged(PageNumber number, Defect defect) {
    damaged_page_ = number;
    defect_ = defect;
    return Outcome::kDamaged;
  }

  Pager& pager_;
  TreePath& path_;
  const PageNumber root_;
  Toward toward_ = Toward::kFirst;
  SeekMode mode_ = SeekMode::kEqual;
  const YieldSite* site_ = nullptr;

 private:
  PageNumber missing_ = kNoPage;
  PageNumber damaged_page_ = kNoPage;
  Defect defect_ = nullptr;
};

inline Journey::Outcome Journey::DownOne() {
  PageNumber next = root_;
  if (path_.empty()) {
    // A database that nobody has written to has no pages, and an empty schema.
    if (pager_.page_count() == 0) return Outcome::kNoRow;
    if (!PageExists(pager_, next)) return Damaged(next, "root page is not in the file");
  } else {
    const TreePath::Level& here = path_.top();
    next = here.page.Child(here.index);
    if (!PageExists(pager_, next)) [[unlikely]] {
      return Damaged(here.ref.number(), MissingChild(next));
    }
  }
  PageRef page = pager_.TryPage(next, *site_);
  if (!page) return Miss(next);
  return Enter(std::move(page), next);
}

inline Journey::Outcome Journey::Enter(PageRef page, PageNumber number) {
  if (const Defect defect = path_.Push(std::move(page), number)) [[unlikely]] {
    return Damaged(number, defect);
  }
  return Outcome::kGoesOn;
}

// Takes a journey that missed a page to its end. True when it leads to a row.
class Travel final : public Resumable<Travel, bool> {
 public:
  enum class State : uint8_t { kFetch, kArrive };
  static constexpr Edge<State> kEdges[] = {
      {State::kFetch, State::kArrive},  // the page is here
      {State::kArrive, State::kFetch},  // and the next one is missing
  };

  Travel(Pager& pager, Journey& journey) : pager_(pager), journey_(journey) {}
  void Start() { Begin(State::kFetch); }

 private:
  friend Resumable;
  Next Run(State state);
  Next Fetch();
  Next Arrive();

  Pager& pager_;
  Journey& journey_;
  FetchPage fetch_;
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_BTREE_JOURNEY_H_
