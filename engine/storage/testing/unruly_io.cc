#include "engine/storage/testing/unruly_io.h"

#include <utility>

namespace orrery {

class UnrulyFile final : public File {
 public:
  UnrulyFile(UnrulyIo& io, std::unique_ptr<File> file) : io_(io), file_(std::move(file)) {}
  ~UnrulyFile() override { io_.Close(*this); }

  void Read(uint64_t offset, MutableBytes buffer, Completion& done) override {
    io_.Submit(this, done, [=, this](Completion& finished) {
      if (Fails(finished, ResultCode::kIoErrorRead)) return;
      Completion inner;
      file_->Read(offset, buffer.first(Portion(buffer.size())), inner);
      finished.Finish(inner.status(), inner.bytes());
    });
  }
  void Write(uint64_t offset, Bytes data, Completion& done) override {
    WriteV(offset, std::span(&data, 1), done);
  }
  void WriteV(uint64_t offset, std::span<const Bytes> parts, Completion& done) override {
    io_.Submit(this, done,
               [=, this, copy = std::vector<Bytes>(parts.begin(), parts.end())](Completion& out) {
                 size_t size = 0;
                 for (const Bytes part : copy) size += part.size();
                 size_t left = Portion(size);
                 // A failed write may have moved some of the bytes.
                 const bool fails = io_.Chance(io_.options_.errors);
                 uint64_t at = offset;
                 for (const Bytes part : copy) {
                   const Bytes piece = part.first(std::min(left, part.size()));
                   Completion inner;
                   file_->Write(at, piece, inner);
                   at += piece.size();
                   left -= piece.size();
                 }
                 if (fails) {
                   ++io_.error_count_;
                   out.Finish(Status(ResultCode::kIoErrorWrite, "unruly"));
                 } else {
                   out.Finish(OkStatus(), at - offset);
                 }
               });
  }
  void Sync(SyncKind, Completion& done) override {
    io_.Submit(this, done, [this](Completion& finished) {
      if (!Fails(finished, ResultCode::kIoErrorSync)) finished.Finish(OkStatus());
    });
  }
  void Truncate(uint64_t size, Completion& done) override {
    io_.Submit(this, done, [this, size](Completion& finished) {
      if (Fails(finished, ResultCode::kIoErrorTruncate)) return;
      Completion inner;
      file_->Truncate(size, inner);
      finished.Finish(inner.status());
    });
  }
  Result<uint64_t> Size() override { return file_->Size(); }
  Status Lock(uint64_t offset, uint64_t size, LockKind kind) override {
    return file_->Lock(offset, size, kind);
  }
  Status Unlock(uint64_t offset, uint64_t size) override { return file_->Unlock(offset, size); }
  Result<bool> IsLockedExclusively(uint64_t offset, uint64_t size) override {
    return file_->IsLockedExclusively(offset, size);
  }
  Result<ShmRegion> Map(int index, size_t size) override { return file_->Map(index, size); }
  const std::string& path() const override { return file_->path(); }

 private:
  bool Fails(Completion& done, ResultCode code) {
    if (!io_.Chance(io_.options_.errors)) return false;
    ++io_.error_count_;
    done.Finish(Status(code, "unruly"));
    return true;
  }
  size_t Portion(size_t size) {
    return size > 1 && io_.Chance(io_.options_.short_transfers) ? 1 + io_.Choose(size - 1) : size;
  }

  UnrulyIo& io_;
  std::unique_ptr<File> file_;
};

UnrulyIo::UnrulyIo(const UnrulyOptions& options)
    : options_(options),
      memory_({.finish = MemoryFinish::kInCall, .seed = options.seed}),
      state_(options.seed) {
  SetObserver(this);
}

UnrulyIo::~UnrulyIo() { Drain(); }

uint64_t UnrulyIo::Choose(uint64_t n) {
  // SplitMix64, as in memory_io.cc. https://prng.di.unimi.it/splitmix64.c
  uint64_t z = state_ += 0x9e3779b97f4a7c15;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return (z ^ (z >> 31)) % n;
}

Result<std::unique_ptr<File>> UnrulyIo::Open(std::string_view path, const OpenOptions& options) {
  ASSIGN_OR_RETURN(std::unique_ptr<File> file, memory_.Open(path, options));
  return std::unique_ptr<File>(new UnrulyFile(*this, std::move(file)));
}

void UnrulyIo::SyncDirectoryOf(std::string_view, Completion& done) {
  Submit(nullptr, done, [this](Completion& finished) {
    if (Chance(options_.errors)) {
      ++error_count_;
      finished.Finish(Status(ResultCode::kIoErrorSyncDirectory, "unruly"));
    } else {
      finished.Finish(OkStatus());
    }
  });
}

void UnrulyIo::Sleep(uint64_t, Completion& done) {
  done.Submit();
  operations_.push_back(
      {nullptr, &done, [](Completion& finished) { finished.Finish(OkStatus()); }});
}

void UnrulyIo::Submit(const File* file, Completion& done, std::function<void(Completion&)> run) {
  done.Submit();
  operations_.push_back({file, &done, std::move(run)});
  if (Chance(300)) FinishOne(operations_.size() - 1);
}

void UnrulyIo::FinishOne(size_t index) {
  const Operation operation = std::move(operations_[index]);
  operations_.erase(operations_.begin() + static_cast<ptrdiff_t>(index));
  operation.run(*operation.done);
}

Status UnrulyIo::Poll(PollMode mode) {
  if (operations_.empty()) {
    CHECK(mode == PollMode::kNoWait);
    return OkStatus();
  }
  FinishOne(Choose(operations_.size()));
  return OkStatus();
}

void UnrulyIo::Cancel(Completion& completion) {
  for (size_t i = 0; i < operations_.size(); ++i) {
    if (operations_[i].done != &completion) continue;
    operations_.erase(operations_.begin() + static_cast<ptrdiff_t>(i));
    completion.Finish(Status(ResultCode::kInterrupt));
    return;
  }
}

void UnrulyIo::Drain() {
  while (!operations_.empty()) (void)Poll(PollMode::kWait);
}

void UnrulyIo::Close(const File& file) {
  std::vector<Operation> kept;
  std::vector<Operation> aborted;
  for (Operation& operation : operations_) {
    (operation.file == &file ? aborted : kept).push_back(std::move(operation));
  }
  operations_ = std::move(kept);
  for (Operation& operation : aborted) {
    // What was on its way may have arrived all the same.
    if (Chance(500)) {
      operation.run(*operation.done);
    } else {
      operation.done->Finish(Status(ResultCode::kAbort));
    }
  }
}

}  // namespace orrery
