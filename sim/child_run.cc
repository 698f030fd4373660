#include "sim/child_run.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <set>
#include <string_view>

#include "engine/base/check.h"
#include "sim/main_ending.h"

namespace orrery::sim {
namespace {

// Address space; memory is used as far as a run was ever long.
constexpr size_t kSlotSize = size_t{1} << 30;

template <size_t n>
void CopyText(char (&to)[n], std::string_view text) {
  const size_t size = std::min(text.size(), n - 1);
  std::memcpy(to, text.data(), size);
  to[size] = '\0';
}

class SizeSink final : public EventSink {
 public:
  void OnEvent(const StreamEvent& event) override {
    size_.event_count = event.number;
    switch (event.what) {
      case StreamEvent::What::kStatement:
        if (event.asker != RunObserver::Asker::kWorkload) return;
        ++size_.statement_count;
        connections_.insert(event.connection);
        size_.connection_count = connections_.size();
        return;
      case StreamEvent::What::kWorldEvent:
        size_.fault_count += event.event.kind == EventKind::kStrike;
        size_.wait_count += event.event.kind == EventKind::kForcedWait;
        return;
      default:
        return;
    }
  }
  const RunSize& size() const { return size_; }

 private:
  RunSize size_;
  std::set<int> connections_;
};

}  // namespace

// What the child leaves; then the payload: names, draws, marks.
struct ChildRunner::Slot {
  RunEnd::Kind kind;
  uint64_t run_count;
  char oracle[64];
  char site[512];
  char message[64 << 10];
  uint64_t step;
  RunSize size;
  RunReport report;
  uint64_t events_hash;
  uint64_t
      name_size;  // paths and labels, each ended by '\n'; paths first, a "\n" of its own between
  uint64_t draw_count;
  uint64_t span_count;
  uint64_t skip_mark_count;
  uint64_t mark_count;
};

namespace {

// The child's own, for its end; only the child sets it.
struct ChildState {
  bool keeps_recording = false;
  const RecordingSource* recording = nullptr;
  const SizeSink* size = nullptr;
  const EventListKeeper* events = nullptr;
};
ChildState child;

// Adds bytes behind the slot. No heap: a crash may have left it in any state.
class Payload {
 public:
  Payload(std::byte* begin, size_t size) : at_(begin), left_(size) {}
  bool Add(const void* from, size_t size) {
    if (size > left_) return false;
    if (size > 0) std::memcpy(at_, from, size);
    at_ += size;
    left_ -= size;
    return true;
  }
  bool AddLines(const std::vector<std::string>& lines, uint64_t& total) {
    for (const std::string& line : lines) {
      if (!Add(line.data(), line.size()) || !Add("\n", 1)) return false;
      total += line.size() + 1;
    }
    return true;
  }

 private:
  std::byte* at_;
  size_t left_;
};

void* shared_slot = nullptr;

}  // namespace

double ProcessorSeconds() {
  double sum = 0;
  for (const int who : {RUSAGE_SELF, RUSAGE_CHILDREN}) {
    rusage usage;
    getrusage(who, &usage);
    for (const timeval& time : {usage.ru_utime, usage.ru_stime}) {
      sum += static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
    }
  }
  return sum;
}

ChildRunner::ChildRunner(Simulation& simulation) : simulation_(simulation) {
  void* const memory = mmap(nullptr, kSlotSize, PROT_READ | PROT_WRITE,
                            MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  CHECK(memory != MAP_FAILED);
  slot_ = static_cast<Slot*>(memory);
}

ChildRunner::~ChildRunner() { (void)munmap(slot_, kSlotSize); }

void ChildRunner::RunAsChild(const Setup& setup) {
  const std::string to = setup.error_path.empty() ? "/dev/null" : setup.error_path;
  const int errors = open(to.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
  if (errors >= 0) {
    dup2(errors, STDERR_FILENO);
    close(errors);
  }
  shared_slot = slot_;
  static const auto finish = [](RunEnd::Kind kind) {
    Slot& slot = *static_cast<Slot*>(shared_slot);
    slot.step = run_position.step;
    slot.size = child.size->size();
    Payload payload(reinterpret_cast<std::byte*>(&slot + 1), kSlotSize - sizeof(Slot));
    if (child.keeps_recording) {
      const Recording& drawn = child.recording->recording();
      const std::vector<DrawSpan>& spans = child.recording->spans();
      const std::vector<SkipMark>& marks = child.recording->skip_marks();
      const bool fits = payload.AddLines(drawn.paths, slot.name_size) && payload.Add("\n", 1) &&
                        payload.AddLines(drawn.labels, ++slot.name_size) &&
                        payload.Add(drawn.draws.data(), drawn.draws.size() * sizeof(Draw)) &&
                        payload.Add(spans.data(), spans.size() * sizeof(DrawSpan)) &&
                        payload.Add(marks.data(), marks.size() * sizeof(SkipMark));
      if (fits) {
        slot.draw_count = drawn.draws.size();
        slot.span_count = spans.size();
        slot.skip_mark_count = marks.size();
      }
    }
    if (child.events != nullptr) {
      const EventList& list = child.events->list();
      slot.events_hash = list.hash;
      if (payload.Add(list.marks.data(), list.marks.size() * sizeof(uint16_t))) {
        slot.mark_count = list.marks.size();
      }
    }
    slot.kind = kind;  // last: until here it counts as cut off
    _exit(kind == RunEnd::Kind::kOk ? 0 : 1);
  };
  CatchBadEnds([](const Failure& failure, bool) {
    Slot& slot = *static_cast<Slot*>(shared_slot);
    CopyText(slot.oracle, failure.oracle);
    CopyText(slot.site, failure.site);
    CopyText(slot.message, failure.message);
    finish(RunEnd::Kind::kFailed);
  });
  for (ChoiceSource* answers = &setup.answers;;) {
    RecordingSource recording(*answers);
    SizeSink size;
    EventListKeeper events;
    EventStream stream;
    stream.Add(size);
    if (setup.keeps_events) stream.Add(events);
    for (EventSink* const sink : setup.sinks) stream.Add(*sink);
    ChoiceSource* choices = &recording;
    if (setup.sites != nullptr) {
      setup.sites->SetAnswers(recording);
      stream.Add(*setup.sites);
      choices = setup.sites;
    }
    child = {.keeps_recording = setup.keeps_recording,
             .recording = &recording,
             .size = &size,
             .events = setup.keeps_events ? &events : nullptr};
    ++slot_->run_count;
    if (setup.time_ms_max == 0) {
      WatchProgress();
    } else {
      WatchTime(setup.time_ms_max, [] { _exit(1); });
    }
    run_position = {.seed = setup.options.seed};
    slot_->report = simulation_.Run({.choices = *choices,
                                     .options = setup.options,
                                     .step_count_max = setup.step_count_max,
                                     .observer = &stream});
    WatchNothing();
    answers = setup.next_answers ? setup.next_answers() : nullptr;
    if (answers == nullptr) finish(RunEnd::Kind::kOk);
  }
}

RunEnd ChildRunner::Run(const Setup& setup) {
  *slot_ = Slot{.kind = RunEnd::Kind::kCutOff};
  std::fflush(nullptr);
  const pid_t pid = fork();
  CHECK(pid >= 0);
  if (pid == 0) RunAsChild(setup);
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  RunEnd end;
  end.kind = slot_->kind;
  end.run_count = slot_->run_count;
  if (end.kind == RunEnd::Kind::kCutOff && WIFSIGNALED(status)) {
    // Nothing of ours ran at its end: SIGKILL, or a crash inside the handler.
    end.kind = RunEnd::Kind::kFailed;
    end.oracle = "crash";
    end.site = end.message = "signal " + std::to_string(WTERMSIG(status)) + ", without a handler";
    return end;
  }
  if (end.kind == RunEnd::Kind::kCutOff) return end;
  end.oracle = slot_->oracle;
  end.site = slot_->site;
  end.message = slot_->message;
  end.step = slot_->step;
  end.size = slot_->size;
  end.report = slot_->report;
  const char* at = reinterpret_cast<const char*>(slot_ + 1);
  const char* const names_end = at + slot_->name_size;
  const auto take = [&](auto& items, uint64_t count) {
    items.resize(count);
    const size_t size = count * sizeof items[0];
    if (size > 0) std::memcpy(items.data(), at, size);
    at += size;
  };
  std::vector<std::string>* names = &end.recording.paths;
  while (at < names_end) {
    const char* const line_end = std::find(at, names_end, '\n');
    // The root's path is an empty line and the first one; the next empty line is the border.
    if (at == line_end && !end.recording.paths.empty() && names == &end.recording.paths) {
      names = &end.recording.labels;
    } else {
      names->emplace_back(at, line_end);
    }
    at = line_end + 1;
  }
  take(end.recording.draws, slot_->draw_count);
  take(end.spans, slot_->span_count);
  take(end.skip_marks, slot_->skip_mark_count);
  for (DrawSpan& span : end.spans) span.end = std::min(span.end, slot_->draw_count);
  end.events.hash = slot_->events_hash;
  take(end.events.marks, slot_->mark_count);
  return end;
}

}  // namespace orrery::sim
