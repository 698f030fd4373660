#include "sim/bundles/event_list.h"

#include <charconv>
#include <cstdio>

namespace orrery::sim {
namespace {

Status Bad(const char* what) { return Status(ResultCode::kMismatch, what); }

// Takes a line that begins with `name` and a space; the rest of it is a number.
bool TakeNumber(std::string_view& text, std::string_view name, int base, uint64_t& number) {
  const size_t end = text.find('\n');
  std::string_view line = text.substr(0, end);
  if (end == text.npos || !line.starts_with(name)) return false;
  line.remove_prefix(name.size());
  text.remove_prefix(end + 1);
  const auto [rest, error] = std::from_chars(line.data(), line.data() + line.size(), number, base);
  return error == std::errc() && rest == line.data() + line.size();
}

}  // namespace

std::string EventList::ToText() const {
  std::string text = "orrery-events 1\ncount " + std::to_string(marks.size()) + "\nhash ";
  char digits[20];
  std::snprintf(digits, sizeof digits, "%016llx", static_cast<unsigned long long>(hash));
  text += digits;
  for (size_t i = 0; i < marks.size(); ++i) {
    if (i % 24 == 0) text += '\n';
    std::snprintf(digits, sizeof digits, "%04x", static_cast<unsigned>(marks[i]));
    text += digits;
  }
  return text + "\n";
}

Result<EventList> EventList::FromText(std::string_view text) {
  constexpr std::string_view kHeader = "orrery-events 1\n";
  if (!text.starts_with(kHeader)) return Bad("not a list of events");
  text.remove_prefix(kHeader.size());
  EventList list;
  uint64_t count = 0;
  if (!TakeNumber(text, "count ", 10, count) || !TakeNumber(text, "hash ", 16, list.hash)) {
    return Bad("no count or no hash in a list of events");
  }
  std::string digits;
  for (const char c : text) {
    if (c == '\n') continue;
    digits += c;
    if (digits.size() < 4) continue;
    uint16_t mark = 0;
    const auto [rest, error] = std::from_chars(digits.data(), digits.data() + 4, mark, 16);
    if (error != std::errc() || rest != digits.data() + 4) return Bad("not hexadecimal");
    list.marks.push_back(mark);
    digits.clear();
  }
  if (!digits.empty() || list.marks.size() != count) return Bad("a list of events is cut off");
  return list;
}

void EventListChecker::OnEvent(const StreamEvent& event) {
  ++seen_count_;
  if (parted_at_ != 0 || event.number > expected_.marks.size()) return;
  if (expected_.marks[event.number - 1] == static_cast<uint16_t>(event.hash)) {
    matched_count_ = event.number;
    return;
  }
  parted_at_ = event.number;
  parted_event_ = Describe(event);
}

}  // namespace orrery::sim
