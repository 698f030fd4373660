#include "sim/main_explore.h"

namespace orrery::sim {

Result<std::unique_ptr<ExploredRun>> ExploredRun::Load(const ToolSpec& tool,
                                                       const MainOptions& given) {
  auto run = std::make_unique<ExploredRun>();
  run->options_ = given;
  if (!given.replay.empty()) {
    ASSIGN_OR_RETURN(run->kept_, LoadKeptRun(tool, given));
    run->options_ = run->kept_->options;
  }
  return run;
}

std::unique_ptr<ChoiceSource> ExploredRun::Answers() {
  if (!kept_) return std::make_unique<SeedSource>(options_.seed);
  after_end_ = std::make_unique<SeedSource>(options_.seed);
  return std::make_unique<ReplaySource>(kept_->choices, after_end_.get());
}

}  // namespace orrery::sim
