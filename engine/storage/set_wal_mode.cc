#include "engine/storage/set_wal_mode.h"

#include <cstring>
#include <new>

#include "engine/storage/database_lock.h"

namespace orrery {
namespace {

const YieldSite kSetWalMode("storage.set_wal_mode.page_one");

constexpr uint8_t kWalVersionByte = 2;

}  // namespace

SetWalModeNow::Next SetWalModeNow::Run(State state) {
  switch (state) {
    case State::kBegin:
      return Look();
    case State::kLooked:
      return Looked();
    case State::kPageOne:
      return WritePage();
    case State::kWritten:
      return Written();
  }
  Unreachable();
}

SetWalModeNow::Next SetWalModeNow::Look() {
  if (core_.view.in_read) return Fail(Status(ResultCode::kLocked));
  begin_read_.Start();
  return Await(begin_read_, State::kLooked);
}

SetWalModeNow::Next SetWalModeNow::Looked() {
  (void)begin_read_.Take();
  if (core_.wal.open() || core_.view.page_count == 0) {
    core_.EndRead();
    return Done({});
  }
  if (core_.options.read_only) return Refuse(Status(ResultCode::kReadOnly));
  if (core_.view.header.write_version > kWalVersionByte) {
    return Refuse(
        Status(ResultCode::kReadOnly, core_.path + " has a newer write version than we know"));
  }
  fetch_.Start(core_, 1, kSetWalMode);
  return AwaitOutcome(fetch_, State::kPageOne);
}

SetWalModeNow::Next SetWalModeNow::WritePage() {
  if (!outcome().ok()) return Refuse(outcome());
  const PageRef old_page = fetch_.Take();
  const uint32_t page_size = core_.cache.page_size();
  std::unique_ptr<std::byte[]> page(new (std::nothrow) std::byte[page_size]);
  if (page == nullptr) return Refuse(Status(ResultCode::kNoMemory));
  std::memcpy(page.get(), old_page.data(), page_size);
  DatabaseHeader header = core_.view.header;
  header.write_version = header.read_version = kWalVersionByte;
  ++header.change_counter;
  header.version_valid_for = header.change_counter;
  header.library_version = kWrittenLibraryVersion;
  EncodeDatabaseHeader(header, MutableBytes(page.get(), page_size));
  Result<uint64_t> size = core_.DatabaseSize();
  if (!size.ok()) return Refuse(std::move(size).status());
  const auto file_page_count = static_cast<PageNumber>((*size + page_size - 1) / page_size);
  write_page_one_.Start(std::move(page), Bytes(old_page.data(), page_size), file_page_count);
  return AwaitOutcome(write_page_one_, State::kWritten);
}

SetWalModeNow::Next SetWalModeNow::Written() {
  if (!outcome().ok()) return Refuse(outcome());
  (void)write_page_one_.Take();
  DowngradeDatabaseLock(core_);
  core_.EndRead();
  return Done({});
}

SetWalModeNow::Next SetWalModeNow::Refuse(Status status) {
  core_.EndRead();
  return Fail(std::move(status));
}

}  // namespace orrery
