// Goal: an operation's end is counted in each way that it came about, and in no other.
// Method: a world in which one thing befalls one operation.

#include "sim/world/disciplines.h"

#include <memory>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "sim/choices/seed_source.h"
#include "sim/world/world.h"

namespace orrery::sim {
namespace {

constexpr size_t kSize = 1000;

// A process with one file of kSize bytes, written by its fiber before `body` runs on it.
struct Machine {
  explicit Machine(uint64_t latency_nanoseconds = 50'000)
      : faults(Choices(source)),
        world(Choices(source), faults, {.latency_nanoseconds = latency_nanoseconds}),
        process(world.StartProcess("p")),
        bytes(kSize) {
    world.Import("f", bytes);
  }

  void Run(std::function<void(File&)> body) {
    world.Spawn(process, "c", [this, body = std::move(body)] {
      Result<std::unique_ptr<File>> file = process.io().Open("f", {});
      ASSERT_TRUE(file.ok());
      body(**file);
    });
  }
  void Wait(const Completion& done) { (void)WaitFor(process.io(), done); }
  void RunToEnd() { EXPECT_TRUE(world.Run(10'000)); }
  uint64_t Reads(Discipline discipline) const {
    return world.disciplines().count(OperationKind::kRead, discipline);
  }
  // Of the reads, by the names of the ways: "later, short".
  std::string HowReadsEnded() const {
    std::string text;
    for (size_t i = 0; i < kDisciplineCount; ++i) {
      const uint64_t count = Reads(static_cast<Discipline>(i));
      if (count == 0) continue;
      if (!text.empty()) text += ", ";
      text += std::string(kDisciplineNames[i]);
      if (count > 1) text += " " + std::to_string(count);
    }
    return text;
  }

  SeedSource source{1};
  Faults faults;
  World world;
  SimProcess& process;
  std::vector<std::byte> bytes;
};

TEST(DisciplinesTest, TellsWhenAnOperationEnded) {
  Machine early;
  early.faults.StrikeFrom(Fault::kEarly, 1);
  early.Run([&](File& file) {
    Completion done;
    file.Read(0, early.bytes, done);
    EXPECT_FALSE(done.in_flight());
  });
  early.RunToEnd();
  EXPECT_EQ(early.HowReadsEnded(), "in submit");

  Machine alone(/*latency_nanoseconds=*/0);
  alone.Run([&](File& file) {
    Completion done;
    file.Read(0, alone.bytes, done);
    alone.Wait(done);
  });
  alone.RunToEnd();
  EXPECT_EQ(alone.HowReadsEnded(), "same turn");

  Machine busy;
  busy.Run([&](File& file) {
    Completion done;
    file.Read(0, busy.bytes, done);
    while (done.in_flight()) (void)busy.process.io().Poll(PollMode::kNoWait);
  });
  busy.RunToEnd();
  EXPECT_EQ(busy.HowReadsEnded(), "later");
}

TEST(DisciplinesTest, TellsThatALaterOneOfTheProcessEndedFirst) {
  Machine machine;
  machine.faults.StrikeAt(Fault::kDelay, 1);
  machine.Run([&](File& file) {
    std::vector<std::byte> others(kSize);
    Completion slow;
    Completion quick;
    file.Read(0, machine.bytes, slow);
    file.Read(0, others, quick);
    machine.Wait(quick);
    EXPECT_TRUE(slow.in_flight());
    machine.Wait(slow);
  });
  machine.RunToEnd();
  EXPECT_EQ(machine.Reads(Discipline::kOutOfOrder), 1u);
}

TEST(DisciplinesTest, TellsThatAnEndWasAskedFor) {
  Machine machine;
  machine.faults.StrikeAt(Fault::kHung, 1);
  machine.Run([&](File& file) {
    Completion done;
    file.Read(0, machine.bytes, done);
    machine.process.io().Cancel(done);
    machine.Wait(done);
    EXPECT_EQ(done.status().code(), ResultCode::kInterrupt);
  });
  machine.RunToEnd();
  EXPECT_EQ(machine.HowReadsEnded(), "same turn, cancelled");
}

TEST(DisciplinesTest, TellsThatAStatementOfTheSameFiberWasDropped) {
  Machine machine;
  machine.faults.StrikeAt(Fault::kAbandon, 1);
  machine.Run([&](File& file) {
    std::vector<std::byte> others(kSize);
    Completion before;
    Completion after;
    file.Read(0, machine.bytes, before);
    EXPECT_TRUE(machine.faults.Strikes(Fault::kAbandon));
    file.Read(0, others, after);
    machine.Wait(before);
    machine.Wait(after);
  });
  machine.RunToEnd();
  EXPECT_EQ(machine.Reads(Discipline::kAfterDrop), 1u);
}

TEST(DisciplinesTest, TellsThatLessCameOrAnError) {
  Machine machine(/*latency_nanoseconds=*/0);
  machine.faults.StrikeAt(Fault::kEioRead, 2);
  machine.Run([&](File& file) {
    for (const uint64_t offset : {kSize / 2, size_t{0}, size_t{0}}) {
      Completion done;
      file.Read(offset, machine.bytes, done);
      machine.Wait(done);
    }
  });
  machine.RunToEnd();
  EXPECT_EQ(machine.HowReadsEnded(), "same turn 3, short, failed");
}

TEST(DisciplinesTest, TellsThatAFileWasClosedOrAProcessKilled) {
  Machine machine;
  machine.Run([&](File&) {
    Completion done;
    std::unique_ptr<File> file = *machine.process.io().Open("f", {});
    file->Read(0, machine.bytes, done);
    file.reset();
    EXPECT_FALSE(done.in_flight());
  });
  machine.RunToEnd();
  EXPECT_EQ(machine.HowReadsEnded(), "same turn, at close");

  Machine killed;
  killed.Run([&](File& file) {
    Completion done;
    file.Read(0, killed.bytes, done);
    killed.Wait(done);
  });
  ASSERT_TRUE(killed.world.Step());
  killed.world.Kill(killed.process);
  EXPECT_EQ(killed.HowReadsEnded(), "same turn, at kill");
}

TEST(DisciplinesTest, AddsUpAndPrintsATable) {
  Disciplines first;
  Disciplines second;
  first.Count(OperationKind::kSync, Discipline::kFailed);
  second.Count(OperationKind::kSync, Discipline::kFailed);
  second.Count(OperationKind::kSleep, Discipline::kLater);
  first.Add(second);
  EXPECT_EQ(first.count(OperationKind::kSync, Discipline::kFailed), 2u);
  EXPECT_EQ(first.count(OperationKind::kSleep, Discipline::kLater), 1u);
  const std::string table = first.ToString();
  const size_t sync = table.find("\nsync  ");
  ASSERT_NE(sync, table.npos);
  // The column's last letter and the number's last digit stand in one line.
  const size_t column = table.find("failed") + 5;
  EXPECT_EQ(table[sync + 1 + column], '2');
}

}  // namespace
}  // namespace orrery::sim
