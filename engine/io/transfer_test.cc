// Goal: transfers move every byte once, to its place, however a device cuts them.
// Method: a file that moves at most so many bytes at a time, for each number; then its errors.
#include "engine/io/transfer.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "engine/io/testing/yield_plan.h"
#include "gtest/gtest.h"

namespace orrery {
namespace {

// Moves at most `size_max` bytes per operation, in the call that submits it.
class ShortFile final : public File {
 public:
  explicit ShortFile(size_t size_max) : size_max_(size_max) {}

  std::string text;
  Status error;  // of the operation after the next `good_count` ones
  int good_count = 1'000'000;
  bool holds = false;  // keeps operations in flight
  int operation_count = 0;

  void Read(uint64_t offset, MutableBytes buffer, Completion& done) override {
    done.Submit();
    ++operation_count;
    if (holds) return;
    if (good_count-- <= 0) return done.Finish(error);
    const size_t begin = std::min<size_t>(offset, text.size());
    const size_t size = std::min({buffer.size(), text.size() - begin, size_max_});
    std::memcpy(buffer.data(), text.data() + begin, size);
    done.Finish(OkStatus(), size);
  }
  void Write(uint64_t offset, Bytes data, Completion& done) override {
    WriteV(offset, std::span(&data, 1), done);
  }
  void WriteV(uint64_t offset, std::span<const Bytes> parts, Completion& done) override {
    done.Submit();
    ++operation_count;
    if (holds) return;
    if (good_count-- <= 0) return done.Finish(error);
    std::string all;
    for (const Bytes part : parts) all += AsText(part);
    all.resize(std::min(all.size(), size_max_));
    if (text.size() < offset + all.size()) text.resize(offset + all.size(), '.');
    text.replace(offset, all.size(), all);
    done.Finish(OkStatus(), all.size());
  }
  void Sync(SyncKind, Completion&) override { Unreachable(); }
  void Truncate(uint64_t, Completion&) override { Unreachable(); }
  Result<uint64_t> Size() override { return uint64_t{text.size()}; }
  Status Lock(uint64_t, uint64_t, LockKind) override { Unreachable(); }
  Status Unlock(uint64_t, uint64_t) override { Unreachable(); }
  Result<bool> IsLockedExclusively(uint64_t, uint64_t) override { Unreachable(); }
  Result<ShmRegion> Map(int, size_t) override { Unreachable(); }
  const std::string& path() const override { return path_; }

 private:
  const std::string path_ = "short.db";
  const size_t size_max_;
};

const std::string kText = "the quick brown fox jumps over the lazy dog";

TEST(ReadFullyTest, ReadsEveryByteHoweverShortTheReads) {
  for (size_t size_max = 1; size_max <= kText.size() + 1; ++size_max) {
    ShortFile file(size_max);
    file.text = kText;
    std::string back(kText.size(), '?');
    Completion done;
    ReadFully read;
    read.Start(file, 0, std::as_writable_bytes(std::span(back)), done);
    EXPECT_EQ(ValueOf(read.Resume()), kText.size());
    EXPECT_EQ(back, kText);
  }
}

TEST(ReadFullyTest, StopsWhereTheFileEndsAndTellsHowFarItCame) {
  ShortFile file(7);
  file.text = kText;
  std::string back(100, '?');
  Completion done;
  ReadFully read;
  read.Start(file, 4, std::as_writable_bytes(std::span(back)), done);
  EXPECT_EQ(ValueOf(read.Resume()), kText.size() - 4);
  EXPECT_EQ(back, kText.substr(4) + std::string(100 - kText.size() + 4, '?'));
  read.Start(file, 1000, std::as_writable_bytes(std::span(back)), done);
  EXPECT_EQ(ValueOf(read.Resume()), 0u);
}

TEST(ReadFullyTest, AsksForNothingWhenTheBufferIsEmpty) {
  ShortFile file(1);
  Completion done;
  ReadFully read;
  read.Start(file, 0, {}, done);
  EXPECT_EQ(ValueOf(read.Resume()), 0u);
  EXPECT_EQ(file.operation_count, 0);
}

TEST(ReadFullyTest, FailsWithTheErrorOfALaterPiece) {
  ShortFile file(5);
  file.text = kText;
  file.good_count = 2;
  file.error = Status(ResultCode::kIoErrorRead, "bad sector");
  std::string back(kText.size(), '?');
  Completion done;
  ReadFully read;
  read.Start(file, 0, std::as_writable_bytes(std::span(back)), done);
  const auto result = read.Resume();
  ASSERT_TRUE(result.failed());
  EXPECT_EQ(result.status().message(), "bad sector");
}

TEST(ReadFullyTest, LeavesTheRequestInFlightToItsOwnerWhenAbandoned) {
  ShortFile file(5);
  file.holds = true;
  std::string back(10, '?');
  Completion done;
  ReadFully read;
  read.Start(file, 0, std::as_writable_bytes(std::span(back)), done);
  EXPECT_EQ(read.Resume().waiting().on, &done);
  read.Abandon();
  EXPECT_TRUE(done.in_flight());
  done.Finish(OkStatus(), 5);
  EXPECT_EQ(file.operation_count, 1);
}

TEST(WriteFullyTest, WritesEveryPartHoweverShortTheWrites) {
  const Bytes text = AsBytes(kText);
  const std::vector<Bytes> parts = {text.first(3), {}, text.subspan(3, 20), text.subspan(23)};
  for (size_t size_max = 1; size_max <= kText.size() + 1; ++size_max) {
    ShortFile file(size_max);
    Completion done;
    WriteFully write;
    write.Start(file, 2, parts, done);
    EXPECT_TRUE(write.Resume().done());
    EXPECT_EQ(file.text, ".." + kText);
    write.Start(file, 0, AsBytes("ab"), done);
    EXPECT_TRUE(write.Resume().done());
    EXPECT_EQ(file.text, "ab" + kText);
  }
}

TEST(WriteFullyTest, FailsWhenTheDeviceTakesNothing) {
  ShortFile file(0);
  Completion done;
  WriteFully write;
  write.Start(file, 0, AsBytes(kText), done);
  const auto result = write.Resume();
  ASSERT_TRUE(result.failed());
  EXPECT_EQ(result.status().code(), ResultCode::kFull);
  EXPECT_EQ(result.status().message(), "cannot write short.db: no bytes were taken");
}

TEST(WriteFullyTest, FailsWithTheErrorOfALaterPiece) {
  ShortFile file(5);
  file.good_count = 1;
  file.error = Status(ResultCode::kFull, "disk full");
  Completion done;
  WriteFully write;
  write.Start(file, 0, AsBytes(kText), done);
  EXPECT_EQ(write.Resume().status().code(), ResultCode::kFull);
  EXPECT_EQ(file.text, kText.substr(0, 5));
}

TEST(TransferTest, MovesTheSameBytesWhereverItWaits) {
  ForEachYieldPlan([](Io& io) {
    auto file = ValueOf(io.Open("a.db", {.create = true}));
    Completion done;
    WriteFully write;
    write.Start(*file, 0, AsBytes(kText), done);
    EXPECT_TRUE(RunToEnd(io, [&] { return write.Resume(); }).done());
    std::string back(kText.size(), '?');
    ReadFully read;
    read.Start(*file, 0, std::as_writable_bytes(std::span(back)), done);
    EXPECT_EQ(ValueOf(RunToEnd(io, [&] { return read.Resume(); })), kText.size());
    EXPECT_EQ(back, kText);
  });
}

}  // namespace
}  // namespace orrery
