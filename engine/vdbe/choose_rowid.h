// ChooseRowid finds a rowid that a table does not have: one more than the highest, and once that is
// taken up, some that are drawn.

#ifndef ORRERY_ENGINE_VDBE_CHOOSE_ROWID_H_
#define ORRERY_ENGINE_VDBE_CHOOSE_ROWID_H_

#include <cstdint>
#include <optional>

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

  // Moves `cursor`, which outlives the operation. With `largest`, the largest rowid that the table
  // ever had, none up to that is given, and none is drawn.
  void Start(TableCursor& cursor, Io& io, std::optional<int64_t> largest = std::nullopt);

 private:
  friend Resumable;
  Next Run(State state);
  Next Last();
  Next Probe();

  TableCursor* cursor_ = nullptr;
  Io* io_ = nullptr;
  std::optional<int64_t> largest_;
  int64_t candidate_ = 0;
  int try_count_ = 0;
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_VDBE_CHOOSE_ROWID_H_
