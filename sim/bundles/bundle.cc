#include "sim/bundles/bundle.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace orrery::sim {
namespace {

void WriteAll(int descriptor, std::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t written = write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) {
      std::fprintf(stderr, "%s: %s\n", path.c_str(), std::strerror(errno));
      return;
    }
    bytes.remove_prefix(static_cast<size_t>(written));
  }
}

int OpenForWriting(const std::string& path, int how) {
  const int descriptor = open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | how, 0644);
  if (descriptor < 0) std::fprintf(stderr, "%s: %s\n", path.c_str(), std::strerror(errno));
  return descriptor;
}

}  // namespace

Result<std::string> Bundle::MakeFolder(const std::string& parent, std::string_view name) {
  (void)mkdir(parent.c_str(), 0755);
  std::string folder = parent + "/" + std::string(name) + "-XXXXXX";
  if (mkdtemp(folder.data()) == nullptr) {
    return Status(ResultCode::kCannotOpen, folder + ": " + std::strerror(errno));
  }
  return folder;
}

Bundle::~Bundle() {
  for (const auto& [name, descriptor] : descriptors_) close(descriptor);
}

void Bundle::Write(std::string_view file_name, std::string_view bytes) {
  const std::string path = folder_ + "/" + std::string(file_name);
  const int descriptor = OpenForWriting(path, O_TRUNC);
  if (descriptor < 0) return;
  WriteAll(descriptor, bytes, path);
  close(descriptor);
}

void Bundle::AppendLine(std::string_view file_name, std::string_view line) {
  const std::string path = folder_ + "/" + std::string(file_name);
  auto found = descriptors_.find(file_name);
  if (found == descriptors_.end()) {
    found = descriptors_.emplace(file_name, OpenForWriting(path, O_APPEND)).first;
  }
  if (found->second < 0) return;
  std::string with_end(line);
  with_end += "\n";
  WriteAll(found->second, with_end, path);
}

Result<std::string> ReadWholeFile(const std::string& path) {
  FILE* file = std::fopen(path.c_str(), "rb");
  if (file == nullptr) return Status(ResultCode::kCannotOpen, path + ": " + std::strerror(errno));
  std::string bytes;
  char buffer[65536];
  size_t size = 0;
  while ((size = std::fread(buffer, 1, sizeof buffer, file)) > 0) bytes.append(buffer, size);
  std::fclose(file);
  return bytes;
}

std::string BuildDescription() {
  std::string text;
#if defined(__clang__)
  text = "clang " __clang_version__;
#elif defined(__GNUC__)
  text = "gcc " __VERSION__;
#endif
#if defined(__OPTIMIZE__)
  text += ", optimised";
#else
  text += ", not optimised";
#endif
#if defined(__SANITIZE_ADDRESS__)
  text += ", asan";
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
  text += ", asan";
#endif
#if __has_feature(thread_sanitizer)
  text += ", tsan";
#endif
#endif
  return text;
}

}  // namespace orrery::sim
