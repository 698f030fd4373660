// A directory of the host's for one test, removed with all that is in it.

#ifndef ORRERY_ENGINE_IO_TESTING_POSIX_DIRECTORY_H_
#define ORRERY_ENGINE_IO_TESTING_POSIX_DIRECTORY_H_

#include <stdlib.h>

#include <filesystem>
#include <string>
#include <system_error>

#include "engine/base/check.h"
#include "gtest/gtest.h"

namespace orrery {

class PosixDirectory {
 public:
  PosixDirectory() : path_(testing::TempDir() + "orrery-XXXXXX") {
    CHECK(mkdtemp(path_.data()) != nullptr);
  }
  PosixDirectory(const PosixDirectory&) = delete;
  PosixDirectory& operator=(const PosixDirectory&) = delete;
  ~PosixDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_IO_TESTING_POSIX_DIRECTORY_H_
