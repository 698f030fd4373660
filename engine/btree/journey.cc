#include "engine/btree/journey.h"

namespace orrery {

Travel::Next Travel::Run(State state) {
  switch (state) {
    case State::kFetch:
      return Fetch();
    case State::kArrive:
      return Arrive();
  }
  Unreachable();
}

Travel::Next Travel::Fetch() {
  fetch_.Start(pager_, journey_.missing(), journey_.site());
  return Await(fetch_, State::kArrive);
}

Travel::Next Travel::Arrive() {
  switch (journey_.Arrive(fetch_.Take())) {
    case Journey::Outcome::kOnRow:
      return Done(true);
    case Journey::Outcome::kNoRow:
      return Done(false);
    case Journey::Outcome::kMiss:
      return Goto(State::kFetch);
    case Journey::Outcome::kDamaged:
      return Fail(journey_.damage());
    case Journey::Outcome::kGoesOn:
      break;
  }
  Unreachable();
}

}  // namespace orrery
