// The I/O backends of a program, by name. "memory", "syscall" and "io_uring" are there from the
// start; a program adds its own (a simulator, an application's file system) with Register().

#ifndef ORRERY_ENGINE_IO_REGISTRY_H_
#define ORRERY_ENGINE_IO_REGISTRY_H_

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/status.h"
#include "engine/io/io.h"

namespace orrery {

class IoRegistry {
 public:
  // Makes a backend. What the user should know of it, such as that another backend serves in its
  // place, goes into `message`, which is empty before.
  using Factory = std::function<Result<std::unique_ptr<Io>>(std::string& message)>;

  IoRegistry();
  IoRegistry(const IoRegistry&) = delete;
  IoRegistry& operator=(const IoRegistry&) = delete;

  // A name that is taken gets the new factory.
  void Register(std::string name, Factory factory);
  std::vector<std::string> Names() const;  // sorted

  // An unknown name is an error that lists the known ones. "io_uring" gives the syscall backend,
  // and a message that says why, when the kernel refuses a ring. io->name() tells which it is.
  Result<std::unique_ptr<Io>> Make(std::string_view name, std::string& message) const;

 private:
  std::map<std::string, Factory, std::less<>> factories_;
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_IO_REGISTRY_H_
