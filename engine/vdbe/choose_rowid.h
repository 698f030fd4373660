// ChooseRowid finds a rowid that a table does not have: one more than the highest, and once that is
// taken up, some that are drawn.

#ifndef ORRERY_ENGINE_VDBE_CHOOSE_ROWID_H_
#define ORRERY_ENGINE_VDBE_CHOOSE_ROWID_H_

#include <cstdint>

#include "engine/btree/table_cursor.h"
#include "engine/io/resumable.h"

namespace orrery {

class Io;

class ChooseRowid final : public Resumable<ChooseRowid, int64_t> {
 public:
  enum class State : uint8_t { kLast, kProbe };
  static constexpr Edge<State> kEdges[] = {
      {State::kLast, State::kLast},
      {State::kLast, State::kProbe},  // the highest rowid there can be is taken
      {State::kProbe, State::kProbe},
  };
  ~ChooseRowid() { Abandon(); }

  // Moves `cursor`, which outlives the operation.
  void Start(TableCursor& cursor, Io& io);

 private:
  friend Resumable;
  Next Run(State state);
  Next Last();
  Next Probe();

  TableCursor* cursor_ = nullptr;
  Io* io_ = nullptr;
  int64_t candidate_ = 0;
  int try_count_ = 0;
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_VDBE_CHOOSE_ROWID_H_
