#include "sim/shrink/shrinker.h"

#include <algorithm>
#include <bit>
#include <optional>
#include <set>
#include <string_view>

#include "sim/choices/environment.h"
#include "sim/choices/replay_source.h"
#include "sim/choices/seed_source.h"
#include "sim/shrink/anchored_source.h"
#include "sim/shrink/edit.h"

namespace orrery::sim {
namespace {

// What comes after the end of a list: fresh draws for the environment, or for everything, else
// zeros.
class TailSource final : public ChoiceSource {
 public:
  TailSource(uint64_t seed, bool all_fresh) : seed_(seed), all_fresh_(all_fresh) {}
  // Faults strike so many times as often: a run that is to be short has less time for them.
  void MakeFaultsDense(uint64_t factor) { density_ = factor; }

  uint64_t Choose(uint32_t stream, uint64_t n, const char* label) override {
    return fresh_[stream] ? seed_.Choose(stream, n, label) : 0;
  }
  bool Chance(uint32_t stream, uint32_t per_million, const char* label) override {
    return fresh_[stream] && seed_.Chance(stream, per_million, label);
  }
  uint64_t Skip(uint32_t stream, uint64_t mean, const char* label) override {
    if (!fresh_[stream]) return kSkipMax;
    if (path(stream).starts_with("fault/")) mean = std::max<uint64_t>(mean / density_, 1);
    return seed_.Skip(stream, mean, label);
  }

 private:
  void OnOpen(uint32_t stream) override {
    fresh_.push_back(all_fresh_ || IsEnvironment(path(stream)));
    // Opened in the same order, so the numbers agree.
    (void)seed_.Open(path(stream));
  }

  SeedSource seed_;
  const bool all_fresh_;
  uint64_t density_ = 1;
  std::vector<bool> fresh_;
};

// What a reader has to bear. Statements, connections and faults first; the rest only decides
// between runs that are alike in these.
double CostOf(const RunEnd& run) {
  double cost = 10.0 * static_cast<double>(run.size.statement_count) +
                10.0 * static_cast<double>(run.size.connection_count) +
                10.0 * static_cast<double>(run.size.fault_count) +
                1.0 * static_cast<double>(run.size.wait_count) +
                1e-2 * static_cast<double>(run.size.event_count);
  std::vector<bool> is_environment;
  for (const std::string& path : run.recording.paths) is_environment.push_back(IsEnvironment(path));
  for (const Draw& draw : run.recording.draws) {
    if (is_environment[draw.path]) {
      cost += draw.value == 0 ? 0 : 1e-3;
    } else {
      cost += 1e-4 + 1e-5 * static_cast<double>(std::bit_width(draw.value));
    }
  }
  return cost;
}

constexpr uint64_t kShortQuietStepCount = 4'000;
// So few that nothing smaller is looked for among other runs.
constexpr uint64_t kFewStatements = 6;
constexpr uint64_t kFrameRunCount = 100;  // made in the same frame before another one's turn
// What a last round has to bring: half a forced wait, or a twentieth of a statement.
constexpr double kWorthwhile = 0.5;

// "(5)" at the end of a message names a result code.
std::string_view CodeOf(const std::string& message) {
  const size_t open = message.rfind('(');
  if (open == message.npos || !message.ends_with(')')) return "";
  const std::string_view code =
      std::string_view(message).substr(open + 1, message.size() - open - 2);
  const bool is_number = code.find_first_not_of("0123456789") == code.npos;
  return is_number ? code : "";
}

}  // namespace

bool SameFailure(const RunEnd& a, const RunEnd& b) {
  return a.kind == RunEnd::Kind::kFailed && b.kind == RunEnd::Kind::kFailed &&
         a.oracle == b.oracle && a.site == b.site && CodeOf(a.message) == CodeOf(b.message);
}

Shrinker::Shrinker(Simulation& simulation, const MainOptions& options, RunEnd start,
                   const Limits& limits, Progress progress)
    : options_(options),
      limits_(limits),
      progress_(std::move(progress)),
      runner_(simulation),
      started_(ProcessorSeconds()),
      best_(std::move(start)) {}

double Shrinker::seconds() const { return ProcessorSeconds() - started_; }

bool Shrinker::Accept(RunEnd end) {
  if (!SameFailure(best_, end)) return false;
  const double cost = CostOf(end);
  if (cost >= best_cost_ - 1e-9) return false;
  best_ = std::move(end);
  best_cost_ = cost;
  progress_(*this);
  return true;
}

bool Shrinker::Try(const Recording& candidate, uint64_t tail_seed) {
  TailSource tail(tail_seed, /*all_fresh=*/false);
  ReplaySource answers(candidate, tail_seed == 0 ? nullptr : &tail);
  return Try(answers);
}

bool Shrinker::Try(ChoiceSource& answers) {
  if (TimeIsUp()) return false;
  ++attempt_count_;
  const double begin = ProcessorSeconds();
  RunEnd end = runner_.Run({.options = options_,
                            .answers = answers,
                            .step_count_max = options_.step_count,
                            .time_ms_max = attempt_ms_max()});
  if (!Accept(std::move(end))) return false;
  // A run that takes much longer than the smallest one has gone astray.
  attempt_seconds_max_ = std::min(attempt_seconds_max_, 5 * (ProcessorSeconds() - begin));
  return true;
}

bool Shrinker::TryAnchored(const Recording& candidate, const std::vector<size_t>& left_out) {
  if (best_.size.connection_count < 2) return Try(candidate);
  AnchoredSource anchored(best_, candidate, left_out);
  return Try(anchored);
}

bool Shrinker::TryFrame(const Recording& frame, uint64_t count) {
  while (count > 0 && !TimeIsUp()) {
    std::optional<TailSource> tail;
    std::optional<ReplaySource> answers;
    uint64_t seed = next_tail_seed_;
    const auto next = [&]() -> ChoiceSource* {
      if (++seed > next_tail_seed_ + count) return nullptr;
      tail.emplace(seed, /*all_fresh=*/true);
      tail->MakeFaultsDense(uint64_t{1} << seed % 4 * 2);
      return &answers.emplace(frame, &*tail);
    };
    // In one child, since to make a child takes longer than a short run.
    RunEnd end = runner_.Run({.options = options_,
                              .answers = *next(),
                              .step_count_max = options_.step_count,
                              .time_ms_max = attempt_ms_max(),
                              .next_answers = next});
    const uint64_t made_count = std::clamp<uint64_t>(end.run_count, 1, count);
    next_tail_seed_ += made_count;
    attempt_count_ += made_count;
    count -= made_count;
    if (Accept(std::move(end))) return true;
  }
  return false;
}

void Shrinker::ForGroups(const std::function<size_t()>& count, size_t group_min,
                         const std::function<bool(size_t begin, size_t end)>& attempt) {
  for (size_t group = std::max<size_t>(count(), 1); group >= group_min; group /= 2) {
    for (size_t end = count(); end > 0 && !TimeIsUp();) {
      const size_t begin = end > group ? end - group : 0;
      end = attempt(begin, end) ? std::min(begin, count()) : begin;
    }
    if (group == 1) return;
  }
}

// -- The environment --

bool Shrinker::ZeroPath(uint32_t path) {
  const std::vector<Draw>& draws = best_.recording.draws;
  const bool is_zero = std::none_of(draws.begin(), draws.end(), [&](const Draw& draw) {
    return draw.path == path && draw.value != 0;
  });
  if (is_zero) return false;
  if (!Strikes(best_, path).empty()) {
    AnchoredSource anchored(best_, best_.recording, {});
    anchored.LeaveStrikesOut(best_.recording.paths[path], 0, SIZE_MAX);
    if (Try(anchored)) return true;
  }
  return Try(WithZeros(best_, [&](size_t i) { return draws[i].path == path; }));
}

void Shrinker::Calm() {
  const auto zero_all = [&](const std::function<bool(std::string_view)>& chosen) {
    const std::vector<Draw>& draws = best_.recording.draws;
    const std::vector<std::string>& paths = best_.recording.paths;
    return Try(WithZeros(best_, [&](size_t i) {
      return IsEnvironment(paths[draws[i].path]) && chosen(paths[draws[i].path]);
    }));
  };
  if (zero_all([](std::string_view) { return true; })) return;
  (void)zero_all([](std::string_view path) { return path.starts_with("fault"); });
  (void)zero_all([](std::string_view path) { return !path.starts_with("fault"); });
  // By name: the numbers change with every success.
  std::vector<std::string> paths = best_.recording.paths;
  std::sort(paths.begin(), paths.end());
  for (const std::string& path : paths) {
    const auto& now = best_.recording.paths;
    const auto found = std::find(now.begin(), now.end(), path);
    if (IsEnvironment(path) && found != now.end()) {
      (void)ZeroPath(static_cast<uint32_t>(found - now.begin()));
    }
  }
}

void Shrinker::DropStrikes(size_t parts_max) {
  const std::vector<std::string> paths = best_.recording.paths;
  for (const std::string& path : paths) {
    if (!IsEnvironment(path)) continue;
    const auto number = [&] {
      const auto& now = best_.recording.paths;
      return static_cast<uint32_t>(std::find(now.begin(), now.end(), path) - now.begin());
    };
    const size_t group_min = std::max<size_t>(Strikes(best_, number()).size() / parts_max, 1);
    ForGroups([&] { return Strikes(best_, number()).size(); }, group_min,
              [&](size_t begin, size_t end) {
                AnchoredSource anchored(best_, best_.recording, {});
                anchored.LeaveStrikesOut(path, begin, end);
                return Try(anchored) || Try(WithoutStrikes(best_, number(), begin, end));
              });
  }
}

void Shrinker::ZeroEnvironment(size_t group_min) {
  const auto candidates = [&] {
    std::vector<size_t> indexes;
    for (size_t i = 0; i < best_.recording.draws.size(); ++i) {
      const Draw& draw = best_.recording.draws[i];
      if (draw.value != 0 && draw.n != kSkipMax &&
          IsEnvironment(best_.recording.paths[draw.path])) {
        indexes.push_back(i);
      }
    }
    return indexes;
  };
  ForGroups([&] { return candidates().size(); }, group_min,
            [&](size_t begin, size_t end) {
              const std::vector<size_t> all = candidates();
              const std::set<size_t> chosen(all.begin() + static_cast<ptrdiff_t>(begin),
                                            all.begin() + static_cast<ptrdiff_t>(end));
              return Try(WithZeros(best_, [&](size_t i) { return chosen.contains(i); }));
            });
}

// -- The workload --

bool Shrinker::DropSpans(const std::vector<size_t>& spans, int redraw_count) {
  const Recording edited = WithoutSpans(best_, spans, kStay);
  AnchoredSource anchored(best_, edited, spans);
  if (Try(anchored)) return true;
  if (Try(WithoutSpans(best_, spans, kFollow))) return true;
  if (Try(edited)) return true;
  if (best_.size.connection_count > 1) {
    const double share = 1.0 / static_cast<double>(best_.size.connection_count);
    if (Try(WithoutSpans(best_, spans, {.share = share}))) return true;
  }
  for (int i = 0; i < redraw_count; ++i) {
    // Shares spread over [0, 1) the golden way.
    const uint64_t seed = ++next_tail_seed_;
    const double share = static_cast<double>(seed * 618 % 1000) / 1000;
    if (Try(WithoutSpans(best_, spans, {.share = share, .cuts_off = true}), seed)) return true;
  }
  return false;
}

std::vector<std::string> Shrinker::StatementBranches() const {
  std::set<std::string> branches;
  for (const size_t span : OutermostSpans(best_)) {
    branches.insert(best_.recording.paths[best_.spans[span].path]);
  }
  return {branches.begin(), branches.end()};
}

void Shrinker::MergeConnections() {
  for (const std::string& from : StatementBranches()) {
    for (const std::string& to : StatementBranches()) {
      if (from == to) continue;
      RunEnd moved = best_;
      moved.recording = WithBranchMoved(best_, from, to);
      bool merged = Try(moved.recording);
      for (int i = 0; i < 4 && !merged; ++i) {
        merged = Try(WithoutDraws(moved,
                                  [&](size_t k) {
                                    const Draw& draw = moved.recording.draws[k];
                                    return IsEnvironment(moved.recording.paths[draw.path]) &&
                                           draw.n != kSkipMax;
                                  }),
                     ++next_tail_seed_);
      }
      if (merged) break;
    }
  }
}

void Shrinker::DropConnections() {
  const std::vector<std::string> branches = StatementBranches();
  if (branches.size() < 2) return;
  for (const std::string& branch : branches) {
    std::vector<size_t> chosen;
    for (const size_t span : OutermostSpans(best_)) {
      if (best_.recording.paths[best_.spans[span].path] == branch) chosen.push_back(span);
    }
    if (!chosen.empty()) (void)DropSpans(chosen, 10);
  }
}

void Shrinker::DropStatements(int redraw_count) {
  ForGroups([&] { return OutermostSpans(best_).size(); }, 1,
            [&](size_t begin, size_t end) {
              const std::vector<size_t> all = OutermostSpans(best_);
              return DropSpans({all.begin() + static_cast<ptrdiff_t>(begin),
                                all.begin() + static_cast<ptrdiff_t>(end)},
                               redraw_count);
            });
}

void Shrinker::StartAnew(double seconds_max) {
  // Small runs first, on one connection before on several.
  const double end = seconds() + seconds_max;
  const RunEnd frame_of = best_;
  const size_t connection_count_max = std::clamp<size_t>(best_.size.connection_count, 1, 3);
  for (uint64_t round = 0; seconds() < end && !TimeIsUp(); ++round) {
    if (best_.size.statement_count <= kFewStatements) return;
    const uint64_t statement_count = uint64_t{4} << round % 4;
    const size_t connection_count = 1 + round / 4 % connection_count_max;
    const bool keeps_beginning = round / 4 / connection_count_max % 2 == 0;
    // What would cost more than the best one is not worth trying.
    if (statement_count > best_.size.statement_count) continue;
    (void)TryFrame(Frame(frame_of, connection_count, statement_count, keeps_beginning),
                   kFrameRunCount);
  }
}

void Shrinker::DropParts() {
  // Spans within statements, then any few draws in a row: what a workload has not marked.
  for (size_t i = best_.spans.size(); i-- > 0 && !TimeIsUp();) {
    if (i < best_.spans.size()) (void)TryAnchored(WithoutSpans(best_, {i}, kStay), {i});
  }
  for (const std::string& path : std::vector<std::string>(best_.recording.paths)) {
    if (IsEnvironment(path)) continue;
    const auto draws = [&] {
      std::vector<size_t> indexes;
      for (size_t i = 0; i < best_.recording.draws.size(); ++i) {
        if (best_.recording.paths[best_.recording.draws[i].path] == path) indexes.push_back(i);
      }
      return indexes;
    };
    ForGroups(
        [&] { return draws().size(); }, 1,
        [&](size_t begin, size_t end) {
          const std::vector<size_t> all = draws();
          const std::set<size_t> chosen(all.begin() + static_cast<ptrdiff_t>(begin),
                                        all.begin() + static_cast<ptrdiff_t>(end));
          return TryAnchored(WithoutDraws(best_, [&](size_t i) { return chosen.contains(i); }));
        });
  }
}

void Shrinker::LowerLabels() {
  std::set<std::string> labels;
  for (const Draw& draw : best_.recording.draws) {
    if (draw.value != 0 && !IsEnvironment(best_.recording.paths[draw.path])) {
      labels.insert(best_.recording.labels[draw.label]);
    }
  }
  for (const std::string& label : labels) {
    const Recording& recording = best_.recording;
    (void)TryAnchored(WithZeros(best_, [&](size_t i) {
      const Draw& draw = recording.draws[i];
      return recording.labels[draw.label] == label && !IsEnvironment(recording.paths[draw.path]);
    }));
  }
}

void Shrinker::LowerValues() {
  for (size_t i = best_.recording.draws.size(); i-- > 0 && !TimeIsUp();) {
    if (i >= best_.recording.draws.size()) continue;
    const Draw& draw = best_.recording.draws[i];
    if (draw.value == 0 || IsEnvironment(best_.recording.paths[draw.path])) continue;
    const auto try_value = [&](uint64_t value, uint64_t tail_seed) {
      Recording candidate = best_.recording;
      candidate.draws[i].value = value;
      if (tail_seed != 0) {
        // From there on the environment draws anew.
        size_t kept = i + 1;
        for (size_t k = kept; k < candidate.draws.size(); ++k) {
          if (IsEnvironment(candidate.paths[candidate.draws[k].path])) continue;
          candidate.draws[kept++] = candidate.draws[k];
        }
        candidate.draws.resize(kept);
      }
      return tail_seed == 0 ? TryAnchored(candidate) : Try(candidate, tail_seed);
    };
    if (try_value(0, 0)) continue;
    // What shapes the whole run shifts everything after it.
    bool redrawn = false;
    for (int k = 0; k < 4 && best_.recording.paths[draw.path] == "config" && !redrawn; ++k) {
      redrawn = try_value(0, ++next_tail_seed_);
    }
    if (redrawn) continue;
    // Then by halves towards the least that will do. The draw may have moved: then leave it.
    const Draw before = draw;
    uint64_t low = 1;
    uint64_t high = before.value;
    while (low < high && !TimeIsUp()) {
      const uint64_t middle = low + (high - low) / 2;
      if (try_value(middle, 0)) {
        if (i >= best_.recording.draws.size()) break;
        const Draw& now = best_.recording.draws[i];
        if (now.label != before.label || now.value != middle) break;
        high = middle;
      } else {
        low = middle + 1;
      }
    }
  }
}

void Shrinker::SwapNeighbours() {
  for (size_t k = 0; k + 1 < OutermostSpans(best_).size() && !TimeIsUp(); ++k) {
    const std::vector<size_t> all = OutermostSpans(best_);
    const DrawSpan a = best_.spans[all[k]];
    const auto next = std::find_if(all.begin() + static_cast<ptrdiff_t>(k) + 1, all.end(),
                                   [&](size_t span) { return best_.spans[span].path == a.path; });
    if (next == all.end()) continue;
    const DrawSpan b = best_.spans[*next];
    const auto take = [&](const DrawSpan& span) {
      std::vector<Draw> draws;
      for (uint64_t i = span.begin; i < span.end; ++i) {
        const Draw& draw = best_.recording.draws[i];
        const std::string& path = best_.recording.paths[draw.path];
        if (!IsEnvironment(path) && IsWithin(path, best_.recording.paths[span.path])) {
          draws.push_back(draw);
        }
      }
      return draws;
    };
    // The second one's draws go in before the first one's: lists are kept by branch, so where they
    // stand among the others does not matter.
    const std::vector<Draw> second = take(b);
    Recording candidate = WithoutSpans(best_, {*next}, kStay);
    candidate.draws.insert(candidate.draws.begin() + static_cast<ptrdiff_t>(a.begin),
                           second.begin(), second.end());
    (void)Try(candidate);
  }
}

bool Shrinker::Reproduces() {
  ReplaySource answers(best_.recording);
  const double begin = ProcessorSeconds();
  RunEnd end =
      runner_.Run({.options = options_, .answers = answers, .step_count_max = options_.step_count});
  if (!SameFailure(best_, end)) return false;
  best_ = std::move(end);
  best_cost_ = CostOf(best_);
  attempt_seconds_max_ = 5 * (ProcessorSeconds() - begin);
  return true;
}

void Shrinker::Run() {
  if (best_.oracle == "progress" && options_.quiet_step_count > kShortQuietStepCount) {
    // A run that is stuck is long for its end alone. A shorter end will do, as long as the given
    // one confirms what was found.
    const RunEnd whole = best_;
    const MainOptions given = options_;
    options_.quiet_step_count = kShortQuietStepCount;
    if (Reproduces()) RunPasses();
    const RunEnd small = best_;
    options_ = given;
    if (Reproduces()) {
      options_.quiet_step_count = kShortQuietStepCount;
      best_ = small;
      return;
    }
    best_ = whole;
    if (!Reproduces()) return;
  }
  RunPasses();
}

void Shrinker::RunPasses() {
  Calm();
  DropConnections();
  DropStrikes(/*parts_max=*/8);
  DropStatements(/*redraw_count=*/0);
  StartAnew(limits_.seconds / 6);
  double before;
  do {
    before = best_cost_;
    DropStatements(/*redraw_count=*/3);
    Calm();
    DropStrikes(SIZE_MAX);
    LowerLabels();
    DropConnections();
    MergeConnections();
    StartAnew(limits_.seconds / 12);
  } while (best_cost_ < before && !TimeIsUp());
  // Here a round takes long: it has to be worth it.
  do {
    before = best_cost_;
    DropStrikes(SIZE_MAX);
    LowerValues();
    DropParts();
    ZeroEnvironment(/*group_min=*/4);
    SwapNeighbours();
    MergeConnections();
    // What was lowered may be needed no more.
    DropStatements(/*redraw_count=*/12);
  } while (best_cost_ < before - kWorthwhile && !TimeIsUp());
}

}  // namespace orrery::sim
