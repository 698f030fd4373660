#include "sim/bundles/statements.h"

#include <algorithm>
#include <sstream>

namespace orrery::sim {
namespace {

std::string LineOf(const StreamEvent& event) {
  std::string text(event.text);
  // One line each: a line break in a literal is rare, and then a space will do.
  std::replace(text.begin(), text.end(), '\n', ' ');
  const std::string connection = "connection " + std::to_string(event.connection);
  if (text.starts_with("step: ")) return "-- " + connection + ", " + text;
  return "/* " + connection + " */ " + text + ";";
}

// "connection 3", as it stands near the beginning of a line.
std::string ConnectionOf(const std::string& line) {
  const size_t at = line.find("connection ");
  if (at == line.npos) return "";
  return line.substr(at, line.find_first_of(", */", at + 11) - at);
}

bool IsOfWorkload(const StreamEvent& event) {
  return event.what == StreamEvent::What::kStatement &&
         event.asker == RunObserver::Asker::kWorkload;
}

}  // namespace

void StatementSink::OnEvent(const StreamEvent& event) {
  if (IsOfWorkload(event)) write_(LineOf(event));
}

StatementChecker::StatementChecker(std::string_view text) {
  std::istringstream lines{std::string(text)};
  for (std::string line; std::getline(lines, line);) {
    if (line.empty()) continue;
    expected_[ConnectionOf(line)].push_back(line);
    ++expected_count_;
  }
  for (auto& [connection, list] : expected_) std::reverse(list.begin(), list.end());
}

void StatementChecker::OnEvent(const StreamEvent& event) {
  if (!IsOfWorkload(event)) return;
  const std::string line = LineOf(event);
  const auto found = expected_.find(ConnectionOf(line));
  if (found == expected_.end() || found->second.empty()) return;
  if (found->second.back() == line) {
    ++matched_count_;
    found->second.pop_back();
    return;
  }
  if (difference_.empty()) difference_ = found->second.back() + "\n  came as\n  " + line;
  found->second.clear();
}

}  // namespace orrery::sim
