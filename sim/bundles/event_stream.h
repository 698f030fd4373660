// EventStream makes one numbered sequence of all that a RunObserver is told, and hands it to sinks:
// a log, a trace, a list of hashes to keep or to compare with, a place to stop at. An event's
// number is what --until and --branch take and what a trace shows; the same run gives every event
// the same number.
//
// While a sink wants bytes the stream keeps a copy of every file, and tells with each event what it
// has changed.

#ifndef ORRERY_SIM_BUNDLES_EVENT_STREAM_H_
#define ORRERY_SIM_BUNDLES_EVENT_STREAM_H_

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/bytes.h"
#include "sim/run_observer.h"
#include "sim/world/world.h"

namespace orrery::sim {

// Bytes of a file that are other than they were before an event.
struct FileChange {
  uint32_t file = 0;
  uint64_t file_size = 0;  // now
  uint64_t offset = 0;
  Bytes bytes;  // empty when the size alone has changed
};

struct StreamEvent {
  enum class What : uint8_t {
    kWorld,         // `world` is new; `text` is its name
    kWorldEvent,    // `event`
    kWait,          // the running fiber waits; `text` is the yield site, or empty
    kStatement,     // `text` is the SQL, `statement` this event's number
    kStatementEnd,  // of `statement`; `text` is the outcome
    kNote,          // `text`
  };
  What what;
  uint64_t number = 0;  // from 1
  uint64_t hash = 0;    // of this event and all before it
  const World* world = nullptr;
  uint32_t world_index = 0;  // from 0
  Event event{.kind = EventKind::kNote};
  int connection = RunObserver::kNoConnection;
  RunObserver::Asker asker = RunObserver::Asker::kOracle;
  uint64_t statement = 0;
  std::string_view text;
  std::span<const FileChange> changes;  // only when a sink wants bytes

  uint64_t step() const { return world == nullptr ? 0 : world->step(); }
  uint64_t now_nanoseconds() const { return world == nullptr ? 0 : world->now_nanoseconds(); }
  // Null on the main stack.
  const Fiber* fiber() const { return world == nullptr ? nullptr : world->scheduler().running(); }
};

// For a person: "event 17, step 5, 3.5 us: client 2 submits read 3 of db0 [4096+512]".
std::string Describe(const StreamEvent& event);

class EventSink {
 public:
  virtual ~EventSink() = default;
  virtual void OnEvent(const StreamEvent& event) = 0;
  virtual bool wants_bytes() const { return false; }
};

class EventStream final : public RunObserver {
 public:
  EventStream() = default;
  EventStream(const EventStream&) = delete;
  EventStream& operator=(const EventStream&) = delete;

  // Told in the order of adding. Outlives the run.
  void Add(EventSink& sink);

  uint64_t count() const { return number_; }
  uint64_t hash() const { return hash_.value(); }

  void OnWorld(const World& world, std::string_view name) override;
  void OnEvent(const World& world, const Event& event) override;
  void OnWait(const World& world, const YieldSite* site) override;
  uint64_t OnStatement(int connection, Asker asker, std::string_view sql) override;
  void OnStatementEnd(uint64_t statement, std::string_view outcome) override;
  void OnNote(int connection, std::string_view line) override;

 private:
  struct Mirror {
    std::vector<std::byte> bytes;
  };
  struct OpenStatement {
    int connection;
    Asker asker;
  };

  void Enter(const World& world);
  void Give(StreamEvent event);
  // Compares [begin, end) of a file with its copy, lists the differences, and copies.
  void Compare(const DiskFile& file, uint64_t begin, uint64_t end);
  void FindChanges(const World& world, const Event& event);

  std::vector<EventSink*> sinks_;
  bool wants_bytes_ = false;
  uint64_t number_ = 0;
  EventHash hash_;
  std::map<std::string, uint32_t> world_names_;
  std::vector<const World*> worlds_;  // by index
  const World* world_ = nullptr;      // of the last event
  uint32_t world_index_ = 0;
  std::map<uint64_t, OpenStatement> statements_;
  std::map<std::pair<uint32_t, uint32_t>, Mirror> mirrors_;  // by world and file
  std::vector<FileChange> changes_;
};

}  // namespace orrery::sim

#endif  // ORRERY_SIM_BUNDLES_EVENT_STREAM_H_
