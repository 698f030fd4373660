// What the pager's fuzz targets share: a small good database in memory, and a connection that reads
// all of it and writes to it, where every call may fail but none may crash.

#ifndef ORRERY_FUZZ_PAGER_FILES_H_
#define ORRERY_FUZZ_PAGER_FILES_H_

#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

#include "engine/base/check.h"
#include "engine/io/memory_io.h"
#include "engine/storage/page_operations.h"
#include "engine/storage/pager.h"

namespace orrery {

inline const YieldSite kFuzzFetch("fuzz.pager.fetch");

inline std::vector<std::byte> ReadFile(Io& io, std::string_view path) {
  auto file = io.Open(path, {});
  CHECK(file.ok());
  std::vector<std::byte> bytes(*(*file)->Size());
  Completion done;
  (*file)->Read(0, bytes, done);
  return bytes;
}

inline void WriteFile(Io& io, std::string_view path, Bytes bytes) {
  auto file = io.Open(path, {.create = true});
  CHECK(file.ok());
  Completion done;
  (*file)->Write(0, bytes, done);
}

class FuzzConnection {
 public:
  explicit FuzzConnection(Io& io) : io_(io) {
    auto pager = Pager::Open(io, "f.db", {.new_page_size = 512, .cache_page_count = 10});
    CHECK(pager.ok());
    pager_ = *std::move(pager);
  }
  Pager& pager() { return *pager_; }

  template <typename Call>
  bool Run(Call call) {
    return RunToEnd(io_, call).done();
  }
  bool BeginRead() {
    return Run([&] { return pager_->BeginRead(); });
  }
  // Reads every page, as far as somebody would have patience.
  void ReadAll() {
    if (!BeginRead()) return;
    for (PageNumber page = 1; page <= pager_->page_count() && page < 100; ++page) {
      FetchPage fetch;
      fetch.Start(*pager_, page, kFuzzFetch);
      (void)Run([&] { return fetch.Resume(); });
    }
    pager_->EndRead();
  }
  // Changes a page, takes some and gives one back, commits.
  bool WriteSome() {
    if (!BeginRead()) return false;
    if (!Run([&] { return pager_->BeginWrite(); })) {
      pager_->EndRead();
      return false;
    }
    pager_->SetUserVersion(pager_->header().user_version + 1);
    for (int i = 0; i < 4; ++i) {
      AllocatePage allocate;
      allocate.Start(*pager_);
      PageNumber number = kNoPage;
      (void)Run([&] {
        auto result = allocate.Resume();
        if (result.done()) number = result->number();
        return result;
      });
      if (number == kNoPage || i % 2 == 0) continue;
      FreePage free;
      free.Start(*pager_, number);
      (void)Run([&] { return free.Resume(); });
    }
    const bool is_committed = Run([&] { return pager_->Commit(); });
    (void)Run([&] { return pager_->Rollback(); });
    return is_committed;
  }
  void Close() {
    (void)Run([&] { return pager_->Close(); });
  }

 private:
  Io& io_;
  std::unique_ptr<Pager> pager_;
};

struct FuzzFiles {
  std::vector<std::byte> database;
  std::vector<std::byte> log;  // of three commits, none of them checkpointed
};

inline const FuzzFiles& GoodFiles() {
  static const FuzzFiles files = [] {
    MemoryIo io({.seed = 1});
    FuzzConnection a(io);
    for (int i = 0; i < 3; ++i) CHECK(a.WriteSome());
    return FuzzFiles{ReadFile(io, "f.db"), ReadFile(io, "f.db-wal")};
  }();
  return files;
}

}  // namespace orrery

#endif  // ORRERY_FUZZ_PAGER_FILES_H_
