// MemoryIo keeps its files in memory, each under its path, for as long as the MemoryIo lives. It is
// the backend of in-memory databases and of the engine's own tests, which choose when operations
// finish and make it the same on every run by giving it a seed.
//
// There are no directories: a path is just a name, and SyncDirectoryOf has nothing to do.

#ifndef ORRERY_ENGINE_IO_MEMORY_IO_H_
#define ORRERY_ENGINE_IO_MEMORY_IO_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/io/io.h"
#include "engine/io/sleep_queue.h"

namespace orrery {

// When operations finish. Bytes move at that moment, not when the operation is submitted.
enum class MemoryFinish : uint8_t {
  kInCall,            // inside the call that submits it
  kInPoll,            // in the next Poll(), oldest first
  kInPollNewestFirst  // one in each Poll(), the newest
};

struct MemoryIoOptions {
  MemoryFinish finish = MemoryFinish::kInCall;
  // With a seed, random bytes come from it and time is made up: it starts at 0, a Poll() takes a
  // microsecond and a sleep passes at once. Without one, both are the host's.
  std::optional<uint64_t> seed;
};

class MemoryIo final : public Io {
 public:
  explicit MemoryIo(MemoryIoOptions options = MemoryIoOptions());
  ~MemoryIo() override;  // every File has been closed

  std::string_view name() const override { return "memory"; }
  Result<std::unique_ptr<File>> Open(std::string_view path, const OpenOptions& options) override;
  Result<bool> Exists(std::string_view path) override;
  Status Remove(std::string_view path) override;
  Status Rename(std::string_view from, std::string_view to) override;
  void SyncDirectoryOf(std::string_view path, Completion& done) override;

  Status Poll(PollMode mode) override;
  void Cancel(Completion& completion) override;
  void Drain() override;
  void Sleep(uint64_t nanoseconds, Completion& done) override;

  uint64_t MonotonicNanoseconds() override;
  int64_t UnixMilliseconds() override;
  void RandomBytes(MutableBytes out) override;

 private:
  friend class MemoryFile;
  struct Node;  // the bytes and the locks of one file

  struct Outcome {
    Status status;
    size_t bytes = 0;
  };
  struct Pending {
    const File* file;  // null for an operation on no file
    Completion* done;
    std::function<Outcome()> run;
  };
  // Runs the operation now or keeps it for Poll(), as the options say.
  template <typename Run>
  void Submit(const File* file, Completion& done, Run run);
  void FinishPending();
  void Close(const File& file);

  const MemoryIoOptions options_;
  // A file lives on after Remove() while it is open.
  std::map<std::string, std::shared_ptr<Node>, std::less<>> nodes_;
  std::vector<Pending> pending_;  // in the order of submission
  SleepQueue sleeps_;
  size_t open_file_count_ = 0;
  uint64_t made_up_now_ = 0;  // nanoseconds
  uint64_t random_state_ = 0;
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_IO_MEMORY_IO_H_
