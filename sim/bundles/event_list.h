// An EventList is what a bundle keeps of a run's events, to tell on replay whether they are the
// same and, if not, from which one on they are others. As text: a header, then 16 bits of the
// running hash after each event, in hex.
//
//   orrery-events 1
//   count 1234
//   hash 0123456789abcdef
//   a1b2c3d4…
//
// Hashes run on: after the first different event nearly all are different.

#ifndef ORRERY_SIM_BUNDLES_EVENT_LIST_H_
#define ORRERY_SIM_BUNDLES_EVENT_LIST_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/status.h"
#include "sim/bundles/event_stream.h"

namespace orrery::sim {

struct EventList {
  std::vector<uint16_t> marks;
  uint64_t hash = 0;  // after the last one

  bool operator==(const EventList&) const = default;

  std::string ToText() const;
  static Result<EventList> FromText(std::string_view text);
};

class EventListKeeper final : public EventSink {
 public:
  void OnEvent(const StreamEvent& event) override {
    list_.marks.push_back(static_cast<uint16_t>(event.hash));
    list_.hash = event.hash;
  }
  const EventList& list() const { return list_; }

 private:
  EventList list_;
};

class EventListChecker final : public EventSink {
 public:
  // `expected` outlives us.
  explicit EventListChecker(const EventList& expected) : expected_(expected) {}

  void OnEvent(const StreamEvent& event) override;

  // The number of the first event that is not the recorded one; 0 while there is none. What comes
  // after the last recorded event is no difference: a failure ended the list there.
  uint64_t parted_at() const { return parted_at_; }
  const std::string& parted_event() const { return parted_event_; }
  uint64_t matched_count() const { return matched_count_; }
  // Every recorded event has come.
  bool complete() const { return matched_count_ == expected_.marks.size(); }
  // And nothing after them.
  bool equal() const { return complete() && seen_count_ == matched_count_; }

 private:
  const EventList& expected_;
  uint64_t seen_count_ = 0;
  uint64_t matched_count_ = 0;
  uint64_t parted_at_ = 0;
  std::string parted_event_;
};

}  // namespace orrery::sim

#endif  // ORRERY_SIM_BUNDLES_EVENT_LIST_H_
