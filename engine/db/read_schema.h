// ReadSchema makes sure that the session has the schemas of its databases as they are now, reading
// those that it does not have or that are others. It takes a read transaction for each, and gives
// it back, also between BEGIN and COMMIT: as in SQLite, looking names up holds no snapshot.

#ifndef ORRERY_ENGINE_DB_READ_SCHEMA_H_
#define ORRERY_ENGINE_DB_READ_SCHEMA_H_

#include "engine/catalog/load_schema.h"
#include "engine/io/resumable.h"

namespace orrery {

struct Database;
class Session;

class ReadSchema final : public Resumable<ReadSchema> {
 public:
  enum class State : uint8_t { kBegin, kBegun, kLoaded };
  static constexpr Edge<State> kEdges[] = {
      {State::kBegin, State::kBegun},
      {State::kBegun, State::kBegin},  // the next database
      {State::kLoaded, State::kBegin},
      {State::kBegun, State::kLoaded},  // there was none, or it was another
  };
  ~ReadSchema() { Abandon(); }

  void Start(Session& session);

 private:
  friend Resumable;
  Next Run(State state);
  Next TakeSnapshot();
  Next Load();
  Next Finish();
  void OnAbandon() override;
  void GiveBack();

  Database& database();
  Next NextDatabase();

  Session* session_ = nullptr;
  size_t at_ = 0;         // in session_->databases
  bool is_ours_ = false;  // the read transaction
  LoadSchema load_;
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_DB_READ_SCHEMA_H_
