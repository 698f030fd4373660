#include "engine/io/resumable.h"

namespace orrery {

bool Operation::StillWaiting() {
  if (child_ != nullptr) {
    if (child_->life_ == Life::kRunning) child_->Advance();
    if (child_->life_ == Life::kRunning) {
      waits_for_ = child_->waits_for_;  // what our own caller is told
      return true;
    }
    waits_for_ = nullptr;
    Operation* const child = std::exchange(child_, nullptr);
    outcome_ = OkStatus();
    if (child->life_ == Life::kFailed) {
      child->life_ = Life::kIdle;
      outcome_ = std::exchange(child->failure_, OkStatus());
    }
    return false;
  }
  if (waits_for_->in_flight()) return true;
  const Completion* const completion = std::exchange(waits_for_, nullptr);
  outcome_ = completion->finished() ? completion->status() : OkStatus();
  return false;
}

void Operation::Abandon() {
  if (life_ == Life::kRunning) {
    if (Operation* const child = std::exchange(child_, nullptr)) child->Abandon();
    OnAbandon();
  }
  ForgetResult();
  life_ = Life::kIdle;
  waits_for_ = nullptr;
  wants_outcome_ = false;
  failure_ = OkStatus();
  outcome_ = OkStatus();
}

}  // namespace orrery
