// Goal: the stream numbers all that happens, and its changes add up to the files' bytes.
// Method: fibers that write, truncate and map files of a world, under faults, kills and power cuts.

#include "sim/bundles/event_stream.h"

#include <gtest/gtest.h>

#include <map>

#include "engine/io/io.h"
#include "sim/choices/seed_source.h"

namespace orrery::sim {
namespace {

// Adds the changes up and compares with the disk at every event that may have changed it.
class Adder final : public EventSink {
 public:
  bool wants_bytes() const override { return true; }
  void OnEvent(const StreamEvent& event) override {
    EXPECT_EQ(event.number, ++count_);
    for (const FileChange& change : event.changes) {
      std::vector<std::byte>& file = files_[change.file];
      file.resize(change.file_size);
      EXPECT_LE(change.offset + change.bytes.size(), file.size());
      std::copy(change.bytes.begin(), change.bytes.end(),
                file.begin() + static_cast<ptrdiff_t>(change.offset));
    }
    const bool compare =
        event.what == StreamEvent::What::kWorldEvent &&
        (event.event.kind == EventKind::kFinish || event.event.kind == EventKind::kResolve ||
         event.event.kind == EventKind::kLock);
    if (!compare || event.event.file == 0) return;
    const auto file = event.world->disk().FindByNumber(event.event.file);
    if (file == nullptr) return;
    EXPECT_EQ(files_[event.event.file], file->Contents()) << Describe(event);
    ++compared_count_;
  }
  uint64_t count() const { return count_; }
  int compared_count() const { return compared_count_; }

 private:
  uint64_t count_ = 0;
  int compared_count_ = 0;
  std::map<uint32_t, std::vector<std::byte>> files_;
};

void Work(SimProcess& process, Choices choices) {
  const OpenOptions options{.kind = FileKind::kDatabase, .create = true};
  Result<std::unique_ptr<File>> file = process.io().Open("file", options);
  Result<std::unique_ptr<File>> shm =
      process.io().Open("file-shm", {.kind = FileKind::kSharedMemory, .create = true});
  process.ExitIfKilled();
  if (!file.ok() || !shm.ok()) return;
  std::vector<std::byte> bytes(2000, std::byte{7});
  for (int i = 0; i < 60; ++i) {
    Completion done;
    const uint64_t size = choices.Between(1, bytes.size(), "size");
    bytes[size / 2] = static_cast<std::byte>(i);
    switch (choices.Choose(4, "what")) {
      case 0:
        (*file)->Truncate(choices.Choose(5000, "to"), done);
        break;
      case 1:
        (*file)->Sync(SyncKind::kFull, done);
        break;
      case 2: {
        Result<ShmRegion> region = (*shm)->Map(0, 32768);
        process.ExitIfKilled();
        if (region.ok()) region->Store(static_cast<size_t>(i) * 4, static_cast<uint32_t>(size));
        (void)(*shm)->Lock(120, 1, LockKind::kExclusive);
        (void)(*shm)->Unlock(120, 1);
        process.ExitIfKilled();
        continue;
      }
      default: {
        const uint64_t offset = choices.Choose(5000, "offset");
        (*file)->Write(offset, Bytes(bytes).first(size), done);
      }
    }
    while (done.in_flight()) {
      (void)process.io().Poll(PollMode::kWait);
      process.ExitIfKilled();
    }
  }
}

// The stream's hash after one run.
uint64_t RunOnce(uint64_t seed, EventStream& stream) {
  SeedSource source(seed);
  const Choices root(source);
  Faults faults = Faults::Swarm(root, FaultSet::All());
  World world(root, faults);
  world.SetTracer(&stream, "");
  for (uint64_t life = 0; life < 3; ++life) {
    SimProcess& process = world.StartProcess("process");
    for (uint64_t i = 0; i < 2; ++i) {
      const Choices choices = root.Branch("worker", life * 2 + i);
      (void)world.Spawn(process, "worker", [&process, choices] { Work(process, choices); });
    }
    for (int step = 0; step < 150 && world.Step(); ++step) {
    }
    if (life == 0) world.Kill(process);
    if (life == 1) world.PowerCut();
  }
  (void)world.Run(100'000);
  const uint64_t hash = stream.hash();
  world.SetTracer(nullptr, "");
  return hash;
}

TEST(EventStreamTest, TellsEveryChangeOfEveryFile) {
  for (uint64_t seed = 1; seed <= 30; ++seed) {
    SCOPED_TRACE(seed);
    Adder adder;
    EventStream stream;
    stream.Add(adder);
    (void)RunOnce(seed, stream);
    EXPECT_EQ(stream.count(), adder.count());
    EXPECT_GT(adder.compared_count(), 50);
  }
}

TEST(EventStreamTest, HasTheSameHashForTheSameRun) {
  EventStream once;
  EventStream again;
  EventStream other;
  EXPECT_EQ(RunOnce(5, once), RunOnce(5, again));
  EXPECT_NE(once.hash(), RunOnce(6, other));
}

TEST(EventStreamTest, KnowsAStatementByItsBeginning) {
  class Sink final : public EventSink {
   public:
    void OnEvent(const StreamEvent& event) override { events.push_back(event); }
    std::vector<StreamEvent> events;
  } sink;
  EventStream stream;
  stream.Add(sink);
  const uint64_t a = stream.OnStatement(1, RunObserver::Asker::kWorkload, "SELECT 1");
  const uint64_t b = stream.OnStatement(2, RunObserver::Asker::kOracle, "SELECT 2");
  stream.OnStatementEnd(a, "ok");
  stream.OnStatementEnd(b, "ok");
  ASSERT_EQ(sink.events.size(), 4u);
  EXPECT_EQ(sink.events[2].statement, sink.events[0].number);
  EXPECT_EQ(sink.events[2].connection, 1);
  EXPECT_EQ(sink.events[3].statement, sink.events[1].number);
  EXPECT_EQ(sink.events[3].asker, RunObserver::Asker::kOracle);
}

}  // namespace
}  // namespace orrery::sim
