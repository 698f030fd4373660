// A TestConnection is a connection for tests of the pager: every call is driven to its end, an
// unexpected error ends the test.

#ifndef ORRERY_ENGINE_STORAGE_TESTING_CONNECTION_H_
#define ORRERY_ENGINE_STORAGE_TESTING_CONNECTION_H_

#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/io/io.h"
#include "engine/io/testing/yield_plan.h"
#include "engine/storage/page_operations.h"
#include "engine/storage/pager.h"

namespace orrery {

inline const YieldSite kConnectionFetch("test.connection.fetch");

class TestConnection {
 public:
  explicit TestConnection(Io& io, PagerOptions options = PagerOptions(),
                          std::string_view path = "test.db")
      : io_(io), pager_(ValueOf(Pager::Open(io, path, options))) {}
  Pager& pager() { return *pager_; }

  // The error of a call, OK when it went well.
  template <typename Call>
  Status Try(Call call) {
    auto result = RunToEnd(io_, call);
    return result.failed() ? result.status() : OkStatus();
  }
  Status TryBeginRead() {
    return Try([&] { return pager_->BeginRead(); });
  }
  Status TryBeginWrite() {
    return Try([&] { return pager_->BeginWrite(); });
  }
  Status TryGet(PageNumber number) {
    FetchPage fetch;
    fetch.Start(*pager_, number, kConnectionFetch);
    return Try([&] { return fetch.Resume(); });
  }

  void BeginRead() {
    ValueOf(RunToEnd(io_, [&] { return pager_->BeginRead(); }));
  }
  void BeginWrite() {
    BeginRead();
    ValueOf(RunToEnd(io_, [&] { return pager_->BeginWrite(); }));
  }
  void Commit() {
    ValueOf(RunToEnd(io_, [&] { return pager_->Commit(); }));
    pager_->EndRead();
  }
  void Rollback() {
    ValueOf(RunToEnd(io_, [&] { return pager_->Rollback(); }));
  }
  void RollbackStatement() {
    ValueOf(RunToEnd(io_, [&] { return pager_->RollbackStatement(); }));
  }
  void RollbackTo(size_t savepoint) {
    ValueOf(RunToEnd(io_, [&] { return pager_->RollbackToSavepoint(savepoint); }));
  }
  CheckpointResult Checkpoint(CheckpointMode mode) {
    return ValueOf(RunToEnd(io_, [&] { return pager_->Checkpoint(mode); }));
  }
  void Close() {
    ValueOf(RunToEnd(io_, [&] { return pager_->Close(); }));
  }

  PageRef Get(PageNumber number) {
    if (PageRef page = pager_->TryPage(number, kConnectionFetch)) return page;
    FetchPage fetch;
    fetch.Start(*pager_, number, kConnectionFetch);
    return ValueOf(RunToEnd(io_, [&] { return fetch.Resume(); }));
  }
  PageRef Allocate() {
    AllocatePage allocate;
    allocate.Start(*pager_);
    return ValueOf(RunToEnd(io_, [&] { return allocate.Resume(); }));
  }
  void Free(PageNumber number) {
    FreePage free;
    free.Start(*pager_, number);
    ValueOf(RunToEnd(io_, [&] { return free.Resume(); }));
  }

  // A page's mark is a number at its end.
  void Write(PageNumber number, uint32_t mark) {
    PageRef page = Get(number);
    std::memcpy(page.Edit() + pager_->page_size() - 4, &mark, 4);
  }
  uint32_t Read(PageNumber number) { return MarkOf(Get(number)); }
  uint32_t MarkOf(const PageRef& page) const {
    uint32_t mark;
    std::memcpy(&mark, page.data() + pager_->page_size() - 4, 4);
    return mark;
  }
  PageNumber Add(uint32_t mark) {
    const PageNumber number = Allocate().number();
    Write(number, mark);
    return number;
  }

 private:
  Io& io_;
  std::unique_ptr<Pager> pager_;
};

// Whole files, for tests that damage them.
inline std::vector<std::byte> ReadFile(Io& io, std::string_view path) {
  const std::unique_ptr<File> file = ValueOf(io.Open(path, {.read_only = true}));
  std::vector<std::byte> bytes(ValueOf(file->Size()));
  Completion done;
  file->Read(0, bytes, done);
  CHECK(WaitFor(io, done).ok() && done.status().ok());
  return bytes;
}
inline void WriteFile(Io& io, std::string_view path, Bytes bytes) {
  const std::unique_ptr<File> file = ValueOf(io.Open(path, {.create = true}));
  Completion done;
  file->Truncate(0, done);
  CHECK(WaitFor(io, done).ok() && done.status().ok());
  file->Write(0, bytes, done);
  CHECK(WaitFor(io, done).ok() && done.status().ok());
}

}  // namespace orrery

#endif  // ORRERY_ENGINE_STORAGE_TESTING_CONNECTION_H_
