#include "sim/main_record.h"

#include <cstdio>

#include "sim/bundles/image_sink.h"
#include "sim/bundles/log_sink.h"
#include "sim/bundles/schedule_sink.h"
#include "sim/bundles/sites.h"
#include "sim/bundles/statements.h"
#include "sim/bundles/trace_writer.h"
#include "sim/choices/seed_source.h"

namespace orrery::sim {
namespace {

std::string FirstLine(const std::string& text) { return text.substr(0, text.find('\n')); }

// What the child said on standard error, for whoever sits at the terminal.
void ShowErrors(const Bundle& bundle) {
  const Result<std::string> text = ReadWholeFile(bundle.folder() + "/stderr.txt");
  if (text.ok() && !text->empty()) std::fputs(text->c_str(), stderr);
}

}  // namespace

std::string VerdictLine(uint64_t seed, const RunEnd& end, const std::string& rest) {
  return "FAIL seed=" + std::to_string(seed) + " oracle=" + end.oracle +
         " step=" + std::to_string(end.step) + " event=" + std::to_string(end.size.event_count) +
         rest;
}

void WriteVerdict(Bundle& bundle, const ToolSpec& tool, const MainOptions& options,
                  const RunEnd& end) {
  const std::string run = "tools/bazel run //" + std::string(tool.name) + " -- ";
  const std::string from_here = run + "--replay=" + bundle.folder();
  bundle.Write("README.txt",
               "oracle: " + end.oracle + "\nat: " + end.site + "\n" + end.message + "\n\nstep " +
                   std::to_string(end.step) + ", event " + std::to_string(end.size.event_count) +
                   ", " + std::to_string(end.size.statement_count) + " statements on " +
                   std::to_string(end.size.connection_count) + " connections, " +
                   std::to_string(end.size.fault_count) + " faults, " +
                   std::to_string(end.size.wait_count) + " forced waits\n\n" +
                   "Again from the seed:  " +
                   ReplayCommand(tool, options, options.seed, options.step_count) +
                   "\nAgain from here:      " + from_here + "\nSmaller:              " + from_here +
                   " --shrink\nAs a picture:         tools/bazel run //tools/trace -- " +
                   bundle.folder() + "\nStop at an event:     " + from_here + " --until=EVENT\n");
  char hash[20];
  std::snprintf(hash, sizeof hash, "%016llx", static_cast<unsigned long long>(end.events.hash));
  bundle.Write("failure.txt", "oracle: " + end.oracle + "\nsite: " + end.site +
                                  "\nstep: " + std::to_string(end.step) + "\nevent: " +
                                  std::to_string(end.size.event_count) + "\nhash: " + hash +
                                  "\nmessage: " + FirstLine(end.message) + "\n");
}

RunEnd RecordInto(Bundle& bundle, const ToolSpec& tool, Simulation& simulation,
                  const MainOptions& options, ChoiceSource& answers, bool is_small) {
  std::string words;
  for (const std::string& word : ReplayWords(tool, options, options.seed, options.step_count)) {
    words += word + "\n";
  }
  bundle.Write("options.txt", words);
  bundle.Write("build.txt", BuildDescription() + "\n");
  const std::string trace_path = bundle.folder() + "/trace.jsonl";
  TraceWriter trace(trace_path, ReplayCommand(tool, options, options.seed, options.step_count));
  ImageSink images(bundle);
  const auto append_to = [&bundle](const char* file) {
    return [&bundle, file](const std::string& line) { bundle.AppendLine(file, line); };
  };
  LogSink log(append_to("log.txt"));
  // Empty when nothing strikes or nothing is asked, but there.
  for (const char* file : {"sites.txt", "statements.sql"}) bundle.Write(file, "");
  StatementSink statements(append_to("statements.sql"));
  ScheduleSink schedule(append_to("schedule.txt"));
  SiteKeeper sites([&bundle](const Site& site) { bundle.AppendLine("sites.txt", site.ToText()); });
  std::vector<EventSink*> sinks = {&log, &statements, &trace, &images};
  if (is_small) sinks.push_back(&schedule);
  ChildRunner runner(simulation);
  const RunEnd end = runner.Run({.options = options,
                                 .answers = answers,
                                 .step_count_max = options.step_count,
                                 .keeps_events = true,
                                 .error_path = bundle.folder() + "/stderr.txt",
                                 .sinks = sinks,
                                 .sites = &sites});
  bundle.Write("choices.txt", end.recording.ToText());
  bundle.Write("events.txt", end.events.ToText());
  if (end.kind == RunEnd::Kind::kFailed) {
    TraceWriter::AppendFailure(trace_path, {end.oracle, end.site, end.message},
                               end.size.event_count);
    WriteVerdict(bundle, tool, options, end);
  }
  return end;
}

int RecordMain(const ToolSpec& tool, Simulation& simulation, const MainOptions& options) {
  const std::string replay =
      " replay='" + ReplayCommand(tool, options, options.seed, options.step_count) + "'";
  const Result<std::string> folder = Bundle::MakeFolder(
      options.record_to, std::string(tool.name) + "-seed-" + std::to_string(options.seed));
  RunEnd end;
  std::string where;
  if (folder.ok()) {
    Bundle bundle(*folder);
    SeedSource seed(options.seed);
    end = RecordInto(bundle, tool, simulation, options, seed, /*is_small=*/false);
    ShowErrors(bundle);
    where = " bundle=" + *folder;
  } else {
    std::fprintf(stderr, "%s\n", folder.status().ToString().c_str());
    ChildRunner runner(simulation);
    SeedSource seed(options.seed);
    end = runner.Run({.options = options, .answers = seed, .step_count_max = options.step_count});
  }
  if (end.kind == RunEnd::Kind::kCutOff) {
    end.kind = RunEnd::Kind::kFailed;
    end.oracle = "crash";
    end.site = "no handler";
    end.message = "the process ended without a verdict";
    if (folder.ok()) {
      Bundle bundle(*folder);
      WriteVerdict(bundle, tool, options, end);
    }
  } else if (end.kind == RunEnd::Kind::kOk) {
    // Is it that two runs differ, or was it the failure alone?
    ChildRunner runner(simulation);
    SeedSource seed(options.seed);
    const RunEnd second =
        runner.Run({.options = options, .answers = seed, .step_count_max = options.step_count});
    const bool same = second.kind == RunEnd::Kind::kOk && second.report.hash == end.report.hash;
    end.kind = RunEnd::Kind::kFailed;
    end.oracle = "determinism";
    end.site = "two runs";
    end.message = same ? "the run failed, but did not when it was made again"
                       : "two runs of one seed have different hashes";
    if (folder.ok()) {
      Bundle bundle(*folder);
      WriteVerdict(bundle, tool, options, end);
    }
  }
  std::fprintf(stderr, "%s: seed %llu, step %llu: %s\n", end.oracle.c_str(),
               static_cast<unsigned long long>(options.seed),
               static_cast<unsigned long long>(end.step), end.message.c_str());
  std::printf("%s\n", VerdictLine(options.seed, end, replay + where).c_str());
  return 1;
}

}  // namespace orrery::sim
