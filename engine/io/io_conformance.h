// Goal: every backend keeps the promises of io.h, file.h and completion.h, so that the engine may
// rely on them and on nothing else.
// Method: one suite, driven through Io::Poll alone. It never assumes when an operation finishes, in
// what order, or that it moved all its bytes.
//
// A backend's test includes this header and says how to make one:
//
//   INSTANTIATE_TEST_SUITE_P(Memory, IoConformanceTest, testing::Values(IoConformanceCase{
//       .name = "InCall", .make = [] { ... return IoUnderTest{.io = ..., .directory = "d"}; }}),
//       IoConformanceCaseName);

#ifndef ORRERY_ENGINE_IO_IO_CONFORMANCE_H_
#define ORRERY_ENGINE_IO_IO_CONFORMANCE_H_

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/base/result_code.h"
#include "engine/base/status.h"
#include "engine/io/completion.h"
#include "engine/io/completion_group.h"
#include "engine/io/file.h"
#include "engine/io/io.h"
#include "engine/io/shm_region.h"
#include "engine/io/transfer.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace orrery {

// A backend made for one test.
struct IoUnderTest {
  // What keeps `io` alive; destroyed at the end of the test, after every file has been closed.
  std::shared_ptr<void> owner;
  Io* io = nullptr;       // null: not available on this machine, the test is skipped
  std::string directory;  // exists and is empty; files go to "<directory>/<name>"
  // Drives the operations in flight, at least one of which exists. Poll(kWait) when not given.
  std::function<Status(Io&)> pump;
};

struct IoConformanceCase {
  std::string name;  // letters and digits
  std::function<IoUnderTest()> make;
};

inline std::string IoConformanceCaseName(const testing::TestParamInfo<IoConformanceCase>& info) {
  return info.param.name;
}
inline void PrintTo(const IoConformanceCase& which, std::ostream* out) { *out << which.name; }

class IoConformanceTest : public testing::TestWithParam<IoConformanceCase> {
 protected:
  static constexpr OpenOptions kCreate = {.create = true};
  static constexpr OpenOptions kReadOnly = {.read_only = true};
  static constexpr OpenOptions kShared = {.kind = FileKind::kSharedMemory, .create = true};
  static constexpr uint64_t kHour = uint64_t{3600} * 1'000'000'000;

  void SetUp() override {
    under_test_ = GetParam().make();
    if (under_test_.io == nullptr) GTEST_SKIP() << "this backend is not available here";
  }

  Io& io() { return *under_test_.io; }
  std::string Path(std::string_view name) const {
    return under_test_.directory + "/" + std::string(name);
  }

  std::unique_ptr<File> Open(std::string_view name, const OpenOptions& options = kCreate) {
    Result<std::unique_ptr<File>> file = io().Open(Path(name), options);
    EXPECT_TRUE(file.ok()) << file.status().ToString();
    CHECK(file.ok());
    return *std::move(file);
  }

  Status Wait(const Completion& done) {
    while (done.in_flight()) {
      Status status = under_test_.pump ? under_test_.pump(io()) : io().Poll(PollMode::kWait);
      EXPECT_TRUE(status.ok()) << status.ToString();
      if (!status.ok()) return status;
    }
    return done.status();
  }

  template <typename Operation>
  auto RunToEnd(Operation& operation) {
    while (true) {
      auto result = operation.Resume();
      if (!result.pending()) return result;
      if (result.waiting().on->in_flight()) (void)Wait(*result.waiting().on);
    }
  }

  void Write(File& file, uint64_t offset, std::string_view text) {
    Completion done;
    WriteFully write;
    write.Start(file, offset, AsBytes(text), done);
    const IoResult<> result = RunToEnd(write);
    EXPECT_TRUE(result.done()) << result.status().ToString();
  }

  // The bytes from `offset`, at most `size`, fewer where the file ends.
  std::string Read(File& file, uint64_t offset, size_t size) {
    std::string text(size, '?');
    Completion done;
    ReadFully read;
    read.Start(file, offset, std::as_writable_bytes(std::span(text)), done);
    IoResult<size_t> result = RunToEnd(read);
    EXPECT_TRUE(result.done()) << result.status().ToString();
    text.resize(result.done() ? *result : 0);
    return text;
  }

  uint64_t Size(File& file) {
    Result<uint64_t> size = file.Size();
    EXPECT_TRUE(size.ok()) << size.status().ToString();
    return size.ok() ? *size : 0;
  }

  // True, false, or a failure of the test.
  bool IsLockedExclusively(File& file, uint64_t offset, uint64_t size) {
    Result<bool> locked = file.IsLockedExclusively(offset, size);
    EXPECT_TRUE(locked.ok()) << locked.status().ToString();
    return locked.ok() && *locked;
  }

  ShmRegion Map(File& file, int index) {
    Result<ShmRegion> region = file.Map(index, kRegionSize);
    EXPECT_TRUE(region.ok()) << region.status().ToString();
    return region.ok() ? *region : ShmRegion();
  }

  // Text in which every place differs from its neighbours.
  static std::string Pattern(size_t size, unsigned start = 0) {
    std::string text(size, '\0');
    for (size_t i = 0; i < size; ++i) {
      text[i] = static_cast<char>('a' + (start + i * 7 + i / 26) % 26);
    }
    return text;
  }

  static constexpr size_t kRegionSize = 32 * 1024;

 private:
  IoUnderTest under_test_;
};

// ---- Reading and writing ----

TEST_P(IoConformanceTest, ReadsBackWhatWasWritten) {
  const auto file = Open("a.db");
  const std::string text = Pattern(100'000);
  Write(*file, 0, text);
  EXPECT_EQ(Read(*file, 0, text.size()), text);
  EXPECT_EQ(Read(*file, 4096, 10), text.substr(4096, 10));
  EXPECT_EQ(Size(*file), text.size());
}

TEST_P(IoConformanceTest, OverwritesInTheMiddle) {
  const auto file = Open("a.db");
  Write(*file, 0, "0123456789");
  Write(*file, 3, "abc");
  EXPECT_EQ(Read(*file, 0, 10), "012abc6789");
}

TEST_P(IoConformanceTest, ReadsZerosFromAHole) {
  const auto file = Open("a.db");
  Write(*file, 200'000, "end");
  EXPECT_EQ(Size(*file), 200'003u);
  EXPECT_EQ(Read(*file, 199'990, 13), std::string(10, '\0') + "end");
}

TEST_P(IoConformanceTest, ReadsFewerBytesWhereTheFileEndsAndNoneBehind) {
  const auto file = Open("a.db");
  Write(*file, 0, "0123456789");
  EXPECT_EQ(Read(*file, 6, 100), "6789");
  EXPECT_EQ(Read(*file, 10, 100), "");
  EXPECT_EQ(Read(*file, 1'000'000, 100), "");
}

TEST_P(IoConformanceTest, MovesNothingForAnEmptyBuffer) {
  const auto file = Open("a.db");
  Write(*file, 0, "text");
  Completion read, write, write_v;
  file->Read(0, {}, read);
  file->Write(9, {}, write);
  file->WriteV(9, {}, write_v);
  for (const Completion* done : {&read, &write, &write_v}) {
    EXPECT_TRUE(Wait(*done).ok());
    EXPECT_EQ(done->bytes(), 0u);
  }
  EXPECT_EQ(Size(*file), 4u);
}

TEST_P(IoConformanceTest, NeverMovesMoreThanWasAsked) {
  const auto file = Open("a.db");
  Write(*file, 0, Pattern(1000));
  std::array<char, 300> buffer;
  buffer.fill('?');
  Completion done;
  file->Read(100, std::as_writable_bytes(std::span(buffer)).subspan(100, 100), done);
  EXPECT_TRUE(Wait(done).ok());
  EXPECT_LE(done.bytes(), 100u);
  EXPECT_EQ(std::string(buffer.data(), 100), std::string(100, '?'));
  EXPECT_EQ(std::string(buffer.data() + 200, 100), std::string(100, '?'));
}

TEST_P(IoConformanceTest, WritesPartsOneAfterAnother) {
  const auto file = Open("a.db");
  const std::string first = Pattern(24), second = Pattern(4096, 3), third = Pattern(1, 5);
  const Bytes parts[] = {AsBytes(first), AsBytes(second), {}, AsBytes(third)};
  Completion done;
  WriteFully write;
  write.Start(*file, 32, parts, done);
  EXPECT_TRUE(RunToEnd(write).done());
  EXPECT_EQ(Read(*file, 32, 10'000), first + second + third);
}

TEST_P(IoConformanceTest, WritesMorePartsThanTheSystemTakesAtOnce) {
  const auto file = Open("a.db");
  const std::string text = Pattern(5000);
  std::vector<Bytes> parts;
  for (size_t i = 0; i < text.size(); ++i) parts.push_back(AsBytes(text).subspan(i, 1));
  Completion done;
  WriteFully write;
  write.Start(*file, 0, parts, done);
  EXPECT_TRUE(RunToEnd(write).done());
  EXPECT_EQ(Read(*file, 0, 10'000), text);
}

TEST_P(IoConformanceTest, CopiesTheListOfParts) {
  const auto file = Open("a.db");
  const std::string text = Pattern(8);
  Completion done;
  {
    std::vector<Bytes> parts = {AsBytes(text).first(4), AsBytes(text).subspan(4)};
    file->WriteV(0, parts, done);
  }
  EXPECT_TRUE(Wait(done).ok());
  EXPECT_EQ(Read(*file, 0, 8), text.substr(0, done.bytes()));
}

TEST_P(IoConformanceTest, TwoFilesOnOnePathAreOneFile) {
  const auto one = Open("a.db");
  const auto other = Open("a.db");
  Write(*one, 0, "from one");
  EXPECT_EQ(Read(*other, 0, 100), "from one");
  const auto reader = Open("a.db", kReadOnly);
  EXPECT_EQ(Read(*reader, 0, 100), "from one");
}

TEST_P(IoConformanceTest, KeepsAFileThatWasClosed) {
  {
    Write(*Open("a.db"), 0, "kept");
  }
  EXPECT_EQ(Read(*Open("a.db", {}), 0, 100), "kept");
}

// ---- Order and time of completion ----

TEST_P(IoConformanceTest, FinishesManyOperationsInFlightAtOnce) {
  constexpr size_t kCount = 1500;  // more than a ring holds
  constexpr size_t kSize = 64;
  const auto file = Open("a.db");
  const std::string text = Pattern(kCount * kSize);
  std::vector<Completion> writes(kCount);
  for (size_t i = 0; i < kCount; ++i) {
    file->Write(i * kSize, AsBytes(text).subspan(i * kSize, kSize), writes[i]);
  }
  // Waited for from the last to the first: whatever the order, each finishes.
  for (size_t i = kCount; i-- > 0;) {
    EXPECT_TRUE(Wait(writes[i]).ok());
    Write(*file, i * kSize, text.substr(i * kSize, kSize));  // in case it was short
  }
  std::string back(text.size(), '?');
  std::vector<Completion> reads(kCount);
  for (size_t i = 0; i < kCount; ++i) {
    file->Read(i * kSize, std::as_writable_bytes(std::span(back)).subspan(i * kSize, kSize),
               reads[i]);
  }
  for (size_t i = 0; i < kCount; ++i) {
    EXPECT_TRUE(Wait(reads[i]).ok());
    EXPECT_EQ(back.substr(i * kSize, reads[i].bytes()), text.substr(i * kSize, reads[i].bytes()));
  }
}

TEST_P(IoConformanceTest, TakesACompletionAgainOnceItHasFinished) {
  const auto file = Open("a.db");
  Completion done;
  for (int i = 0; i < 3; ++i) {
    file->Sync(SyncKind::kData, done);
    EXPECT_TRUE(Wait(done).ok());
  }
}

TEST_P(IoConformanceTest, SyncsDataAndEverything) {
  const auto file = Open("a.db");
  Write(*file, 0, "text");
  Completion data, full;
  file->Sync(SyncKind::kData, data);
  file->Sync(SyncKind::kFull, full);
  EXPECT_TRUE(Wait(data).ok());
  EXPECT_TRUE(Wait(full).ok());
  EXPECT_EQ(data.bytes(), 0u);
}

TEST_P(IoConformanceTest, DrainFinishesAllThatIsInFlight) {
  const auto file = Open("a.db");
  const std::string text = Pattern(4096);
  std::string back(4096, '?');
  Completion write, read, sync, sleep;
  file->Write(0, AsBytes(text), write);
  file->Read(8192, std::as_writable_bytes(std::span(back)), read);
  file->Sync(SyncKind::kData, sync);
  io().Sleep(1'000'000, sleep);
  io().Drain();
  for (const Completion* done : {&write, &read, &sync, &sleep}) EXPECT_TRUE(done->finished());
  io().Drain();  // with nothing in flight it returns
}

TEST_P(IoConformanceTest, PollWithoutWaitingReturnsWhenNothingIsInFlight) {
  EXPECT_TRUE(io().Poll(PollMode::kNoWait).ok());
}

// ---- Errors ----

TEST_P(IoConformanceTest, CannotOpenAMissingFileUnlessToldToCreateIt) {
  const Result<std::unique_ptr<File>> file = io().Open(Path("missing.db"), {});
  ASSERT_FALSE(file.ok());
  EXPECT_EQ(file.status().primary(), ResultCode::kCannotOpen);
  EXPECT_THAT(std::string(file.status().message()), testing::HasSubstr(Path("missing.db")));
  Result<bool> exists = io().Exists(Path("missing.db"));
  ASSERT_TRUE(exists.ok());
  EXPECT_FALSE(*exists);
}

TEST_P(IoConformanceTest, CannotOpenADirectory) {
  Open("a.db");
  const Result<std::unique_ptr<File>> file = io().Open(Path(""), {.read_only = true});
  ASSERT_FALSE(file.ok());
  EXPECT_EQ(file.status().primary(), ResultCode::kCannotOpen);
  EXPECT_THAT(std::string(file.status().message()), testing::HasSubstr(Path("")));
}

TEST_P(IoConformanceTest, RefusesToChangeAFileOpenedReadOnly) {
  Write(*Open("a.db"), 0, "text");
  const auto file = Open("a.db", kReadOnly);
  const std::string other = "XXXX";
  const Bytes parts[] = {AsBytes(other)};
  Completion write, write_v, truncate;
  file->Write(0, AsBytes(other), write);
  file->WriteV(0, parts, write_v);
  file->Truncate(0, truncate);
  for (const Completion* done : {&write, &write_v, &truncate}) {
    EXPECT_EQ(Wait(*done).code(), ResultCode::kReadOnly);
    EXPECT_THAT(std::string(done->status().message()), testing::HasSubstr(Path("a.db")));
  }
  EXPECT_EQ(Read(*file, 0, 100), "text");
}

// ---- Truncation ----

TEST_P(IoConformanceTest, TruncateCutsTheFileAndExtendsItWithZeros) {
  const auto file = Open("a.db");
  Write(*file, 0, "0123456789");
  Completion done;
  file->Truncate(4, done);
  EXPECT_TRUE(Wait(done).ok());
  EXPECT_EQ(Size(*file), 4u);
  EXPECT_EQ(Read(*file, 0, 100), "0123");

  file->Truncate(100'000, done);
  EXPECT_TRUE(Wait(done).ok());
  EXPECT_EQ(Size(*file), 100'000u);
  EXPECT_EQ(Read(*file, 2, 8), "23" + std::string(6, '\0'));
  EXPECT_EQ(Read(*file, 99'999, 10), std::string(1, '\0'));

  file->Truncate(0, done);
  EXPECT_TRUE(Wait(done).ok());
  EXPECT_EQ(Size(*file), 0u);
  EXPECT_EQ(Read(*file, 0, 10), "");
}

// ---- Cancelling, sleeping, closing ----

TEST_P(IoConformanceTest, ACancelledOperationFinishesOnce) {
  const auto file = Open("a.db");
  const std::string text = Pattern(4096);
  Completion write, sync;
  file->Write(0, AsBytes(text), write);
  file->Sync(SyncKind::kFull, sync);
  for (Completion* done : {&write, &sync}) {
    if (done->in_flight()) io().Cancel(*done);
    if (done->in_flight()) io().Cancel(*done);  // twice is as good as once
    const Status status = Wait(*done);
    EXPECT_TRUE(status.ok() || status.code() == ResultCode::kInterrupt) << status.ToString();
    io().Cancel(*done);  // too late: nothing happens
    EXPECT_TRUE(done->finished());
  }
  io().Drain();
}

TEST_P(IoConformanceTest, ACancelledSleepEndsEarly) {
  Completion sleep;
  io().Sleep(kHour, sleep);
  io().Cancel(sleep);
  const Status status = Wait(sleep);
  EXPECT_TRUE(status.ok() || status.code() == ResultCode::kInterrupt) << status.ToString();
}

TEST_P(IoConformanceTest, ASleepFinishesInAPollWhenItsTimeHasCome) {
  constexpr uint64_t kNanoseconds = 3'000'000;
  const uint64_t begin = io().MonotonicNanoseconds();
  Completion sleep;
  io().Sleep(kNanoseconds, sleep);
  EXPECT_TRUE(sleep.in_flight());
  EXPECT_TRUE(Wait(sleep).ok());
  EXPECT_GE(io().MonotonicNanoseconds() - begin, kNanoseconds);
}

TEST_P(IoConformanceTest, ASleepOfNothingIsAPlainYield) {
  Completion sleep;
  io().Sleep(0, sleep);
  EXPECT_TRUE(sleep.in_flight());
  EXPECT_TRUE(Wait(sleep).ok());
}

TEST_P(IoConformanceTest, AShortSleepEndsBeforeALongOne) {
  Completion hour, millisecond;
  io().Sleep(kHour, hour);
  io().Sleep(1'000'000, millisecond);
  EXPECT_TRUE(Wait(millisecond).ok());
  EXPECT_TRUE(hour.in_flight());
  io().Cancel(hour);
  (void)Wait(hour);
}

TEST_P(IoConformanceTest, ClosingAFileAbortsWhatIsInFlightAndLeavesItsBuffersAlone) {
  constexpr size_t kCount = 40;
  constexpr size_t kSize = 4096;
  auto file = Open("a.db");
  const auto other = Open("b.db");
  Write(*file, 0, Pattern(kCount * kSize));
  std::vector<std::string> buffers(kCount, std::string(kSize, '?'));
  std::vector<Completion> reads(kCount);
  Completion sync, other_sync;
  for (size_t i = 0; i < kCount; ++i) {
    file->Read(i * kSize, std::as_writable_bytes(std::span(buffers[i])), reads[i]);
  }
  file->Sync(SyncKind::kFull, sync);
  other->Sync(SyncKind::kFull, other_sync);
  std::vector<bool> was_in_flight;
  for (const Completion& read : reads) was_in_flight.push_back(read.in_flight());

  file.reset();
  EXPECT_TRUE(sync.finished());
  for (size_t i = 0; i < kCount; ++i) {
    ASSERT_TRUE(reads[i].finished());
    EXPECT_EQ(reads[i].status().code(), was_in_flight[i] ? ResultCode::kAbort : ResultCode::kOk);
  }
  for (std::string& buffer : buffers) buffer.assign(kSize, '!');
  EXPECT_TRUE(Wait(other_sync).ok());  // another file's operation goes on
  io().Drain();
  for (const std::string& buffer : buffers) EXPECT_EQ(buffer, std::string(kSize, '!'));
}

// ---- Groups ----

TEST_P(IoConformanceTest, AGroupFinishesWithItsLastMemberAndCountsBytes) {
  const auto file = Open("a.db");
  const std::string text = Pattern(3 * 512);
  std::array<Completion, 3> writes;
  CompletionGroup group;
  group.Begin();
  for (size_t i = 0; i < writes.size(); ++i) {
    file->Write(i * 512, AsBytes(text).subspan(i * 512, 512), writes[i]);
    group.Add(writes[i]);
  }
  group.Seal();
  EXPECT_TRUE(Wait(group.all()).ok());
  size_t bytes = 0;
  for (const Completion& write : writes) {
    ASSERT_TRUE(write.finished());
    bytes += write.bytes();
  }
  EXPECT_EQ(group.all().bytes(), bytes);
}

TEST_P(IoConformanceTest, AGroupNestsAndReportsTheFirstErrorOnceAllHaveFinished) {
  const auto file = Open("a.db");
  const auto reader = Open("a.db", kReadOnly);
  const std::string text = Pattern(512);
  Completion finished_before, failing, sleeping, syncing;
  file->Sync(SyncKind::kData, finished_before);
  (void)Wait(finished_before);

  CompletionGroup inner, outer;
  inner.Begin();
  reader->Write(0, AsBytes(text), failing);
  inner.Add(failing);
  io().Sleep(2'000'000, sleeping);
  inner.Add(sleeping);
  inner.Seal();
  outer.Begin();
  outer.Add(finished_before);
  outer.Add(inner.all());
  file->Sync(SyncKind::kData, syncing);
  outer.Add(syncing);
  outer.Seal();

  EXPECT_EQ(Wait(outer.all()).code(), ResultCode::kReadOnly);
  EXPECT_TRUE(sleeping.finished());
  EXPECT_TRUE(syncing.finished());
  EXPECT_EQ(inner.all().status().code(), ResultCode::kReadOnly);
}

TEST_P(IoConformanceTest, CancellingAGroupReachesEveryMemberAndTheirs) {
  Completion first, second, third;
  CompletionGroup inner, outer;
  inner.Begin();
  io().Sleep(kHour, first);
  inner.Add(first);
  io().Sleep(kHour, second);
  inner.Add(second);
  inner.Seal();
  outer.Begin();
  outer.Add(inner.all());
  io().Sleep(kHour, third);
  outer.Add(third);
  outer.Seal();

  outer.Cancel(io());
  const Status status = Wait(outer.all());
  EXPECT_TRUE(status.ok() || status.code() == ResultCode::kInterrupt) << status.ToString();
  for (const Completion* done : {&first, &second, &third}) EXPECT_TRUE(done->finished());
}

// ---- Locks ----

TEST_P(IoConformanceTest, SharedLocksGoTogetherAndExcludeAnExclusiveOne) {
  const auto one = Open("a.db");
  const auto other = Open("a.db");
  EXPECT_TRUE(one->Lock(100, 10, LockKind::kShared).ok());
  EXPECT_TRUE(other->Lock(100, 10, LockKind::kShared).ok());
  const Status busy = other->Lock(105, 1, LockKind::kExclusive);
  EXPECT_EQ(busy.code(), ResultCode::kBusy);
  EXPECT_THAT(std::string(busy.message()), testing::HasSubstr(Path("a.db")));
  EXPECT_TRUE(one->Unlock(100, 10).ok());
  EXPECT_TRUE(other->Lock(105, 1, LockKind::kExclusive).ok());
}

TEST_P(IoConformanceTest, AnExclusiveLockExcludesOthersInItsRangeOnly) {
  const auto one = Open("a.db");
  const auto other = Open("a.db");
  EXPECT_TRUE(one->Lock(100, 10, LockKind::kExclusive).ok());
  EXPECT_EQ(other->Lock(109, 1, LockKind::kShared).code(), ResultCode::kBusy);
  EXPECT_EQ(other->Lock(90, 11, LockKind::kExclusive).code(), ResultCode::kBusy);
  EXPECT_TRUE(other->Lock(110, 1, LockKind::kExclusive).ok());
  EXPECT_TRUE(other->Lock(90, 10, LockKind::kExclusive).ok());
  EXPECT_TRUE(one->Lock(105, 1, LockKind::kExclusive).ok());  // our own is never in the way
}

TEST_P(IoConformanceTest, LocksAreUpgradedAndDowngradedInPlace) {
  const auto one = Open("a.db");
  const auto other = Open("a.db");
  EXPECT_TRUE(one->Lock(0, 4, LockKind::kShared).ok());
  EXPECT_TRUE(one->Lock(0, 4, LockKind::kExclusive).ok());
  EXPECT_EQ(other->Lock(0, 4, LockKind::kShared).code(), ResultCode::kBusy);
  EXPECT_TRUE(one->Lock(0, 2, LockKind::kShared).ok());  // half of it
  EXPECT_TRUE(other->Lock(0, 2, LockKind::kShared).ok());
  EXPECT_EQ(other->Lock(2, 2, LockKind::kShared).code(), ResultCode::kBusy);
}

TEST_P(IoConformanceTest, ARefusedUpgradeKeepsTheSharedLock) {
  const auto one = Open("a.db");
  const auto other = Open("a.db");
  EXPECT_TRUE(one->Lock(0, 1, LockKind::kShared).ok());
  EXPECT_TRUE(other->Lock(0, 1, LockKind::kShared).ok());
  EXPECT_EQ(one->Lock(0, 1, LockKind::kExclusive).code(), ResultCode::kBusy);
  EXPECT_TRUE(other->Unlock(0, 1).ok());
  EXPECT_EQ(other->Lock(0, 1, LockKind::kExclusive).code(), ResultCode::kBusy);
  EXPECT_TRUE(one->Lock(0, 1, LockKind::kExclusive).ok());
}

TEST_P(IoConformanceTest, UnlocksTheMiddleOfARange) {
  const auto one = Open("a.db");
  const auto other = Open("a.db");
  EXPECT_TRUE(one->Lock(0, 10, LockKind::kExclusive).ok());
  EXPECT_TRUE(one->Unlock(4, 2).ok());
  EXPECT_TRUE(other->Lock(4, 2, LockKind::kExclusive).ok());
  EXPECT_EQ(other->Lock(3, 1, LockKind::kShared).code(), ResultCode::kBusy);
  EXPECT_EQ(other->Lock(6, 1, LockKind::kShared).code(), ResultCode::kBusy);
  EXPECT_TRUE(one->Unlock(0, 100).ok());  // also what it does not hold
  EXPECT_TRUE(other->Lock(0, 10, LockKind::kExclusive).ok());
}

TEST_P(IoConformanceTest, ClosingAFileReleasesItsOwnLocksOnly) {
  auto one = Open("a.db");
  auto other = Open("a.db");
  const auto third = Open("a.db");
  EXPECT_TRUE(one->Lock(0, 1, LockKind::kExclusive).ok());
  EXPECT_TRUE(other->Lock(1, 1, LockKind::kExclusive).ok());
  one.reset();
  EXPECT_TRUE(third->Lock(0, 1, LockKind::kExclusive).ok());
  EXPECT_EQ(third->Lock(1, 1, LockKind::kShared).code(), ResultCode::kBusy);
}

TEST_P(IoConformanceTest, TellsWhetherAnotherHoldsAnExclusiveLock) {
  const auto one = Open("a.db");
  const auto other = Open("a.db");
  EXPECT_FALSE(IsLockedExclusively(*other, 0, 10));
  EXPECT_TRUE(one->Lock(5, 1, LockKind::kShared).ok());
  EXPECT_FALSE(IsLockedExclusively(*other, 0, 10));
  EXPECT_TRUE(one->Lock(5, 1, LockKind::kExclusive).ok());
  EXPECT_TRUE(IsLockedExclusively(*other, 0, 10));
  EXPECT_FALSE(IsLockedExclusively(*other, 6, 10));
  EXPECT_FALSE(IsLockedExclusively(*one, 0, 10));  // its own does not count
}

TEST_P(IoConformanceTest, LocksOfDifferentFilesAreApart) {
  const auto one = Open("a.db");
  const auto other = Open("b.db");
  EXPECT_TRUE(one->Lock(0, 1, LockKind::kExclusive).ok());
  EXPECT_TRUE(other->Lock(0, 1, LockKind::kExclusive).ok());
}

TEST_P(IoConformanceTest, LocksTheBytesBehindOneGibibyteOfAnEmptyFile) {
  constexpr uint64_t kPendingByte = uint64_t{1} << 30;
  const auto one = Open("a.db");
  const auto other = Open("a.db");
  EXPECT_TRUE(one->Lock(kPendingByte, 512, LockKind::kExclusive).ok());
  EXPECT_EQ(other->Lock(kPendingByte + 511, 1, LockKind::kShared).code(), ResultCode::kBusy);
  EXPECT_EQ(Size(*one), 0u);
}

// ---- Shared memory ----

TEST_P(IoConformanceTest, TwoFilesSeeTheSameSharedMemory) {
  const auto one = Open("a.db-shm", kShared);
  const auto other = Open("a.db-shm", kShared);
  ShmRegion written = Map(*one, 0);
  ShmRegion read = Map(*other, 0);
  ASSERT_TRUE(written.mapped() && read.mapped());
  EXPECT_EQ(written.size(), kRegionSize);
  written.Store<uint32_t>(96, 0xfeedbeef);
  written.Store<uint16_t>(kRegionSize - 2, 0x1234);
  written.Barrier();
  EXPECT_EQ(read.Load<uint32_t>(96), 0xfeedbeefu);
  EXPECT_EQ(read.Load<uint16_t>(kRegionSize - 2), 0x1234u);
}

TEST_P(IoConformanceTest, MapsThreeRegionsOfZerosApartFromEachOther) {
  const auto file = Open("a.db-shm", kShared);
  // The last first: the file is extended past regions nobody has mapped yet.
  for (int index = 2; index >= 0; --index) {
    ShmRegion region = Map(*file, index);
    ASSERT_TRUE(region.mapped());
    for (size_t offset = 0; offset < kRegionSize; offset += 4) {
      ASSERT_EQ(region.Load<uint32_t>(offset), 0u);
    }
    region.Store<uint32_t>(0, 100 + static_cast<uint32_t>(index));
    region.Store<uint32_t>(kRegionSize - 4, 200 + static_cast<uint32_t>(index));
  }
  EXPECT_GE(Size(*file), 3 * kRegionSize);
  const auto other = Open("a.db-shm", kShared);
  for (int index = 0; index < 3; ++index) {
    const ShmRegion region = Map(*other, index);
    EXPECT_EQ(region.Load<uint32_t>(0), 100 + static_cast<uint32_t>(index));
    EXPECT_EQ(region.Load<uint32_t>(kRegionSize - 4), 200 + static_cast<uint32_t>(index));
  }
}

TEST_P(IoConformanceTest, MapsARegionAgainToTheSameMemory) {
  const auto file = Open("a.db-shm", kShared);
  ShmRegion first = Map(*file, 1);
  ShmRegion again = Map(*file, 1);
  first.Store<uint32_t>(8, 77);
  EXPECT_EQ(again.Load<uint32_t>(8), 77u);
}

TEST_P(IoConformanceTest, SharedMemoryIsZeroAgainAfterItsFileWasCutToNothing) {
  {
    const auto file = Open("a.db-shm", kShared);
    Map(*file, 0).Store<uint32_t>(0, 7);
  }
  const auto file = Open("a.db-shm", kShared);
  EXPECT_EQ(Map(*file, 0).Load<uint32_t>(0), 7u);
  const auto cutter = Open("a.db-shm", kShared);
  Completion done;
  cutter->Truncate(0, done);
  EXPECT_TRUE(Wait(done).ok());
  EXPECT_EQ(Map(*cutter, 0).Load<uint32_t>(0), 0u);
}

TEST_P(IoConformanceTest, CannotMapWhatAReadOnlyFileDoesNotHold) {
  Map(*Open("a.db-shm", kShared), 0);
  const auto file = Open("a.db-shm", {.kind = FileKind::kSharedMemory, .read_only = true});
  EXPECT_TRUE(file->Map(0, kRegionSize).ok());
  const Result<ShmRegion> missing = file->Map(1, kRegionSize);
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.status().primary(), ResultCode::kCannotOpen);
  EXPECT_THAT(std::string(missing.status().message()), testing::HasSubstr(Path("a.db-shm")));
}

// ---- Names ----

TEST_P(IoConformanceTest, RemovesAFileAndFindsNoErrorInAMissingOne) {
  Write(*Open("a.db"), 0, "text");
  Result<bool> exists = io().Exists(Path("a.db"));
  ASSERT_TRUE(exists.ok());
  EXPECT_TRUE(*exists);
  EXPECT_TRUE(io().Remove(Path("a.db")).ok());
  exists = io().Exists(Path("a.db"));
  ASSERT_TRUE(exists.ok());
  EXPECT_FALSE(*exists);
  EXPECT_TRUE(io().Remove(Path("a.db")).ok());
  EXPECT_EQ(Size(*Open("a.db")), 0u);
}

TEST_P(IoConformanceTest, AnOpenFileOutlivesItsName) {
  const auto file = Open("a.db");
  Write(*file, 0, "still here");
  EXPECT_TRUE(io().Remove(Path("a.db")).ok());
  EXPECT_EQ(Read(*file, 0, 100), "still here");
  EXPECT_EQ(Size(*Open("a.db")), 0u);
}

TEST_P(IoConformanceTest, RenamesOverAFileThatIsThere) {
  Write(*Open("a.db"), 0, "new");
  Write(*Open("b.db"), 0, "old");
  EXPECT_TRUE(io().Rename(Path("a.db"), Path("b.db")).ok());
  EXPECT_EQ(Read(*Open("b.db", {}), 0, 100), "new");
  Result<bool> exists = io().Exists(Path("a.db"));
  ASSERT_TRUE(exists.ok());
  EXPECT_FALSE(*exists);
  const Status missing = io().Rename(Path("a.db"), Path("c.db"));
  EXPECT_EQ(missing.primary(), ResultCode::kIoError);
  EXPECT_THAT(std::string(missing.message()), testing::HasSubstr(Path("a.db")));
}

TEST_P(IoConformanceTest, SyncsTheDirectoryOfAFile) {
  Open("a.db");
  Completion done;
  io().SyncDirectoryOf(Path("a.db"), done);
  EXPECT_TRUE(Wait(done).ok());
}

TEST_P(IoConformanceTest, TemporaryFilesAreApartAndHaveNoName) {
  const OpenOptions temporary = {.kind = FileKind::kTemporary, .create = true};
  const auto one = Open("t", temporary);
  const auto other = Open("t", temporary);
  Write(*one, 0, "one");
  EXPECT_EQ(Size(*other), 0u);
  EXPECT_EQ(Read(*one, 0, 100), "one");
  Result<bool> exists = io().Exists(Path("t"));
  ASSERT_TRUE(exists.ok());
  EXPECT_FALSE(*exists);
}

// ---- Buffers, time and chance ----

TEST_P(IoConformanceTest, MovesBytesInsideAndOutsideRegisteredBuffers) {
  const auto file = Open("a.db");
  std::vector<char> arena(64 * 4096, '?');
  const MutableBytes bytes = std::as_writable_bytes(std::span(arena));
  io().RegisterBuffers(bytes);
  const std::string text = Pattern(4096);
  std::copy(text.begin(), text.end(), arena.begin() + 4096);
  Write(*file, 0, std::string_view(arena.data() + 4096, 4096));
  Completion done;
  ReadFully read;
  read.Start(*file, 0, bytes.last(4096), done);
  EXPECT_TRUE(RunToEnd(read).done());
  EXPECT_EQ(std::string(arena.end() - 4096, arena.end()), text);
  EXPECT_EQ(Read(*file, 0, 4096), text);
  io().UnregisterBuffers(bytes);
  EXPECT_EQ(Read(*file, 0, 4096), text);
}

TEST_P(IoConformanceTest, TheMonotonicClockDoesNotGoBack) {
  uint64_t last = io().MonotonicNanoseconds();
  for (int i = 0; i < 1000; ++i) {
    const uint64_t now = io().MonotonicNanoseconds();
    ASSERT_GE(now, last);
    last = now;
    if (i % 100 == 0) (void)io().Poll(PollMode::kNoWait);
  }
  EXPECT_GT(io().UnixMilliseconds(), 0);
}

TEST_P(IoConformanceTest, RandomBytesFillTheBufferAndDiffer) {
  std::array<std::byte, 32> first = {}, second = {};
  io().RandomBytes(first);
  io().RandomBytes(second);
  EXPECT_NE(first, second);
  EXPECT_NE(first, (std::array<std::byte, 32>{}));
  io().RandomBytes({});
}

}  // namespace orrery

#endif  // ORRERY_ENGINE_IO_IO_CONFORMANCE_H_
