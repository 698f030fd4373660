// Wal is what one connection knows of the log: its file and index, the snapshot it reads, and,
// while it writes, how far its own transaction has got. Each thing done to a log has a file of its
// own:
//
//   open_wal        opens log and index, telling whether we are the first
//   recover_wal     rebuilds the index from the log
//   take_snapshot   picks a read mark and so a snapshot
//   append_frames   writes pages to the log
//   restart_wal     begins a new generation at the log's start
//   checkpoint      copies pages from the log to the database
//
// Locks, all on the index file (https://www.sqlite.org/walformat.html#wal_locks):
//   write       one writer; also held by who rebuilds the index
//   checkpoint  one checkpointer
//   recover     held exclusively while the index is rebuilt
//   read 0      shared by who reads the database file alone
//   read 1..4   shared by who reads the log up to the mark of that slot, at most; exclusive to move
//               the mark
//
// A page is read from the last frame in [min_frame, header.max_frame] that holds it, else from the
// database file. While we write, header.max_frame runs ahead of what is published: the frames in
// between are our own spilled pages and no one else's business.

#ifndef ORRERY_ENGINE_STORAGE_WAL_H_
#define ORRERY_ENGINE_STORAGE_WAL_H_

#include <cstdint>
#include <memory>

#include "engine/base/status.h"
#include "engine/format/page_number.h"
#include "engine/format/wal_frame.h"
#include "engine/format/wal_index.h"
#include "engine/storage/wal_shm.h"

namespace orrery {

struct Wal {
  std::unique_ptr<File> file;
  WalShm shm;

  // The snapshot. Meaningful while read_slot is not -1; kept afterwards to see whether it changed.
  WalIndexHeader header;
  WalIndexHeaderWords header_words{};  // as they stand in the index
  int read_slot = -1;
  uint32_t min_frame = 0;  // earlier frames are in the database file already

  // Whether the directory entry of the log is known to be durable.
  bool directory_synced = false;
  uint32_t checkpoint_sequence = 0;

  bool open() const { return file != nullptr; }
  bool is_writer() const { return shm.open() && shm.Holds(WalLock::kWrite); }
  uint64_t OffsetOf(uint32_t frame) const { return WalFrameOffset(frame, header.page_size); }

  // The frame to read a page from; 0: the database file.
  Result<uint32_t> FindFrame(PageNumber page) {
    if (read_slot <= 0 || header.max_frame == 0) return uint32_t{0};
    RETURN_IF_ERROR(MapIndex(header));
    return shm.FindFrame(page, min_frame, header.max_frame);
  }

  // Maps the index as far as `up_to` has frames. What the index says is believed no further than
  // the log is long: a damaged one must not have us map without end.
  Status MapIndex(const WalIndexHeader& up_to) {
    const int region = RegionOfFrame(up_to.max_frame);
    if (region < shm.region_count()) [[likely]]
      return OkStatus();
    return MapMore(up_to);
  }

  // Gives back the read lock and forgets that there is a snapshot.
  void EndSnapshot() {
    if (read_slot >= 0) shm.Unlock(ReadLock(read_slot));
    read_slot = -1;
  }

  // Closing the files drops all locks and ends what is in flight on them.
  void Close() {
    shm.Close();
    file.reset();
    read_slot = -1;
    directory_synced = false;
  }

 private:
  Status MapMore(const WalIndexHeader& up_to);
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_STORAGE_WAL_H_
