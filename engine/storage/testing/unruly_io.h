// An Io for tests of what the Io trait allows and memory is too tidy to do: operations finish in
// any order, move fewer bytes than asked, and fail, as a seed decides. Files live in a MemoryIo.
//
// It has no power cuts: what is written is there. Losing what was not synced is the simulated
// world's business (//sim/world).

#ifndef ORRERY_ENGINE_STORAGE_TESTING_UNRULY_IO_H_
#define ORRERY_ENGINE_STORAGE_TESTING_UNRULY_IO_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/io/io.h"
#include "engine/io/memory_io.h"

namespace orrery {

struct UnrulyOptions {
  uint64_t seed = 1;
  // Chances in a thousand.
  uint32_t short_transfers = 100;
  uint32_t errors = 0;
  uint32_t forced_waits = 100;
};

class UnrulyIo final : public Io, public IoObserver {
 public:
  explicit UnrulyIo(const UnrulyOptions& options);
  ~UnrulyIo() override;

  // Below `n`; the same sequence for the same seed.
  uint64_t Choose(uint64_t n);
  bool Chance(uint32_t in_a_thousand) { return Choose(1000) < in_a_thousand; }
  void set_errors(uint32_t in_a_thousand) { options_.errors = in_a_thousand; }
  uint64_t error_count() const { return error_count_; }

  std::string_view name() const override { return "unruly"; }
  Result<std::unique_ptr<File>> Open(std::string_view path, const OpenOptions& options) override;
  Result<bool> Exists(std::string_view path) override { return memory_.Exists(path); }
  Status Remove(std::string_view path) override { return memory_.Remove(path); }
  Status Rename(std::string_view from, std::string_view to) override {
    return memory_.Rename(from, to);
  }
  void SyncDirectoryOf(std::string_view path, Completion& done) override;
  Status Poll(PollMode mode) override;
  void Cancel(Completion& completion) override;
  void Drain() override;
  void Sleep(uint64_t nanoseconds, Completion& done) override;
  uint64_t MonotonicNanoseconds() override { return memory_.MonotonicNanoseconds(); }
  int64_t UnixMilliseconds() override { return memory_.UnixMilliseconds(); }
  void RandomBytes(MutableBytes out) override { memory_.RandomBytes(out); }

  bool ForceWait(const YieldSite&) override { return Chance(options_.forced_waits); }

 private:
  friend class UnrulyFile;
  struct Operation {
    const File* file;
    Completion* done;
    std::function<void(Completion&)> run;  // finishes the completion
  };
  void Submit(const File* file, Completion& done, std::function<void(Completion&)> run);
  void FinishOne(size_t index);
  void Close(const File& file);

  UnrulyOptions options_;
  MemoryIo memory_;
  uint64_t state_;
  uint64_t error_count_ = 0;
  std::vector<Operation> operations_;
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_STORAGE_TESTING_UNRULY_IO_H_
