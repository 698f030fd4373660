#include "engine/storage/write_pointer_map.h"

#include <algorithm>
#include <string>
#include <tuple>
#include <utility>

#include "engine/storage/pager_core.h"

namespace orrery {
namespace {

const YieldSite kMapSite("storage.write_pointer_map.page");

}  // namespace

void WritePointerMap::Start(Pager& pager) {
  pager_ = &pager;
  next_ = 0;
  // Of several notes on one page the last one counts, so their order must stay.
  using Note = PagerCore::OwnerNote;
  std::ranges::sort(pager.core().owner_notes, [](const Note& a, const Note& b) {
    return std::tie(a.page, a.order) < std::tie(b.page, b.order);
  });
  Begin(State::kPage);
}

WritePointerMap::Next WritePointerMap::Run(State state) {
  switch (state) {
    case State::kPage:
      return Page();
    case State::kFetched:
      Fill(fetch_.Take());
      return Goto(State::kPage);
  }
  Unreachable();
}

WritePointerMap::Next WritePointerMap::Page() {
  PagerCore& core = pager_->core();
  while (next_ < core.owner_notes.size()) {
    const PageNumber number = core.owner_notes[next_].page;
    if (number < 2 || number > core.view.page_count || core.IsMapOrLockPage(number)) {
      return Fail(CorruptError("page " + std::to_string(number) + " of " + core.path +
                               " is referred to, but cannot be in use"));
    }
    const PageNumber map = PointerMapPage(number, pager_->usable_size(), pager_->page_size());
    PageRef page = pager_->TryPage(map, kMapSite);
    if (!page) {
      fetch_.Start(*pager_, map, kMapSite);
      return Await(fetch_, State::kFetched);
    }
    Fill(std::move(page));
  }
  core.owner_notes.clear();
  return Done({});
}

void WritePointerMap::Fill(PageRef map) {
  const auto& notes = pager_->core().owner_notes;
  for (; next_ < notes.size(); ++next_) {
    const auto& [page, order, owner] = notes[next_];
    const PageNumber of_page = PointerMapPage(page, pager_->usable_size(), pager_->page_size());
    if (of_page != map.number() || pager_->IsMapOrLockPage(page)) return;
    if (page > pager_->page_count()) return;
    if (next_ + 1 < notes.size() && notes[next_ + 1].page == page) continue;
    if (OwnerIn(map.data(), map.number(), page) != owner) {
      SetOwnerIn(map.Edit(), map.number(), page, owner);
    }
  }
}

}  // namespace orrery
