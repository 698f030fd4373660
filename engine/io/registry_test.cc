// Goal: every backend is found by name, and a kernel that refuses io_uring costs nothing but speed.
// Method: make each; refuse the system call with a seccomp filter in a child process.
#include "engine/io/registry.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstddef>
#include <cstdio>

#include "engine/io/memory_io.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace orrery {
namespace {

TEST(IoRegistryTest, MakesTheBuiltInBackends) {
  const IoRegistry registry;
  EXPECT_THAT(registry.Names(), testing::ElementsAre("io_uring", "memory", "syscall"));
  for (const char* name : {"memory", "syscall"}) {
    std::string message = "left over";
    Result<std::unique_ptr<Io>> io = registry.Make(name, message);
    ASSERT_TRUE(io.ok());
    EXPECT_EQ((*io)->name(), name);
    EXPECT_EQ(message, "");
  }
}

TEST(IoRegistryTest, NamesTheBackendsThereAreWhenAskedForAnother) {
  std::string message;
  const Result<std::unique_ptr<Io>> io = IoRegistry().Make("tape", message);
  ASSERT_FALSE(io.ok());
  EXPECT_EQ(io.status().message(), "no such I/O backend: tape; there are io_uring memory syscall");
}

TEST(IoRegistryTest, TakesABackendFromOutside) {
  IoRegistry registry;
  registry.Register("mine", [](std::string& message) -> Result<std::unique_ptr<Io>> {
    message = "made here";
    return std::unique_ptr<Io>(new MemoryIo);
  });
  std::string message;
  EXPECT_TRUE(registry.Make("mine", message).ok());
  EXPECT_EQ(message, "made here");
}

// From here on io_uring_setup() fails with EPERM in this process, as in a locked-down container.
void ForbidRings() {
  sock_filter instructions[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_io_uring_setup, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  const sock_fprog program = {std::size(instructions), instructions};
  CHECK(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
  CHECK(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0);
}

TEST(IoRegistryDeathTest, GivesTheSyscallBackendAndSaysWhyWhenTheKernelRefusesARing) {
  EXPECT_EXIT(
      {
        ForbidRings();
        std::string message;
        Result<std::unique_ptr<Io>> io = IoRegistry().Make("io_uring", message);
        CHECK(io.ok());
        std::fprintf(stderr, "%s: %s\n", std::string((*io)->name()).c_str(), message.c_str());
        _exit(0);
      },
      testing::ExitedWithCode(0),
      "syscall: the kernel refuses an io_uring: Operation not permitted; "
      "using the syscall backend");
}

}  // namespace
}  // namespace orrery
