#include "engine/io/registry.h"

#include <utility>

#include "engine/io/memory_io.h"
#include "engine/io/syscall_io.h"
#include "engine/io/uring_io.h"

namespace orrery {
namespace {

Result<std::unique_ptr<Io>> MakeMemory(std::string&) { return std::unique_ptr<Io>(new MemoryIo); }

Result<std::unique_ptr<Io>> MakeSyscall(std::string&) { return std::unique_ptr<Io>(new SyscallIo); }

Result<std::unique_ptr<Io>> MakeUring(std::string& message) {
  Result<std::unique_ptr<UringIo>> uring = UringIo::Create();
  if (uring.ok()) return std::unique_ptr<Io>(*std::move(uring));
  message = std::string(uring.status().message()) + "; using the syscall backend";
  return MakeSyscall(message);
}

}  // namespace

IoRegistry::IoRegistry() {
  Register("memory", MakeMemory);
  Register("syscall", MakeSyscall);
  Register("io_uring", MakeUring);
}

void IoRegistry::Register(std::string name, Factory factory) {
  factories_.insert_or_assign(std::move(name), std::move(factory));
}

std::vector<std::string> IoRegistry::Names() const {
  std::vector<std::string> names;
  for (const auto& [name, factory] : factories_) names.push_back(name);
  return names;
}

Result<std::unique_ptr<Io>> IoRegistry::Make(std::string_view name, std::string& message) const {
  message.clear();
  if (const auto found = factories_.find(name); found != factories_.end()) {
    return found->second(message);
  }
  std::string error = "no such I/O backend: " + std::string(name) + "; there are";
  for (const auto& [known, factory] : factories_) error += " " + known;
  return Status(ResultCode::kNotFound, error);
}

}  // namespace orrery
