#include "whopper/histories/anomalies.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <utility>

namespace orrery::whopper {
namespace {

using Kind = TransactionStep::Kind;
using Outcome = Transaction::Outcome;

enum class Edge : uint8_t { kWw, kWr, kRw, kRt };
constexpr const char* kEdgeNames[] = {"ww", "wr", "rw", "rt"};
constexpr unsigned Bit(Edge edge) { return 1u << static_cast<unsigned>(edge); }

struct Dependency {
  size_t to;
  Edge edge;
  int key;
};

// What is known of one key. A version is named by its value; 0 is that of an empty key.
struct Versions {
  std::map<uint64_t, size_t> writers;
  std::map<uint64_t, std::vector<uint64_t>> after;  // the versions that come right after one
  std::vector<uint64_t> longest;                    // of a list
  // What was appended and nobody has seen: it comes after all that was seen, in some order.
  std::vector<uint64_t> unseen;
};

class Finder {
 public:
  Finder(std::span<const Transaction> transactions, bool is_complete)
      : transactions_(transactions), is_complete_(is_complete) {}

  std::vector<Anomaly> Find() {
    for (size_t t = 0; t < transactions_.size(); ++t) TakeWrites(t);
    for (size_t t = 0; t < transactions_.size(); ++t) CheckAlone(t);
    for (size_t t = 0; t < transactions_.size(); ++t) TakeLists(t);
    DecideUnknown();
    CheckReads();
    CheckVanished();
    CheckLost();
    TakeUnseen();
    edges_.resize(transactions_.size());
    for (size_t t = 0; t < transactions_.size(); ++t) {
      if (counts_[t]) AddDependencies(t);
    }
    CheckCycles();
    AddRealTime();
    CheckStale();
    std::vector<Anomaly> found;
    for (auto& [kind, text] : found_) found.push_back({kind, std::move(text)});
    return found;
  }

 private:
  void Report(AnomalyKind kind, const std::string& why, const std::vector<size_t>& involved) {
    if (found_.count(kind) != 0) return;
    std::string text = why;
    for (const size_t t : involved) text += "\n  " + ToString(transactions_[t], t);
    found_.emplace(kind, std::move(text));
  }
  static std::string KeyName(int key) { return "x" + std::to_string(key); }

  // -- What happened --

  void TakeWrites(size_t t) {
    std::map<int, uint64_t> read;  // registers, as this transaction has them
    for (const TransactionStep& step : transactions_[t].steps) {
      Versions& versions = versions_[step.key];
      if (step.kind == Kind::kAppend || step.kind == Kind::kWriteRegister) {
        versions.writers[step.value] = t;
      }
      if (step.kind == Kind::kReadRegister) read[step.key] = step.value;
      if (step.kind == Kind::kWriteRegister) {
        versions.after[read[step.key]].push_back(step.value);
        read[step.key] = step.value;
      }
    }
  }

  // What a transaction must see whatever the others do: each read fits the steps before it.
  void CheckAlone(size_t t) {
    std::map<int, std::vector<uint64_t>> lists;
    std::map<int, uint64_t> registers;
    std::map<int, std::vector<uint64_t>> appended;  // while the list has not been read
    for (const TransactionStep& step : transactions_[t].steps) {
      switch (step.kind) {
        case Kind::kAppend:
          if (const auto list = lists.find(step.key); list != lists.end()) {
            list->second.push_back(step.value);
          } else {
            appended[step.key].push_back(step.value);
          }
          break;
        case Kind::kReadList: {
          const auto known = lists.find(step.key);
          const std::vector<uint64_t>& own = appended[step.key];
          const bool fits =
              known != lists.end()
                  ? known->second == step.list
                  : step.list.size() >= own.size() &&
                        std::equal(own.begin(), own.end(), step.list.end() - Signed(own.size()));
          if (!fits) Report(AnomalyKind::kInternal, "the read of " + KeyName(step.key), {t});
          lists[step.key] = step.list;
          break;
        }
        case Kind::kReadRegister:
          if (registers.count(step.key) != 0 && registers[step.key] != step.value) {
            Report(AnomalyKind::kInternal, "the read of " + KeyName(step.key), {t});
          }
          registers[step.key] = step.value;
          break;
        case Kind::kWriteRegister:
          registers[step.key] = step.value;
          break;
      }
    }
  }
  static ptrdiff_t Signed(size_t n) { return static_cast<ptrdiff_t>(n); }

  // A transaction's own appends are at the end of what it reads before it ends.
  size_t ForeignSize(size_t t, int key, const std::vector<uint64_t>& list) const {
    size_t size = list.size();
    const auto& writers = versions_.at(key).writers;
    while (size > 0) {
      const auto writer = writers.find(list[size - 1]);
      if (writer == writers.end() || writer->second != t) break;
      --size;
    }
    return size;
  }

  // Only what a committed transaction read is sure to have been a version.
  void TakeLists(size_t t) {
    if (transactions_[t].outcome != Outcome::kCommitted) return;
    for (const TransactionStep& step : transactions_[t].steps) {
      if (step.kind != Kind::kReadList) continue;
      Versions& versions = versions_[step.key];
      const std::set<uint64_t> distinct(step.list.begin(), step.list.end());
      if (distinct.size() != step.list.size()) {
        Report(AnomalyKind::kDuplicate, "the read of " + KeyName(step.key), {t});
        continue;
      }
      const size_t common = std::min(versions.longest.size(), step.list.size());
      if (!std::equal(step.list.begin(), step.list.begin() + Signed(common),
                      versions.longest.begin())) {
        Report(AnomalyKind::kForkedVersions, "of " + KeyName(step.key), {longest_by_[step.key], t});
        continue;
      }
      if (step.list.size() <= versions.longest.size()) continue;
      versions.longest = step.list;
      longest_by_[step.key] = t;
    }
    for (auto& [key, versions] : versions_) {
      if (longest_by_.count(key) == 0 || longest_by_[key] != t) continue;
      versions.after.clear();
      uint64_t before = 0;
      for (const uint64_t value : versions.longest) {
        versions.after[before].push_back(value);
        before = value;
      }
    }
  }

  void DecideUnknown() {
    counts_.resize(transactions_.size());
    for (size_t t = 0; t < transactions_.size(); ++t) {
      counts_[t] = transactions_[t].outcome == Outcome::kCommitted;
    }
    // Seen by one that counts; a register's version also when a later one was made of it.
    for (bool changed = true; std::exchange(changed, false);) {
      for (size_t t = 0; t < transactions_.size(); ++t) {
        if (!counts_[t]) continue;
        for (const TransactionStep& step : transactions_[t].steps) {
          const auto see = [&](uint64_t value) {
            const auto& writers = versions_[step.key].writers;
            const auto writer = writers.find(value);
            if (writer == writers.end() || counts_[writer->second]) return;
            if (transactions_[writer->second].outcome != Outcome::kUnknown) return;
            counts_[writer->second] = true;
            changed = true;
          };
          if (step.kind == Kind::kReadRegister) see(step.value);
          if (step.kind == Kind::kReadList) {
            for (const uint64_t value : step.list) see(value);
          }
        }
      }
    }
  }

  void TakeUnseen() {
    for (size_t t = 0; t < transactions_.size(); ++t) {
      if (transactions_[t].outcome != Outcome::kCommitted) continue;
      for (const TransactionStep& step : transactions_[t].steps) {
        if (step.kind != Kind::kAppend) continue;
        Versions& versions = versions_[step.key];
        const auto& seen = versions.longest;
        if (std::find(seen.begin(), seen.end(), step.value) == seen.end()) {
          versions.unseen.push_back(step.value);
        }
      }
    }
  }

  // -- Single reads --

  void CheckReads() {
    for (size_t t = 0; t < transactions_.size(); ++t) {
      if (!counts_[t]) continue;
      for (const TransactionStep& step : transactions_[t].steps) {
        if (step.kind == Kind::kReadRegister && step.value != 0) {
          CheckSeen(t, step.key, step.value, /*is_last=*/true);
        }
        if (step.kind != Kind::kReadList) continue;
        const size_t foreign_size = ForeignSize(t, step.key, step.list);
        for (size_t i = 0; i < foreign_size; ++i) {
          CheckSeen(t, step.key, step.list[i], i + 1 == foreign_size);
        }
      }
    }
  }

  // `is_last`: it is the version that was read, not one on the way to it.
  void CheckSeen(size_t t, int key, uint64_t value, bool is_last) {
    const auto& writers = versions_[key].writers;
    const auto writer = writers.find(value);
    const std::string what = std::to_string(value) + " of " + KeyName(key);
    if (writer == writers.end()) return Report(AnomalyKind::kGarbageRead, what, {t});
    const size_t from = writer->second;
    if (from == t) return;
    if (transactions_[from].outcome == Outcome::kAborted) {
      Report(AnomalyKind::kG1a, what, {from, t});
    }
    if (is_last && LastWrite(from, key) != value) Report(AnomalyKind::kG1b, what, {from, t});
  }

  std::optional<uint64_t> LastWrite(size_t t, int key) const {
    std::optional<uint64_t> last;
    for (const TransactionStep& step : transactions_[t].steps) {
      const bool writes = step.kind == Kind::kAppend || step.kind == Kind::kWriteRegister;
      if (writes && step.key == key) last = step.value;
    }
    return last;
  }

  // What a transaction sees of a key: that version and all before it.
  std::set<uint64_t> Seen(size_t t, const TransactionStep& step) {
    if (step.kind == Kind::kReadList) {
      return {step.list.begin(), step.list.begin() + Signed(ForeignSize(t, step.key, step.list))};
    }
    std::set<uint64_t> seen;
    std::map<uint64_t, uint64_t> before;
    for (const auto& [value, after] : versions_[step.key].after) {
      for (const uint64_t next : after) before[next] = value;
    }
    for (uint64_t value = step.value; value != 0 && seen.insert(value).second;) {
      const auto found = before.find(value);
      value = found == before.end() ? 0 : found->second;
    }
    return seen;
  }

  void CheckVanished() {
    for (size_t t = 0; t < transactions_.size(); ++t) {
      if (!counts_[t]) continue;
      std::set<size_t> observed;
      for (const TransactionStep& step : transactions_[t].steps) {
        if (step.kind != Kind::kReadList && step.kind != Kind::kReadRegister) continue;
        const std::set<uint64_t> seen = Seen(t, step);
        for (const size_t other : observed) {
          const std::optional<uint64_t> wrote = LastWrite(other, step.key);
          if (other != t && wrote && seen.count(*wrote) == 0) {
            Report(AnomalyKind::kVanished,
                   "T" + std::to_string(t) + " has seen T" + std::to_string(other) + ", but then " +
                       KeyName(step.key) + " without it",
                   {other, t});
          }
        }
        const auto& writers = versions_[step.key].writers;
        for (const uint64_t value : seen) {
          const auto writer = writers.find(value);
          if (writer != writers.end() && counts_[writer->second]) observed.insert(writer->second);
        }
      }
    }
  }

  void CheckLost() {
    if (!is_complete_ || transactions_.empty()) return;
    const size_t last = transactions_.size() - 1;
    std::map<int, std::set<uint64_t>> seen;
    for (const TransactionStep& step : transactions_[last].steps) {
      if (step.kind == Kind::kReadList || step.kind == Kind::kReadRegister) {
        seen[step.key] = Seen(last, step);
      }
    }
    for (size_t t = 0; t < last; ++t) {
      if (transactions_[t].outcome != Outcome::kCommitted) continue;
      for (const TransactionStep& step : transactions_[t].steps) {
        const bool writes = step.kind == Kind::kAppend || step.kind == Kind::kWriteRegister;
        if (!writes || seen.count(step.key) == 0 || seen[step.key].count(step.value) != 0) continue;
        Report(AnomalyKind::kLostWrite, std::to_string(step.value) + " of " + KeyName(step.key),
               {t, last});
      }
    }
  }

  // -- Cycles --

  void Depend(size_t from, size_t to, Edge edge, int key) {
    if (from != to && counts_[from] && counts_[to]) edges_[from].push_back({to, edge, key});
  }

  // What others depend on `t` for, by the versions it read and wrote.
  void AddDependencies(size_t t) {
    for (const TransactionStep& step : transactions_[t].steps) {
      const Versions& versions = versions_[step.key];
      const auto writer_of = [&](uint64_t value) -> std::optional<size_t> {
        const auto writer = versions.writers.find(value);
        if (writer == versions.writers.end()) return std::nullopt;
        return writer->second;
      };
      const auto each_after = [&](uint64_t value, Edge edge) {
        const auto after = versions.after.find(value);
        if (after == versions.after.end()) return;
        for (const uint64_t next : after->second) {
          if (const auto writer = writer_of(next)) Depend(t, *writer, edge, step.key);
        }
      };
      const auto each_unseen = [&](Edge edge) {
        for (const uint64_t value : versions.unseen) {
          if (const auto writer = writer_of(value)) Depend(t, *writer, edge, step.key);
        }
      };
      uint64_t read = step.value;
      switch (step.kind) {
        case Kind::kAppend:
        case Kind::kWriteRegister:
          each_after(step.value, Edge::kWw);
          if (!versions.longest.empty() && versions.longest.back() == step.value) {
            each_unseen(Edge::kWw);
          }
          continue;
        case Kind::kReadList: {
          const size_t size = ForeignSize(t, step.key, step.list);
          // With own appends in front nothing of others comes right after what was read.
          read = size == 0 ? 0 : step.list[size - 1];
          each_unseen(Edge::kRw);
          break;
        }
        case Kind::kReadRegister:
          break;
      }
      if (const auto writer = writer_of(read)) Depend(*writer, t, Edge::kWr, step.key);
      each_after(read, Edge::kRw);
    }
  }

  // The shortest way by edges of these kinds; empty when there is none. Each entry is the
  // transaction come from and the dependency followed.
  using Path = std::vector<std::pair<size_t, Dependency>>;
  Path FindPath(size_t from, size_t to, unsigned allowed) const {
    std::vector<std::optional<std::pair<size_t, Dependency>>> came(transactions_.size());
    std::vector<size_t> queue = {from};
    for (size_t i = 0; i < queue.size(); ++i) {
      for (const Dependency& dependency : edges_[queue[i]]) {
        if ((allowed & Bit(dependency.edge)) == 0 || came[dependency.to]) continue;
        came[dependency.to] = {queue[i], dependency};
        queue.push_back(dependency.to);
        if (dependency.to != to) continue;
        Path path;
        for (size_t at = to;;) {
          path.push_back(*came[at]);
          at = came[at]->first;
          if (at == from) break;
        }
        std::reverse(path.begin(), path.end());
        return path;
      }
    }
    return {};
  }

  // The shortest cycle that begins with an edge of kind `first` and goes on by `allowed` ones.
  Path FindCycle(Edge first, unsigned allowed) const {
    Path shortest;
    for (size_t t = 0; t < edges_.size(); ++t) {
      for (const Dependency& dependency : edges_[t]) {
        if (dependency.edge != first) continue;
        Path path = FindPath(dependency.to, t, allowed);
        if (path.empty() || (!shortest.empty() && path.size() + 1 >= shortest.size())) continue;
        path.insert(path.begin(), {t, dependency});
        shortest = std::move(path);
      }
    }
    return shortest;
  }

  void ReportCycle(AnomalyKind kind, const Path& cycle) {
    std::string text;
    std::vector<size_t> involved;
    for (const auto& [from, dependency] : cycle) {
      text += "T" + std::to_string(from) + " --" + kEdgeNames[static_cast<int>(dependency.edge)];
      if (dependency.edge != Edge::kRt) text += " " + KeyName(dependency.key);
      text += "--> ";
      involved.push_back(from);
    }
    Report(kind, text + "T" + std::to_string(cycle.front().first), involved);
  }

  static bool IsTwo(const Path& cycle, Edge first, Edge second) {
    return cycle.size() == 2 && cycle[0].second.edge == first && cycle[1].second.edge == second;
  }

  void CheckCycles() {
    constexpr unsigned kWw = Bit(Edge::kWw), kWr = Bit(Edge::kWr), kRw = Bit(Edge::kRw);
    if (const Path cycle = FindCycle(Edge::kWw, kWw); !cycle.empty()) {
      ReportCycle(AnomalyKind::kG0, cycle);
    }
    if (const Path cycle = FindCycle(Edge::kWr, kWw | kWr); !cycle.empty()) {
      ReportCycle(AnomalyKind::kG1c, cycle);
    }
    CheckLostUpdates();
    if (const Path cycle = FindCycle(Edge::kRw, kWw | kWr); !cycle.empty()) {
      ReportCycle(AnomalyKind::kGSingle, cycle);
    }
    // With one rw it would have been found above.
    if (!found_.empty()) return;
    if (const Path cycle = FindCycle(Edge::kRw, kWw | kWr | kRw); !cycle.empty()) {
      ReportCycle(IsTwo(cycle, Edge::kRw, Edge::kRw) ? AnomalyKind::kWriteSkew : AnomalyKind::kG2,
                  cycle);
    }
  }

  // Two that read one version of a key and wrote the key.
  void CheckLostUpdates() {
    std::map<std::pair<int, uint64_t>, size_t> updaters;
    for (size_t t = 0; t < transactions_.size(); ++t) {
      if (!counts_[t]) continue;
      std::set<int> read;
      for (const TransactionStep& step : transactions_[t].steps) {
        const bool reads = step.kind == Kind::kReadList || step.kind == Kind::kReadRegister;
        if (!reads || !LastWrite(t, step.key) || !read.insert(step.key).second) continue;
        const auto& writers = versions_[step.key].writers;
        uint64_t version = step.value;
        if (step.kind == Kind::kReadList) {
          const size_t size = ForeignSize(t, step.key, step.list);
          version = size == 0 ? 0 : step.list[size - 1];
        }
        // Reading back what one wrote is no update.
        if (const auto writer = writers.find(version);
            writer != writers.end() && writer->second == t) {
          continue;
        }
        const auto [other, is_new] = updaters.try_emplace({step.key, version}, t);
        if (is_new) continue;
        Report(AnomalyKind::kLostUpdate,
               "both of version " + std::to_string(version) + " of " + KeyName(step.key),
               {other->second, t});
      }
    }
  }

  // Enough of them that every "had ended before it began" is a path: to each that began after my
  // end, and not after the end of another such.
  void AddRealTime() {
    std::vector<size_t> by_begin;
    for (size_t t = 0; t < transactions_.size(); ++t) {
      if (counts_[t]) by_begin.push_back(t);
    }
    std::sort(by_begin.begin(), by_begin.end(), [&](size_t x, size_t y) {
      return std::pair(transactions_[x].begin, x) < std::pair(transactions_[y].begin, y);
    });
    for (const size_t t : by_begin) {
      // When an unknown one took effect nobody knows.
      if (transactions_[t].outcome != Outcome::kCommitted) continue;
      uint64_t horizon = UINT64_MAX;
      for (const size_t other : by_begin) {
        if (transactions_[other].begin <= transactions_[t].end) continue;
        if (transactions_[other].begin > horizon) break;
        Depend(t, other, Edge::kRt, 0);
        if (transactions_[other].outcome == Outcome::kCommitted) {
          horizon = std::min(horizon, transactions_[other].end);
        }
      }
    }
  }

  void CheckStale() {
    if (!found_.empty()) return;
    constexpr unsigned kAll = Bit(Edge::kWw) | Bit(Edge::kWr) | Bit(Edge::kRw) | Bit(Edge::kRt);
    for (const Edge first : {Edge::kRw, Edge::kWr, Edge::kWw}) {
      if (const Path cycle = FindCycle(first, kAll); !cycle.empty()) {
        return ReportCycle(AnomalyKind::kStaleRead, cycle);
      }
    }
  }

  std::span<const Transaction> transactions_;
  const bool is_complete_;
  std::map<int, Versions> versions_;
  std::map<int, size_t> longest_by_;  // whose read that was
  std::vector<bool> counts_;          // as committed
  std::vector<std::vector<Dependency>> edges_;
  std::map<AnomalyKind, std::string> found_;
};

}  // namespace

std::vector<Anomaly> FindAnomalies(std::span<const Transaction> transactions, bool is_complete) {
  return Finder(transactions, is_complete).Find();
}

}  // namespace orrery::whopper
