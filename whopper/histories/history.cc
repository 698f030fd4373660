#include "whopper/histories/history.h"

#include <algorithm>

#include "engine/base/check.h"
#include "sim/failure.h"

namespace orrery::whopper {

using sim::Fail;
using sim::Tables;

std::string ToString(const SnapshotId& id) {
  char text[64];
  std::snprintf(text, sizeof text, "%08x-%08x:%u", id.salt1, id.salt2, id.max_frame);
  return text;
}

History::History() { StartOver(); }

void History::StartOver() {
  first_ = versions_.empty() ? 0 : newest_number() + 1;
  versions_.assign(1, Version{{Candidate{++last_tag_, Tables()}}});
  numbers_.clear();
  generation_.reset();
  generation_base_ = first_;
  attempts_.clear();
  durable_ = first_;
  recovering_ = false;
  recoverable_.clear();
  committed_.clear();
}

VersionNumber History::newest() {
  SettlePublished();
  return newest_number();
}

const Candidates& History::at(VersionNumber number) const {
  CHECK(number >= first_ && number <= newest_number());
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

Candidates History::ResultOf(const Attempt& attempt) const {
  if (!attempt.change) {
    if (attempt.base != newest_number()) return {};
    return attempt.after;
  }
  // Undecided ones belong to the version that was newest when they failed.
  if (attempt.base && attempt.base != newest_number()) return {};
  Candidates results;
  for (const Candidate& candidate : versions_.back().candidates) {
    Candidate result{attempt.tag, candidate.tables};
    int64_t change_count = 0;
    if (result.tables.Apply(*attempt.change, &change_count) == ResultCode::kOk) {
      results.push_back(std::move(result));
    }
  }
  return results;
}

VersionNumber History::Append(Candidates candidates, const SnapshotId& id, int client) {
  CHECK(!candidates.empty());
  const std::pair salts(id.salt1, id.salt2);
  if (generation_ != salts) {
    generation_ = salts;
    generation_base_ = newest_number();
    numbers_.emplace(Key{id.salt1, id.salt2, 0}, generation_base_);
  }
  // Candidates are told apart by new tags: those of the attempts may come twice.
  if (candidates.size() > 1) {
    for (Candidate& candidate : candidates) candidate.tag = ++last_tag_;
  }
  versions_.push_back({std::move(candidates)});
  numbers_[KeyOf(id)] = newest_number();
  committed_.push_back({newest_number(), client});
  // What was undecided on the version before is gone from the WAL, unless a power cut brings it back.
  for (Attempt& attempt : attempts_) {
    if (!attempt.in_progress && attempt.base && *attempt.base < newest_number()) {
      attempt.overwritten = true;
    }
  }
  return newest_number();
}

void History::SettlePublished() {
  if (!probe_) return;
  std::vector<std::pair<SnapshotId, uint64_t>> published;
  for (const Attempt& attempt : attempts_) {
    if (!attempt.in_progress || attempt.became) continue;
    if (const std::optional<SnapshotId> id = probe_(attempt.client)) {
      published.emplace_back(*id, attempt.tag);
    }
  }
  // In the order of the WAL: salt1 counts its generations up.
  std::sort(published.begin(), published.end(), [](const auto& a, const auto& b) {
    return std::tuple(a.first.salt1, a.first.max_frame) < std::tuple(b.first.salt1, b.first.max_frame);
  });
  for (const auto& [id, tag] : published) {
    for (Attempt& attempt : attempts_) {
      if (attempt.tag == tag) CommittedAs(attempt, id);
    }
  }
}

void History::CommittedAs(Attempt& attempt, const SnapshotId& id) {
  const auto known = numbers_.find(KeyOf(id));
  if (known != numbers_.end()) {
    attempt.became = known->second;
    return;
  }
  Candidates result = ResultOf(attempt);
  if (result.empty()) {
    Fail("lost-update", "client " + std::to_string(attempt.client) + " published " + ToString(id) +
                            " on version " +
                            (attempt.base ? std::to_string(*attempt.base) : std::string("?")) +
                            ", which is not the newest, or where its change fails\n" + Describe());
  }
  // Set first: Append marks undecided attempts on older versions.
  attempt.became = newest_number() + 1;
  Append(std::move(result), id, attempt.client);
}

VersionNumber History::Observe(const SnapshotId& id, VersionNumber not_older_than) {
  CHECK(!recovering_);
  SettlePublished();
  VersionNumber number = 0;
  const auto known = numbers_.find(KeyOf(id));
  const bool file_only = id.max_frame == 0;
  if (known != numbers_.end() && !(file_only && id.salt1 == 0 && id.salt2 == 0)) {
    number = known->second;
  } else if (file_only) {
    // The database file alone: all of the generation before, while nothing was committed in this one.
    number = generation_base_ >= not_older_than && generation_ == std::pair(id.salt1, id.salt2)
                 ? generation_base_
                 : newest_number();
    numbers_[KeyOf(id)] = number;
  } else {
    // Nobody was told of this commit: it is one of those whose outcome is open.
    Candidates candidates;
    std::vector<Attempt*> from;
    for (Attempt& attempt : attempts_) {
      if (attempt.became || attempt.overwritten) continue;
      if (!attempt.in_progress && !attempt.may_reappear) continue;
      for (Candidate& candidate : ResultOf(attempt)) {
        candidates.push_back({attempt.tag, std::move(candidate.tables)});
        if (from.empty() || from.back() != &attempt) from.push_back(&attempt);
      }
    }
    if (candidates.empty()) {
      Fail("snapshot", "snapshot " + ToString(id) +
                           " is of no version that was committed, and no commit is undecided\n" +
                           Describe());
    }
    for (Attempt* attempt : from) attempt->became = newest_number() + 1;
    number = Append(std::move(candidates), id, from.size() == 1 ? from.front()->client : -1);
    // Undecided ones are decided by this, but one still under way must be answered.
    std::erase_if(attempts_, [](const Attempt& attempt) {
      return attempt.became && !attempt.in_progress;
    });
  }
  if (number < not_older_than) {
    Fail("stale-read", "snapshot " + ToString(id) + " is version " + std::to_string(number) +
                           ", but version " + std::to_string(not_older_than) +
                           " had been committed before the statement began\n" + Describe());
  }
  return number;
}

void History::Refute(VersionNumber number, uint64_t tag) {
  Candidates& candidates = MutableAt(number).candidates;
  if (candidates.size() > 1) {
    std::erase_if(candidates, [&](const Candidate& candidate) { return candidate.tag == tag; });
  }
}

void History::CommitStarts(int client, VersionNumber base, Candidates after) {
  CHECK(Pending(client) == nullptr);
  attempts_.push_back(
      {.tag = ++last_tag_, .client = client, .in_progress = true, .base = base, .after = std::move(after)});
}

void History::CommitStarts(int client, const sim::TableStatement& change) {
  CHECK(Pending(client) == nullptr);
  attempts_.push_back({.tag = ++last_tag_, .client = client, .in_progress = true, .change = change});
}

VersionNumber History::CommitSucceeded(int client, const SnapshotId& id, bool synced) {
  SettlePublished();
  Attempt* attempt = Pending(client);
  CHECK(attempt != nullptr);
  const auto known = numbers_.find(KeyOf(id));
  VersionNumber number = 0;
  if (attempt->became) {
    number = *attempt->became;
    if (known != numbers_.end() && known->second != number) {
      Fail("snapshot", "the commit of client " + std::to_string(client) + " was seen as version " +
                           std::to_string(number) + ", but ended at " + ToString(id) + "\n" +
                           Describe());
    }
  } else if (known != numbers_.end() || id.max_frame == 0) {
    // Nothing was written, which is right only if nothing changed.
    number = known != numbers_.end() ? known->second : newest_number();
    const Candidates& before = at(number);
    const auto unchanged = [&](const Tables& after) {
      return std::any_of(before.begin(), before.end(),
                         [&](const Candidate& c) { return c.tables == after; });
    };
    bool possible = false;
    if (attempt->change) {
      for (const Candidate& candidate : before) {
        Tables after = candidate.tables;
        int64_t change_count = 0;
        possible = possible || (after.Apply(*attempt->change, &change_count) == ResultCode::kOk &&
                                after == candidate.tables);
      }
    } else {
      for (const Candidate& candidate : attempt->after) {
        possible = possible || unchanged(candidate.tables);
      }
    }
    if (!possible) {
      Fail("snapshot", "an acknowledged commit of client " + std::to_string(client) +
                           " changed rows, but its snapshot " + ToString(id) + " is version " +
                           std::to_string(number) + " of before\n" + Describe());
    }
  } else {
    CommittedAs(*attempt, id);
    number = *attempt->became;
  }
  std::erase_if(attempts_, [&](const Attempt& a) { return a.tag == attempt->tag; });
  if (synced) NoteSynced(number);
  DropImpossible();
  return number;
}

void History::CommitCancelled(int client) {
  std::erase_if(attempts_, [&](const Attempt& attempt) {
    return attempt.client == client && attempt.in_progress;
  });
}

void History::CommitUndecided(int client) {
  SettlePublished();
  Attempt* attempt = Pending(client);
  if (attempt == nullptr) return;
  attempt->in_progress = false;
  if (attempt->became) {
    std::erase_if(attempts_, [&](const Attempt& a) { return a.tag == attempt->tag; });
    return;
  }
  // It can only follow what is newest now.
  if (!attempt->base) attempt->base = newest_number();
  attempt->after = ResultOf(*attempt);
  attempt->change.reset();
  DropImpossible();
}

// Forgets undecided commits that not even a power cut can bring back.
void History::DropImpossible() {
  std::erase_if(attempts_, [&](const Attempt& attempt) {
    return !attempt.in_progress && (attempt.after.empty() || (attempt.base && *attempt.base < durable_));
  });
}

void History::RecoveryIsPossible() {
  for (Attempt& attempt : attempts_) {
    if (!attempt.in_progress) attempt.may_reappear = true;
  }
}

void History::NoteSynced(VersionNumber number) {
  durable_ = std::max(durable_, number);
  DropImpossible();
}

void History::PowerCut() {
  if (recovering_) return;
  SettlePublished();
  for (Attempt& attempt : attempts_) {
    if (!attempt.in_progress) continue;
    attempt.in_progress = false;
    if (!attempt.base) attempt.base = newest_number();
    if (attempt.base == newest_number()) {
      attempt.after = ResultOf(attempt);
    } else if (attempt.change) {
      attempt.after.clear();
    }
    attempt.change.reset();
    if (attempt.became) attempt.after.clear();
  }
  DropImpossible();
  recoverable_.clear();
  // The newest first: where contents are equal, most is taken to have survived.
  for (VersionNumber number = newest_number() + 1; number-- > durable_;) {
    for (const Candidate& candidate : at(number)) recoverable_.push_back({number, candidate.tables});
  }
  for (const Attempt& attempt : attempts_) {
    for (const Candidate& candidate : attempt.after) {
      recoverable_.push_back({newest_number() + 1, candidate.tables});
    }
  }
  recovering_ = true;
}

void History::Recovered(const std::function<std::string(const Tables&)>& difference) {
  CHECK(recovering_);
  std::string reasons;
  for (const Candidate& candidate : recoverable_) {
    const std::string reason = difference(candidate.tables);
    if (reason.empty()) {
      const Tables tables = candidate.tables;
      StartOver();
      versions_.back().candidates.front().tables = tables;
      return;
    }
    reasons += "\n  not " + std::to_string(candidate.tag) +
               (candidate.tag > newest_number() ? " (undecided): " : ": ") + reason;
  }
  Fail("durability", "after the power cut the database is none of the versions that may have "
                     "survived (durable up to " +
                         std::to_string(durable_) + ", newest " + std::to_string(newest_number()) +
                         "):" + reasons);
}

std::string History::Describe() const {
  std::string text = "versions " + std::to_string(first_) + ".." + std::to_string(newest_number()) +
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
            (attempt.may_reappear ? ", may reappear" : "") +
            (attempt.overwritten ? ", overwritten" : "") +
            (attempt.became ? ", became " + std::to_string(*attempt.became) : "");
  }
  return text;
}

}  // namespace orrery::whopper
