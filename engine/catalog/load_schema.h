// LoadSchema reads sqlite_schema, in the read transaction that is open, and makes a Schema of it.

#ifndef ORRERY_ENGINE_CATALOG_LOAD_SCHEMA_H_
#define ORRERY_ENGINE_CATALOG_LOAD_SCHEMA_H_

#include <memory>
#include <optional>

#include "engine/btree/btree.h"
#include "engine/btree/table_cursor.h"
#include "engine/catalog/schema.h"
#include "engine/io/resumable.h"

namespace orrery {

class LoadSchema final : public Resumable<LoadSchema, std::shared_ptr<const Schema>> {
 public:
  enum class State : uint8_t { kFirst, kRow, kNext, kFinish };
  static constexpr Edge<State> kEdges[] = {
      {State::kFirst, State::kFirst},  {State::kFirst, State::kRow},
      {State::kFirst, State::kFinish},  // no tables
      {State::kRow, State::kRow},      {State::kRow, State::kNext},
      {State::kNext, State::kNext},    {State::kNext, State::kRow},
      {State::kNext, State::kFinish},
  };
  ~LoadSchema() { Abandon(); }

  // `database`: its number in the connection.
  void Start(Btree& btree, int database);

 private:
  friend Resumable;
  Next Run(State state);
  Next First();
  Next Row();
  Next NextRow();
  Next Finish();
  Next GiveUp(Status status);
  void OnAbandon() override;

  Btree* btree_ = nullptr;
  int database_ = kMainDatabase;
  std::optional<TableCursor> cursor_;
  std::shared_ptr<Schema> schema_;
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_CATALOG_LOAD_SCHEMA_H_
