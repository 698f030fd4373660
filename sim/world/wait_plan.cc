#include "sim/world/wait_plan.h"

#include <iterator>

#include "engine/io/yield_site.h"

namespace orrery::sim {

WaitPlan::WaitPlan() : counts_(YieldSite::Count()) {}

WaitPlan::WaitPlan(Choices choices, uint64_t mean) : WaitPlan() {
  if (mean == 0) return;
  choices_.push_back(choices);
  mean_ = mean;
  until_forced_ = choices_[0].Skip(mean_, "until-forced");
}

void WaitPlan::StayHere() {
  if (!choices_.empty()) choices_[0].SetCountdown(&until_forced_);
}

WaitPlan WaitPlan::Drawn(Choices choices) {
  constexpr uint64_t kMeans[] = {0, 0, 1000, 100, 10, 2, 1};
  const uint64_t mean = kMeans[choices.Choose(std::size(kMeans), "habit.forced-wait")];
  return WaitPlan(choices, mean);
}

WaitPlan WaitPlan::Every() {
  WaitPlan plan;
  plan.mean_ = 1;
  plan.until_forced_ = 1;
  return plan;
}

WaitPlan WaitPlan::At(std::vector<uint64_t> occurrences) {
  WaitPlan plan;
  plan.at_.assign(occurrences.rbegin(), occurrences.rend());
  plan.TakeNext();
  return plan;
}

void WaitPlan::TakeNext() {
  if (mean_ > 0) {
    until_forced_ = choices_.empty() ? mean_ : choices_[0].Skip(mean_, "until-forced");
  } else if (!at_.empty()) {
    until_forced_ = at_.back() - occurrence_count_;
    at_.pop_back();
  }
}

bool WaitPlan::ForceWait(const YieldSite& site) {
  last_site_ = &site;
  Count& count = counts_[static_cast<size_t>(site.index())];
  ++count.occurred;
  ++occurrence_count_;
  if (until_forced_ == 0 || --until_forced_ > 0) return false;
  TakeNext();
  ++count.forced;
  ++forced_count_;
  if (listener_ != nullptr) listener_->OnForcedWait(site);
  return true;
}

bool WaitPlan::FailAllocation(Allocation allocation) {
  ++asked_[static_cast<size_t>(allocation)];
  if (listener_ == nullptr || !listener_->RefusesMemory()) return false;
  ++refused_[static_cast<size_t>(allocation)];
  return true;
}

uint64_t WaitPlan::occurrence_count(const YieldSite& site) const {
  return counts_[static_cast<size_t>(site.index())].occurred;
}

uint64_t WaitPlan::forced_count(const YieldSite& site) const {
  return counts_[static_cast<size_t>(site.index())].forced;
}

void WaitPlan::Add(const WaitPlan& other) {
  occurrence_count_ += other.occurrence_count_;
  forced_count_ += other.forced_count_;
  for (size_t i = 0; i < counts_.size(); ++i) {
    counts_[i].occurred += other.counts_[i].occurred;
    counts_[i].forced += other.counts_[i].forced;
  }
  for (size_t i = 0; i < kProbeCount; ++i) probe_counts_[i] += other.probe_counts_[i];
  for (size_t i = 0; i < kAllocationCount; ++i) {
    asked_[i] += other.asked_[i];
    refused_[i] += other.refused_[i];
  }
}

std::vector<std::string> WaitPlan::NeverForced() const {
  std::vector<std::string> names;
  for (const YieldSite* site : YieldSite::All()) {
    if (forced_count(*site) == 0) names.emplace_back(site->name());
  }
  return names;
}

std::vector<std::string> WaitPlan::UnreachedProbes() const {
  std::vector<std::string> names;
  for (size_t i = 0; i < kProbeCount; ++i) {
    if (probe_counts_[i] == 0) names.emplace_back(kProbes[i].name);
  }
  return names;
}

}  // namespace orrery::sim
