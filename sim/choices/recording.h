// A Recording is all the draws of a run in their order, as data: what a bundle keeps, a shrinker
// edits and a ReplaySource answers from. RecordingSource makes one while the run goes on.
//
// As text, one item a line; numbers are decimal, paths and labels hold no spaces:
//
//   orrery-choices 1
//   path schedule                paths and labels are numbered from 0 in the order of their lines
//   label pick
//   0 0 5 3                      path, label, n, value; a chance has n = 2, a skip kSkipMax

#ifndef ORRERY_SIM_CHOICES_RECORDING_H_
#define ORRERY_SIM_CHOICES_RECORDING_H_

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/status.h"
#include "sim/choices/choice_source.h"

namespace orrery::sim {

struct Draw {
  uint32_t path;   // index into Recording::paths
  uint32_t label;  // index into Recording::labels
  uint64_t n;
  uint64_t value;

  bool operator==(const Draw&) const = default;
};

// Draws [begin, end) that belong together: those among them whose path is `path` or below it.
struct DrawSpan {
  uint32_t path;
  uint32_t label;
  uint64_t begin;
  uint64_t end;
};

// How far the skips of a stream had come: the sum of those drawn less what was left. A source that
// changes what is left as a span begins (AnchoredSource) changes the last skip with it.
struct SkipMark {
  uint32_t path;
  uint32_t span;  // index
  uint64_t at_begin;
  uint64_t at_end;
};

struct Recording {
  std::vector<std::string> paths;
  std::vector<std::string> labels;
  std::vector<Draw> draws;

  bool operator==(const Recording&) const = default;

  std::string ToText() const;
  static Result<Recording> FromText(std::string_view text);
  // The same in a file. Errors name the file, and the line at fault.
  Status Save(const std::string& file_name) const;
  static Result<Recording> Load(const std::string& file_name);
};

class RecordingSource final : public ChoiceSource {
 public:
  // `answers` outlives us.
  explicit RecordingSource(ChoiceSource& answers) : answers_(answers) {}

  uint64_t Choose(uint32_t stream, uint64_t n, const char* label) override;
  bool Chance(uint32_t stream, uint32_t per_million, const char* label) override;
  uint64_t Skip(uint32_t stream, uint64_t mean, const char* label) override;

  void BeginSpan(uint32_t stream, const char* label) override;
  void EndSpan(uint32_t stream) override;
  void SetCountdown(uint32_t stream, uint64_t* left) override;

  const Recording& recording() const { return recording_; }
  // In the order of their beginnings. One that is still open reaches to the last draw.
  const std::vector<DrawSpan>& spans() const { return spans_; }
  // One for each span and stream with a countdown. Of a span that is still open both are the same.
  const std::vector<SkipMark>& skip_marks() const { return skip_marks_; }

 private:
  void OnOpen(uint32_t stream) override;
  void Keep(uint32_t stream, uint64_t n, const char* label, uint64_t value);

  ChoiceSource& answers_;
  std::vector<uint32_t> theirs_;  // by our stream: the stream of answers_
  std::map<std::string, uint32_t, std::less<>> label_indexes_;
  struct Countdown {
    const uint64_t* left = nullptr;  // null: none
    uint64_t sum = 0;                // of the skips drawn
    uint64_t sum_before = 0;         // without the last one
    size_t last_skip = 0;            // index of its draw
  };

  uint32_t LabelIndex(const char* label);
  uint64_t Position(const Countdown& countdown) const;

  Recording recording_;
  std::vector<DrawSpan> spans_;
  std::vector<SkipMark> skip_marks_;
  std::vector<std::vector<size_t>> open_spans_;  // by stream
  std::vector<Countdown> countdowns_;            // by stream
  std::vector<uint32_t> counted_streams_;        // those that have one
  std::vector<size_t> first_marks_;              // by span, in skip_marks_
};

}  // namespace orrery::sim

#endif  // ORRERY_SIM_CHOICES_RECORDING_H_
