#include "engine/storage/wal.h"

namespace orrery {

Status Wal::MapMore(const WalIndexHeader& up_to) {
  ASSIGN_OR_RETURN(const uint64_t size, file->Size());
  if (WalFrameOffset(up_to.max_frame, up_to.page_size) + WalFrameSize(up_to.page_size) > size) {
    return CorruptError("log " + file->path() + " is shorter than its index says");
  }
  return shm.MapRegion(RegionOfFrame(up_to.max_frame));
}

}  // namespace orrery
