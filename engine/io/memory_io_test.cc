// Goal: the memory backend is a conforming one whenever its operations finish, and is repeatable.
// Method: the conformance suite over each option; then what is its own.
#include "engine/io/memory_io.h"

#include <memory>
#include <string>

#include "engine/io/io_conformance.h"

namespace orrery {
namespace {

IoConformanceCase Case(std::string name, MemoryIoOptions options) {
  return {std::move(name), [options] {
            const auto io = std::make_shared<MemoryIo>(options);
            return IoUnderTest{.owner = io, .io = io.get(), .directory = "dir"};
          }};
}

INSTANTIATE_TEST_SUITE_P(
    Memory, IoConformanceTest,
    testing::Values(Case("InCall", {.finish = MemoryFinish::kInCall}),
                    Case("InCallSeeded", {.finish = MemoryFinish::kInCall, .seed = 1}),
                    Case("InPoll", {.finish = MemoryFinish::kInPoll}),
                    Case("InPollSeeded", {.finish = MemoryFinish::kInPoll, .seed = 1}),
                    Case("NewestFirst", {.finish = MemoryFinish::kInPollNewestFirst, .seed = 1})),
    IoConformanceCaseName);

TEST(MemoryIoTest, WithASeedRepeatsTimeAndChance) {
  const auto run = [](uint64_t seed) {
    MemoryIo io({.seed = seed});
    std::string bytes(16, '\0');
    io.RandomBytes(std::as_writable_bytes(std::span(bytes)));
    Completion sleep;
    io.Sleep(1'000'000'000, sleep);
    EXPECT_TRUE(WaitFor(io, sleep).ok());
    return std::tuple(bytes, io.MonotonicNanoseconds(), io.UnixMilliseconds());
  };
  EXPECT_EQ(run(7), run(7));
  EXPECT_NE(std::get<0>(run(7)), std::get<0>(run(8)));
}

TEST(MemoryIoTest, ReportsAFileThatGrowsBeyondAllBounds) {
  MemoryIo io;
  auto file = io.Open("a.db", {.create = true});
  ASSERT_TRUE(file.ok());
  Completion done;
  (*file)->Write(uint64_t{1} << 60, AsBytes("x"), done);
  EXPECT_EQ(done.status().code(), ResultCode::kFull);
  (*file)->Truncate(uint64_t{1} << 60, done);
  EXPECT_EQ(done.status().code(), ResultCode::kFull);
}

TEST(MemoryIoTest, MovesBytesWhenTheOperationFinishesNotWhenItIsSubmitted) {
  MemoryIo io({.finish = MemoryFinish::kInPoll});
  auto file = io.Open("a.db", {.create = true});
  ASSERT_TRUE(file.ok());
  std::string text = "early";
  Completion done;
  (*file)->Write(0, AsBytes(text), done);
  text = "later";
  EXPECT_TRUE(WaitFor(io, done).ok());
  std::string back(5, '?');
  (*file)->Read(0, std::as_writable_bytes(std::span(back)), done);
  EXPECT_EQ(back, "?????");
  EXPECT_TRUE(WaitFor(io, done).ok());
  EXPECT_EQ(back, "later");
}

}  // namespace
}  // namespace orrery
