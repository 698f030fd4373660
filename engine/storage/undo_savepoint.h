// Goes back to a savepoint. In WAL mode the log goes back to where it was, before-images go back
// into their pages, and pages that were clean then are forgotten, to be read again. One of those
// that somebody has pinned is read again in place.
//
// In rollback mode the journal's records since the savepoint go back into their pages, then
// before-images. A page that was spilled and is not in the cache any more is put back in the
// database file.

#ifndef ORRERY_ENGINE_STORAGE_UNDO_SAVEPOINT_H_
#define ORRERY_ENGINE_STORAGE_UNDO_SAVEPOINT_H_

#include <vector>

#include "engine/io/resumable.h"
#include "engine/io/transfer.h"
#include "engine/storage/page_set.h"
#include "engine/storage/pager_core.h"

namespace orrery {

class UndoToSavepoint final : public Resumable<UndoToSavepoint> {
 public:
  enum class State : uint8_t {
    kBegin,
    kUndo,
    kReload,
    kReloaded,
    kRecord,
    kRecordRead,
    kImage,
    kImageRead,
    kPutBack
  };
  static constexpr Edge<State> kEdges[] = {
      {State::kBegin, State::kUndo},
      {State::kUndo, State::kReload},
      {State::kUndo, State::kRecord},      // in rollback mode
      {State::kReload, State::kReloaded},  // a pinned page's read has finished
      {State::kReloaded, State::kReloaded},
      {State::kReloaded, State::kReload},
      {State::kReload, State::kImage},
      {State::kRecord, State::kRecordRead},  // a record came from the journal's file
      {State::kRecord, State::kPutBack},     // a page is in the database file again
      {State::kRecord, State::kImage},
      {State::kRecordRead, State::kRecord},
      {State::kRecordRead, State::kPutBack},
      {State::kImage, State::kImageRead},  // an image came from the temporary file
      {State::kImage, State::kPutBack},
      {State::kImageRead, State::kImage},
      {State::kImageRead, State::kPutBack},
      {State::kPutBack, State::kRecord},
      {State::kPutBack, State::kImage},
  };
  explicit UndoToSavepoint(PagerCore& core) : core_(core) {
    core.own_completions.push_back(&done_);
  }

  // Savepoint `index` counts from 0, the outermost. Those opened after it are closed, and with
  // `closes` it too.
  void Start(size_t index, bool closes);

 private:
  friend Resumable;
  Next Run(State state);
  Next UndoInLog();
  Next UndoInJournal();
  Next Reload();
  Next Reloaded();
  Next NextRecord();
  Next RecordRead();
  Next NextImage();
  Next ImageRead();
  Next WritePage(PageNumber page, const std::byte* bytes);
  Next PutBack();
  Next End();
  Next Refuse(Status status);

  // Which images count, and for which pages.
  void PlanImages();
  // Put a page's old bytes back into its frame. False, in rollback mode, when they belong in the
  // file since there is no frame.
  Result<bool> RestoreImage(const BeforeImage& image, const std::byte* bytes);
  bool RestoreRecord(PageNumber page, const std::byte* bytes);
  const Savepoint& savepoint() const { return core_.undo.savepoints[index_]; }

  PagerCore& core_;
  size_t index_ = 0;
  bool closes_ = false;
  std::vector<PageRef> to_reload_;
  uint64_t next_record_ = 0;
  std::vector<size_t> to_restore_;  // images, in their order
  size_t next_image_ = 0;           // in to_restore_
  PageSet restored_;                // pages whose old bytes come from a record or an image
  ReadFully read_;
  WriteFully write_;
  Completion done_;
  std::vector<std::byte> bytes_;
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_STORAGE_UNDO_SAVEPOINT_H_
