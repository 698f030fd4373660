#include "engine/io/yield_site.h"

#include <algorithm>
#include <string_view>

namespace orrery {
namespace {
// Written by the constructors of static objects only, before main().
constinit const YieldSite* last_site = nullptr;
}  // namespace

YieldSite::YieldSite(const char* name)
    : name_(name), index_(last_site == nullptr ? 0 : last_site->index_ + 1), next_(last_site) {
  last_site = this;
}

size_t YieldSite::Count() {
  return last_site == nullptr ? 0 : static_cast<size_t>(last_site->index_) + 1;
}

std::vector<const YieldSite*> YieldSite::All() {
  std::vector<const YieldSite*> sites;
  for (const YieldSite* site = last_site; site != nullptr; site = site->next_) {
    sites.push_back(site);
  }
  std::sort(sites.begin(), sites.end(), [](const YieldSite* a, const YieldSite* b) {
    return std::string_view(a->name_) < std::string_view(b->name_);
  });
  return sites;
}

}  // namespace orrery
