// Measures: simulated completions per second when the engine costs nothing, the upper bound of
// every simulator. Four clients in two processes read, write and sync pages of 4 KiB.
//   tools/bazel run --config=bench //sim/world:null_engine_bench

#include <memory>
#include <vector>

#include "benchmark/benchmark.h"
#include "sim/choices/seed_source.h"
#include "sim/world/world.h"

namespace orrery::sim {
namespace {

constexpr size_t kPageSize = 4096;

void ReadAndWrite(Io& io, size_t in_flight_count, int round_count, size_t client) {
  const std::unique_ptr<File> file = *io.Open("f", {.create = true});
  std::vector<std::byte> pages(kPageSize * in_flight_count);
  std::vector<Completion> done(in_flight_count);
  for (int round = 0; round < round_count; ++round) {
    for (size_t i = 0; i < in_flight_count; ++i) {
      const uint64_t offset =
          (static_cast<size_t>(round) * 7 + i * 13 + client * 31) % 200 * kPageSize;
      const MutableBytes page = MutableBytes(pages).subspan(i * kPageSize, kPageSize);
      if (round % 32 == 1 && i == 0) {
        file->Sync(SyncKind::kData, done[i]);
      } else if (round % 4 == 3) {
        page[100] = static_cast<std::byte>(round);
        file->Write(offset, page, done[i]);
      } else {
        file->Read(offset, page, done[i]);
      }
    }
    for (const Completion& each : done) (void)WaitFor(io, each);
  }
}

// The number of operations that a client has in flight; whether delays, reordering, short and split
// transfers are on.
void BM_Completions(benchmark::State& state) {
  const auto in_flight_count = static_cast<size_t>(state.range(0));
  uint64_t seed = 0;
  uint64_t io_count = 0;
  for (auto _ : state) {
    SeedSource source(++seed);
    const Choices root(source);
    Faults faults = state.range(1) == 0
                        ? Faults(root)
                        : Faults::Every(root, FaultSet::Keeping(Promise::kInvisible));
    World world(root, faults);
    for (int p = 0; p < 2; ++p) {
      SimProcess& process = world.StartProcess("p");
      for (size_t client = 0; client < 2; ++client) {
        world.Spawn(process, "c", [&process, in_flight_count, client] {
          ReadAndWrite(process.io(), in_flight_count, 5000 / static_cast<int>(in_flight_count),
                       client);
        });
      }
    }
    world.Run(UINT64_MAX);
    io_count += world.io_count();
  }
  state.SetItemsProcessed(static_cast<int64_t>(io_count));
}
BENCHMARK(BM_Completions)->ArgNames({"in_flight", "faults"})->ArgsProduct({{1, 4, 32}, {0, 1}});

void BM_FiberSwitch(benchmark::State& state) {
  StackPool stacks;
  Fiber* self = nullptr;
  bool stop = false;
  Fiber fiber(stacks, 0, "f", [&] {
    while (!stop) self->Suspend();
  });
  self = &fiber;
  for (auto _ : state) fiber.Resume();
  stop = true;
  fiber.Resume();
}
BENCHMARK(BM_FiberSwitch);  // there and back

void BM_ShmAccess(benchmark::State& state) {
  SeedSource source(1);
  const Choices root(source);
  Faults faults(root);
  World world(root, faults);
  SimProcess& process = world.StartProcess("p");
  const std::unique_ptr<File> file =
      *process.io().Open("f-shm", {.kind = FileKind::kSharedMemory, .create = true});
  ShmRegion region = *file->Map(0, 32 * 1024);
  for (auto _ : state) region.Store<uint32_t>(0, region.Load<uint32_t>(0) + 1);
}
BENCHMARK(BM_ShmAccess);  // a load and a store

}  // namespace
}  // namespace orrery::sim
