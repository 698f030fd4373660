// Goal: the host's own ways do not leak through the backends that use it: signals, full disks,
// directories, other processes.
// Method: provoke each, against syscall and io_uring.
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <memory>
#include <string>

#include "engine/io/posix_file.h"
#include "engine/io/syscall_io.h"
#include "engine/io/testing/posix_directory.h"
#include "engine/io/uring_io.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace orrery {
namespace {

class PosixBackendsTest : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    if (GetParam() == std::string("syscall")) {
      io_ = std::make_unique<SyscallIo>();
      return;
    }
    Result<std::unique_ptr<UringIo>> uring = UringIo::Create();
    if (!uring.ok()) GTEST_SKIP() << uring.status().ToString();
    io_ = *std::move(uring);
  }
  Io& io() { return *io_; }
  std::string Path(const char* name) const { return directory_.path() + "/" + name; }
  std::unique_ptr<File> Open(const std::string& path, OpenOptions options = {.create = true}) {
    Result<std::unique_ptr<File>> file = io_->Open(path, options);
    EXPECT_TRUE(file.ok()) << file.status().ToString();
    CHECK(file.ok());
    return *std::move(file);
  }

 private:
  PosixDirectory directory_;
  std::unique_ptr<Io> io_;
};

INSTANTIATE_TEST_SUITE_P(Posix, PosixBackendsTest, testing::Values("syscall", "io_uring"),
                         [](const auto& backend) { return std::string(backend.param); });

void IgnoreAlarm(int) {}

TEST_P(PosixBackendsTest, SignalsNeitherFailNorShortenAnOperation) {
  // An alarm every millisecond that interrupts system calls.
  struct sigaction action = {};
  action.sa_handler = IgnoreAlarm;
  struct sigaction old_action;
  ASSERT_EQ(sigaction(SIGALRM, &action, &old_action), 0);
  const itimerval every_millisecond = {{0, 1000}, {0, 1000}};
  ASSERT_EQ(setitimer(ITIMER_REAL, &every_millisecond, nullptr), 0);

  constexpr uint64_t kNanoseconds = 30'000'000;
  const uint64_t begin = io().MonotonicNanoseconds();
  Completion sleep;
  io().Sleep(kNanoseconds, sleep);
  EXPECT_TRUE(WaitFor(io(), sleep).ok());
  EXPECT_TRUE(sleep.status().ok()) << sleep.status().ToString();
  EXPECT_GE(io().MonotonicNanoseconds() - begin, kNanoseconds);

  const auto file = Open(Path("a.db"));
  const std::string text(4096, 'x');
  for (int i = 0; i < 200; ++i) {
    Completion write, sync;
    file->Write(static_cast<uint64_t>(i) * 4096, AsBytes(text), write);
    EXPECT_TRUE(WaitFor(io(), write).ok());
    EXPECT_TRUE(write.status().ok()) << write.status().ToString();
    file->Sync(SyncKind::kData, sync);
    EXPECT_TRUE(WaitFor(io(), sync).ok());
    EXPECT_TRUE(sync.status().ok()) << sync.status().ToString();
  }
  const itimerval never = {};
  setitimer(ITIMER_REAL, &never, nullptr);
  sigaction(SIGALRM, &old_action, nullptr);
}

TEST_P(PosixBackendsTest, AFullDiskIsFullAndNamesTheFile) {
  if (access("/dev/full", W_OK) != 0) GTEST_SKIP() << "no /dev/full here";
  const auto file = Open("/dev/full", {});
  Completion done;
  file->Write(0, AsBytes("text"), done);
  EXPECT_TRUE(WaitFor(io(), done).ok());
  EXPECT_EQ(done.status().code(), ResultCode::kFull);
  EXPECT_EQ(done.status().message(), "cannot write /dev/full: No space left on device");
}

TEST_P(PosixBackendsTest, SaysThatADirectoryIsOne) {
  ASSERT_EQ(mkdir(Path("d").c_str(), 0755), 0);
  for (const bool read_only : {false, true}) {
    const Result<std::unique_ptr<File>> file = io().Open(Path("d"), {.read_only = read_only});
    ASSERT_FALSE(file.ok());
    EXPECT_EQ(file.status().code(), ResultCode::kCannotOpenIsDir);
    EXPECT_EQ(file.status().message(), "cannot open " + Path("d") + ": Is a directory");
  }
}

TEST_P(PosixBackendsTest, ReportsADirectoryThatCannotBeSynced) {
  Completion done;
  io().SyncDirectoryOf(Path("missing/a.db"), done);
  EXPECT_TRUE(WaitFor(io(), done).ok());
  EXPECT_FALSE(done.status().ok());
  EXPECT_THAT(std::string(done.status().message()), testing::HasSubstr(Path("missing")));
}

TEST_P(PosixBackendsTest, AWalHasThePermissionsOfItsDatabase) {
  Open(Path("a.db"));
  ASSERT_EQ(chmod(Path("a.db").c_str(), 0600), 0);
  Open(Path("a.db-wal"), {.kind = FileKind::kWal, .create = true});
  struct stat wal;
  ASSERT_EQ(stat(Path("a.db-wal").c_str(), &wal), 0);
  EXPECT_EQ(wal.st_mode & 0777, 0600u);
}

TEST_P(PosixBackendsTest, LocksExcludeTheClassicLocksOfAnotherProcess) {
  const auto file = Open(Path("a.db"));
  ASSERT_TRUE(file->Lock(10, 1, LockKind::kExclusive).ok());
  const std::string path = Path("a.db");
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    const int fd = open(path.c_str(), O_RDWR);
    struct flock lock = {};
    lock.l_type = F_RDLCK;
    lock.l_start = 10;
    lock.l_len = 1;
    const bool refused = fcntl(fd, F_SETLK, &lock) != 0;
    lock.l_start = 11;
    const bool granted = fcntl(fd, F_SETLK, &lock) == 0;
    _exit(refused && granted ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

TEST_P(PosixBackendsTest, SharedMemoryIsTheFilesBytes) {
  const auto file = Open(Path("a.db-shm"), {.kind = FileKind::kSharedMemory, .create = true});
  Result<ShmRegion> region = file->Map(1, 32768);
  ASSERT_TRUE(region.ok());
  region->Store<uint32_t>(4, 0x01020304);
  uint32_t word = 0;
  Completion done;
  file->Read(32768 + 4, std::as_writable_bytes(std::span(&word, 1)), done);
  EXPECT_TRUE(WaitFor(io(), done).ok());
  EXPECT_EQ(word, 0x01020304u);
}

TEST(PosixFileTest, MakesAnInterruptedCallAgain) {
  int call_count = 0;
  const SystemResult result = WithoutInterruption([&] {
    if (++call_count < 3) {
      errno = EINTR;
      return -1;
    }
    return 42;
  });
  EXPECT_EQ(result, 42);
  EXPECT_EQ(call_count, 3);
  EXPECT_EQ(WithoutInterruption([] {
              errno = EIO;
              return -1;
            }),
            -EIO);
}

TEST(PosixFileTest, WritesEveryPartOfALongListInOneCall) {
  const PosixDirectory directory;
  Result<OpenedFile> file = OpenPosixFile(directory.path() + "/a", {.create = true});
  ASSERT_TRUE(file.ok());
  const std::string text = "xy";
  const std::vector<Bytes> parts(3 * kPartCountMax + 1, AsBytes(text));
  EXPECT_EQ(WritePartsAt(file->fd.get(), 0, ToIovecs(parts)),
            static_cast<SystemResult>(2 * parts.size()));
}

}  // namespace
}  // namespace orrery
