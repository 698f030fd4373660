// WaitPairs is a matrix of yield site by yield site: how often two fibers, which are two
// connections, were waiting at these two places at the same time. The share of it that has been met
// says how much of what connections may do to each other has been tried.
//
// A fiber's place is the yield site that it passed last before it waited.

#ifndef ORRERY_SIM_WORLD_WAIT_PAIRS_H_
#define ORRERY_SIM_WORLD_WAIT_PAIRS_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "engine/io/yield_site.h"

namespace orrery::sim {

class WaitPairs {
 public:
  WaitPairs();

  // `fiber` waits at `site` from now on, or goes on (no effect when it does not wait).
  void Wait(uint32_t fiber, const YieldSite& site);
  void GoOn(uint32_t fiber);

  // How often one began to wait at one of the sites while another waited at the other.
  uint64_t count(const YieldSite& a, const YieldSite& b) const;
  // Adds another world's counts.
  void Add(const WaitPairs& other);

  // The sites that anyone has waited at; the pairs of these, each with itself too; how many of the
  // pairs have been met.
  size_t site_count() const;
  size_t pair_count() const;
  size_t met_count() const;
  // The names of those that have not, sorted.
  std::vector<std::string> NotMet() const;

 private:
  struct Waiting {
    uint32_t fiber;
    size_t site;
  };

  static size_t At(size_t a, size_t b) { return a < b ? b * (b + 1) / 2 + a : a * (a + 1) / 2 + b; }

  std::vector<uint64_t> wait_counts_;  // by YieldSite::index()
  std::vector<uint64_t> met_counts_;   // by pair, see At()
  std::vector<Waiting> waiting_;
};

}  // namespace orrery::sim

#endif  // ORRERY_SIM_WORLD_WAIT_PAIRS_H_
