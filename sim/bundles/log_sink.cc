#include "sim/bundles/log_sink.h"

namespace orrery::sim {
namespace {

// What a statement may fail from.
bool IsBlow(const Event& event) {
  if (event.kind == EventKind::kStrike) {
    return Describe(static_cast<Fault>(event.a)).promise != Promise::kInvisible;
  }
  return event.kind == EventKind::kKill || event.kind == EventKind::kPowerCut;
}

}  // namespace

void LogSink::OnEvent(const StreamEvent& event) {
  std::string line = std::to_string(event.step());
  if (event.connection != RunObserver::kNoConnection) {
    line += " connection " + std::to_string(event.connection);
  }
  line += ": ";
  switch (event.what) {
    case StreamEvent::What::kStatement:
      open_[event.statement] = event.text;
      return;
    case StreamEvent::What::kStatementEnd: {
      const auto statement = open_.find(event.statement);
      if (event.asker == RunObserver::Asker::kOracle) line += "(asked by an oracle) ";
      line += statement->second + " => " + std::string(event.text);
      open_.erase(statement);
      return write_(line);
    }
    case StreamEvent::What::kNote:
      return write_(line + std::string(event.text));
    case StreamEvent::What::kWorldEvent:
      if (IsBlow(event.event)) write_(Describe(event));
      return;
    case StreamEvent::What::kWorld:
    case StreamEvent::What::kWait:
      return;
  }
}

}  // namespace orrery::sim
