#include "sim/main_options.h"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <sstream>

#include "engine/base/check.h"

namespace orrery::sim {
namespace {

Status Bad(std::string message) { return {ResultCode::kMisuse, message}; }

Result<uint64_t> ParseNumber(std::string_view name, std::string_view text, uint64_t low,
                             uint64_t high) {
  uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < low || value > high) {
    return Bad("--" + std::string(name) + " wants a number from " + std::to_string(low) + " to " +
               std::to_string(high) + ", not '" + std::string(text) + "'");
  }
  return value;
}

std::vector<std::string_view> Split(std::string_view text) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    const size_t comma = std::min(text.find(','), text.size());
    if (comma > 0) parts.push_back(text.substr(0, comma));
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return parts;
}

Result<FaultSet> ParseFaults(std::string_view text) {
  FaultSet set;
  for (const std::string_view name : Split(text)) {
    const auto fault = FaultNamed(name);
    if (!fault) {
      std::string known;
      for (const FaultSpec& spec : kFaults) known += " " + std::string(spec.name);
      return Bad("no fault is named '" + std::string(name) + "'; there are:" + known);
    }
    set.Add(*fault);
  }
  return set;
}

Result<std::vector<JournalMode>> ParseJournalModes(std::string_view text) {
  std::vector<JournalMode> modes;
  for (const std::string_view name : Split(text)) {
    const auto mode = JournalModeNamed(name);
    if (!mode) {
      std::string known;
      for (const std::string_view one : kJournalModeNames) known += " " + std::string(one);
      return Bad("no journal mode is named '" + std::string(name) + "'; there are:" + known);
    }
    modes.push_back(*mode);
  }
  return modes;
}

Result<std::shared_ptr<const Profiles>> LoadProfiles(const ToolSpec& tool,
                                                     const std::string& file) {
  std::string text(tool.profiles);
  if (!file.empty()) {
    std::ifstream stream(file);
    std::ostringstream read;
    read << stream.rdbuf();
    if (!stream) return Bad("--profile-file: cannot read '" + file + "'");
    text = read.str();
  }
  ASSIGN_OR_RETURN(Profiles profiles,
                   Profiles::Parse(text, file.empty() ? "profiles" : file, tool.profile_keys));
  return std::make_shared<const Profiles>(std::move(profiles));
}

class Parser {
 public:
  Parser(const ToolSpec& tool) : tool_(tool) {}

  Status Take(std::string_view word) {
    if (!word.starts_with("--")) return Bad("not an option: '" + std::string(word) + "'");
    word.remove_prefix(2);
    const size_t equals = word.find('=');
    const std::string_view name = word.substr(0, equals);
    if (equals != word.npos) return TakeValue(name, word.substr(equals + 1));
    for (const auto& [flag, to] :
         {std::pair{"check-determinism", &options.check_determinism},
          std::pair{"shrink", &options.shrink}, std::pair{"snapshots", &options.snapshots},
          std::pair{"by-sites", &options.by_sites}, std::pair{"verbose", &options.verbose},
          std::pair{"coverage", &options.coverage}, std::pair{"help", &options.help}}) {
      if (name == flag) {
        *to = true;
        return OkStatus();
      }
    }
    return Bad("unknown option --" + std::string(name) + ", or it needs a value: --" +
               std::string(name) + "=...");
  }

  // To be called when all words are taken.
  Status ChooseProfile() {
    if (tool_.profiles.empty()) return OkStatus();
    ASSIGN_OR_RETURN(options.profiles, LoadProfiles(tool_, options.profile_file));
    options.profile =
        profile.empty() ? &options.profiles->all().front() : options.profiles->Find(profile);
    if (options.profile == nullptr) {
      std::string known;
      for (const Profile& one : options.profiles->all()) known += " " + one.name();
      return Bad("no profile is named '" + profile + "'; there are:" + known);
    }
    if (!has_connections && tool_.connection_count > 0) {
      options.connection_count = options.profile->One<int>("connections");
    }
    return OkStatus();
  }

  MainOptions options;
  bool has_connections = false;  // they were named
  std::string profile;           // or empty

 private:
  Status TakeValue(std::string_view name, std::string_view value) {
    if (name == "seed") return TakeNumber(name, value, 0, UINT64_MAX, options.seed);
    if (name == "runs") return TakeNumber(name, value, 1, UINT64_MAX, options.run_count);
    if (name == "seconds") return TakeNumber(name, value, 1, 1'000'000, options.seconds);
    if (name == "steps") return TakeNumber(name, value, 1, UINT64_MAX, options.step_count);
    if (name == "connections" && tool_.connection_count > 0) {
      has_connections = true;
      return TakeNumber(name, value, 1, 64, options.connection_count);
    }
    if (name == "processes" && tool_.connection_count > 0) {
      return TakeNumber(name, value, 1, 8, options.process_count);
    }
    if (name == "workload" && !tool_.workloads.empty()) {
      options.workload = value;
      if (std::find(tool_.workloads.begin(), tool_.workloads.end(), value) !=
          tool_.workloads.end()) {
        return OkStatus();
      }
      return Bad("no workload is named '" + std::string(value) + "'");
    }
    if (name == "schedule" && !tool_.schedules.empty()) {
      options.schedule = value;
      if (std::find(tool_.schedules.begin(), tool_.schedules.end(), value) !=
          tool_.schedules.end()) {
        return OkStatus();
      }
      return Bad("no schedule is named '" + std::string(value) + "'");
    }
    if (!tool_.profiles.empty()) {
      if (name == "profile") return TakeText(value, profile);
      if (name == "profile-file") return TakeText(value, options.profile_file);
    }
    if (name == "journal") {
      ASSIGN_OR_RETURN(options.journal_modes, ParseJournalModes(value));
      return OkStatus();
    }
    if (name == "fault") {
      ASSIGN_OR_RETURN(options.faults, ParseFaults(value));
      options.every_fault = true;
      return OkStatus();
    }
    if (name == "without") {
      ASSIGN_OR_RETURN(const FaultSet without, ParseFaults(value));
      for (const FaultSpec& spec : kFaults) {
        if (without.Has(spec.fault)) options.faults.Remove(spec.fault);
      }
      return OkStatus();
    }
    if (name == "faults") {
      if (value != "on" && value != "off") return Bad("--faults wants on or off");
      if (value == "off") options.faults = FaultSet();
      return OkStatus();
    }
    if (name == "until") return TakeNumber(name, value, 1, UINT64_MAX, options.until);
    if (name == "quiet-steps") {
      return TakeNumber(name, value, 1, UINT64_MAX, options.quiet_step_count);
    }
    if (name == "shrink-seconds") {
      return TakeNumber(name, value, 1, 1'000'000, options.shrink_seconds);
    }
    if (name == "trace") return TakeText(value, options.trace);
    if (name == "branch") return TakeNumber(name, value, 0, UINT64_MAX, options.branch.emplace());
    if (name == "futures") return TakeNumber(name, value, 1, 100'000, options.future_count);
    if (name == "branch-data") return TakeText(value, options.branch_data);
    if (name == "bundle-dir") return TakeText(value, options.bundle_dir);
    if (name == "replay") return TakeText(value, options.replay);
    if (name == "record-to") return TakeText(value, options.record_to);
    return Bad("unknown option --" + std::string(name));
  }

  template <typename Number>
  Status TakeNumber(std::string_view name, std::string_view value, uint64_t low, uint64_t high,
                    Number& to) {
    ASSIGN_OR_RETURN(const uint64_t number, ParseNumber(name, value, low, high));
    to = static_cast<Number>(number);
    return OkStatus();
  }
  Status TakeText(std::string_view value, std::string& to) {
    to = value;
    return OkStatus();
  }

  const ToolSpec& tool_;
};

}  // namespace

Result<MainOptions> ParseMainOptions(const ToolSpec& tool, std::span<const std::string> words) {
  Parser parser(tool);
  parser.options.connection_count = tool.connection_count;
  if (!tool.workloads.empty()) parser.options.workload = tool.workloads.front();
  for (const std::string& word : words) RETURN_IF_ERROR(parser.Take(word));
  RETURN_IF_ERROR(parser.ChooseProfile());
  MainOptions& options = parser.options;
  if (options.by_sites && options.replay.empty()) return Bad("--by-sites wants --replay=BUNDLE");
  const bool is_for_one =
      options.until > 0 || !options.trace.empty() || options.branch || options.snapshots;
  if (options.replay.empty() && is_for_one) {
    // A trace is of one run, and so are the numbers of events.
    if (options.run_count == 0) options.run_count = 1;
    if (options.run_count > 1 || options.seconds > 0) {
      return Bad(
          "--until, --trace, --branch and --snapshots are for one run: --seed=N --runs=1, or "
          "--replay=BUNDLE");
    }
  }
  if (options.run_count == 0 && options.seconds == 0 && options.step_count == 0) {
    options.run_count = tool.default_run_count;
  }
  return options;
}

std::string Usage(const ToolSpec& tool) {
  std::string text =
      "usage: tools/bazel run //" + std::string(tool.name) + " -- [options]\n" +
      std::string(tool.what) + "\n\n" +
      "  --seed=N             the first run's seed (1)\n"
      "  --runs=N --seconds=N --steps=N\n"
      "                       run successive seeds until the first bound is met (runs=" +
      std::to_string(tool.default_run_count) + ")\n";
  if (tool.connection_count > 0) {
    text += "  --connections=N      (" + std::to_string(tool.connection_count) +
            ")\n"
            "  --processes=N        (drawn for each run)\n";
  }
  if (!tool.workloads.empty()) {
    text += "  --workload=NAME      one of:";
    for (const std::string_view name : tool.workloads) text += " " + std::string(name);
    text += "\n";
  }
  if (!tool.schedules.empty()) {
    text += "  --schedule=NAME      (drawn for each run) one of:";
    for (const std::string_view name : tool.schedules) text += " " + std::string(name);
    text += "\n";
  }
  if (!tool.profiles.empty()) {
    const Result<std::shared_ptr<const Profiles>> profiles = LoadProfiles(tool, "");
    CHECK(profiles.ok());
    for (const Profile& profile : (*profiles)->all()) {
      std::string option = "  --profile=" + profile.name();
      option.resize(std::max<size_t>(option.size() + 1, 23), ' ');
      text += option + profile.what() + "\n";
    }
    text += "  --profile-file=FILE  other profiles; " + std::string(tool.name) +
            "/profiles.txt says what stands in one\n";
  }
  text +=
      "  --journal=NAME,...   only these journal modes (drawn for each run)\n"
      "  --fault=NAME,...     these faults in every run, and no others\n"
      "  --without=NAME,...   not these\n"
      "  --faults=off         none\n"
      "  --quiet-steps=N      steps without the end of a statement that count as stuck (2000000)\n"
      "  --check-determinism  make every run twice and compare (otherwise one in 16)\n"
      "  --shrink             after a failure, look for a smaller one; also with --replay\n"
      "  --shrink-seconds=N   processor time for that (60)\n"
      "  --bundle-dir=DIR     where a failure is kept (the temporary folder)\n"
      "  --replay=BUNDLE      make a kept run again, from its recorded choices\n"
      "  --by-sites           with it: faults strike where sites.txt says, and the run is to have "
      "all\n"
      "                       its statements and strikes, as kept bugs have\n"
      "  --until=EVENT        stop the run there for a debugger (gdb --args ...)\n"
      "  --snapshots          make the run once, then go to any event at once: events are read "
      "from\n"
      "                       standard input\n"
      "  --branch=EVENT       from there on, other schedules and faults: how often do they fail?\n"
      "  --futures=N          that many from each event (40)\n"
      "  --branch-data=FILE   the same as numbers\n"
      "  --trace=FILE         write every event as a line of JSON, for tools/trace\n"
      "  --verbose            what happens, and what was never tried, on standard error\n"
      "  --coverage           all that was tried, and how often, on standard error\n"
      "faults:";
  for (const FaultSpec& spec : kFaults) text += " " + std::string(spec.name);
  return text + "\n";
}

std::vector<std::string> ReplayWords(const ToolSpec& tool, const MainOptions& options,
                                     uint64_t seed, uint64_t step_count_max) {
  std::vector<std::string> words = {"--seed=" + std::to_string(seed), "--runs=1"};
  if (step_count_max > 0) words.push_back("--steps=" + std::to_string(step_count_max));
  if (options.quiet_step_count != kQuietStepCount) {
    words.push_back("--quiet-steps=" + std::to_string(options.quiet_step_count));
  }
  const bool has_profile = options.profile != nullptr;
  const int default_count = has_profile && tool.connection_count > 0
                                ? options.profile->One<int>("connections")
                                : tool.connection_count;
  if (options.connection_count != default_count) {
    words.push_back("--connections=" + std::to_string(options.connection_count));
  }
  if (options.process_count > 0) {
    words.push_back("--processes=" + std::to_string(options.process_count));
  }
  if (!tool.workloads.empty() && options.workload != tool.workloads.front()) {
    words.push_back("--workload=" + options.workload);
  }
  if (!options.profile_file.empty()) words.push_back("--profile-file=" + options.profile_file);
  if (has_profile && options.profile != &options.profiles->all().front()) {
    words.push_back("--profile=" + options.profile->name());
  }
  std::string modes;
  for (const JournalMode mode : options.journal_modes) {
    modes += (modes.empty() ? "" : ",") + std::string(NameOf(mode));
  }
  if (!modes.empty()) words.push_back("--journal=" + modes);
  if (!options.schedule.empty()) words.push_back("--schedule=" + options.schedule);
  std::string with;
  std::string without;
  for (const FaultSpec& spec : kFaults) {
    std::string& list = options.faults.Has(spec.fault) ? with : without;
    if (!list.empty()) list += ",";
    list += spec.name;
  }
  if (with.empty()) {
    words.push_back("--faults=off");
  } else if (options.every_fault) {
    words.push_back("--fault=" + with);
  } else if (!without.empty()) {
    words.push_back("--without=" + without);
  }
  return words;
}

std::string ReplayCommand(const ToolSpec& tool, const MainOptions& options, uint64_t seed,
                          uint64_t step_count_max) {
  std::string command = "tools/bazel run //" + std::string(tool.name) + " --";
  for (const std::string& word : ReplayWords(tool, options, seed, step_count_max)) {
    command += " " + word;
  }
  return command;
}

}  // namespace orrery::sim
