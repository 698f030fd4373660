// The layout of the WAL index, the "-shm" file that all connections to a WAL database share. It
// says which frames of the log count and in which frame a page's newest content lies.
// https://www.sqlite.org/walformat.html#the_wal_index_file_format
//
//   region 0:  header, header again, checkpoint information, 4062 page numbers, 8192 hash slots
//   region n:  4096 page numbers, 8192 hash slots
//
// Each region has 32768 bytes. Entry i of a region's page numbers is the page in the region's i-th
// frame. A hash slot is a 16-bit number: 0 when empty, else the 1-based entry of a frame in the
// same region; a page is looked for from its first slot on, up to an empty one, and its last match
// wins. Numbers are in the machine's own byte order, only the salts are bytes as in the log.

#ifndef ORRERY_ENGINE_FORMAT_WAL_INDEX_H_
#define ORRERY_ENGINE_FORMAT_WAL_INDEX_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "engine/format/page_number.h"
#include "engine/format/wal_checksum.h"

namespace orrery {

inline constexpr size_t kWalIndexRegionSize = 32768;
inline constexpr uint32_t kWalIndexVersion = 3007000;

// The header, which stands there twice. A writer stores the second copy first, a reader loads the
// first copy first, with a barrier between; two equal copies with a good checksum are a header.
inline constexpr size_t kWalIndexHeaderWordCount = 12;
inline constexpr size_t kWalIndexHeaderSize = kWalIndexHeaderWordCount * 4;
using WalIndexHeaderWords = std::array<uint32_t, kWalIndexHeaderWordCount>;

struct WalIndexHeader {
  uint32_t version = kWalIndexVersion;
  uint32_t change_count = 0;  // counts commits
  bool big_endian_checksums = false;
  uint32_t page_size = 0;      // 0: the log has no valid header
  uint32_t max_frame = 0;      // the last frame of the last commit
  PageNumber page_count = 0;   // of the database after that commit; 0: ask the database file
  WalChecksum frame_checksum;  // of that frame
  uint32_t salt1 = 0;
  uint32_t salt2 = 0;
};

// Nothing when the checksum is wrong or the header was never written.
std::optional<WalIndexHeader> DecodeWalIndexHeader(const WalIndexHeaderWords& words);
WalIndexHeaderWords EncodeWalIndexHeader(const WalIndexHeader& header);

// Checkpoint information: byte offsets in region 0, each of a 32-bit number.
inline constexpr size_t kBackfillCountAt = 96;  // frames copied to the database and synced there
inline constexpr int kReadMarkCount = 5;
inline constexpr size_t kReadMarksAt = 100;  // readers of slot i use no frame beyond mark i
inline constexpr size_t kBackfillAttemptedAt = 128;
// How many syncs of the log have failed since its frames were last known to be written well. SQLite
// leaves this word alone.
inline constexpr size_t kFailedSyncCountAt = 132;
inline constexpr uint32_t kReadMarkNotUsed = 0xffffffff;
inline constexpr size_t kFirstRegionHeaderSize = 136;

// Lock bytes in the file. Nobody reads or writes what is stored there.
inline constexpr uint64_t kWalLocksAt = 120;
enum class WalLock : uint8_t {
  kWrite,
  kCheckpoint,
  kRecover,
  kRead0,
  kRead1,
  kRead2,
  kRead3,
  kRead4
};
inline constexpr int kWalLockCount = 8;
// Held shared by every connection. Whoever can lock it exclusively is alone and may reset the file.
inline constexpr uint64_t kDeadManSwitchAt = 128;
// Held exclusively by whoever is taking the switch. SQLite knows nothing of it.
inline constexpr uint64_t kOpeningAt = 129;

// Regions.
inline constexpr uint32_t kWalIndexSlotCount = 8192;
inline constexpr uint32_t kRegionFrameCount = 4096;
inline constexpr uint32_t kFirstRegionFrameCount = kRegionFrameCount - kFirstRegionHeaderSize / 4;
inline constexpr size_t kSlotsAt = kRegionFrameCount * 4;

constexpr int RegionOfFrame(uint32_t frame) {
  return static_cast<int>((frame + (kRegionFrameCount - kFirstRegionFrameCount) - 1) /
                          kRegionFrameCount);
}
// The frame before a region's first.
constexpr uint32_t FramesBeforeRegion(int region) {
  return region == 0
             ? 0
             : kFirstRegionFrameCount + static_cast<uint32_t>(region - 1) * kRegionFrameCount;
}
constexpr uint32_t FrameCountOfRegion(int region) {
  return region == 0 ? kFirstRegionFrameCount : kRegionFrameCount;
}
// Where in its region the page number of the `entry`-th frame (from 1) lies.
constexpr size_t PageNumberAt(int region, uint32_t entry) {
  return (region == 0 ? kFirstRegionHeaderSize : 0) + (entry - 1) * size_t{4};
}
constexpr size_t SlotAt(uint32_t slot) { return kSlotsAt + slot * size_t{2}; }
constexpr uint32_t FirstSlotOf(PageNumber page) { return page * 383 % kWalIndexSlotCount; }
constexpr uint32_t SlotAfter(uint32_t slot) { return (slot + 1) % kWalIndexSlotCount; }

static_assert(kFirstRegionFrameCount == 4062);
static_assert(RegionOfFrame(1) == 0 && RegionOfFrame(4062) == 0 && RegionOfFrame(4063) == 1);
static_assert(RegionOfFrame(4062 + 4096) == 1 && RegionOfFrame(4062 + 4097) == 2);

}  // namespace orrery

#endif  // ORRERY_ENGINE_FORMAT_WAL_INDEX_H_
