#include "whopper/histories/history.h"

#include <algorithm>
#include <utility>

#include "engine/base/check.h"
#include "sim/failure.h"

namespace orrery::whopper {

using sim::Fail;
using sim::Tables;

namespace {

// Several undecided commits may lead to one state.
Candidates Distinct(Candidates candidates) {
  if (candidates.size() < 2) return candidates;
  Candidates distinct;
  for (Candidate& candidate : candidates) {
    const bool known = std::any_of(distinct.begin(), distinct.end(), [&](const Candidate& other) {
      return other.tables == candidate.tables;
    });
    if (!known) distinct.push_back(std::move(candidate));
  }
  return distinct;
}

}  // namespace

std::string ToString(const SnapshotId& id) {
  char text[64];
  std::snprintf(text, sizeof text, "%08x-%08x:%u", id.salt1, id.salt2, id.max_frame);
  return text;
}

namespace {

// Else it is a rollback-mode file's.
bool IsOfLog(const SnapshotId& id) { return id.salt1 != 0 || id.salt2 != 0; }

}  // namespace

History::History() { StartOver(); }

void History::StartOver() {
  first_ = versions_.empty() ? 0 : newest() + 1;
  versions_.assign(1, Version{{Candidate{++last_tag_, Tables()}}});
  numbers_.clear();
  numbers_[{0, 0, 0}] = first_;
  attempts_.clear();
  durable_ = first_;
  sync_lost_ = false;
  recovering_ = false;
  recoverable_.clear();
  committed_.clear();
}

const Candidates& History::at(VersionNumber number) const {
  CHECK(Has(number));
  return versions_[number - first_].candidates;
}

History::Attempt* History::Pending(int client) {
  for (Attempt& attempt : attempts_) {
    if (attempt.client == client && attempt.in_progress) return &attempt;
  }
  return nullptr;
}

bool History::commit_pending(int client) const {
  return std::any_of(attempts_.begin(), attempts_.end(), [&](const Attempt& attempt) {
    return attempt.client == client && attempt.in_progress;
  });
}

bool History::has_become(int client) const {
  return std::any_of(attempts_.begin(), attempts_.end(), [&](const Attempt& attempt) {
    return attempt.client == client && attempt.in_progress && attempt.became;
  });
}

Candidates History::ResultOf(const Attempt& attempt) const {
  if (attempt.base && *attempt.base != newest()) return {};
  if (attempt.is_neutral) return versions_.back().candidates;
  if (!attempt.change) return attempt.after;
  Candidates results;
  for (const Candidate& candidate : versions_.back().candidates) {
    Candidate result{attempt.tag, candidate.tables};
    int64_t change_count = 0;
    if (result.tables.Apply(*attempt.change, &change_count) == ResultCode::kOk) {
      results.push_back(std::move(result));
    }
  }
  return Distinct(std::move(results));
}

void History::Append(Candidates candidates, const SnapshotId& id, int client) {
  CHECK(!candidates.empty());
  candidates = Distinct(std::move(candidates));
  // Candidates are told apart by new tags: those of the attempts may come twice.
  for (Candidate& candidate : candidates) candidate.tag = ++last_tag_;
  versions_.push_back({std::move(candidates)});
  numbers_[KeyOf(id)] = newest();
  committed_.push_back({newest(), client});
  // What was undecided on the version before is gone from the WAL, unless a power cut brings it
  // back.
  for (Attempt& attempt : attempts_) {
    if (!attempt.in_progress) attempt.overwritten = true;
  }
}

void History::Published(const SnapshotId& id, int client, bool by_recovery) {
  if (recovering_) return;
  const auto known = numbers_.find(KeyOf(id));
  const bool is_newest = known != numbers_.end() && known->second == newest();
  if (by_recovery && IsOfLog(id) && !is_newest && newest() > durable_ &&
      std::exchange(sync_lost_, false)) {
    int from = -1;
    Candidates candidates = Reappearing(id, &from);
    for (VersionNumber number = newest() + 1; number-- > durable_;) {
      const Candidates& survivors = at(number);
      candidates.insert(candidates.end(), survivors.begin(), survivors.end());
    }
    Append(std::move(candidates), id, -1);
    return;
  }
  if (id.max_frame == 0) {
    // An empty WAL: what the database file holds must be all there is.
    numbers_[KeyOf(id)] = newest();
    return;
  }
  if (known != numbers_.end()) {
    if (known->second == newest()) return;
    Fail(by_recovery ? "durability" : "snapshot",
         "the WAL index went back to " + ToString(id) + ", which is version " +
             std::to_string(known->second) + "\n" + Describe());
  }

  if (!by_recovery) {
    Attempt* attempt = Pending(client);
    if (attempt == nullptr || attempt->became) {
      Fail("snapshot", "client " + std::to_string(client) + " published " + ToString(id) +
                           " without committing anything\n" + Describe());
    }
    Candidates result = ResultOf(*attempt);
    if (result.empty()) {
      Fail("lost-update",
           "client " + std::to_string(client) + " published " + ToString(id) + " on version " +
               (attempt->base ? std::to_string(*attempt->base) : "?") +
               ", which is not the newest, or where its change fails\n" + Describe());
    }
    attempt->became = newest() + 1;
    attempt->became_in_log = IsOfLog(id);
    Append(std::move(result), id, client);
    return;
  }

  int from = -1;
  Candidates candidates = Reappearing(id, &from);
  if (candidates.empty()) {
    Fail("snapshot", "a recovery found " + ToString(id) +
                         ", which nobody committed, and no commit is undecided\n" + Describe());
  }
  Append(std::move(candidates), id, from);
}

Candidates History::Reappearing(const SnapshotId& id, int* client) const {
  Candidates candidates;
  *client = -1;
  for (const Attempt& attempt : attempts_) {
    if (attempt.in_progress || attempt.overwritten) continue;
    // A file may be looked at by anybody.
    if (IsOfLog(id) && !attempt.may_reappear) continue;
    for (Candidate& candidate : ResultOf(attempt)) {
      *client = candidates.empty() || *client == attempt.client ? attempt.client : -1;
      candidates.push_back(std::move(candidate));
    }
  }
  return candidates;
}

VersionNumber History::Observe(const SnapshotId& id, VersionNumber not_older_than) {
  CHECK(!recovering_);
  const auto known = numbers_.find(KeyOf(id));
  if (known == numbers_.end()) {
    Fail("snapshot", "snapshot " + ToString(id) + " was never published\n" + Describe());
  }
  if (known->second < not_older_than) {
    Fail("stale-read", "snapshot " + ToString(id) + " is version " + std::to_string(known->second) +
                           ", but version " + std::to_string(not_older_than) +
                           " had been committed before the statement began\n" + Describe());
  }
  return known->second;
}

void History::Refute(VersionNumber number, uint64_t tag) {
  Candidates& candidates = MutableAt(number).candidates;
  if (candidates.size() > 1) {
    std::erase_if(candidates, [&](const Candidate& candidate) { return candidate.tag == tag; });
  }
}

void History::CommitStarts(int client, VersionNumber base, Candidates after) {
  CHECK(Pending(client) == nullptr);
  attempts_.push_back({.tag = ++last_tag_,
                       .client = client,
                       .in_progress = true,
                       .base = base,
                       .after = std::move(after),
                       .wrote = client == file_writer_});
}

void History::CommitStarts(int client, const sim::TableStatement& change) {
  CHECK(Pending(client) == nullptr);
  attempts_.push_back({.tag = ++last_tag_,
                       .client = client,
                       .in_progress = true,
                       .change = change,
                       .wrote = client == file_writer_});
}

void History::CommitStarts(int client) {
  CHECK(Pending(client) == nullptr);
  attempts_.push_back({.tag = ++last_tag_,
                       .client = client,
                       .in_progress = true,
                       .is_neutral = true,
                       .wrote = client == file_writer_});
}

bool History::ChangesNothing(const Attempt& attempt, const Candidates& before) const {
  const auto among = [&](const Tables& after) {
    return std::any_of(before.begin(), before.end(),
                       [&](const Candidate& candidate) { return candidate.tables == after; });
  };
  if (attempt.is_neutral) return true;
  if (!attempt.change) {
    return std::any_of(attempt.after.begin(), attempt.after.end(),
                       [&](const Candidate& candidate) { return among(candidate.tables); });
  }
  return std::any_of(before.begin(), before.end(), [&](const Candidate& candidate) {
    Tables after = candidate.tables;
    int64_t change_count = 0;
    return after.Apply(*attempt.change, &change_count) == ResultCode::kOk &&
           after == candidate.tables;
  });
}

VersionNumber History::CommitSucceeded(int client, const SnapshotId& id, sim::Survival survival) {
  Attempt* attempt = Pending(client);
  CHECK(attempt != nullptr);
  const VersionNumber number = Observe(id, attempt->base ? *attempt->base : first_);
  if (attempt->became ? *attempt->became != number : !ChangesNothing(*attempt, at(number))) {
    Fail("snapshot",
         "a commit of client " + std::to_string(client) + " ended at " + ToString(id) +
             ", version " + std::to_string(number) + ", but " +
             (attempt->became ? "was published as version " + std::to_string(*attempt->became)
                              : "nothing was published for it") +
             "\n" + Describe());
  }
  // A commit that had nothing to write has synced nothing: what it found may be a recovered version
  // that never was.
  const bool wrote = attempt->became.has_value();
  std::erase_if(attempts_, [tag = attempt->tag](const Attempt& a) { return a.tag == tag; });
  if (wrote && survival == sim::Survival::kEveryCommit) NoteSynced(number);
  if (wrote && survival == sim::Survival::kAllButLast && number > first_) NoteSynced(number - 1);
  return number;
}

void History::CommitCancelled(int client) {
  std::erase_if(attempts_, [&](const Attempt& attempt) {
    return attempt.client == client && attempt.in_progress;
  });
}

void History::CommitFailed(int client) {
  const Attempt* attempt = Pending(client);
  if (attempt != nullptr && attempt->became && attempt->became_in_log) {
    Fail("snapshot", "a commit of client " + std::to_string(client) +
                         " ended with an error, but was published as version " +
                         std::to_string(*attempt->became) + "\n" + Describe());
  }
  CommitUndecided(client);
}

void History::FileLocked(int client) {
  file_writer_ = client;
  if (Attempt* attempt = Pending(client)) attempt->wrote = true;
}

void History::LogWritten(int client) {
  for (Attempt& attempt : attempts_) {
    if (!attempt.in_progress) {
      attempt.overwritten = true;
    } else if (attempt.client == client) {
      attempt.wrote = true;
    }
  }
}

void History::CommitUndecided(int client) {
  const Attempt* attempt = Pending(client);
  if (attempt != nullptr && !attempt->wrote) return CommitCancelled(client);
  CommitCutOff(client);
}

void History::CommitCutOff(int client) {
  Attempt* attempt = Pending(client);
  if (attempt == nullptr) return;
  attempt->in_progress = false;
  if (attempt->became) {
    attempt->after.clear();
  } else {
    // It can only follow what is newest now.
    attempt->after = ResultOf(*attempt);
    attempt->base = newest();
  }
  attempt->change.reset();
  attempt->is_neutral = false;
  DropImpossible();
}

// Forgets undecided commits that not even a power cut can bring back.
void History::DropImpossible() {
  std::erase_if(attempts_, [&](const Attempt& attempt) {
    return !attempt.in_progress &&
           (attempt.after.empty() || (attempt.base && *attempt.base < durable_));
  });
}

void History::RecoveryIsPossible() {
  for (Attempt& attempt : attempts_) {
    if (!attempt.in_progress) attempt.may_reappear = true;
  }
}

std::string History::WhyNotNow(const std::function<std::string(const Tables&)>& difference) const {
  std::string reasons;
  Candidates candidates = versions_.back().candidates;
  for (const Attempt& attempt : attempts_) {
    if (attempt.became || (!attempt.in_progress && attempt.overwritten)) continue;
    for (Candidate& candidate : ResultOf(attempt)) candidates.push_back(std::move(candidate));
  }
  for (const Candidate& candidate : candidates) {
    const std::string reason = difference(candidate.tables);
    if (reason.empty()) return "";
    reasons += "\n  " + reason;
  }
  return reasons;
}

void History::NoteSynced(VersionNumber number) {
  durable_ = std::max(durable_, number);
  DropImpossible();
}

void History::PowerCut() {
  if (recovering_) return;
  std::vector<int> clients;
  for (const Attempt& attempt : attempts_) {
    if (attempt.in_progress) clients.push_back(attempt.client);
  }
  for (const int client : clients) CommitCutOff(client);
  recoverable_.clear();
  // The newest first: where contents are equal, most is taken to have survived.
  for (VersionNumber number = newest() + 1; number-- > durable_;) {
    for (const Candidate& candidate : at(number))
      recoverable_.push_back({number, candidate.tables});
  }
  for (const Attempt& attempt : attempts_) {
    for (const Candidate& candidate : attempt.after) {
      recoverable_.push_back({newest() + 1, candidate.tables});
    }
  }
  recovering_ = true;
}

void History::Recovered(const SnapshotId& id,
                        const std::function<std::string(const Tables&)>& difference) {
  CHECK(recovering_);
  std::string reasons;
  for (const Candidate& candidate : recoverable_) {
    const std::string reason = difference(candidate.tables);
    if (reason.empty()) {
      const Tables tables = candidate.tables;
      StartOver();
      versions_.back().candidates.front().tables = tables;
      numbers_[KeyOf(id)] = newest();
      return;
    }
    reasons += "\n  not " + std::to_string(candidate.tag) +
               (candidate.tag > newest() ? " (undecided): " : ": ") + reason;
  }
  Fail("durability",
       "after the power cut the database is none of the versions that may have "
       "survived (durable up to " +
           std::to_string(durable_) + ", newest " + std::to_string(newest()) + "):" + reasons +
           "\n" + Describe());
}

std::string History::Describe() const {
  std::string text = "versions " + std::to_string(first_) + ".." + std::to_string(newest()) +
                     ", durable to " + std::to_string(durable_) + ", newest ids:";
  std::vector<std::pair<VersionNumber, Key>> ids;
  for (const auto& [key, number] : numbers_) ids.emplace_back(number, key);
  std::sort(ids.rbegin(), ids.rend());
  for (size_t i = 0; i < ids.size() && i < 6; ++i) {
    const auto& [salt1, salt2, max_frame] = ids[i].second;
    text += " " + std::to_string(ids[i].first) + "=" + ToString({salt1, salt2, max_frame});
  }
  for (const Attempt& attempt : attempts_) {
    text += "\n  attempt of client " + std::to_string(attempt.client) +
            (attempt.in_progress ? ", in progress" : ", undecided") + ", base " +
            (attempt.base ? std::to_string(*attempt.base) : "newest") +
            (attempt.wrote ? ", wrote" : "") + (attempt.may_reappear ? ", may reappear" : "") +
            (attempt.overwritten ? ", overwritten" : "") +
            (attempt.became ? ", became " + std::to_string(*attempt.became) : "");
  }
  return text;
}

}  // namespace orrery::whopper
