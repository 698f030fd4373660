// A Frame holds one page in a connection's cache: its bytes, and all that is known of them.
//
// A page read belongs to its frame: the completion and the buffer live here, so whoever waits for
// the page may walk away and the read still lands. Nobody sees the bytes of a frame that is not
// loaded.
//
//   free --Take()--> loading --the read has landed--> loaded --evicted, dropped--> free
//
// A frame that is given up while somebody has it pinned, or while an operation is in flight on its
// completion, leaves the cache's table at once (detached) and becomes free when both have ended.

#ifndef ORRERY_ENGINE_STORAGE_FRAME_H_
#define ORRERY_ENGINE_STORAGE_FRAME_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "engine/base/status.h"
#include "engine/format/page_number.h"
#include "engine/io/completion.h"

namespace orrery {

class PageCache;

struct Frame {
  enum class State : uint8_t { kFree, kLoading, kLoaded, kDetached };
  // Where a frame stands with eviction, see page_cache.h.
  enum class Queue : uint8_t { kNone, kProbation, kProtected };

  std::byte* data = nullptr;  // page_size bytes
  PageCache* cache = nullptr;
  PageNumber number = kNoPage;
  uint32_t pin_count = 0;
  State state = State::kFree;
  Queue queue = Queue::kNone;
  bool referenced = false;  // hit since it was last looked at for eviction
  bool dirty = false;       // changed, and not yet in the log
  bool writing = false;     // its bytes are being written to the log
  bool changed_while_writing = false;
  // Equal to the cache's edit epoch: dirty, and a further change needs no preparation.
  uint64_t edit_epoch = 0;
  // The epoch in which what a statement rollback needs of this page was last seen to.
  uint64_t kept_epoch = 0;
  // The log's frame that holds these bytes; 0: they are the database file's.
  uint32_t wal_frame = 0;
  uint32_t loaded_size = 0;  // bytes that have arrived while loading
  // While loading from a log that may have lost frames (load_page.cc): the log frame's header, and
  // the checksum that its own goes on from.
  std::unique_ptr<std::array<std::byte, 32>> proof;
  Status failure;         // why a load ended in detachment
  Completion completion;  // of the page read, and of forced waits for this page
  Frame* next = nullptr;  // in its queue
  Frame* previous = nullptr;

  // Pinned by somebody who looks at the page; whoever writes it to the log has a pin of its own.
  bool in_use() const { return pin_count > (writing ? 1u : 0u); }
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_STORAGE_FRAME_H_
