// Recovery opens what a power cut has left, each image once: with SQLite and with the engine, which
// must both find it in order and the same rows. While the engine recovers and closes again, power
// cuts at each of its operations leave further images, which must come to the same rows. Images
// that differ only in what lies in the log behind the last commit are cut off once.

#ifndef ORRERY_SIM_SWEEPS_RECOVERY_H_
#define ORRERY_SIM_SWEEPS_RECOVERY_H_

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "sim/sweeps/sweep.h"

namespace orrery::sim {

class Recovery {
 public:
  Recovery(const PreparedScript& prepared, SweepReport& report)
      : prepared_(prepared), report_(report) {}

  // The rows of all tables in the image. `nests`: its recovery is cut off, too; in a full sweep the
  // recoveries of what that leaves as well, and so on.
  const std::string& RowsOf(const DiskImage& image, bool nests);
  uint64_t image_count() const { return rows_.size(); }

 private:
  // What a recovery that was cut off has left, and what it must come to.
  struct CutOff {
    DiskImage image;
    std::string rows;
  };
  // With `cut_offs`, adds to them what is new.
  std::string Recover(const DiskImage& image, std::vector<CutOff>* cut_offs);
  void Keep(const DiskImage& image, const std::string& rows, std::vector<CutOff>& cut_offs);

  const PreparedScript& prepared_;
  SweepReport& report_;
  // Whether the recovery of this image is to be cut off: nobody has, of one that does the same.
  bool IsNewRecovery(const DiskImage& image);

  std::map<uint64_t, std::string> rows_;  // by the image's hash; of cut-offs to come, too
  std::set<uint64_t> cut_off_;            // hashes of what recovery reads
};

}  // namespace orrery::sim

#endif  // ORRERY_SIM_SWEEPS_RECOVERY_H_
