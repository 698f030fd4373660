// ReplaceDatabase makes a database hold the pages of another one, fewer of them as a rule: the last
// step of VACUUM. The write transaction that does so undoes it like any change, and its commit is
// what makes the file shorter: in rollback mode at once, in WAL mode with a checkpoint that meets
// no reader of the old pages.

#ifndef ORRERY_ENGINE_STORAGE_REPLACE_DATABASE_H_
#define ORRERY_ENGINE_STORAGE_REPLACE_DATABASE_H_

#include "engine/io/resumable.h"
#include "engine/storage/page_operations.h"
#include "engine/storage/pager.h"

namespace orrery {

class ReplaceDatabase final : public Resumable<ReplaceDatabase> {
 public:
  enum class State : uint8_t { kPage, kRead, kFetched, kAllocated, kPageOne };
  static constexpr Edge<State> kEdges[] = {
      {State::kPage, State::kPage},     // the lock page is passed over
      {State::kPage, State::kRead},     // the copy's page is there
      {State::kRead, State::kFetched},  // ours too
      {State::kRead, State::kAllocated}, {State::kFetched, State::kPage},
      {State::kAllocated, State::kPage}, {State::kPage, State::kPageOne},  // all others are done
  };
  ~ReplaceDatabase() { Abandon(); }

  // Both in a write transaction, without a savepoint in `database`, and with pages of one size;
  // nobody has a page of `database` pinned. What its header counts goes on counting: the schema
  // cookie is one higher afterwards, the user version and the application id are those of
  // `database`.
  void Start(Pager& database, Pager& copy);

 private:
  friend Resumable;
  Next Run(State state);
  Next TakePage();
  Next TakeTarget();
  Next TakenTarget(State state);
  Next WritePageOne();
  void OnAbandon() override;

  Pager* database_ = nullptr;
  Pager* copy_ = nullptr;
  PageNumber number_ = kNoPage;
  FetchPage read_;
  FetchPage fetch_;
  AllocatePage allocate_;
  PageRef source_;
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_STORAGE_REPLACE_DATABASE_H_
