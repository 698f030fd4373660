#include "sim/faults/faults.h"

namespace orrery::sim {
namespace {

// Up to here the opportunities between two strikes are drawn at once; above, each on its own.
constexpr uint32_t kSkipPerMillionMax = 100'000;

}  // namespace

Faults::Faults(Choices run) {
  const Choices branch = run.Branch("fault");
  entries_.reserve(kFaultCount);
  for (const FaultSpec& spec : kFaults) entries_.push_back({.choices = branch.Branch(spec.name)});
}

Faults Faults::Swarm(Choices run, FaultSet allowed, const SwarmRates& rates) {
  Faults faults(run);
  for (const FaultSpec& spec : kFaults) {
    if (!allowed.Has(spec.fault)) continue;
    Choices& choices = faults.choices(spec.fault);
    if (!choices.Chance(rates.on_per_million, "on")) continue;
    const uint64_t percent = rates.percents[choices.Choose(rates.percents.size(), "rate")];
    const uint64_t per_million = spec.per_million * percent / 100;
    faults.SetRate(spec.fault,
                   static_cast<uint32_t>(per_million < kMillion ? per_million : kMillion));
  }
  return faults;
}

Faults Faults::Every(Choices run, FaultSet allowed) {
  Faults faults(run);
  for (const FaultSpec& spec : kFaults) {
    if (allowed.Has(spec.fault)) faults.SetRate(spec.fault, spec.per_million);
  }
  return faults;
}

void Faults::SetRate(Fault fault, uint32_t per_million) {
  Entry& entry = entries_[static_cast<size_t>(fault)];
  entry.per_million = per_million;
  entry.until_strike = 0;
  if (per_million == 0) return;
  if (per_million > kSkipPerMillionMax) {
    entry.until_strike = 1;
    return;
  }
  entry.until_strike = entry.choices.Skip(kMillion / per_million, "until");
  entry.choices.SetCountdown(&entry.until_strike);
}

void Faults::TurnOffWhatNeedsFull() {
  for (const FaultSpec& spec : kFaults) {
    if (spec.needs_full) SetRate(spec.fault, 0);
  }
}

void Faults::StrikeAt(Fault fault, uint64_t nth) {
  Entry& entry = entries_[static_cast<size_t>(fault)];
  entry.per_million = 0;
  entry.for_good = false;
  entry.until_strike = nth;
}

void Faults::StrikeFrom(Fault fault, uint64_t nth) {
  StrikeAt(fault, nth);
  entries_[static_cast<size_t>(fault)].for_good = true;
}

void Faults::Stop() {
  stopped_ = true;
  for (Entry& entry : entries_) {
    entry.per_million = 0;
    entry.for_good = false;
    entry.until_strike = 0;
  }
}

bool Faults::Strike(Fault fault) {
  Entry& entry = entries_[static_cast<size_t>(fault)];
  if (entry.per_million > kSkipPerMillionMax) {
    entry.until_strike = 1;
    if (!entry.choices.Chance(entry.per_million, "strikes")) return false;
  } else if (entry.per_million > 0) {
    entry.until_strike = entry.choices.Skip(kMillion / entry.per_million, "until");
  } else if (entry.for_good) {
    entry.until_strike = 1;
  }
  ++entry.strike_count;
  if (observer_ != nullptr) observer_->OnStrike(fault);
  return true;
}

uint64_t Faults::strike_count() const {
  uint64_t sum = 0;
  for (const Entry& entry : entries_) sum += entry.strike_count;
  return sum;
}

}  // namespace orrery::sim
