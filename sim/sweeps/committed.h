// What the files of a WAL database stand for, told from the bytes alone.

#ifndef ORRERY_SIM_SWEEPS_COMMITTED_H_
#define ORRERY_SIM_SWEEPS_COMMITTED_H_

#include <cstddef>
#include <string>
#include <vector>

#include "engine/base/bytes.h"
#include "sim/world/disk.h"

namespace orrery::sim {

// Of the log, the part that recovery finds valid, up to its last commit.
Bytes CommittedPart(Bytes log);

// The database as a checkpoint would leave it: the file at `path`, and over it what is committed in
// the log beside it.
std::vector<std::byte> CommittedDatabase(const DiskImage& image, const std::string& path);

}  // namespace orrery::sim

#endif  // ORRERY_SIM_SWEEPS_COMMITTED_H_
