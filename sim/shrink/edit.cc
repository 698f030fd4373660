#include "sim/shrink/edit.h"

#include <algorithm>
#include <map>
#include <string>
#include <string_view>

#include "sim/choices/environment.h"

namespace orrery::sim {
namespace {

// Where a strike of a branch goes; none: it does not happen.
using Move = std::function<std::optional<uint64_t>(uint64_t position)>;

std::vector<size_t> SkipDraws(const Recording& recording, uint32_t path) {
  std::vector<size_t> indexes;
  for (size_t i = 0; i < recording.draws.size(); ++i) {
    const Draw& draw = recording.draws[i];
    if (draw.path == path && draw.n == kSkipMax) indexes.push_back(i);
  }
  return indexes;
}

std::vector<uint64_t> Positions(const Recording& recording, const std::vector<size_t>& skips) {
  std::vector<uint64_t> positions;
  uint64_t sum = 0;
  for (const size_t index : skips) {
    sum += kSkipMax - recording.draws[index].value;
    positions.push_back(sum);
  }
  return positions;
}

// Moves the strikes of one branch. A skip is drawn at each strike, for the next one; what else a
// fault's branch draws until then are the details of that strike and go with it. Draws that fall
// out are marked in `dropped`.
void MoveStrikes(Recording& recording, uint32_t path, const Move& move,
                 std::vector<bool>& dropped) {
  const std::vector<size_t> skips = SkipDraws(recording, path);
  if (skips.empty()) return;
  const std::vector<uint64_t> positions = Positions(recording, skips);
  const bool has_details = recording.paths[path].starts_with("fault/");
  size_t last_draw = skips[0];  // the draw that says when the next strike is
  uint64_t last_position = 0;
  for (size_t i = 0; i < skips.size(); ++i) {
    // The last skip had not come to its strike when the run ended.
    const bool struck = i + 1 < skips.size();
    const std::optional<uint64_t> to = move(positions[i]);
    if (to) {
      const uint64_t position = std::max(*to, last_position + 1);
      recording.draws[last_draw].value = kSkipMax - std::min(position - last_position, kSkipMax);
      last_position = position;
      if (struck) last_draw = skips[i + 1];
      continue;
    }
    recording.draws[last_draw].value = 0;
    if (!struck) continue;
    dropped[skips[i + 1]] = true;
    const size_t end = i + 2 < skips.size() ? skips[i + 2] : recording.draws.size();
    for (size_t draw = skips[i + 1] + 1; has_details && draw < end; ++draw) {
      if (recording.draws[draw].path == path) dropped[draw] = true;
    }
  }
}

Recording Keep(Recording recording, const std::vector<bool>& dropped) {
  size_t kept = 0;
  for (size_t i = 0; i < recording.draws.size(); ++i) {
    if (!dropped[i]) recording.draws[kept++] = recording.draws[i];
  }
  recording.draws.resize(kept);
  return recording;
}

// By path index.
std::vector<bool> EnvironmentPaths(const Recording& recording) {
  std::vector<bool> is_environment;
  for (const std::string& path : recording.paths) is_environment.push_back(IsEnvironment(path));
  return is_environment;
}

}  // namespace

std::vector<size_t> OutermostSpans(const RunEnd& run) {
  std::vector<size_t> outermost;
  std::map<std::string_view, uint64_t> ends;  // of the last one of a branch
  for (size_t i = 0; i < run.spans.size(); ++i) {
    const DrawSpan& span = run.spans[i];
    const std::string_view path = run.recording.paths[span.path];
    bool inside = false;
    for (const auto& [branch, end] : ends) {
      inside = inside || (span.begin < end && IsWithin(path, branch));
    }
    if (inside) continue;
    ends[path] = span.end;
    outermost.push_back(i);
  }
  return outermost;
}

Recording WithoutSpans(const RunEnd& run, const std::vector<size_t>& spans,
                       const Alignment& alignment) {
  Recording recording = run.recording;
  const std::vector<bool> is_environment = EnvironmentPaths(recording);
  std::vector<bool> dropped(recording.draws.size());
  uint64_t first = UINT64_MAX;
  for (const size_t index : spans) {
    const DrawSpan& span = run.spans[index];
    first = std::min(first, span.begin);
    std::vector<bool> belongs;
    for (const std::string& path : recording.paths) {
      belongs.push_back(IsWithin(path, recording.paths[span.path]));
    }
    for (uint64_t i = span.begin; i < span.end; ++i) {
      const Draw& draw = recording.draws[i];
      if (is_environment[draw.path]) {
        // Skips are taken care of below, with what they led to.
        if (alignment.drops_meanwhile && draw.n != kSkipMax) dropped[i] = true;
      } else if (belongs[draw.path]) {
        dropped[i] = true;
      }
    }
  }
  for (uint64_t i = first; alignment.cuts_off && i < recording.draws.size(); ++i) {
    const Draw& draw = recording.draws[i];
    const bool of_strike = draw.n == kSkipMax || recording.paths[draw.path].starts_with("fault/");
    if (is_environment[draw.path] && !of_strike) dropped[i] = true;
  }
  if (alignment.share == 0) return Keep(std::move(recording), dropped);

  std::vector<bool> chosen(run.spans.size());
  for (const size_t index : spans) chosen[index] = true;
  std::map<uint32_t, std::vector<std::pair<uint64_t, uint64_t>>> gone;  // opportunities, by path
  for (const SkipMark& mark : run.skip_marks) {
    if (!chosen[mark.span]) continue;
    if (mark.at_end > mark.at_begin) gone[mark.path].emplace_back(mark.at_begin, mark.at_end);
  }
  for (auto& [path, ranges] : gone) {
    std::sort(ranges.begin(), ranges.end());
    // Opportunities begin+1 to end are gone; ranges of several connections may overlap.
    MoveStrikes(
        recording, path,
        [&](uint64_t position) -> std::optional<uint64_t> {
          uint64_t less = 0;
          uint64_t covered = 0;
          for (const auto& [begin, end] : ranges) {
            const bool meanwhile = begin < position && position <= end;
            if (meanwhile && alignment.drops_meanwhile) return std::nullopt;
            const uint64_t from = std::max(begin, covered);
            const uint64_t to = std::min(end, position);
            if (to > from) less += to - from;
            covered = std::max(covered, end);
          }
          return position - static_cast<uint64_t>(static_cast<double>(less) * alignment.share);
        },
        dropped);
  }
  return Keep(std::move(recording), dropped);
}

Recording Frame(const RunEnd& run, size_t connection_count, uint64_t statement_count,
                bool keeps_beginning) {
  Recording recording = run.recording;
  const std::vector<size_t> spans = OutermostSpans(run);
  const uint64_t beginning_end =
      !keeps_beginning || spans.empty() ? 0 : run.spans[spans.front()].begin;
  const auto label = [&](const Draw& draw) -> const std::string& {
    return run.recording.labels[draw.label];
  };
  std::vector<bool> dropped(recording.draws.size(), true);
  size_t budget_count = 0;
  for (size_t i = 0; i < recording.draws.size(); ++i) {
    Draw& draw = recording.draws[i];
    const std::string& path = run.recording.paths[draw.path];
    if (path == "config") {
      dropped[i] = false;
      if (label(draw) != "statements") continue;
      ++budget_count;
      draw.value = budget_count <= connection_count ? std::min(draw.n - 1, statement_count) : 0;
    } else if (IsEnvironment(path)) {
      dropped[i] =
          label(draw) != "on" && label(draw) != "rate" && !label(draw).starts_with("habit.");
    } else if (i < beginning_end) {
      dropped[i] = false;
    }
  }
  // What the configuration drew later depends on what happened.
  for (size_t i = recording.draws.size(); i-- > 0;) {
    if (run.recording.paths[recording.draws[i].path] != "config") continue;
    if (label(recording.draws[i]) == "statements") break;
    dropped[i] = true;
  }
  return Keep(std::move(recording), dropped);
}

Recording WithBranchMoved(const RunEnd& run, const std::string& from, const std::string& to) {
  Recording recording = run.recording;
  // By draw: the statement that it belongs to begins there. Statements of the two branches overlap,
  // and must not be mixed.
  std::vector<uint64_t> begins(recording.draws.size());
  for (size_t i = 0; i < begins.size(); ++i) begins[i] = i;
  std::vector<uint32_t> renamed;
  for (size_t path = 0; path < run.recording.paths.size(); ++path) {
    renamed.push_back(static_cast<uint32_t>(path));
    const std::string& name = run.recording.paths[path];
    if (!IsWithin(name, from)) continue;
    const std::string wanted = to + name.substr(from.size());
    const auto found = std::find(recording.paths.begin(), recording.paths.end(), wanted);
    renamed.back() = static_cast<uint32_t>(found - recording.paths.begin());
    if (found == recording.paths.end()) recording.paths.push_back(wanted);
  }
  for (const size_t index : OutermostSpans(run)) {
    const DrawSpan& span = run.spans[index];
    const std::string& branch = run.recording.paths[span.path];
    if (branch != from && branch != to) continue;
    for (uint64_t i = span.begin; i < span.end; ++i) {
      if (IsWithin(run.recording.paths[recording.draws[i].path], branch)) begins[i] = span.begin;
    }
  }
  std::vector<size_t> order(recording.draws.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    return begins[a] != begins[b] ? begins[a] < begins[b] : a < b;
  });
  std::vector<Draw> draws;
  for (const size_t i : order) {
    draws.push_back(recording.draws[i]);
    draws.back().path = renamed[draws.back().path];
  }
  recording.draws = std::move(draws);
  return recording;
}

Recording WithZeros(const RunEnd& run, const std::function<bool(size_t)>& chosen) {
  Recording recording = run.recording;
  for (size_t i = 0; i < recording.draws.size(); ++i) {
    if (chosen(i)) recording.draws[i].value = 0;
  }
  return recording;
}

Recording WithoutDraws(const RunEnd& run, const std::function<bool(size_t)>& chosen) {
  std::vector<bool> dropped(run.recording.draws.size());
  for (size_t i = 0; i < dropped.size(); ++i) dropped[i] = chosen(i);
  return Keep(run.recording, dropped);
}

std::vector<uint64_t> Strikes(const RunEnd& run, uint32_t path) {
  std::vector<uint64_t> positions = Positions(run.recording, SkipDraws(run.recording, path));
  if (!positions.empty()) positions.pop_back();
  return positions;
}

Recording WithoutStrikes(const RunEnd& run, uint32_t path, size_t begin, size_t end) {
  Recording recording = run.recording;
  std::vector<bool> dropped(recording.draws.size());
  const std::vector<uint64_t> positions = Strikes(run, path);
  MoveStrikes(
      recording, path,
      [&](uint64_t position) -> std::optional<uint64_t> {
        const auto found = std::lower_bound(positions.begin(), positions.end(), position);
        const auto index = static_cast<size_t>(found - positions.begin());
        if (index >= begin && index < end) return std::nullopt;
        return position;
      },
      dropped);
  return Keep(std::move(recording), dropped);
}

}  // namespace orrery::sim
