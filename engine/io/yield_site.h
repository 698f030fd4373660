// A yield site is a named place in the engine that can wait. Each is a namespace-scope constant
// beside the code that waits there:
//
//   const YieldSite kDescend("btree.seek.descend");
//   ...
//   PageRef page = pager.TryPage(child, kDescend);   // empty: not there, or the simulator said
//   wait
//
// They register before main() runs and never change afterwards. A simulator may force a wait at any
// occurrence of any of them (IoObserver::ForceWait) and reports the sites it never forced.

#ifndef ORRERY_ENGINE_IO_YIELD_SITE_H_
#define ORRERY_ENGINE_IO_YIELD_SITE_H_

#include <cstddef>
#include <vector>

namespace orrery {

class YieldSite {
 public:
  explicit YieldSite(const char* name);  // LAYER.OPERATION.PLACE, unique
  YieldSite(const YieldSite&) = delete;
  YieldSite& operator=(const YieldSite&) = delete;

  const char* name() const { return name_; }
  // Dense, from 0, but in link order: index tables with it, never let it decide anything.
  int index() const { return index_; }

  // Every site linked into the program, sorted by name.
  static std::vector<const YieldSite*> All();
  // How many there are.
  static size_t Count();

 private:
  const char* name_;
  int index_;
  const YieldSite* next_;
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_IO_YIELD_SITE_H_
