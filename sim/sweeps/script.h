// The fixed workloads that the sweeps go over: a few statements each, small enough that everything
// of a kind can be tried on them. A script has an idea, and a Variant says on what kind of database
// and machine it runs.

#ifndef ORRERY_SIM_SWEEPS_SCRIPT_H_
#define ORRERY_SIM_SWEEPS_SCRIPT_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/storage/pager.h"

namespace orrery::sim {

// Closes the connection in good order; the next statement opens another.
inline constexpr std::string_view kCloseStatement = ".close";

struct Script {
  std::string_view name;
  std::string_view what;
  std::vector<std::string> setup;  // nothing strikes yet
  std::vector<std::string> body;
  uint32_t auto_checkpoint_frame_count = 0;
  bool is_short = false;  // every pair of waits is tried
  bool spills = false;    // a transaction is larger than the cache
  // Each connection has a second file, `two`. A commit over both is one only with journals, so such
  // a script runs on no WAL database.
  bool attaches = false;
  AutoVacuum auto_vacuum = AutoVacuum::kNone;
};
const std::vector<Script>& Scripts();

struct Variant {
  std::string_view name;
  uint32_t page_size;  // and the size of a sector
  Synchronous synchronous;
  JournalMode journal_mode = JournalMode::kWal;

  PagerOptions Pager(const Script& script) const;
};
inline constexpr Variant kVariants[] = {
    {.name = "wal-full-512", .page_size = 512, .synchronous = Synchronous::kFull},
    {.name = "wal-normal-512", .page_size = 512, .synchronous = Synchronous::kNormal},
    {.name = "wal-full-4096", .page_size = 4096, .synchronous = Synchronous::kFull},
    {.name = "delete-extra-512",
     .page_size = 512,
     .synchronous = Synchronous::kExtra,
     .journal_mode = JournalMode::kDelete},
    {.name = "truncate-full-512",
     .page_size = 512,
     .synchronous = Synchronous::kFull,
     .journal_mode = JournalMode::kTruncate},
    {.name = "persist-full-512",
     .page_size = 512,
     .synchronous = Synchronous::kFull,
     .journal_mode = JournalMode::kPersist},
};
bool RunsOn(const Script& script, const Variant& variant);
// What a connection of such a script runs first: in the world, and in an oracle in memory.
inline constexpr std::string_view kAttachStatement = "ATTACH 'db-two' AS two";
inline constexpr std::string_view kAttachInMemory = "ATTACH ':memory:' AS two";

// Of a statement of a script.
bool IsCheckpoint(std::string_view sql);
bool IsRead(std::string_view sql);

}  // namespace orrery::sim

#endif  // ORRERY_SIM_SWEEPS_SCRIPT_H_
