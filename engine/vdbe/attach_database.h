// AttachDatabase is ATTACH: opens a file as one more database of the connection, once its schema
// has turned out to be one that can be read. https://www.sqlite.org/lang_attach.html

#ifndef ORRERY_ENGINE_VDBE_ATTACH_DATABASE_H_
#define ORRERY_ENGINE_VDBE_ATTACH_DATABASE_H_

#include <memory>
#include <string>

#include "engine/catalog/load_schema.h"
#include "engine/io/resumable.h"

namespace orrery {

struct Database;
class Session;

// Beside main and temp.
inline constexpr size_t kAttachedCountMax = 10;

class AttachDatabase final : public Resumable<AttachDatabase> {
 public:
  enum class State : uint8_t { kOpen, kBegun, kLoaded };
  static constexpr Edge<State> kEdges[] = {
      {State::kOpen, State::kBegun},
      {State::kBegun, State::kLoaded},
  };
  ~AttachDatabase() { Abandon(); }

  // `path` may be a URI if the session takes them (ReadDatabaseName). A file that is not there is
  // made.
  void Start(Session& session, std::string path, std::string name);

 private:
  friend Resumable;
  Next Run(State state);
  Next Open();
  Next Begun();
  Next Loaded();
  Next GiveUp(Status status);
  void OnAbandon() override;

  Session* session_ = nullptr;
  std::string path_;
  std::string name_;
  std::unique_ptr<Database> database_;
  LoadSchema load_;
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_VDBE_ATTACH_DATABASE_H_
