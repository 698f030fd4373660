// Faults decides which fault strikes where, for one run. A fault strikes in one place:
//
//   if (faults.Strikes(Fault::kEioRead)) ...
//
// Each run has a swarm of its own: some faults are off, the others come at a rate drawn around that
// of the table. Between two strikes of a fault lies a number of opportunities that was drawn when
// it last struck, so an opportunity that passes costs a decrement and no draw. Every fault draws on
// a branch of its own: a new row leaves the others' strikes as they were.

#ifndef ORRERY_SIM_FAULTS_FAULTS_H_
#define ORRERY_SIM_FAULTS_FAULTS_H_

#include <array>
#include <cstdint>
#include <vector>

#include "sim/choices/choices.h"
#include "sim/faults/fault.h"

namespace orrery::sim {

// One bit a fault.
class FaultSet {
 public:
  constexpr FaultSet() = default;
  static constexpr FaultSet All() { return FaultSet((uint64_t{1} << kFaultCount) - 1); }
  // Those that keep one of the stronger promises, up to and including `weakest`.
  static constexpr FaultSet Keeping(Promise weakest) {
    FaultSet set;
    for (const FaultSpec& spec : kFaults) {
      if (spec.promise <= weakest) set.Add(spec.fault);
    }
    return set;
  }

  constexpr bool Has(Fault fault) const { return bits_ >> static_cast<unsigned>(fault) & 1; }
  constexpr void Add(Fault fault) { bits_ |= uint64_t{1} << static_cast<unsigned>(fault); }
  constexpr void Remove(Fault fault) { bits_ &= ~(uint64_t{1} << static_cast<unsigned>(fault)); }
  constexpr bool empty() const { return bits_ == 0; }
  constexpr FaultSet And(FaultSet other) const { return FaultSet(bits_ & other.bits_); }

 private:
  explicit constexpr FaultSet(uint64_t bits) : bits_(bits) {}
  uint64_t bits_ = 0;
};

// Told of each strike, for the event hash and the trace.
class FaultObserver {
 public:
  virtual void OnStrike(Fault fault) = 0;

 protected:
  ~FaultObserver() = default;
};

// How much strikes in a run.
struct SwarmRates {
  uint32_t on_per_million = 500'000;  // for each fault by itself
  std::vector<uint32_t> percents = {25, 50, 100, 200, 400};  // of the table's rate
};

class Faults {
 public:
  // No fault ever strikes, and nothing is drawn but by those set with SetRate or StrikeAt later.
  explicit Faults(Choices run);
  // A swarm of `allowed`: each may be on, at one of a few multiples of its rate.
  static Faults Swarm(Choices run, FaultSet allowed, const SwarmRates& rates = {});
  // Every one of `allowed` is on, at its rate.
  static Faults Every(Choices run, FaultSet allowed);

  // Whether `fault` strikes at this opportunity. A few ns when it does not.
  bool Strikes(Fault fault) {
    Entry& entry = entries_[static_cast<size_t>(fault)];
    ++entry.opportunity_count;
    if (entry.until_strike == 0 || --entry.until_strike > 0) [[likely]]
      return false;
    return Strike(fault);
  }
  // For what a strike leaves open: how short, which part.
  Choices& choices(Fault fault) { return entries_[static_cast<size_t>(fault)].choices; }

  // 0 turns it off.
  void SetRate(Fault fault, uint32_t per_million);
  // For a run with synchronous below FULL whose oracles need the promises of the table.
  void TurnOffWhatNeedsFull();
  // For sweeps: strikes once, at the n-th opportunity from now (1 is the next), and never again.
  void StrikeAt(Fault fault, uint64_t nth);
  // Likewise, but strikes at every later opportunity, too.
  void StrikeFrom(Fault fault, uint64_t nth);
  // From here on nothing strikes: what follows must succeed.
  void Stop();
  bool stopped() const { return stopped_; }

  bool on(Fault fault) const { return entries_[static_cast<size_t>(fault)].per_million > 0; }
  uint64_t strike_count(Fault fault) const {
    return entries_[static_cast<size_t>(fault)].strike_count;
  }
  uint64_t opportunity_count(Fault fault) const {
    return entries_[static_cast<size_t>(fault)].opportunity_count;
  }
  uint64_t strike_count() const;

  void SetObserver(FaultObserver* observer) { observer_ = observer; }  // may be null

 private:
  struct Entry {
    Choices choices;
    uint32_t per_million = 0;
    bool for_good = false;      // after StrikeFrom
    uint64_t until_strike = 0;  // opportunities, the striking one included; 0: never
    uint64_t strike_count = 0;
    uint64_t opportunity_count = 0;
  };

  bool Strike(Fault fault);

  std::vector<Entry> entries_;  // by fault
  bool stopped_ = false;
  FaultObserver* observer_ = nullptr;
};

}  // namespace orrery::sim

#endif  // ORRERY_SIM_FAULTS_FAULTS_H_
