#include "sim/bundles/sites.h"

#include <algorithm>
#include <charconv>
#include <sstream>

namespace orrery::sim {

std::string Site::ToText() const {
  std::string text = path + " " + std::to_string(opportunity);
  if (connection == RunObserver::kNoConnection) return text + " start";
  return text + " connection " + std::to_string(connection) + " statement " +
         std::to_string(statement);
}

Result<std::vector<Site>> ParseSites(std::string_view text) {
  std::vector<Site> sites;
  std::istringstream lines{std::string(text)};
  for (std::string line; std::getline(lines, line);) {
    if (line.empty()) continue;
    std::istringstream words(line);
    Site site;
    std::string where;
    std::string statement;
    words >> site.path >> site.opportunity >> where;
    if (where == "connection") words >> site.connection >> statement >> site.statement;
    const bool right = where == "start" || (where == "connection" && statement == "statement");
    if (words.fail() || !right || site.opportunity == 0) {
      return Status(ResultCode::kMismatch, "not a site: " + line);
    }
    sites.push_back(std::move(site));
  }
  return sites;
}

void SiteSource::OnOpen(uint32_t stream) { theirs_.push_back(answers_->Open(path(stream))); }

void SiteSource::OnEvent(const StreamEvent& event) {
  if (event.what != StreamEvent::What::kStatement) return;
  connection_ = event.connection;
  statement_ = ++statement_counts_[event.connection];
  OnStatement();
}

// -- Keeping --

uint64_t SiteKeeper::Skip(uint32_t stream, uint64_t mean, const char* label) {
  const uint64_t skip = answers_->Skip(theirs_[stream], mean, label);
  Counted& counted = counted_[stream];
  // The last one has come to its end: a strike.
  if (counted.sum > 0) {
    tell_({.path = path(stream),
           .opportunity = counted.sum - counted.at_statement,
           .connection = connection_,
           .statement = statement_});
  }
  counted.sum += skip;
  return skip;
}

void SiteKeeper::SetCountdown(uint32_t stream, uint64_t* left) {
  counted_[stream].left = left;
  answers_->SetCountdown(theirs_[stream], left);
}

void SiteKeeper::OnStatement() {
  for (auto& [stream, counted] : counted_) {
    if (counted.left == nullptr) continue;
    counted.at_statement = counted.sum - std::min(counted.sum, *counted.left);
  }
}

// -- Playing --

uint64_t SitePlayer::Next(uint32_t stream, uint64_t passed) {
  uint64_t next = kSkipMax;
  for (const Site& site : sites_) {
    if (site.connection != connection_ || site.statement != statement_) continue;
    if (site.path == path(stream) && site.opportunity > passed) {
      next = std::min(next, site.opportunity - passed);
    }
  }
  due_[stream] = next == kSkipMax ? kSkipMax : passed + next;
  return next;
}

uint64_t SitePlayer::Skip(uint32_t stream, uint64_t mean, const char* label) {
  // The list behind goes on too, so that it stays in step.
  (void)answers_->Skip(theirs_[stream], mean, label);
  const auto due = due_.find(stream);
  if (due == due_.end()) return Next(stream, 0);
  ++struck_count_;
  return Next(stream, due->second);
}

void SitePlayer::SetCountdown(uint32_t stream, uint64_t* left) {
  left_[stream] = left;
  answers_->SetCountdown(theirs_[stream], left);
}

void SitePlayer::OnStatement() {
  for (const auto& [stream, left] : left_) {
    // Nothing strikes any more.
    if (*left != 0) *left = Next(stream, 0);
  }
}

}  // namespace orrery::sim
