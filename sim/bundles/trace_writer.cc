#include "sim/bundles/trace_writer.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "engine/io/yield_site.h"
#include "sim/bundles/bundle.h"

namespace orrery::sim {
namespace {

constexpr uint64_t kEventCountMax = 500'000;
constexpr uint64_t kPendingByte = 0x40000000;
constexpr uint64_t kCheckpointLock = 121;

void AddField(std::string& line, std::string_view name, uint64_t value) {
  line += ",\"";
  line += name;
  line += "\":";
  line += std::to_string(value);
}

void AddField(std::string& line, std::string_view name, std::string_view value) {
  line += ",\"";
  line += name;
  line += "\":";
  line += JsonString(value);
}

void AddHex(std::string& line, Bytes bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  for (const std::byte byte : bytes) {
    line += kDigits[std::to_integer<unsigned>(byte) >> 4];
    line += kDigits[std::to_integer<unsigned>(byte) & 15];
  }
}

// The size of the UTF-8 sequence that begins there; 0 when it is none.
size_t SequenceSize(std::string_view text) {
  const auto first = static_cast<uint8_t>(text[0]);
  const size_t size = first < 0x80 ? 1 : first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if ((first >= 0x80 && first < 0xc2) || first > 0xf4 || size > text.size()) return 0;
  for (size_t i = 1; i < size; ++i) {
    if ((static_cast<uint8_t>(text[i]) & 0xc0) != 0x80) return 0;
  }
  const uint8_t second = size > 1 ? static_cast<uint8_t>(text[1]) : 0;
  // Overlong forms, surrogates, and what lies beyond Unicode.
  if ((first == 0xe0 && second < 0xa0) || (first == 0xed && second > 0x9f) ||
      (first == 0xf0 && second < 0x90) || (first == 0xf4 && second > 0x8f)) {
    return 0;
  }
  return size;
}

bool EndsWith(const StreamEvent& event, std::string_view suffix) {
  return event.world->disk().PathOf(event.event.file).ends_with(suffix);
}

}  // namespace

std::string JsonString(std::string_view text) {
  std::string json = "\"";
  while (!text.empty()) {
    const size_t size = SequenceSize(text);
    const char c = text[0];
    if (size == 0) {
      json += "\\ufffd";
      text.remove_prefix(1);
      continue;
    }
    if (c == '"' || c == '\\') json += '\\';
    if (c == '\n') {
      json += "\\n";
    } else if (size == 1 && (static_cast<uint8_t>(c) < 0x20 || c == 0x7f)) {
      char escaped[8];
      std::snprintf(escaped, sizeof escaped, "\\u%04x", static_cast<unsigned>(c));
      json += escaped;
    } else {
      json += text.substr(0, size);
    }
    text.remove_prefix(size);
  }
  return json + "\"";
}

TraceWriter::TraceWriter(const std::string& path, std::string_view command)
    : descriptor_(open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644)) {
  if (descriptor_ < 0) std::fprintf(stderr, "%s: %s\n", path.c_str(), std::strerror(errno));
  for (const YieldSite* site : YieldSite::All()) {
    sites_by_hash_[HashOf(AsBytes(site->name()))] = site->name();
  }
  line_ = "{\"format\":\"orrery-trace 1\"";
  AddField(line_, "command", command);
  AddField(line_, "build", BuildDescription());
  line_ += "}\n";
  Flush();
}

TraceWriter::~TraceWriter() {
  if (descriptor_ >= 0) close(descriptor_);
}

void TraceWriter::Flush() {
  // One call a line, so that a crash loses none of them.
  for (std::string_view rest = line_; !rest.empty() && descriptor_ >= 0;) {
    const ssize_t written = write(descriptor_, rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) {
      std::fprintf(stderr, "the trace ends early: %s\n", std::strerror(errno));
      close(descriptor_);
      descriptor_ = -1;
      break;
    }
    rest.remove_prefix(static_cast<size_t>(written));
  }
  line_.clear();
}

void TraceWriter::AppendFailure(const std::string& path, const Failure& failure, uint64_t event) {
  FILE* const file = std::fopen(path.c_str(), "ab");
  if (file == nullptr) return;
  std::string line = "{\"n\":" + std::to_string(event) + ",\"kind\":\"failure\"";
  AddField(line, "oracle", failure.oracle);
  AddField(line, "site", failure.site);
  AddField(line, "message", failure.message);
  line += "}\n";
  (void)std::fwrite(line.data(), 1, line.size(), file);
  std::fclose(file);
}

// -- Names --

void TraceWriter::NameProcess(const StreamEvent& event, uint32_t process) {
  if (process == 0 || !processes_.insert({event.world_index, process}).second) return;
  line_ += "{\"process\":" + std::to_string(process);
  AddField(line_, "world", event.world_index);
  AddField(line_, "name", event.world->processes()[process - 1]->name());
  line_ += "}\n";
}

void TraceWriter::NameFiber(const StreamEvent& event, const Fiber& fiber) {
  if (!fibers_.insert({event.world_index, fiber.index()}).second) return;
  const SimProcess& process = event.world->scheduler().process_of(fiber);
  NameProcess(event, process.id());
  line_ += "{\"fiber\":" + std::to_string(fiber.index());
  AddField(line_, "world", event.world_index);
  AddField(line_, "process", process.id());
  AddField(line_, "name", fiber.name());
  line_ += "}\n";
}

void TraceWriter::NameFile(const StreamEvent& event, uint32_t file) {
  if (file == 0) return;
  const std::string path = event.world->disk().PathOf(file);
  const auto [known, is_new] = paths_.try_emplace({event.world_index, file}, path);
  if (!is_new && known->second == path) return;
  known->second = path;
  line_ += "{\"file\":" + std::to_string(file);
  AddField(line_, "world", event.world_index);
  AddField(line_, "path", path);
  line_ += "}\n";
}

void TraceWriter::NameAll(const StreamEvent& event) {
  if (event.what == StreamEvent::What::kWorld) {
    line_ += "{\"world\":" + std::to_string(event.world_index);
    AddField(line_, "name", event.text);
    line_ += "}\n";
    return;
  }
  if (event.fiber() != nullptr) NameFiber(event, *event.fiber());
  if (event.what != StreamEvent::What::kWorldEvent) return;
  NameProcess(event, event.event.process);
  NameFile(event, event.event.file);
  switch (event.event.kind) {
    case EventKind::kResume:
    case EventKind::kPreempt:
    case EventKind::kFiberEnd:
      NameFiber(event, event.world->scheduler().fiber(static_cast<uint32_t>(event.event.a)));
      return;
    default:
      return;
  }
}

// -- Events --

void TraceWriter::Begin(const StreamEvent& event, std::string_view kind) {
  line_ += "{\"n\":" + std::to_string(event.number);
  AddField(line_, "step", event.step());
  AddField(line_, "ns", event.now_nanoseconds());
  if (event.world_index != 0) AddField(line_, "world", event.world_index);
  if (event.fiber() != nullptr) AddField(line_, "fiber", event.fiber()->index());
  AddField(line_, "kind", kind);
}

void TraceWriter::OnEvent(const StreamEvent& event) {
  if (event.number > kEventCountMax) {
    if (event.number > kEventCountMax + 1) return;
    // A run that is stuck, say. Nobody would look at more.
    Begin(event, "log");
    AddField(line_, "text", std::string_view("the trace ends here, the run does not"));
    line_ += "}\n";
    return Flush();
  }
  NameAll(event);
  switch (event.what) {
    case StreamEvent::What::kWorld:
      return Flush();
    case StreamEvent::What::kWorldEvent:
      AddWorldEvent(event);
      break;
    case StreamEvent::What::kWait:
      Begin(event, "wait");
      if (!event.text.empty()) AddField(line_, "site", event.text);
      break;
    case StreamEvent::What::kStatement:
      Begin(event, "statement");
      AddField(line_, "connection", static_cast<uint64_t>(event.connection));
      AddField(line_, "asker",
               event.asker == RunObserver::Asker::kWorkload ? "workload" : "oracle");
      AddField(line_, "sql", event.text);
      break;
    case StreamEvent::What::kStatementEnd:
      Begin(event, "statement-end");
      AddField(line_, "connection", static_cast<uint64_t>(event.connection));
      AddField(line_, "statement", event.statement);
      AddField(line_, "outcome", event.text);
      break;
    case StreamEvent::What::kNote:
      Begin(event, "log");
      if (event.connection != RunObserver::kNoConnection) {
        AddField(line_, "connection", static_cast<uint64_t>(event.connection));
      }
      AddField(line_, "text", event.text);
      break;
  }
  if (!event.changes.empty()) {
    line_ += ",\"changes\":[";
    for (const FileChange& change : event.changes) {
      if (line_.back() != '[') line_ += ',';
      line_ += '[' + std::to_string(change.file) + ',' + std::to_string(change.file_size) + ',' +
               std::to_string(change.offset) + ",\"";
      AddHex(line_, change.bytes);
      line_ += "\"]";
    }
    line_ += ']';
  }
  line_ += "}\n";
  if (event.what == StreamEvent::What::kWorldEvent) AddDerived(event);
  Flush();
}

void TraceWriter::AddWorldEvent(const StreamEvent& stream_event) {
  const Event& event = stream_event.event;
  Begin(stream_event, Name(event.kind));
  if (event.process != 0) AddField(line_, "process", event.process);
  if (event.file != 0) AddField(line_, "file", event.file);
  const auto add_range = [&] {
    AddField(line_, "offset", event.offset);
    AddField(line_, "size", event.size);
  };
  switch (event.kind) {
    case EventKind::kSubmit:
      AddField(line_, "op", event.b);
      AddField(line_, "what", Name(static_cast<OperationKind>(event.a)));
      return add_range();
    case EventKind::kApply:
      AddField(line_, "op", event.b);
      return add_range();
    case EventKind::kSpoil:
      return add_range();
    case EventKind::kFinish:
      AddField(line_, "op", event.b);
      AddField(line_, "code", event.a);
      return AddField(line_, "size", event.size);
    case EventKind::kResume:
    case EventKind::kPreempt:
    case EventKind::kFiberEnd:
      return AddField(line_, "of", event.a);
    case EventKind::kLock: {
      static constexpr std::string_view kModes[] = {"shared", "exclusive", "unlock", "ask"};
      AddField(line_, "lock", LockName(stream_event));
      AddField(line_, "mode", kModes[event.a & 3]);
      line_ += event.b == 0 ? ",\"ok\":true" : ",\"ok\":false";
      return;
    }
    case EventKind::kOpen:
      return AddField(line_, "code", event.b);
    case EventKind::kResolve:
      return AddField(line_, "size", event.size);
    case EventKind::kStrike:
      return AddField(line_, "fault", Describe(static_cast<Fault>(event.a)).name);
    case EventKind::kForcedWait:
      return AddField(line_, "site", sites_by_hash_[event.b]);
    case EventKind::kNote:
      AddField(line_, "a", event.a);
      return AddField(line_, "b", event.b);
    case EventKind::kRemove:
    case EventKind::kRename:
    case EventKind::kStart:
    case EventKind::kKill:
    case EventKind::kPowerCut:
      return;
  }
}

std::string TraceWriter::LockName(const StreamEvent& event) const {
  const uint64_t offset = event.event.offset;
  const uint64_t size = event.event.size;
  if (EndsWith(event, "-shm")) {
    static constexpr const char* kNames[] = {"WRITE", "CHECKPOINT", "RECOVER", "READ0", "READ1",
                                             "READ2", "READ3",      "READ4",   "DMS",   "OPENING"};
    if (offset >= 120 && offset + size <= 130) {
      std::string name = kNames[offset - 120];
      if (size > 1) name += std::string("..") + kNames[offset + size - 121];
      return name;
    }
  }
  if (offset == kPendingByte && size == 1) return "PENDING";
  if (offset == kPendingByte + 1 && size == 1) return "RESERVED";
  if (offset == kPendingByte + 2) return "SHARED";
  return std::to_string(offset) + "+" + std::to_string(size);
}

// https://www.sqlite.org/fileformat2.html#the_write_ahead_log
void TraceWriter::AddDerived(const StreamEvent& stream_event) {
  const Event& event = stream_event.event;
  const auto add = [&](std::string_view kind, std::string_view name, auto value) {
    Begin(stream_event, kind);
    AddField(line_, "file", event.file);
    AddField(line_, name, value);
    line_ += "}\n";
  };
  if (event.kind == EventKind::kLock && event.b == 0 && EndsWith(stream_event, "-shm") &&
      event.offset <= kCheckpointLock && kCheckpointLock < event.offset + event.size) {
    if (event.a == 1) add("checkpoint", "what", std::string_view("begin"));
    if (event.a == 2) add("checkpoint", "what", std::string_view("end"));
    return;
  }
  if (event.kind == EventKind::kRemove && EndsWith(stream_event, "-journal")) {
    return add("journal-end", "what", std::string_view("remove"));
  }
  if (event.kind != EventKind::kApply) return;
  const std::shared_ptr<DiskFile> file = stream_event.world->disk().FindByNumber(event.file);
  if (file == nullptr) return;
  std::byte header[8] = {};
  if (EndsWith(stream_event, "-journal")) {
    // Zeros over its header: void.
    if (event.offset == 0 && file->Read(0, header) == 8 && LoadBig<uint64_t>(header) == 0) {
      add("journal-end", "what", std::string_view("zero"));
    }
    return;
  }
  if (!EndsWith(stream_event, "-wal")) return;
  constexpr uint64_t kHeaderSize = 32;
  constexpr uint64_t kFrameHeaderSize = 24;
  if (file->Read(8, MutableBytes(header, 4)) != 4) return;
  const uint64_t frame_size = kFrameHeaderSize + LoadBig<uint32_t>(header);
  if (event.offset + event.size <= kHeaderSize) return;
  // Frames whose header was completed by this write.
  const uint64_t begin = event.offset < kHeaderSize ? 0 : event.offset - kHeaderSize;
  const uint64_t end = event.offset + event.size - kHeaderSize;
  for (uint64_t frame = begin / frame_size; frame * frame_size + 8 <= end; ++frame) {
    if (frame * frame_size + 8 <= begin) continue;
    if (file->Read(kHeaderSize + frame * frame_size, header) != 8) break;
    // The database's size in pages: there in the last frame of a transaction alone.
    if (LoadBig<uint32_t>(header + 4) != 0) add("commit", "frame", frame + 1);
  }
}

}  // namespace orrery::sim
