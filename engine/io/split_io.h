// SplitIo keeps temporary files in memory; all else is another Io's: the backend of a connection
// whose main database is in memory, and which may attach files.

#ifndef ORRERY_ENGINE_IO_SPLIT_IO_H_
#define ORRERY_ENGINE_IO_SPLIT_IO_H_

#include <memory>
#include <string_view>

#include "engine/io/io.h"
#include "engine/io/memory_io.h"

namespace orrery {

class SplitIo final : public Io {
 public:
  explicit SplitIo(std::unique_ptr<Io> host) : host_(std::move(host)) {}

  std::string_view name() const override { return "split"; }
  Result<std::unique_ptr<File>> Open(std::string_view path, const OpenOptions& options) override {
    if (options.kind == FileKind::kTemporary) return memory_.Open(path, options);
    return host_->Open(path, options);
  }
  Result<bool> Exists(std::string_view path) override { return host_->Exists(path); }
  Status Remove(std::string_view path) override { return host_->Remove(path); }
  Status Rename(std::string_view from, std::string_view to) override {
    return host_->Rename(from, to);
  }
  void SyncDirectoryOf(std::string_view path, Completion& done) override {
    host_->SyncDirectoryOf(path, done);
  }

  // Operations in memory finish inside the call.
  Status Poll(PollMode mode) override { return host_->Poll(mode); }
  void Cancel(Completion& completion) override { host_->Cancel(completion); }
  void Drain() override { host_->Drain(); }
  void Sleep(uint64_t nanoseconds, Completion& done) override { host_->Sleep(nanoseconds, done); }

  uint64_t MonotonicNanoseconds() override { return host_->MonotonicNanoseconds(); }
  int64_t UnixMilliseconds() override { return host_->UnixMilliseconds(); }
  int64_t LocalOffsetSeconds(int64_t unix_seconds) override {
    return host_->LocalOffsetSeconds(unix_seconds);
  }
  void RandomBytes(MutableBytes out) override { host_->RandomBytes(out); }
  void RegisterBuffers(MutableBytes bytes) override { host_->RegisterBuffers(bytes); }
  void UnregisterBuffers(MutableBytes bytes) override { host_->UnregisterBuffers(bytes); }

 private:
  const std::unique_ptr<Io> host_;
  MemoryIo memory_;
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_IO_SPLIT_IO_H_
