// A PageRef pins one page in its connection's cache: while it lives, the frame is neither evicted
// nor reused, and data() stays where it is. Pins are counted; copies are made with Clone(), so that
// each is seen in the code. Every PageRef goes before its Pager.
//
// A page changes only inside a write transaction, and only through Edit(), which marks the frame
// dirty and keeps what a statement rollback needs *before* it hands out the bytes. Call Edit() for
// each change rather than keeping its pointer across anything that may wait.
//
// After Rollback a pin on a page that the transaction had changed refers to what is no longer the
// page: release it. After RollbackStatement every pin shows the page as it was.

#ifndef ORRERY_ENGINE_STORAGE_PAGE_REF_H_
#define ORRERY_ENGINE_STORAGE_PAGE_REF_H_

#include <cstddef>
#include <utility>

#include "engine/format/page_number.h"
#include "engine/storage/page_cache.h"

namespace orrery {

class PageRef {
 public:
  PageRef() = default;  // refers to nothing
  explicit PageRef(Frame& frame) : frame_(&frame) { ++frame.pin_count; }
  PageRef(PageRef&& other) noexcept : frame_(std::exchange(other.frame_, nullptr)) {}
  PageRef& operator=(PageRef&& other) noexcept {
    std::swap(frame_, other.frame_);
    other.Release();
    return *this;
  }
  ~PageRef() { Release(); }

  explicit operator bool() const { return frame_ != nullptr; }
  PageNumber number() const { return frame_->number; }
  const std::byte* data() const { return frame_->data; }  // page_size bytes
  std::byte* Edit() {
    if (frame_->edit_epoch != frame_->cache->edit_epoch()) frame_->cache->PrepareEdit(*frame_);
    return frame_->data;
  }
  PageRef Clone() const { return PageRef(*frame_); }
  void Release() {
    if (frame_ != nullptr) frame_->cache->Unpin(*std::exchange(frame_, nullptr));
  }
  // For this folder.
  Frame& frame() const { return *frame_; }

 private:
  Frame* frame_ = nullptr;
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_STORAGE_PAGE_REF_H_
