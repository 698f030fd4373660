// Where in a run something struck, told by what was being done and not by a count from the run's
// beginning: so many opportunities after a statement began. A kept bug's strikes stay in place that
// way when the engine elsewhere comes to do one read or one lock more or less. As text, a line
// each:
//
//   fault/process-kill 17 connection 0 statement 3
//   waits 4 start
//
// The branch that counts, opportunities, and the statement that was the last to begin, in all:
// statements of a connection are counted from 1 over the whole run, an oracle's too.

#ifndef ORRERY_SIM_BUNDLES_SITES_H_
#define ORRERY_SIM_BUNDLES_SITES_H_

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/status.h"
#include "sim/bundles/event_stream.h"
#include "sim/choices/choice_source.h"

namespace orrery::sim {

struct Site {
  std::string path;  // of the branch whose skips count
  uint64_t opportunity = 0;
  int connection = RunObserver::kNoConnection;  // of the statement; none: before the first one
  uint64_t statement = 0;

  bool operator==(const Site&) const = default;
  std::string ToText() const;  // without an end of line
};

Result<std::vector<Site>> ParseSites(std::string_view text);

// Passes on another source's answers, and is told of statements: what both have to do.
class SiteSource : public ChoiceSource, public EventSink {
 public:
  // Before the run begins. `answers` outlives us.
  void SetAnswers(ChoiceSource& answers) { answers_ = &answers; }

  uint64_t Choose(uint32_t stream, uint64_t n, const char* label) override {
    return answers_->Choose(theirs_[stream], n, label);
  }
  bool Chance(uint32_t stream, uint32_t per_million, const char* label) override {
    return answers_->Chance(theirs_[stream], per_million, label);
  }
  void BeginSpan(uint32_t stream, const char* label) override {
    answers_->BeginSpan(theirs_[stream], label);
  }
  void EndSpan(uint32_t stream) override { answers_->EndSpan(theirs_[stream]); }
  void OnEvent(const StreamEvent& event) final;

 protected:
  // A statement has begun; connection_ and statement_ say which.
  virtual void OnStatement() = 0;

  ChoiceSource* answers_ = nullptr;
  std::vector<uint32_t> theirs_;  // by our stream
  int connection_ = RunObserver::kNoConnection;
  uint64_t statement_ = 0;

 private:
  void OnOpen(uint32_t stream) override;

  std::map<int, uint64_t> statement_counts_;  // by connection
};

// Tells the sites of a run as they come.
class SiteKeeper final : public SiteSource {
 public:
  explicit SiteKeeper(std::function<void(const Site& site)> tell) : tell_(std::move(tell)) {}

  uint64_t Skip(uint32_t stream, uint64_t mean, const char* label) override;
  void SetCountdown(uint32_t stream, uint64_t* left) override;

 private:
  struct Counted {
    const uint64_t* left = nullptr;
    uint64_t sum = 0;           // of the skips drawn
    uint64_t at_statement = 0;  // how far it had come when the last statement began
  };

  void OnStatement() override;

  const std::function<void(const Site&)> tell_;
  std::map<uint32_t, Counted> counted_;  // by stream
};

// Strikes at the given sites and nowhere else; all other answers are those of the source behind.
class SitePlayer final : public SiteSource {
 public:
  explicit SitePlayer(std::vector<Site> sites) : sites_(std::move(sites)) {}

  uint64_t Skip(uint32_t stream, uint64_t mean, const char* label) override;
  void SetCountdown(uint32_t stream, uint64_t* left) override;

  size_t site_count() const { return sites_.size(); }
  size_t struck_count() const { return struck_count_; }

 private:
  void OnStatement() override;
  // From the last statement's beginning, `passed` opportunities ago, to the next site of the
  // stream; kSkipMax when there is none.
  uint64_t Next(uint32_t stream, uint64_t passed);

  const std::vector<Site> sites_;
  size_t struck_count_ = 0;
  std::map<uint32_t, uint64_t*> left_;  // by stream
  std::map<uint32_t, uint64_t> due_;    // by stream: opportunities after the statement's beginning
};

}  // namespace orrery::sim

#endif  // ORRERY_SIM_BUNDLES_SITES_H_
