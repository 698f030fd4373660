// Goal: the syscall backend is a conforming one.
// Method: the conformance suite in a directory of the host's.
#include "engine/io/syscall_io.h"

#include <memory>

#include "engine/io/io_conformance.h"
#include "engine/io/testing/posix_directory.h"

namespace orrery {
namespace {

struct Owned {
  PosixDirectory directory;
  SyscallIo io;
};

IoUnderTest Make() {
  const auto owned = std::make_shared<Owned>();
  return {.owner = owned, .io = &owned->io, .directory = owned->directory.path()};
}

INSTANTIATE_TEST_SUITE_P(Syscall, IoConformanceTest,
                         testing::Values(IoConformanceCase{"Plain", Make}), IoConformanceCaseName);

}  // namespace
}  // namespace orrery
