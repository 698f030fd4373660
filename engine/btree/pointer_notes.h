// Tells the pager whose the pages are that cells refer to: in a file with pointer maps, after a
// cell has come to another page. Without them nothing happens.

#ifndef ORRERY_ENGINE_BTREE_POINTER_NOTES_H_
#define ORRERY_ENGINE_BTREE_POINTER_NOTES_H_

#include "engine/base/bytes.h"
#include "engine/format/btree_page.h"
#include "engine/storage/pager.h"

namespace orrery {

// The child and the overflow chain of a cell that lies, or will, in page `number`.
void NoteOwnersOf(Pager& pager, PageNumber number, BtreePageKind kind, Bytes cell);
// Those of all cells of a page, and its right child.
void NoteOwnersIn(Pager& pager, PageNumber number, const std::byte* data);

}  // namespace orrery

#endif  // ORRERY_ENGINE_BTREE_POINTER_NOTES_H_
