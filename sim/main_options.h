// The command line that //sim and //whopper share.

#ifndef ORRERY_SIM_MAIN_OPTIONS_H_
#define ORRERY_SIM_MAIN_OPTIONS_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/status.h"
#include "engine/storage/journal_mode.h"
#include "sim/faults/faults.h"
#include "sim/profiles/profile.h"

namespace orrery::sim {

// What differs between the tools.
struct ToolSpec {
  std::string_view name;                        // "whopper"; run as `tools/bazel run //NAME --`
  std::string_view what;                        // one line for --help
  uint64_t default_run_count = 0;               // when no bound is given
  int connection_count = 0;                     // default; 0: the option is not taken
  std::span<const std::string_view> workloads;  // the first is the default
  std::string_view profiles;                    // the text of its profiles, or empty
  std::span<const ProfileKey> profile_keys;     // and what they have
  std::span<const std::string_view> schedules;  // who goes next; one is drawn for each run
};

inline constexpr uint64_t kQuietStepCount = 2'000'000;

struct MainOptions {
  uint64_t seed = 1;
  // Runs with successive seeds are made until the first of these is met; 0: no such bound. Time
  // decides only whether another run starts.
  uint64_t run_count = 0;
  uint64_t seconds = 0;
  uint64_t step_count = 0;  // over all runs; the last one is cut short there

  // So many steps without a statement's end are a failure, oracle=progress.
  uint64_t quiet_step_count = kQuietStepCount;

  int connection_count = 0;
  int process_count = 0;  // 0: drawn for each run
  std::string workload;
  std::string profile_file;                  // empty: those that the tool brings
  std::shared_ptr<const Profiles> profiles;  // null when the tool has none
  const Profile* profile = nullptr;          // one of them
  std::vector<JournalMode> journal_modes;    // empty: drawn for each run
  std::string schedule;                      // empty: drawn for each run

  FaultSet faults = FaultSet::All();  // those that may strike
  bool every_fault = false;           // all of them in every run, not a swarm of its own for each

  bool check_determinism = false;  // make every run twice; otherwise one in sixteen
  bool shrink = false;             // after a failure, look for a smaller one
  uint64_t shrink_seconds = 60;    // of processor time that this may take
  std::string bundle_dir;          // where failures are kept; empty: the temporary folder
  std::string replay;              // a bundle to run again
  bool by_sites = false;           // with replay: what struck strikes where its sites say
  uint64_t until = 0;              // stop at this event; 0: do not
  std::string trace;               // where to write a trace; empty: nowhere
  bool snapshots = false;          // go to events as told on standard input
  std::optional<uint64_t> branch;  // from this event on, look where a failure became certain
  uint64_t future_count = 40;      // looked at from each event
  std::string branch_data;         // where to write the same as numbers; empty: nowhere
  bool verbose = false;
  bool coverage = false;  // at the end, all that the runs have tried
  bool help = false;

  // Set by the tool itself: this process repeats a failed run to write its bundle.
  std::string record_to;
};

// kMisuse with a line for the user when the words make no sense.
Result<MainOptions> ParseMainOptions(const ToolSpec& tool, std::span<const std::string> words);
std::string Usage(const ToolSpec& tool);

// The words that make one run again: seed, bounds and all that shapes a run.
std::vector<std::string> ReplayWords(const ToolSpec& tool, const MainOptions& options,
                                     uint64_t seed, uint64_t step_count_max);
// The same as a command for a shell.
std::string ReplayCommand(const ToolSpec& tool, const MainOptions& options, uint64_t seed,
                          uint64_t step_count_max);

}  // namespace orrery::sim

#endif  // ORRERY_SIM_MAIN_OPTIONS_H_
