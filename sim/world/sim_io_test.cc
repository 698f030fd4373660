// Goal: the simulated Io keeps the promises that the engine relies on, in every discipline of
// completion that does not make calls fail.
// Method: the suite that all backends pass, on worlds with different faults turned on.
#include "sim/world/sim_io.h"

#include <memory>
#include <utility>

#include "engine/io/io_conformance.h"
#include "gtest/gtest.h"
#include "sim/choices/seed_source.h"
#include "sim/world/world.h"

namespace orrery {
namespace {

using sim::Fault;

struct Discipline {
  std::vector<Fault> faults;  // each in `per_million` of its opportunities
  uint32_t per_million = 300'000;
  uint64_t latency_nanoseconds = 50'000;
  uint32_t sector_size = 512;
};

struct Machine {
  explicit Machine(const Discipline& discipline)
      : source(1),
        faults(sim::Choices(source)),
        world(sim::Choices(source), faults,
              {.device = {.sector_size = discipline.sector_size},
               .latency_nanoseconds = discipline.latency_nanoseconds}),
        process(world.StartProcess("p")) {
    for (const Fault fault : discipline.faults) faults.SetRate(fault, discipline.per_million);
  }
  sim::SeedSource source;
  sim::Faults faults;
  sim::World world;
  sim::SimProcess& process;
};

IoConformanceCase Case(std::string name, Discipline discipline) {
  return {.name = std::move(name), .make = [discipline] {
            auto machine = std::make_shared<Machine>(discipline);
            Io* const io = &machine->process.io();
            return IoUnderTest{.owner = std::move(machine), .io = io, .directory = "d"};
          }};
}

INSTANTIATE_TEST_SUITE_P(
    Sim, IoConformanceTest,
    testing::Values(
        Case("NextTurn", {.latency_nanoseconds = 0}), Case("Later", {}),
        Case("LargeSectors", {.sector_size = 4096}),
        Case("InCall", {.faults = {Fault::kEarly}, .per_million = 1'000'000}),
        Case("OutOfOrder", {.faults = {Fault::kReorder, Fault::kDelay}}),
        Case("Hung", {.faults = {Fault::kHung}}),
        Case("ShortAndSplit", {.faults = {Fault::kShortRead, Fault::kShortWrite, Fault::kSplit}}),
        Case("Everything", {.faults = {Fault::kEarly, Fault::kReorder, Fault::kDelay, Fault::kHung,
                                       Fault::kShortRead, Fault::kShortWrite, Fault::kSplit}})),
    IoConformanceCaseName);

}  // namespace
}  // namespace orrery
