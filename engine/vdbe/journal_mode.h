// ChangeJournalMode is PRAGMA journal_mode: answers the mode, after a change if one is asked for.

#ifndef ORRERY_ENGINE_VDBE_JOURNAL_MODE_H_
#define ORRERY_ENGINE_VDBE_JOURNAL_MODE_H_

#include <optional>
#include <string>

#include "engine/io/resumable.h"
#include "engine/storage/pager.h"

namespace orrery {

struct Database;
class Session;

class ChangeJournalMode final : public Resumable<ChangeJournalMode, std::string> {
 public:
  enum class State : uint8_t { kLook, kChange };
  static constexpr Edge<State> kEdges[] = {
      {State::kLook, State::kLook},
      {State::kLook, State::kChange},  // another mode is wanted
      {State::kChange, State::kChange},
  };
  ~ChangeJournalMode() { Abandon(); }

  // Without a mode nothing changes.
  void Start(Session& session, Database& database, std::optional<JournalMode> mode);

 private:
  friend Resumable;
  Next Run(State state);
  Next Look();
  Next Change();
  void OnAbandon() override;

  Session* session_ = nullptr;
  Database* database_ = nullptr;
  std::optional<JournalMode> mode_;
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_VDBE_JOURNAL_MODE_H_
