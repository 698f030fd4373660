// Many completions as one: `all()` finishes when every member has finished, and with the error of
// the first member (in the order of Add) that failed. It never finishes early, so once it has, the
// buffers of all members are free again.
//
//   group.Begin();
//   for (...) { file.Write(..., done[i]); group.Add(done[i]); }
//   group.Seal();             // from here on all() may finish; inside this call, too
//   return Await(group.all(), State::kWritten);
//
// A member may be in flight or finished when it is added, and may be the all() of another group.

#ifndef ORRERY_ENGINE_IO_COMPLETION_GROUP_H_
#define ORRERY_ENGINE_IO_COMPLETION_GROUP_H_

#include <vector>

#include "engine/io/completion.h"

namespace orrery {

class Io;

class CompletionGroup {
 public:
  CompletionGroup() { all_.all_of_ = this; }
  CompletionGroup(const CompletionGroup&) = delete;
  CompletionGroup& operator=(const CompletionGroup&) = delete;

  void Begin();
  void Add(Completion& member);
  void Seal();
  Completion& all() { return all_; }

  // Asks `io` to cancel each member still in flight, and theirs when a member is itself a group.
  // all() still waits for every one of them.
  void Cancel(Io& io);

 private:
  friend class Completion;
  friend void CancelWait(Io& io, Completion& completion);
  void MemberFinished();

  Completion all_;
  std::vector<Completion*> members_;  // in the order of Add
  size_t unfinished_count_ = 0;       // members in flight, and one more until Seal()
};

// Cancels what an operation waits for, whichever it is: one operation of `io`, or every member of
// the group whose all() this is. Nothing happens when it is not in flight.
void CancelWait(Io& io, Completion& completion);

}  // namespace orrery

#endif  // ORRERY_ENGINE_IO_COMPLETION_GROUP_H_
