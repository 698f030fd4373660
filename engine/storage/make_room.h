// Makes room: moves old pages that are kept beyond a small amount to their files, and in a full
// cache writes dirty pages nobody uses to the log, uncommitted, or in rollback mode to the database
// file, when the journal can undo that. It is the pager's and driven by whoever needs room
// (PagerCore::MakeRoom); when that one goes away, the next who needs room drives on, or the end of
// the transaction does.
//
// In rollback mode writing needs the file EXCLUSIVE. When readers are in the way, the cache grows
// beyond its limit instead.

#ifndef ORRERY_ENGINE_STORAGE_MAKE_ROOM_H_
#define ORRERY_ENGINE_STORAGE_MAKE_ROOM_H_

#include <vector>

#include "engine/io/resumable.h"
#include "engine/storage/append_frames.h"
#include "engine/storage/append_journal.h"
#include "engine/storage/flush_undo.h"
#include "engine/storage/pager_core.h"
#include "engine/storage/sync_journal.h"
#include "engine/storage/write_pages.h"

namespace orrery {

class MakeCacheRoom final : public Resumable<MakeCacheRoom> {
 public:
  enum class State : uint8_t {
    kBegin,
    kFlushed,
    kJournalFlushed,
    kLogWritten,
    kAppended,
    kSynced,
    kWrite,
    kWritten
  };
  static constexpr Edge<State> kEdges[] = {
      {State::kBegin, State::kFlushed},              // before-images are where they belong
      {State::kFlushed, State::kJournalFlushed},     // so are the pages kept for the journal
      {State::kJournalFlushed, State::kLogWritten},  // pages are in the log
      {State::kJournalFlushed, State::kAppended},    // in rollback mode
      {State::kJournalFlushed, State::kWrite},       // the journal is no file
      {State::kAppended, State::kSynced},
      {State::kSynced, State::kWrite},
      {State::kWrite, State::kWritten},  // pages are in the database file
  };
  MakeCacheRoom(PagerCore& core, AppendFrames& append_frames, AppendJournal& append_journal,
                SyncJournal& sync_journal, WritePages& write_pages)
      : core_(core),
        append_frames_(append_frames),
        append_journal_(append_journal),
        sync_journal_(sync_journal),
        write_pages_(write_pages),
        flush_(core) {}
  void Start() { Begin(State::kBegin); }

 private:
  friend Resumable;
  Next Run(State state);
  Next Flush();
  Next FlushJournal();
  Next Spill();
  Next LogWritten();
  Next SpillToFile();
  Next Appended();
  Next Synced();
  Next Write();
  Next Written();
  Next Refuse(Status status);

  PagerCore& core_;
  AppendFrames& append_frames_;
  AppendJournal& append_journal_;
  SyncJournal& sync_journal_;
  WritePages& write_pages_;
  FlushUndo flush_;
  std::vector<PageRef> pages_;  // to be spilled
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_STORAGE_MAKE_ROOM_H_
