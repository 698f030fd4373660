#include "sim/choices/recording.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <memory>

namespace orrery::sim {
namespace {

constexpr std::string_view kHeader = "orrery-choices 1";

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using OwnedFile = std::unique_ptr<std::FILE, CloseFile>;

// Takes the text up to `end` (or all of it) off the front of `rest`.
std::string_view TakeUntil(std::string_view& rest, char end) {
  const size_t size = rest.find(end);
  const std::string_view taken = rest.substr(0, size);
  rest.remove_prefix(size == std::string_view::npos ? rest.size() : size + 1);
  return taken;
}

template <typename Number>
bool TakeNumber(std::string_view& rest, Number& number) {
  const std::string_view text = TakeUntil(rest, ' ');
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

}  // namespace

std::string Recording::ToText() const {
  std::string text(kHeader);
  text += '\n';
  for (const std::string& path : paths) text += "path " + path + '\n';
  for (const std::string& label : labels) text += "label " + label + '\n';
  for (const Draw& draw : draws) {
    text += std::to_string(draw.path) + ' ' + std::to_string(draw.label) + ' ' +
            std::to_string(draw.n) + ' ' + std::to_string(draw.value) + '\n';
  }
  return text;
}

Result<Recording> Recording::FromText(std::string_view text) {
  Recording recording;
  if (TakeUntil(text, '\n') != kHeader) {
    return Status(ResultCode::kMismatch, "line 1: not a recording of choices");
  }
  for (int line_number = 2; !text.empty(); ++line_number) {
    std::string_view line = TakeUntil(text, '\n');
    if (line.starts_with("path ")) {
      recording.paths.emplace_back(line.substr(5));
      continue;
    }
    if (line.starts_with("label ")) {
      recording.labels.emplace_back(line.substr(6));
      continue;
    }
    Draw draw;
    const bool complete = TakeNumber(line, draw.path) && TakeNumber(line, draw.label) &&
                          TakeNumber(line, draw.n) && TakeNumber(line, draw.value) && line.empty();
    if (!complete || draw.path >= recording.paths.size() || draw.label >= recording.labels.size() ||
        draw.n == 0) {
      return Status(ResultCode::kMismatch, "line " + std::to_string(line_number) + ": not a draw");
    }
    recording.draws.push_back(draw);
  }
  return recording;
}

Status Recording::Save(const std::string& file_name) const {
  const OwnedFile file(std::fopen(file_name.c_str(), "wb"));
  const std::string text = ToText();
  if (file == nullptr || std::fwrite(text.data(), 1, text.size(), file.get()) != text.size() ||
      std::fflush(file.get()) != 0) {
    return Status(ResultCode::kCannotOpen, file_name + ": cannot be written");
  }
  return OkStatus();
}

Result<Recording> Recording::Load(const std::string& file_name) {
  const OwnedFile file(std::fopen(file_name.c_str(), "rb"));
  if (file == nullptr) return Status(ResultCode::kCannotOpen, file_name + ": cannot be read");
  std::string text;
  char part[1 << 16];
  while (const size_t size = std::fread(part, 1, sizeof part, file.get())) text.append(part, size);
  Result<Recording> recording = FromText(text);
  if (recording.ok()) return recording;
  return Status(recording.status().code(),
                file_name + ": " + std::string(recording.status().message()));
}

void RecordingSource::OnOpen(uint32_t stream) {
  theirs_.push_back(answers_.Open(path(stream)));
  recording_.paths.push_back(path(stream));
  open_spans_.emplace_back();
  countdowns_.emplace_back();
}

uint32_t RecordingSource::LabelIndex(const char* label) {
  auto found = label_indexes_.find(std::string_view(label));
  if (found == label_indexes_.end()) {
    found = label_indexes_.emplace(label, static_cast<uint32_t>(recording_.labels.size())).first;
    recording_.labels.emplace_back(label);
  }
  return found->second;
}

void RecordingSource::Keep(uint32_t stream, uint64_t n, const char* label, uint64_t value) {
  recording_.draws.push_back({.path = stream, .label = LabelIndex(label), .n = n, .value = value});
}

void RecordingSource::BeginSpan(uint32_t stream, const char* label) {
  open_spans_[stream].push_back(spans_.size());
  spans_.push_back({.path = stream,
                    .label = LabelIndex(label),
                    .begin = recording_.draws.size(),
                    .end = UINT64_MAX});
  first_marks_.push_back(skip_marks_.size());
  for (const uint32_t counted : counted_streams_) {
    const uint64_t position = Position(countdowns_[counted]);
    skip_marks_.push_back({.path = counted,
                           .span = static_cast<uint32_t>(spans_.size() - 1),
                           .at_begin = position,
                           .at_end = position});
  }
  answers_.BeginSpan(theirs_[stream], label);
  for (size_t i = first_marks_.back(); i < skip_marks_.size(); ++i) {
    Countdown& countdown = countdowns_[skip_marks_[i].path];
    const uint64_t sum = skip_marks_[i].at_begin + *countdown.left;
    if (sum == countdown.sum || countdown.sum == 0) continue;
    // Those behind the source have been changed: as if another skip had been drawn.
    const uint64_t skip = sum - countdown.sum_before;
    recording_.draws[countdown.last_skip].value = kSkipMax - std::min(skip, kSkipMax);
    countdown.sum = sum;
  }
}

uint64_t RecordingSource::Position(const Countdown& countdown) const {
  return countdown.sum - std::min(countdown.sum, *countdown.left);
}

void RecordingSource::SetCountdown(uint32_t stream, uint64_t* left) {
  if (countdowns_[stream].left == nullptr) counted_streams_.push_back(stream);
  countdowns_[stream].left = left;
  answers_.SetCountdown(theirs_[stream], left);
}

void RecordingSource::EndSpan(uint32_t stream) {
  const size_t span = open_spans_[stream].back();
  open_spans_[stream].pop_back();
  spans_[span].end = recording_.draws.size();
  for (size_t i = first_marks_[span]; i < skip_marks_.size() && skip_marks_[i].span == span; ++i) {
    skip_marks_[i].at_end = Position(countdowns_[skip_marks_[i].path]);
  }
  answers_.EndSpan(theirs_[stream]);
}

uint64_t RecordingSource::Choose(uint32_t stream, uint64_t n, const char* label) {
  const uint64_t value = answers_.Choose(theirs_[stream], n, label);
  Keep(stream, n, label, value);
  return value;
}

bool RecordingSource::Chance(uint32_t stream, uint32_t per_million, const char* label) {
  const bool value = answers_.Chance(theirs_[stream], per_million, label);
  Keep(stream, 2, label, value);
  return value;
}

uint64_t RecordingSource::Skip(uint32_t stream, uint64_t mean, const char* label) {
  const uint64_t skip = answers_.Skip(theirs_[stream], mean, label);
  countdowns_[stream].sum_before = countdowns_[stream].sum;
  countdowns_[stream].sum += skip;
  countdowns_[stream].last_skip = recording_.draws.size();
  Keep(stream, kSkipMax, label, kSkipMax - skip);
  return skip;
}

}  // namespace orrery::sim
