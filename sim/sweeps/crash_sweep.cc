#include <algorithm>
#include <utility>

#include "sim/failure.h"
#include "sim/sweeps/crash_images.h"
#include "sim/sweeps/recovery.h"
#include "sim/sweeps/sweep.h"

namespace orrery::sim {
namespace {

// The versions that may be there when `done_count` statements have been answered and the next one
// may be on its way: see ARCHITECTURE.md, "What survives".
std::pair<size_t, size_t> MayBeThere(const PreparedScript& prepared, size_t done_count) {
  const size_t last = std::min(done_count + 1, prepared.script.body.size());
  const size_t first = prepared.variant.synchronous >= Synchronous::kFull ? done_count : 0;
  return {first, last};
}

}  // namespace

void SweepCrashes(const PreparedScript& prepared, SweepReport& report) {
  const CrashBounds bounds = {.complete_count_max = report.full() ? 4096u : 256u,
                              .random_count = report.full() ? 1000u : 50u};
  Recovery recovery(prepared, report);
  Stage stage(prepared.variant, prepared.image);
  size_t done_count = 0;
  uint64_t seen_mark = stage.world().disk().entry_mark();
  uint64_t point = 0;
  const auto cut = [&] {
    const Disk& disk = stage.world().disk();
    if (disk.entry_mark() == std::exchange(seen_mark, disk.entry_mark())) return;
    if (!report.Begin("cut-" + std::to_string(++point))) return;
    const auto [first, last] = MayBeThere(prepared, done_count);
    const CrashCover cover = ForEachCrashImage(disk, bounds, [&](const DiskImage& image) {
      const std::string& rows = recovery.RowsOf(image, /*nests=*/true);
      report.Count("images made");
      const auto begin = prepared.versions.begin();
      const auto end = begin + static_cast<ptrdiff_t>(last) + 1;
      if (std::find(begin + static_cast<ptrdiff_t>(first), end, rows) != end) return;
      Fail("durability", "after a power cut, " + std::to_string(done_count) +
                             " statements had been answered, the database has\n" + rows +
                             "and should have\n" + prepared.versions[done_count]);
    });
    report.Count(cover == CrashCover::kComplete ? "points covered whole" : "points bounded");
  };
  stage.Run(
      [&](SimProcess& process) {
        Session session(process, prepared.script, prepared.variant);
        for (const std::string& sql : prepared.script.body) {
          const Answer answer = session.Execute(sql);
          if (!answer.error.ok() && answer.error.primary() != ResultCode::kConstraint) {
            Fail("error", sql + ": " + answer.error.ToString());
          }
          ++done_count;
        }
      },
      cut);
  report.Count("distinct images", recovery.image_count());
}

}  // namespace orrery::sim
