// A Journey moves a TreePath to a row of a table tree: along a rowid (seek.cc), or on to the row
// beside (step.cc).
//
// It is plain code as long as the pages are in the cache. At one that is not it stops with kMiss;
// whoever has fetched the page gives it to Arrive(), and the same code goes on. Travel is the
// operation that does so. A journey that is given up on leaves a path that is good for nothing but
// Clear().

#ifndef ORRERY_ENGINE_BTREE_JOURNEY_H_
#define ORRERY_ENGINE_BTREE_JOURNEY_H_

#include <cstdint>

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
    kGoesOn,   // never an answer: there is another level to go down to
  };

  Journey(Pager& pager, TreePath& path, PageNumber root)
      : pager_(pager), path_(path), root_(root) {}

  Outcome ToFirst();
  Outcome ToLast();
  Outcome ToRowid(int64_t rowid, SeekMode mode);
  // From the cell in the leaf where the path stands.
  Outcome Forward();
  Outcome Backward();

  PageNumber root() const { return root_; }

  // After kMiss.
  PageNumber missing() const { return missing_; }
  const YieldSite& site() const { return *site_; }
  Outcome Arrive(PageRef page);

  Status damage() const { return CorruptPage(pager_, damaged_page_, defect_); }

 private:
  enum class Toward : uint8_t { kFirst, kLast, kRowid };

  Outcome FromRoot();
  Outcome Down();
  Outcome Enter(PageRef page, PageNumber number);
  Outcome Look();
  Outcome Settle(bool equal);
  Outcome ClimbForward();
  Outcome ClimbBackward();
  Outcome Damaged(PageNumber number, Defect defect);

  Pager& pager_;
  TreePath& path_;
  const PageNumber root_;
  Toward toward_ = Toward::kFirst;
  SeekMode mode_ = SeekMode::kEqual;
  int64_t rowid_ = 0;
  const YieldSite* site_ = nullptr;
  PageNumber missing_ = kNoPage;
  PageNumber damaged_page_ = kNoPage;
  Defect defect_ = nullptr;
};

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
