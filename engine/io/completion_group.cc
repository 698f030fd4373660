#include "engine/io/completion_group.h"

#include "engine/io/io.h"

namespace orrery {

void Completion::Finish(Status status, size_t bytes) {
  CHECK(in_flight());
  state_ = State::kFinished;
  status_ = std::move(status);
  bytes_ = bytes;
  if (CompletionGroup* group = std::exchange(group_, nullptr)) group->MemberFinished();
}

void CompletionGroup::Begin() {
  members_.clear();
  all_.Submit();
  unfinished_count_ = 1;
}

void CompletionGroup::Add(Completion& member) {
  CHECK(all_.in_flight() && unfinished_count_ > 0);
  CHECK(member.in_flight() || member.finished());
  members_.push_back(&member);
  if (!member.in_flight()) return;
  CHECK(member.group_ == nullptr);
  member.group_ = this;
  ++unfinished_count_;
}

void CompletionGroup::Seal() { MemberFinished(); }

void CompletionGroup::MemberFinished() {
  CHECK(unfinished_count_ > 0);
  if (--unfinished_count_ > 0) return;
  Status first_error;
  size_t bytes = 0;
  for (const Completion* member : members_) {
    if (first_error.ok()) first_error = member->status();
    bytes += member->bytes();
  }
  all_.Finish(std::move(first_error), bytes);
}

void CompletionGroup::Cancel(Io& io) {
  // A member may finish inside Cancel, but only the last of them ends the group.
  for (Completion* member : members_) CancelWait(io, *member);
}

void CancelWait(Io& io, Completion& completion) {
  if (!completion.in_flight()) return;
  if (completion.all_of_ != nullptr) {
    completion.all_of_->Cancel(io);
  } else {
    io.Cancel(completion);
  }
}

}  // namespace orrery
