#include "sim/bundles/event_stream.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "engine/base/result_code.h"
#include "sim/failure.h"

namespace orrery::sim {
namespace {

// Differences so near to each other are told as one.
constexpr size_t kGapMax = 16;

std::string FileName(const StreamEvent& event) {
  const uint32_t number = event.event.file;
  if (number == 0) return "";
  const std::string path = event.world->disk().PathOf(number);
  return path.empty() ? "file " + std::to_string(number) : path;
}

std::string Range(const Event& event) {
  return " [" + std::to_string(event.offset) + "+" + std::to_string(event.size) + "]";
}

std::string Result(uint64_t code) {
  if (code == 0) return "ok";
  return std::to_string(code) + " (" +
         std::string(orrery::Describe(static_cast<ResultCode>(code))) + ")";
}

std::string DescribeWorldEvent(const StreamEvent& e) {
  const Event& event = e.event;
  const auto number = std::to_string(event.b);
  switch (event.kind) {
    case EventKind::kSubmit:
      return "submits " + std::string(Name(static_cast<OperationKind>(event.a))) + " " + number +
             " " + FileName(e) + Range(event);
    case EventKind::kFinish:
      return "operation " + number + " finishes: " + Result(event.a) + ", " +
             std::to_string(event.size) + " bytes";
    case EventKind::kApply:
      return "operation " + number + " takes effect: " + FileName(e) + Range(event);
    case EventKind::kSpoil:
      return "the medium spoils " + FileName(e) + Range(event);
    case EventKind::kResume:
      return e.world->scheduler().fiber(static_cast<uint32_t>(event.a)).name() + " goes on";
    case EventKind::kPreempt:
      return "is preempted";
    case EventKind::kFiberEnd:
      return e.world->scheduler().fiber(static_cast<uint32_t>(event.a)).name() + " ends";
    case EventKind::kLock: {
      static constexpr const char* kWhat[] = {"locks shared", "locks", "unlocks", "asks for"};
      return std::string(kWhat[event.a & 3]) + " " + FileName(e) + Range(event) +
             (event.b == 0 ? "" : ": " + Result(event.b));
    }
    case EventKind::kOpen:
      return "opens " + FileName(e) + ": " + Result(event.b);
    case EventKind::kRemove:
      return "removes a file";
    case EventKind::kRename:
      return "renames a file";
    case EventKind::kStart:
      return "process " + std::to_string(event.process) + " starts";
    case EventKind::kKill:
      return "kill of process " + std::to_string(event.process);
    case EventKind::kPowerCut:
      return "power cut";
    case EventKind::kResolve:
      return "after the power cut " + FileName(e) + " has " + std::to_string(event.size) + " bytes";
    case EventKind::kStrike:
      return "fault " + std::string(Describe(static_cast<Fault>(event.a)).name);
    case EventKind::kForcedWait:
      return "is made to wait";
    case EventKind::kNote:
      return "note " + std::to_string(event.a) + " " + number;
  }
  return std::string(Name(event.kind));
}

}  // namespace

std::string Describe(const StreamEvent& event) {
  std::string text = "event " + std::to_string(event.number) + ", step " +
                     std::to_string(event.step()) + ", " +
                     std::to_string(event.now_nanoseconds() / 1000) + " us: ";
  if (event.connection != RunObserver::kNoConnection) {
    text += "connection " + std::to_string(event.connection) + " ";
  } else if (event.fiber() != nullptr) {
    text += event.fiber()->name() + " ";
  }
  switch (event.what) {
    case StreamEvent::What::kWorld:
      return text + "a world" + (event.text.empty() ? "" : ": " + std::string(event.text));
    case StreamEvent::What::kWorldEvent:
      return text + DescribeWorldEvent(event);
    case StreamEvent::What::kWait:
      return text + "waits" + (event.text.empty() ? "" : " at " + std::string(event.text));
    case StreamEvent::What::kStatement:
      return text + "begins " + std::string(event.text);
    case StreamEvent::What::kStatementEnd:
      return text + "ends statement " + std::to_string(event.statement) + ": " +
             std::string(event.text);
    case StreamEvent::What::kNote:
      return text + std::string(event.text);
  }
  return text;
}

void EventStream::Add(EventSink& sink) {
  sinks_.push_back(&sink);
  wants_bytes_ = wants_bytes_ || sink.wants_bytes();
}

void EventStream::Enter(const World& world) {
  if (world_ == &world) return;
  world_ = &world;
  // The latest one with this address.
  const auto found = std::find(worlds_.rbegin(), worlds_.rend(), &world);
  world_index_ = static_cast<uint32_t>(worlds_.rend() - found - 1);
}

void EventStream::Give(StreamEvent event) {
  event.number = ++number_;
  event.world = world_;
  event.world_index = world_index_;
  run_position.event = number_;
  hash_.Add(static_cast<uint64_t>(event.what) | uint64_t{world_index_} << 8);
  if (event.what == StreamEvent::What::kWorldEvent) {
    hash_.Add(event.event);
  } else {
    hash_.Add(static_cast<uint64_t>(event.connection));
    hash_.Add(HashOf(AsBytes(event.text)));
  }
  event.hash = hash_.value();
  event.changes = changes_;
  for (EventSink* const sink : sinks_) sink->OnEvent(event);
}

void EventStream::OnWorld(const World& world, std::string_view name) {
  worlds_.push_back(&world);
  world_ = nullptr;
  Enter(world);
  Give({.what = StreamEvent::What::kWorld, .text = name});
}

void EventStream::OnEvent(const World& world, const Event& event) {
  Enter(world);
  if (wants_bytes_) FindChanges(world, event);
  Give({.what = StreamEvent::What::kWorldEvent, .event = event});
  changes_.clear();
}

void EventStream::OnWait(const World& world, const YieldSite* site) {
  Enter(world);
  Give({.what = StreamEvent::What::kWait, .text = site == nullptr ? "" : site->name()});
}

uint64_t EventStream::OnStatement(int connection, Asker asker, std::string_view sql) {
  statements_[number_ + 1] = {.connection = connection, .asker = asker};
  Give({.what = StreamEvent::What::kStatement,
        .connection = connection,
        .asker = asker,
        .statement = number_ + 1,
        .text = sql});
  return number_;
}

void EventStream::OnStatementEnd(uint64_t statement, std::string_view outcome) {
  const OpenStatement open = statements_[statement];
  statements_.erase(statement);
  Give({.what = StreamEvent::What::kStatementEnd,
        .connection = open.connection,
        .asker = open.asker,
        .statement = statement,
        .text = outcome});
}

void EventStream::OnNote(int connection, std::string_view line) {
  Give({.what = StreamEvent::What::kNote, .connection = connection, .text = line});
}

void EventStream::FindChanges(const World& world, const Event& event) {
  if (event.file == 0) return;
  const std::shared_ptr<DiskFile> file = world.disk().FindByNumber(event.file);
  if (file == nullptr) return;
  switch (event.kind) {
    case EventKind::kApply:
    case EventKind::kSpoil:
      return Compare(*file, event.offset, event.offset + event.size);
    case EventKind::kOpen:
    case EventKind::kResolve:
      return Compare(*file, 0, UINT64_MAX);
    case EventKind::kLock:
      // Stores to shared memory are no events; they lie between locks.
      if (file->mapped()) Compare(*file, 0, UINT64_MAX);
      return;
    case EventKind::kFinish:
      // Of a truncation.
      return Compare(*file, 0, 0);
    default:
      return;
  }
}

void EventStream::Compare(const DiskFile& file, uint64_t begin, uint64_t end) {
  std::vector<std::byte>& copy = mirrors_[{world_index_, file.number()}].bytes;
  const size_t old_size = copy.size();
  const uint64_t size = file.size();
  if (size != old_size) {
    copy.resize(size);
    // Zeros, unless something was written there.
    if (size > old_size && end < size) {
      begin = std::min<uint64_t>(begin, old_size);
      end = size;
    }
    changes_.push_back({.file = file.number(), .file_size = size, .offset = size, .bytes = {}});
  }
  end = std::min(end, size);
  if (begin >= end) return;
  std::vector<std::byte> now(end - begin);
  (void)file.Read(begin, now);
  for (size_t at = 0; at < now.size();) {
    if (now[at] == copy[begin + at]) {
      ++at;
      continue;
    }
    const size_t first = at;
    size_t last = at;
    for (; at < now.size() && at - last <= kGapMax; ++at) {
      if (now[at] != copy[begin + at]) last = at;
    }
    const size_t count = last + 1 - first;
    std::memcpy(copy.data() + begin + first, now.data() + first, count);
    changes_.push_back({.file = file.number(),
                        .file_size = size,
                        .offset = begin + first,
                        .bytes = Bytes(copy.data() + begin + first, count)});
  }
}

}  // namespace orrery::sim
