// A PageRef pins one page in its connection's cache: while it lives, the frame is neither evicted
// nor reused, and data() stays where it is. Pins are counted; copies are made with Clone(), so that
// each is seen in the code.
//
// A page changes only inside a write transaction, and only through Edit(), which marks the frame
// dirty and keeps what a statement rollback needs *before* it hands out the bytes. Call Edit() for
// each change rather than keeping its pointer across anything that may wait.

#ifndef ORRERY_ENGINE_STORAGE_PAGE_REF_H_
#define ORRERY_ENGINE_STORAGE_PAGE_REF_H_

#include <cstddef>
#include <utility>

#include "engine/format/page_number.h"

namespace orrery {

struct Frame;  // page_cache.h

class PageRef {
 public:
  PageRef() = default;  // refers to nothing
  PageRef(PageRef&& other) noexcept : frame_(std::exchange(other.frame_, nullptr)) {}
  PageRef& operator=(PageRef&& other) noexcept {
    std::swap(frame_, other.frame_);
    other.Release();
    return *this;
  }
  ~PageRef() { Release(); }

  explicit operator bool() const { return frame_ != nullptr; }
  PageNumber number() const;
  const std::byte* data() const;  // page_size bytes
  std::byte* Edit();
  PageRef Clone() const;
  void Release();

 private:
  friend class PageCache;
  explicit PageRef(Frame* frame) : frame_(frame) {}  // takes over one pin

  Frame* frame_ = nullptr;
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_STORAGE_PAGE_REF_H_
