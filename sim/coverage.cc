#include "sim/coverage.h"

namespace orrery::sim {
namespace {

std::string List(const std::string& title, const std::vector<std::string>& names) {
  std::string text = title + ": " + std::to_string(names.size()) + "\n";
  for (const std::string& name : names) text += "  " + name + "\n";
  return text;
}

std::string CountLine(std::string_view name, uint64_t count) {
  return "  " + std::string(name) + ": " + std::to_string(count) + "\n";
}

std::string CountLine(std::string_view name, uint64_t count, std::string_view of, uint64_t all) {
  return "  " + std::string(name) + ": " + std::to_string(count) + std::string(of) +
         std::to_string(all) + "\n";
}

std::string DescribePairs(const WaitPairs& pairs) {
  const size_t met = pairs.met_count();
  const size_t all = pairs.pair_count();
  const size_t per_mille = all == 0 ? 0 : met * 1000 / all;
  return "pairs of waits of two connections: " + std::to_string(met) + " of " +
         std::to_string(all) + " met (" + std::to_string(per_mille / 10) + "." +
         std::to_string(per_mille % 10) + "%), over " + std::to_string(pairs.site_count()) +
         " yield sites\n";
}

}  // namespace

void Coverage::Add(const World& world, const WaitPlan& plan) {
  waits_.Add(plan);
  Add(world);
}

void Coverage::Add(const World& world) {
  pairs_.Add(world.wait_pairs());
  disciplines_.Add(world.disciplines());
  for (const FaultSpec& spec : kFaults) {
    FaultCount& count = faults_[static_cast<size_t>(spec.fault)];
    count.strike_count += world.faults().strike_count(spec.fault);
    count.opportunity_count += world.faults().opportunity_count(spec.fault);
  }
}

std::string Coverage::Describe(bool in_full) const {
  std::string text = List("yield sites never forced", waits_.NeverForced());
  text += DescribePairs(pairs_);
  text += "how operations ended:\n" + disciplines_.ToString();
  std::vector<std::string> quiet;
  for (const FaultSpec& spec : kFaults) {
    if (faults_[static_cast<size_t>(spec.fault)].strike_count == 0) quiet.emplace_back(spec.name);
  }
  text += List("faults that never struck", quiet);
  text += List("probes never reached", UnreachedProbes());
  if (!in_full) return text;

  text += "faults, by their strikes:\n";
  for (const FaultSpec& spec : kFaults) {
    const FaultCount& count = faults_[static_cast<size_t>(spec.fault)];
    text += CountLine(spec.name, count.strike_count, " at opportunities ", count.opportunity_count);
  }
  text += "probes, by how often they were reached:\n";
  for (size_t i = 0; i < kProbeCount; ++i) {
    text += CountLine(kProbes[i].name, waits_.probe_count(static_cast<Probe>(i)));
  }
  text += "memory, by how often it was refused:\n";
  for (size_t i = 0; i < kAllocationCount; ++i) {
    const auto what = static_cast<Allocation>(i);
    text += CountLine(kAllocationNames[i], waits_.refused_count(what), " of ",
                      waits_.asked_count(what));
  }
  text += "yield sites, by the waits forced there:\n";
  for (const YieldSite* site : YieldSite::All()) {
    text +=
        CountLine(site->name(), waits_.forced_count(*site), " of ", waits_.occurrence_count(*site));
  }
  return text + List("pairs of waits not met", pairs_.NotMet());
}

}  // namespace orrery::sim
