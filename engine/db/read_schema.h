// ReadSchema makes sure that the session has the schema of the database as it is now, reading it
// when it has none or another. It takes a read transaction for that, and gives it back, also
// between BEGIN and COMMIT: as in SQLite, looking names up holds no snapshot.

#ifndef ORRERY_ENGINE_DB_READ_SCHEMA_H_
#define ORRERY_ENGINE_DB_READ_SCHEMA_H_

#include "engine/catalog/load_schema.h"
#include "engine/io/resumable.h"

namespace orrery {

class Session;

class ReadSchema final : public Resumable<ReadSchema> {
 public:
  enum class State : uint8_t { kBegin, kBegun, kLoaded };
  static constexpr Edge<State> kEdges[] = {
      {State::kBegin, State::kBegun},
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

  Session* session_ = nullptr;
  bool is_ours_ = false;  // the read transaction
  LoadSchema load_;
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_DB_READ_SCHEMA_H_
