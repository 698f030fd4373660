#include "engine/catalog/json_path.h"

#include <algorithm>

namespace orrery {
namespace {

// The number at the start of `text`, taken off; empty when there is none.
std::optional<size_t> TakeNumber(std::string_view& text) {
  constexpr size_t kIndexMax = 1'000'000'000;  // beyond any array
  if (text.empty() || text[0] < '0' || text[0] > '9') return std::nullopt;
  size_t number = 0;
  while (!text.empty() && text[0] >= '0' && text[0] <= '9') {
    number = std::min(number * 10 + static_cast<size_t>(text[0] - '0'), kIndexMax);
    text.remove_prefix(1);
  }
  return number;
}

bool TakeLabel(std::string_view& text, JsonStep& step) {
  step.is_label = true;
  if (text.starts_with('"')) {
    size_t end = 1;
    while (end < text.size() && text[end] != '"') end += text[end] == '\\' ? 2 : 1;
    if (end >= text.size()) return false;
    JsonNode label{.type = JsonType::kText5, .text = std::string(text.substr(1, end - 1))};
    step.label = UnescapeJson(label);
    text.remove_prefix(end + 1);
    return true;
  }
  const size_t end = std::min(text.find_first_of(".["), text.size());
  step.label = text.substr(0, end);
  text.remove_prefix(end);
  return end > 0;
}

bool TakeIndex(std::string_view& text, JsonStep& step) {
  step.from_end = text.starts_with('#');
  if (step.from_end) {
    text.remove_prefix(1);
    if (text.starts_with('-')) {
      text.remove_prefix(1);
      const std::optional<size_t> number = TakeNumber(text);
      if (!number) return false;
      step.index = *number;
    }
  } else {
    const std::optional<size_t> number = TakeNumber(text);
    if (!number) return false;
    step.index = *number;
  }
  if (!text.starts_with(']')) return false;
  text.remove_prefix(1);
  return true;
}

bool IsDefect(const JsonStep& step, const JsonNode& node) {
  switch (step.defect) {
    case JsonStep::Defect::kNone:
      return false;
    case JsonStep::Defect::kAlways:
      return true;
    case JsonStep::Defect::kInArray:
      return node.type == JsonType::kArray;
  }
  return false;
}

// Where a step leads in a container's children: that of the value. Empty: nowhere.
std::optional<size_t> ChildOf(const JsonNode& node, const JsonStep& step) {
  if (step.is_label) {
    if (node.type != JsonType::kObject) return std::nullopt;
    for (size_t i = 0; i + 1 < node.children.size(); i += 2) {
      if (UnescapeJson(node.children[i]) == step.label) return i + 1;
    }
    return std::nullopt;
  }
  if (node.type != JsonType::kArray) return std::nullopt;
  const size_t count = node.children.size();
  if (!step.from_end) return step.index < count ? std::optional(step.index) : std::nullopt;
  if (step.index == 0 || step.index > count) return std::nullopt;
  return count - step.index;
}

JsonNode LabelNode(const std::string& label) {
  return {.type = JsonType::kTextRaw, .text = label, .children = {}};
}

// Adds what a step leads to behind the last child, with what follows inside it.
enum class Appended : uint8_t { kYes, kLeadsElsewhere, kBadPath };
Appended Append(JsonNode& node, std::span<const JsonStep> path, const JsonNode& value) {
  const JsonStep& step = path[0];
  if (IsDefect(step, node)) return Appended::kBadPath;
  const JsonType wanted = step.is_label ? JsonType::kObject : JsonType::kArray;
  const bool is_end = step.from_end ? step.index == 0 : step.index == node.children.size();
  if (node.type != wanted || (!step.is_label && !is_end)) return Appended::kLeadsElsewhere;
  JsonNode made;
  if (path.size() == 1) {
    made = value;
  } else {
    made.type = path[1].is_label ? JsonType::kObject : JsonType::kArray;
    const Appended appended = Append(made, path.subspan(1), value);
    if (appended != Appended::kYes) return appended;
  }
  if (step.is_label) node.children.push_back(LabelNode(step.label));
  node.children.push_back(std::move(made));
  return Appended::kYes;
}

}  // namespace

std::optional<JsonPath> ParseJsonPath(std::string_view text) {
  if (!text.starts_with('$')) return std::nullopt;
  text.remove_prefix(1);
  JsonPath path;
  while (!text.empty()) {
    const char kind = text[0];
    text.remove_prefix(1);
    JsonStep& step = path.emplace_back();
    const bool is_good = kind == '.'   ? TakeLabel(text, step)
                         : kind == '[' ? TakeIndex(text, step)
                                       : false;
    if (is_good) continue;
    step.defect = kind == '[' ? JsonStep::Defect::kInArray : JsonStep::Defect::kAlways;
    break;
  }
  return path;
}

bool FindJson(const JsonNode& root, std::span<const JsonStep> path, const JsonNode** found) {
  const JsonNode* node = &root;
  *found = nullptr;
  for (const JsonStep& step : path) {
    if (IsDefect(step, *node)) return false;
    const std::optional<size_t> child = ChildOf(*node, step);
    if (!child) return true;
    node = &node->children[*child];
  }
  *found = node;
  return true;
}

bool EditJson(JsonNode& root, std::span<const JsonStep> path, JsonEdit edit,
              const JsonNode& value) {
  if (path.empty()) {
    if (edit != JsonEdit::kInsert) root = value;
    return true;
  }
  if (IsDefect(path[0], root)) return false;
  if (const std::optional<size_t> child = ChildOf(root, path[0])) {
    return EditJson(root.children[*child], path.subspan(1), edit, value);
  }
  if (edit == JsonEdit::kReplace) return true;
  return Append(root, path, value) != Appended::kBadPath;
}

bool RemoveJson(JsonNode& root, std::span<const JsonStep> path) {
  if (IsDefect(path[0], root)) return false;
  const std::optional<size_t> child = ChildOf(root, path[0]);
  if (!child) return true;
  if (path.size() > 1) return RemoveJson(root.children[*child], path.subspan(1));
  const auto at = root.children.begin() + static_cast<ptrdiff_t>(*child);
  root.children.erase(root.type == JsonType::kObject ? at - 1 : at, at + 1);
  return true;
}

void MergeJson(JsonNode& target, const JsonNode& patch) {
  if (patch.type != JsonType::kObject) {
    target = patch;
    return;
  }
  if (target.type != JsonType::kObject) target = {.type = JsonType::kObject};
  for (size_t i = 0; i + 1 < patch.children.size(); i += 2) {
    const JsonStep step{.is_label = true, .label = UnescapeJson(patch.children[i])};
    const JsonNode& value = patch.children[i + 1];
    const std::optional<size_t> child = ChildOf(target, step);
    if (value.type == JsonType::kNull) {
      if (child) (void)RemoveJson(target, std::span(&step, 1));
    } else if (child) {
      MergeJson(target.children[*child], value);
    } else {
      target.children.push_back(patch.children[i]);
      MergeJson(target.children.emplace_back(), value);
    }
  }
}

}  // namespace orrery
