#include "sim/world/wait_pairs.h"

#include <algorithm>

namespace orrery::sim {
namespace {

size_t CountAboveZero(const std::vector<uint64_t>& counts) {
  return static_cast<size_t>(
      std::count_if(counts.begin(), counts.end(), [](uint64_t count) { return count > 0; }));
}

size_t IndexOf(const YieldSite& site) { return static_cast<size_t>(site.index()); }

}  // namespace

WaitPairs::WaitPairs()
    : wait_counts_(YieldSite::Count()),
      met_counts_(YieldSite::Count() * (YieldSite::Count() + 1) / 2) {}

void WaitPairs::Wait(uint32_t fiber, const YieldSite& site) {
  const size_t index = IndexOf(site);
  ++wait_counts_[index];
  for (const Waiting& other : waiting_) ++met_counts_[At(index, other.site)];
  waiting_.push_back({.fiber = fiber, .site = index});
}

void WaitPairs::GoOn(uint32_t fiber) {
  for (Waiting& waiting : waiting_) {
    if (waiting.fiber != fiber) continue;
    waiting = waiting_.back();
    waiting_.pop_back();
    return;
  }
}

uint64_t WaitPairs::count(const YieldSite& a, const YieldSite& b) const {
  return met_counts_[At(IndexOf(a), IndexOf(b))];
}

void WaitPairs::Add(const WaitPairs& other) {
  for (size_t i = 0; i < met_counts_.size(); ++i) met_counts_[i] += other.met_counts_[i];
  for (size_t i = 0; i < wait_counts_.size(); ++i) wait_counts_[i] += other.wait_counts_[i];
}

size_t WaitPairs::site_count() const { return CountAboveZero(wait_counts_); }

size_t WaitPairs::pair_count() const { return site_count() * (site_count() + 1) / 2; }

size_t WaitPairs::met_count() const { return CountAboveZero(met_counts_); }

std::vector<std::string> WaitPairs::NotMet() const {
  std::vector<const YieldSite*> sites;
  for (const YieldSite* site : YieldSite::All()) {
    if (wait_counts_[IndexOf(*site)] > 0) sites.push_back(site);
  }
  std::vector<std::string> names;
  for (size_t i = 0; i < sites.size(); ++i) {
    for (size_t j = i; j < sites.size(); ++j) {
      if (count(*sites[i], *sites[j]) > 0) continue;
      names.push_back(std::string(sites[i]->name()) + " + " + sites[j]->name());
    }
  }
  return names;
}

}  // namespace orrery::sim
