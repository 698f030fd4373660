// Goal: the io_uring backend is a conforming one, on any kernel that has a ring.
// Method: the conformance suite with the usual ring, with a tiny one (so that there is always a
// backlog) and with opcodes taken away; then what is its own. Skipped where there is no ring.
#include "engine/io/uring_io.h"

#include <liburing.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/io/io_conformance.h"
#include "engine/io/testing/posix_directory.h"

namespace orrery {
namespace {

constexpr int kOpcodeTruncate = 55;

struct Owned {
  PosixDirectory directory;
  std::unique_ptr<UringIo> io;
};

IoUnderTest Make(const UringOptions& options) {
  const auto owned = std::make_shared<Owned>();
  Result<std::unique_ptr<UringIo>> io = UringIo::Create(options);
  if (io.ok()) owned->io = *std::move(io);
  return {.owner = owned, .io = owned->io.get(), .directory = owned->directory.path()};
}

IoConformanceCase Case(std::string name, UringOptions options) {
  options.warn = [](std::string_view) {};
  return {std::move(name), [options] { return Make(options); }};
}

INSTANTIATE_TEST_SUITE_P(
    Uring, IoConformanceTest,
    testing::Values(Case("Usual", {}), Case("TwoEntries", {.entry_count = 2}),
                    Case("NoTruncate", {.missing_opcodes = {kOpcodeTruncate}}),
                    Case("NoVectors", {.missing_opcodes = {IORING_OP_WRITEV}}),
                    Case("NoFixedBuffers", {.missing_opcodes = {IORING_OP_READ_FIXED}}),
                    Case("NoFiles",
                         {.missing_opcodes = {IORING_OP_READ, IORING_OP_WRITE, IORING_OP_WRITEV,
                                              IORING_OP_FSYNC, kOpcodeTruncate}})),
    IoConformanceCaseName);

class UringIoTest : public testing::Test {
 protected:
  std::unique_ptr<UringIo> MakeIo(UringOptions options = {}) {
    Result<std::unique_ptr<UringIo>> io = UringIo::Create(std::move(options));
    return io.ok() ? *std::move(io) : nullptr;
  }
  std::unique_ptr<File> Open(Io& io) {
    Result<std::unique_ptr<File>> file = io.Open(directory_.path() + "/a.db", {.create = true});
    CHECK(file.ok());
    return *std::move(file);
  }

 private:
  PosixDirectory directory_;
};

TEST_F(UringIoTest, SaysWhyThereIsNoRing) {
  const Result<std::unique_ptr<UringIo>> none = UringIo::Create({.entry_count = 0});
  ASSERT_FALSE(none.ok());
  EXPECT_THAT(std::string(none.status().message()),
              testing::StartsWith("the kernel refuses an io_uring: "));
  const Result<std::unique_ptr<UringIo>> weak =
      UringIo::Create({.missing_opcodes = {IORING_OP_ASYNC_CANCEL}});
  EXPECT_FALSE(weak.ok());
}

TEST_F(UringIoTest, WarnsOnceOfAMissingOpcode) {
  std::vector<std::string> warnings;
  const auto io = MakeIo({.missing_opcodes = {IORING_OP_FSYNC},
                          .warn = [&](std::string_view text) { warnings.emplace_back(text); }});
  if (io == nullptr) GTEST_SKIP();
  const auto file = Open(*io);
  EXPECT_TRUE(warnings.empty());
  for (int i = 0; i < 3; ++i) {
    Completion done;
    file->Sync(SyncKind::kFull, done);
    EXPECT_TRUE(done.finished());
  }
  EXPECT_THAT(warnings, testing::ElementsAre(testing::HasSubstr("(sync)")));
}

TEST_F(UringIoTest, SubmitsInPollSoThatManyOperationsCostOneCall) {
  const auto io = MakeIo();
  if (io == nullptr) GTEST_SKIP();
  const auto file = Open(*io);
  Completion write;
  file->Write(0, AsBytes("text"), write);
  EXPECT_TRUE(write.in_flight());
  EXPECT_TRUE(WaitFor(*io, write).ok());
}

TEST_F(UringIoTest, FinishesSleepsAndDirectorySyncsWithAbortWhenItEnds) {
  auto io = MakeIo();
  if (io == nullptr) GTEST_SKIP();
  Completion sleep, sync;
  io->Sleep(uint64_t{3600} * 1'000'000'000, sleep);
  io->SyncDirectoryOf("./x", sync);
  io.reset();
  EXPECT_EQ(sleep.status().code(), ResultCode::kAbort);
  EXPECT_TRUE(sync.finished());
}

TEST_F(UringIoTest, CancelsWhatStillWaitsForAPlaceInTheRing) {
  const auto io = MakeIo({.entry_count = 1});
  if (io == nullptr) GTEST_SKIP();
  Completion first, second;
  io->Sleep(uint64_t{3600} * 1'000'000'000, first);
  io->Sleep(uint64_t{3600} * 1'000'000'000, second);
  io->Cancel(second);
  EXPECT_EQ(second.status().code(), ResultCode::kInterrupt);
  io->Cancel(first);
  EXPECT_TRUE(WaitFor(*io, first).ok());
  EXPECT_EQ(first.status().code(), ResultCode::kInterrupt);
}

TEST_F(UringIoTest, TakesMoreBuffersThanItRegistersAndHugeOnes) {
  const auto io = MakeIo();
  if (io == nullptr) GTEST_SKIP();
  std::vector<std::vector<std::byte>> buffers(40, std::vector<std::byte>(4096));
  for (auto& buffer : buffers) io->RegisterBuffers(buffer);
  std::vector<std::byte> large(32 << 20);  // more than the usual limit of locked memory
  io->RegisterBuffers(large);
  const auto file = Open(*io);
  Completion write, read;
  file->Write(0, Bytes(large).last(4096), write);
  // Prepared with the registered buffer, which goes before the kernel sees the operation.
  file->Write(4096, buffers[0], read);
  io->UnregisterBuffers(buffers[0]);
  EXPECT_TRUE(WaitFor(*io, write).ok());
  EXPECT_TRUE(WaitFor(*io, read).ok());
  EXPECT_TRUE(write.status().ok());
  EXPECT_TRUE(read.status().ok()) << read.status().ToString();
  for (auto& buffer : buffers) io->UnregisterBuffers(buffer);
  io->UnregisterBuffers(large);
}

}  // namespace
}  // namespace orrery
