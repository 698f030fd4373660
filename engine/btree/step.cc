// Journeys to the row beside. Only leaves of a table tree hold rows, so a step that leaves its leaf
// climbs to the nearest page with a child further on, and goes down that child's near edge.

#include "engine/btree/journey.h"

namespace orrery {
namespace {
const YieldSite kStepSite("btree.step.descend");
}  // namespace

Journey::Outcome Journey::Forward() {
  TreePath::Level& leaf = path_.top();
  if (leaf.index + 1 < leaf.page.cell_count()) {
    ++leaf.index;
    return Outcome::kOnRow;
  }
  const Outcome outcome = ClimbForward();
  return outcome == Outcome::kGoesOn ? Down() : outcome;
}

Journey::Outcome Journey::Backward() {
  TreePath::Level& leaf = path_.top();
  if (leaf.index > 0) {
    --leaf.index;
    return Outcome::kOnRow;
  }
  const Outcome outcome = ClimbBackward();
  return outcome == Outcome::kGoesOn ? Down() : outcome;
}

Journey::Outcome Journey::ClimbForward() {
  while (path_.depth() > 1) {
    path_.Pop();
    TreePath::Level& here = path_.top();
    if (here.index < here.page.cell_count()) {
      ++here.index;
      toward_ = Toward::kFirst;
      site_ = &kStepSite;
      return Outcome::kGoesOn;
    }
  }
  return Outcome::kNoRow;
}

Journey::Outcome Journey::ClimbBackward() {
  while (path_.depth() > 1) {
    path_.Pop();
    TreePath::Level& here = path_.top();
    if (here.index > 0) {
      --here.index;
      toward_ = Toward::kLast;
      site_ = &kStepSite;
      return Outcome::kGoesOn;
    }
  }
  return Outcome::kNoRow;
}

}  // namespace orrery
