// For tests: where an operation is made to wait.

#ifndef ORRERY_ENGINE_BTREE_WAITS_H_
#define ORRERY_ENGINE_BTREE_WAITS_H_

#include "engine/io/io.h"
#include "engine/io/yield_site.h"

namespace orrery {

// Makes every operation wait at every yield site.
class WaitEverywhere final : public IoObserver {
 public:
  bool ForceWait(const YieldSite&) override { return on && (again_ = !again_); }
  bool on = false;

 private:
  bool again_ = false;  // the same site asks again after its wait
};

// Makes one occurrence of a yield site wait.
class WaitOnce final : public IoObserver {
 public:
  bool ForceWait(const YieldSite&) override { return left-- == 0; }
  int left = -1;
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_BTREE_WAITS_H_
