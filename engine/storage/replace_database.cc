#include "engine/storage/replace_database.h"

#include <cstring>

#include "engine/storage/pager_core.h"

namespace orrery {
namespace {

const YieldSite kReadCopy("storage.replace_database.read");
const YieldSite kFetchOld("storage.replace_database.fetch");

}  // namespace

void ReplaceDatabase::Start(Pager& database, Pager& copy) {
  PagerCore& core = database.core();
  CHECK(core.view.in_write && copy.in_write() && database.page_size() == copy.page_size());
  CHECK(!core.undo.is_open());
  database_ = &database;
  copy_ = &copy;
  number_ = 2;  // page 1 comes last: until then its header says how many pages there are
  // What was free is a page like any other.
  core.view.header.first_freelist_trunk = kNoPage;
  core.view.header.freelist_page_count = 0;
  core.view.header.largest_root_page = kNoPage;  // and so is a pointer map
  Begin(State::kPage);
}

ReplaceDatabase::Next ReplaceDatabase::Run(State state) {
  switch (state) {
    case State::kPage:
      return TakePage();
    case State::kRead:
      return TakeTarget();
    case State::kFetched:
    case State::kAllocated:
      return TakenTarget(state);
    case State::kPageOne:
      return WritePageOne();
  }
  Unreachable();
}

ReplaceDatabase::Next ReplaceDatabase::TakePage() {
  if (number_ > copy_->page_count()) {
    read_.Start(*copy_, 1, kReadCopy);
    return Await(read_, State::kPageOne);
  }
  if (number_ == LockPage(copy_->page_size())) {
    ++number_;
    return Goto(State::kPage);
  }
  read_.Start(*copy_, number_, kReadCopy);
  return Await(read_, State::kRead);
}

ReplaceDatabase::Next ReplaceDatabase::TakeTarget() {
  source_ = read_.Take();
  if (number_ <= database_->page_count()) {
    fetch_.Start(*database_, number_, kFetchOld);
    return AwaitOutcome(fetch_, State::kFetched);
  }
  database_->io().Reached(Probe::kVacuumGrew);
  allocate_.Start(*database_);
  return AwaitOutcome(allocate_, State::kAllocated);
}

ReplaceDatabase::Next ReplaceDatabase::TakenTarget(State state) {
  if (!outcome().ok()) {
    source_.Release();
    return Fail(outcome());
  }
  PageRef target = state == State::kFetched ? fetch_.Take() : allocate_.Take();
  CHECK(target.number() == number_);
  std::memcpy(target.Edit(), source_.data(), copy_->page_size());
  source_.Release();
  ++number_;
  return Goto(State::kPage);
}

ReplaceDatabase::Next ReplaceDatabase::WritePageOne() {
  PagerCore& core = database_->core();
  const PageRef source = read_.Take();
  const DatabaseHeader old = core.view.header;
  DatabaseHeader header = copy_->header();
  header.page_count = copy_->page_count();
  header.write_version = old.write_version;
  header.read_version = old.read_version;
  header.change_counter = old.change_counter;
  header.version_valid_for = old.version_valid_for;
  header.schema_cookie = old.schema_cookie + 1;
  header.default_cache_size = old.default_cache_size;
  header.user_version = old.user_version;
  header.application_id = old.application_id;
  core.view.header = header;
  core.view.page_count = header.page_count;
  std::memcpy(core.page_one.Edit(), source.data(), copy_->page_size());
  core.StoreHeader();
  const PageNumber last = header.page_count;
  core.cache.DropIf([last](const Frame& frame) { return frame.number > last; });
  if (!core.doomed.ok()) return Fail(core.doomed);
  return Done(Unit());
}

void ReplaceDatabase::OnAbandon() { source_.Release(); }

}  // namespace orrery
