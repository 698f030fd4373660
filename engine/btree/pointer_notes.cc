#include "engine/btree/pointer_notes.h"

namespace orrery {
namespace {

void NoteOwners(Pager& pager, PageNumber number, const BtreeCell& cell) {
  if (cell.left_child != kNoPage) pager.NoteOwner(cell.left_child, PageUse::kTreeChild, number);
  if (cell.local_size < cell.payload_size) {
    pager.NoteOwner(cell.overflow_page, PageUse::kOverflowFirst, number);
  }
}

}  // namespace

void NoteOwnersOf(Pager& pager, PageNumber number, BtreePageKind kind, Bytes bytes) {
  BtreeCell cell;
  if (!pager.has_pointer_maps()) return;
  if (ParseBtreeCell(kind, bytes, pager.usable_size(), &cell) != nullptr) return;
  NoteOwners(pager, number, cell);
}

void NoteOwnersIn(Pager& pager, PageNumber number, const std::byte* data) {
  if (!pager.has_pointer_maps()) return;
  BtreePage page;
  if (BtreePage::Open(data, number, pager.usable_size(), &page) != nullptr) return;
  for (uint32_t i = 0; i < page.cell_count(); ++i) {
    BtreeCell cell;
    if (page.ParseCell(i, &cell) == nullptr) NoteOwners(pager, number, cell);
  }
  if (!page.is_leaf()) pager.NoteOwner(page.right_child(), PageUse::kTreeChild, number);
}

}  // namespace orrery
