// ChangeJournalMode is PRAGMA journal_mode: answers the mode, after a change to WAL if asked to.

#ifndef ORRERY_ENGINE_VDBE_JOURNAL_MODE_H_
#define ORRERY_ENGINE_VDBE_JOURNAL_MODE_H_

#include <string>

#include "engine/io/resumable.h"

namespace orrery {

class Session;

class ChangeJournalMode final : public Resumable<ChangeJournalMode, std::string> {
 public:
  enum class State : uint8_t { kLook, kChange };
  static constexpr Edge<State> kEdges[] = {
      {State::kLook, State::kLook},
      {State::kLook, State::kChange},  // the file is in rollback mode and WAL is wanted
      {State::kChange, State::kChange},
  };
  ~ChangeJournalMode() { Abandon(); }

  // A mode other than "wal" changes nothing: the answer is the mode that stays.
  void Start(Session& session, bool to_wal);

 private:
  friend Resumable;
  Next Run(State state);
  Next Look();
  Next Change();

  Session* session_ = nullptr;
  bool to_wal_ = false;
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_VDBE_JOURNAL_MODE_H_
