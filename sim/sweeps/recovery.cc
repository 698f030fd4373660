#include "sim/sweeps/recovery.h"

#include <utility>
#include <vector>

#include "sim/failure.h"
#include "sim/sweeps/committed.h"
#include "sim/sweeps/crash_images.h"

namespace orrery::sim {
namespace {

// Of recovery itself. In full it is complete for six sectors, where one may be written twice.
constexpr CrashBounds kFullBounds = {.complete_count_max = 128, .complete_only = true};
constexpr CrashBounds kShortBounds = {.complete_count_max = 16, .complete_only = true};

uint64_t HashOfImage(const DiskImage& image, bool of_what_counts) {
  EventHash hash;
  for (const auto& [path, bytes] : image) {
    if (path.ends_with("-shm")) continue;
    const bool is_log = path.ends_with("-wal");
    hash.Add(HashOf(AsBytes(path)));
    hash.Add(HashOf(is_log && of_what_counts ? CommittedPart(bytes) : Bytes(bytes)));
  }
  return hash.value();
}

[[noreturn]] void FailCutOff(const std::string& expected, const std::string& found) {
  Fail("durability",
       "a recovery that was cut off has left\n" + found + "and should have left\n" + expected);
}

std::string ReadWithSqlite3(const Script& script, const DiskImage& image) {
  Sqlite3Database database = OpenWithSqlite3(script, image);
  const Sqlite3Answer check = database.Run("PRAGMA integrity_check");
  if (!check.ok() || check.rows.size() != 1 || check.rows[0][0].text() != "ok") {
    Fail("sqlite3", "SQLite finds the image damaged: " + check.message +
                        (check.rows.empty() ? "" : ToString(check.rows[0])));
  }
  return Dump(script, database);
}

}  // namespace

const std::string& Recovery::RowsOf(const DiskImage& image, bool nests) {
  const uint64_t hash = HashOfImage(image, /*of_what_counts=*/false);
  if (const auto known = rows_.find(hash); known != rows_.end()) return known->second;
  std::vector<CutOff> cut_offs;
  nests = nests && IsNewRecovery(image);
  const std::string& rows = rows_[hash] = Recover(image, nests ? &cut_offs : nullptr);
  while (!cut_offs.empty()) {
    const CutOff cut_off = std::move(cut_offs.back());
    cut_offs.pop_back();
    const bool nests_deeper = report_.full() && IsNewRecovery(cut_off.image);
    const std::string found = Recover(cut_off.image, nests_deeper ? &cut_offs : nullptr);
    report_.Count("images of recoveries");
    if (found != cut_off.rows) FailCutOff(cut_off.rows, found);
  }
  return rows;
}

void Recovery::Keep(const DiskImage& image, const std::string& rows,
                    std::vector<CutOff>& cut_offs) {
  const uint64_t hash = HashOfImage(image, /*of_what_counts=*/false);
  const auto [known, is_new] = rows_.try_emplace(hash, rows);
  if (is_new) {
    cut_offs.push_back({image, rows});
  } else if (known->second != rows) {
    FailCutOff(rows, known->second);
  }
}

bool Recovery::IsNewRecovery(const DiskImage& image) {
  return cut_off_.insert(HashOfImage(image, /*of_what_counts=*/true)).second;
}

std::string Recovery::Recover(const DiskImage& image, std::vector<CutOff>* cut_offs) {
  const std::string rows = ReadWithSqlite3(prepared_.script, image);
  Stage stage(prepared_.variant, image);
  uint64_t seen_mark = stage.world().disk().entry_mark();
  const auto cut_off = [&] {
    const Disk& disk = stage.world().disk();
    if (disk.entry_mark() == std::exchange(seen_mark, disk.entry_mark())) return;
    const CrashCover cover =
        ForEachCrashImage(disk, report_.full() ? kFullBounds : kShortBounds,
                          [&](const DiskImage& left) { Keep(left, rows, *cut_offs); });
    report_.Count(cover == CrashCover::kComplete ? "points in recovery"
                                                 : "points in recovery not covered");
  };
  stage.Run(
      [&](SimProcess& process) {
        Session session(process, prepared_.script, prepared_.variant);
        const Result<std::string> found = session.Dump();
        if (!found.ok()) Fail("durability", "recovery: " + found.status().ToString());
        if (*found != rows) {
          Fail("sqlite3", "from the same image we recover\n" + *found + "and SQLite\n" + rows);
        }
        const Result<std::string> check = session.CheckIntegrity();
        if (!check.ok() || *check != "ok") {
          Fail("integrity", check.ok() ? *check : check.status().ToString());
        }
        const Answer closed = session.Execute(kCloseStatement);
        if (!closed.error.ok()) Fail("error", "close: " + closed.error.ToString());
      },
      cut_offs != nullptr ? std::function<void()>(cut_off) : std::function<void()>());
  if (ReadWithSqlite3(prepared_.script, stage.world().Image()) != rows) {
    Fail("sqlite3", "after recovery and close SQLite reads other rows");
  }
  return rows;
}

}  // namespace orrery::sim
