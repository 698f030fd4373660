// json_each and json_tree.
// https://www.sqlite.org/json1.html#table_valued_functions_for_parsing_json

#include <array>
#include <string>

#include "engine/catalog/json.h"
#include "engine/catalog/json_path.h"
#include "engine/catalog/table_function.h"
#include "engine/value/cast.h"
#include "engine/value/quote.h"

namespace orrery {
namespace {

constexpr std::string_view kColumns[] = {"key",    "value",   "type", "atom", "id",
                                         "parent", "fullkey", "path", "json", "root"};
constexpr size_t kArgumentCount = 2;
constexpr size_t kColumnCount = std::size(kColumns);

// As bytes of JSONB: places in it are the ids of rows.
size_t SizeOf(const JsonNode& node) {
  size_t size = node.text.size();
  for (const JsonNode& child : node.children) size += SizeOf(child);
  const size_t header = size <= 11 ? 1 : size <= 0xff ? 2 : size <= 0xffff ? 3 : 5;
  return header + size;
}
size_t HeaderSizeOf(const JsonNode& node) {
  size_t size = node.text.size();
  for (const JsonNode& child : node.children) size += SizeOf(child);
  return SizeOf(node) - size;
}

// Where a node lies, and the id of its row, which in an object is the place of its label.
struct Place {
  size_t id = 0;
  size_t at = 0;
};
std::optional<Place> PlaceOf(const JsonNode& wanted, const JsonNode& node, Place place) {
  if (&wanted == &node) return place;
  size_t at = place.at + HeaderSizeOf(node);
  const bool is_object = node.type == JsonType::kObject;
  for (size_t i = 0; i < node.children.size(); ++i) {
    const size_t id = at;
    if (is_object) at += SizeOf(node.children[i++]);
    const JsonNode& child = node.children[i];
    if (const std::optional<Place> found = PlaceOf(wanted, child, {id, at})) return found;
    at += SizeOf(child);
  }
  return std::nullopt;
}

bool IsPlainLabel(std::string_view label) {
  if (label.empty() || (label[0] >= '0' && label[0] <= '9')) return false;
  for (const char c : label) {
    const bool is_letter = (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
    if (!is_letter && !(c >= '0' && c <= '9')) return false;
  }
  return true;
}

class Rows {
 public:
  Rows(const TableFunction::AddRow& add, Value json, Value root, bool is_tree)
      : add_(add), json_(std::move(json)), root_(std::move(root)), is_tree_(is_tree) {}

  // The node of `whole` that the path leads to, which is the root of the rows.
  void AddRoot(const JsonNode& whole, const JsonNode& node) {
    const std::string path(root_.text());
    const Place place = PlaceOf(node, whole, Place()).value_or(Place());
    if (is_tree_ || !node.is_container()) {
      const size_t end = is_tree_ ? LastStep(whole, path, place.id) : path.size();
      Add(KeyOf(path, end), node, place.id, Value::Null(), path, path.substr(0, end));
    }
    if (node.is_container()) AddChildren(node, place, path);
  }

 private:
  // Where the last step of a path begins, as SQLite finds it: the step out of a container whose
  // first child has the id; else the first step.
  static size_t LastStep(const JsonNode& whole, const std::string& path, size_t id) {
    for (size_t end = path.size(); end > 1;) {
      --end;
      if (path[end] != '[' && path[end] != '.') continue;
      const std::optional<JsonPath> before = ParseJsonPath(path.substr(0, end));
      const JsonNode* node = nullptr;
      if (!before || !FindJson(whole, *before, &node) || node == nullptr) continue;
      const Place place = PlaceOf(*node, whole, Place()).value_or(Place());
      if (place.at + HeaderSizeOf(*node) == id) return end;
    }
    return 1;
  }
  static Value KeyOf(const std::string& path, size_t step) {
    if (step >= path.size()) return Value::Null();
    if (path[step] == '[') return Value::Integer(ToInteger(Value::Text(path.substr(step + 1))));
    const std::string label = path.substr(step + 1);
    const bool is_quoted = label.size() >= 2 && label.front() == '"';
    return Value::Text(is_quoted ? label.substr(1, label.size() - 2) : label);
  }

  void AddChildren(const JsonNode& node, Place place, const std::string& path) {
    const bool is_object = node.type == JsonType::kObject;
    const Value parent = is_tree_ ? Value::Integer(static_cast<int64_t>(place.id)) : Value::Null();
    size_t at = place.at + HeaderSizeOf(node);
    for (size_t i = 0; i < node.children.size(); ++i) {
      const size_t id = at;
      Value key;
      std::string step;
      if (is_object) {
        const JsonNode& label = node.children[i++];
        at += SizeOf(label);
        key = Value::Text(UnescapeJson(label));
        step = IsPlainLabel(label.text) ? "." + label.text : ".\"" + label.text + "\"";
      } else {
        key = Value::Integer(static_cast<int64_t>(i));
        step = "[" + std::to_string(i) + "]";
      }
      const JsonNode& child = node.children[i];
      Add(std::move(key), child, id, parent, path + step, path);
      if (is_tree_ && child.is_container()) AddChildren(child, {id, at}, path + step);
      at += SizeOf(child);
    }
  }

  void Add(Value key, const JsonNode& node, size_t id, const Value& parent,
           const std::string& full_key, const std::string& path) {
    const Value value = ValueOfJson(node);
    const std::array<Value, kColumnCount> row = {
        std::move(key),
        value,
        Value::Text(NameOfJsonType(node.type)),
        node.is_container() ? Value::Null() : value,
        Value::Integer(static_cast<int64_t>(id)),
        parent,
        Value::Text(full_key),
        Value::Text(path),
        json_,
        root_,
    };
    add_(row);
  }

  const TableFunction::AddRow& add_;
  const Value json_;
  const Value root_;
  const bool is_tree_;
};

template <bool is_tree>
Status MakeRows(Arguments arguments, const TableFunction::AddRow& add) {
  if (arguments.empty() || arguments[0].is_null()) return OkStatus();
  const std::optional<JsonNode> json = NodeOfJson(arguments[0]);
  if (!json) return Status(ResultCode::kError, "malformed JSON");
  Value root = Value::Text("$");
  const JsonNode* node = &*json;
  if (arguments.size() > 1) {
    if (arguments[1].is_null()) return OkStatus();
    root = ToText(arguments[1]);
    const std::optional<JsonPath> path = ParseJsonPath(root.text());
    if (!path || !FindJson(*json, *path, &node)) {
      return Status(ResultCode::kError, "bad JSON path: " + QuoteValue(root));
    }
    if (node == nullptr) return OkStatus();
  }
  Rows(add, arguments[0], root, is_tree).AddRoot(*json, *node);
  return OkStatus();
}

TableFunction Make(std::string_view name,
                   Status (*make_rows)(Arguments, const TableFunction::AddRow&)) {
  TableFunction function;
  function.table.name = name;
  function.table.is_without_rowid = true;
  for (size_t i = 0; i < kColumnCount; ++i) {
    Column column;
    column.name = kColumns[i];
    column.is_without_affinity = true;
    column.is_hidden = i + kArgumentCount >= kColumnCount;
    function.table.columns.push_back(std::move(column));
  }
  function.argument_count_max = kArgumentCount;
  function.make_rows = make_rows;
  return function;
}

}  // namespace

const TableFunction& TableFunctionAt(size_t number) {
  static const TableFunction kFunctions[] = {Make("json_each", MakeRows<false>),
                                             Make("json_tree", MakeRows<true>)};
  CHECK(number < std::size(kFunctions));
  return kFunctions[number];
}

std::optional<size_t> FindTableFunction(std::string_view name) {
  constexpr size_t kCount = 2;
  for (size_t i = 0; i < kCount; ++i) {
    if (SameName(TableFunctionAt(i).table.name, name)) return i;
  }
  return std::nullopt;
}

}  // namespace orrery
