// A Bundle is what a failed run leaves on disk: a folder with
//
//   README.txt      the verdict, and the commands for what to do next
//   failure.txt     the verdict as fields: oracle, site, step, event, hash, message
//   options.txt     the options, one word a line: what --replay reads
//   build.txt       compiler and mode
//   choices.txt     every draw (sim/choices/recording.h): what --replay answers from
//   events.txt      a mark for every event (event_list.h): what --replay compares with
//   sites.txt       where something struck, told by statements (sites.h)
//   statements.sql  what the workload asked for (statements.h)
//   schedule.txt    of a small run: what happened, for a person (schedule_sink.h)
//   log.txt         statements and their ends, one a line (log_sink.h)
//   trace.jsonl     every event (trace_writer.h)
//   stderr.txt      what the run said on standard error: a sanitizer's report, say
//   image-*         the database's files at the failure and at power cuts (image_sink.h)
//
// Text goes out line by line with no buffer, so that a crash loses none of it.

#ifndef ORRERY_SIM_BUNDLES_BUNDLE_H_
#define ORRERY_SIM_BUNDLES_BUNDLE_H_

#include <map>
#include <string>
#include <string_view>

#include "engine/base/status.h"

namespace orrery::sim {

class Bundle {
 public:
  // Makes a fresh folder NAME-XXXXXX in `parent`, which is made when it is not there.
  static Result<std::string> MakeFolder(const std::string& parent, std::string_view name);

  explicit Bundle(std::string folder) : folder_(std::move(folder)) {}
  ~Bundle();
  Bundle(const Bundle&) = delete;
  Bundle& operator=(const Bundle&) = delete;

  const std::string& folder() const { return folder_; }
  // Writes or replaces a file. Errors are told on standard error and otherwise ignored: the failure
  // that is being reported matters more.
  void Write(std::string_view file_name, std::string_view bytes);
  void AppendLine(std::string_view file_name, std::string_view line);

 private:
  std::string folder_;
  std::map<std::string, int, std::less<>> descriptors_;  // of the files being appended to
};

// The whole file, or kCannotOpen.
Result<std::string> ReadWholeFile(const std::string& path);
// "clang 19.1.7, optimised, asan".
std::string BuildDescription();

}  // namespace orrery::sim

#endif  // ORRERY_SIM_BUNDLES_BUNDLE_H_
