// The JSON functions. https://www.sqlite.org/json1.html

#include <deque>
#include <string>

#include "engine/catalog/function.h"
#include "engine/catalog/json.h"
#include "engine/catalog/json_path.h"
#include "engine/value/cast.h"
#include "engine/value/numeric.h"
#include "engine/value/quote.h"

namespace orrery {
namespace {

constexpr std::string_view kMalformed = "malformed JSON";

Bytes BytesOf(const std::string& text) { return AsBytes(std::string_view(text)); }

// The JSON that an argument is; answers false after an error, and when the argument is NULL.
bool TakeNode(FunctionCall& call, const Value& argument, JsonNode& node) {
  if (argument.is_null()) return false;
  std::optional<JsonNode> found = NodeOfJson(argument);
  if (!found) {
    call.Fail(kMalformed);
    return false;
  }
  node = *std::move(found);
  return true;
}

// A value of SQL as JSON.
bool TakeValue(FunctionCall& call, const Value& value, JsonNode& node) {
  node = JsonNode();
  switch (value.type()) {
    case ValueType::kNull:
      return true;
    case ValueType::kInteger:
      node.type = JsonType::kInteger;
      node.text = IntegerToText(value.integer());
      return true;
    case ValueType::kReal:
      node.type = JsonType::kReal;
      node.text = RealToText(value.real());
      if (node.text == "Inf") node.text = "9.0e+999";
      if (node.text == "-Inf") node.text = "-9.0e+999";
      return true;
    case ValueType::kText:
      if (value.is_json()) return TakeNode(call, value, node);
      node.type = JsonType::kTextRaw;
      node.text = value.text();
      return true;
    case ValueType::kBlob:
      break;
  }
  if (std::optional<JsonNode> found = DecodeJsonb(value.bytes())) {
    node = *std::move(found);
    return true;
  }
  call.Fail("JSON cannot hold BLOB values");
  return false;
}

// False, for what stands behind ||.
bool BadPath(FunctionCall& call, const Value& argument) {
  call.Fail("bad JSON path: " + QuoteValue(ToText(argument)));
  return false;
}

bool TakePath(FunctionCall& call, const Value& argument, JsonPath& path) {
  if (argument.is_null()) return false;
  const Value text = ToText(argument);
  std::optional<JsonPath> found = ParseJsonPath(text.text());
  if (!found) return BadPath(call, argument);
  path = *std::move(found);
  return true;
}

void ReturnText(FunctionCall& call, const JsonNode& node) {
  std::string text;
  AppendJson(node, text);
  call.Return(Value::Text(text).AsJson());
}
void ReturnJsonb(FunctionCall& call, const JsonNode& node) {
  std::string bytes;
  AppendJsonb(node, bytes);
  call.Return(Value::Blob(BytesOf(bytes)));
}
template <bool is_binary>
void ReturnNode(FunctionCall& call, const JsonNode& node) {
  is_binary ? ReturnJsonb(call, node) : ReturnText(call, node);
}
// As SQLite does, which writes new values as text first: strings in JSONB have their escapes then.
template <bool is_binary>
void ReturnMade(FunctionCall& call, const JsonNode& node) {
  if (!is_binary) return ReturnText(call, node);
  std::string text;
  AppendJson(node, text);
  const JsonText read = ParseJson(text);
  read.node ? ReturnJsonb(call, *read.node) : call.Fail(kMalformed);
}

// -- Whole values --

template <bool is_binary>
void Json(FunctionCall& call, Arguments arguments) {
  JsonNode node;
  if (TakeNode(call, arguments[0], node)) ReturnNode<is_binary>(call, node);
}

void JsonPretty(FunctionCall& call, Arguments arguments) {
  JsonNode node;
  if (!TakeNode(call, arguments[0], node)) return;
  const bool has_indent = arguments.size() > 1 && !arguments[1].is_null();
  const Value indent = has_indent ? ToText(arguments[1]) : Value::Text("    ");
  call.Return(Value::Text(PrettyJson(node, indent.text())).AsJson());
}

void JsonQuote(FunctionCall& call, Arguments arguments) {
  JsonNode node;
  if (TakeValue(call, arguments[0], node)) ReturnText(call, node);
}

void JsonValid(FunctionCall& call, Arguments arguments) {
  enum : uint8_t { kStandard = 1, kJson5 = 2, kLooksBinary = 4, kBinary = 8 };
  int64_t flags = kStandard;
  if (arguments.size() > 1) {
    flags = ToInteger(arguments[1]);
    if (flags < 1 || flags > 15) {
      return call.Fail("FLAGS parameter to json_valid() must be between 1 and 15");
    }
  }
  const Value& value = arguments[0];
  if (value.is_null()) return;
  bool is_valid = false;
  if (value.is_blob() && LooksLikeJsonb(value.bytes())) {
    is_valid = (flags & kLooksBinary) != 0;
    if (!is_valid && (flags & kBinary) != 0) is_valid = DecodeJsonb(value.bytes()).has_value();
  } else if ((flags & (kStandard | kJson5)) != 0) {
    const Value text = ToText(value);
    const JsonText parsed = ParseJson(text.text());
    is_valid = parsed.node.has_value() && (parsed.is_standard || (flags & kJson5) != 0);
  }
  call.Return(Value::Bool(is_valid));
}

// Counts characters from 1.
void JsonErrorPosition(FunctionCall& call, Arguments arguments) {
  const Value& value = arguments[0];
  if (value.is_null()) return;
  if (value.is_blob() && LooksLikeJsonb(value.bytes())) {
    return call.Return(Value::Integer(DecodeJsonb(value.bytes()) ? 0 : 1));
  }
  const Value text = ToText(value);
  const JsonText parsed = ParseJson(text.text());
  int64_t position = 0;
  if (!parsed.node) {
    position = 1;
    for (const char c : text.text().substr(0, parsed.error_at)) {
      position += (c & 0xc0) == 0x80 ? 0 : 1;
    }
  }
  call.Return(Value::Integer(position));
}

// -- Parts --

// With an optional path: answers false when there is nothing to look at.
bool TakePart(FunctionCall& call, Arguments arguments, JsonNode& root, const JsonNode*& part) {
  if (!TakeNode(call, arguments[0], root)) return false;
  JsonPath path;
  if (arguments.size() > 1 && !TakePath(call, arguments[1], path)) return false;
  if (!FindJson(root, path, &part)) return BadPath(call, arguments[1]);
  return part != nullptr;
}

void JsonTypeOf(FunctionCall& call, Arguments arguments) {
  JsonNode root;
  const JsonNode* part = nullptr;
  if (TakePart(call, arguments, root, part)) call.Return(Value::Text(NameOfJsonType(part->type)));
}

void JsonArrayLength(FunctionCall& call, Arguments arguments) {
  JsonNode root;
  const JsonNode* part = nullptr;
  if (!TakePart(call, arguments, root, part)) return;
  const size_t length = part->type == JsonType::kArray ? part->children.size() : 0;
  call.Return(Value::Integer(static_cast<int64_t>(length)));
}

template <bool is_binary>
void JsonExtract(FunctionCall& call, Arguments arguments) {
  if (arguments.size() < 2) return;
  JsonNode root;
  if (!TakeNode(call, arguments[0], root)) return;
  JsonNode found{.type = JsonType::kArray};
  for (const Value& argument : arguments.subspan(1)) {
    JsonPath path;
    if (!TakePath(call, argument, path)) return;
    const JsonNode* part = nullptr;
    if (!FindJson(root, path, &part)) return (void)BadPath(call, argument);
    if (arguments.size() == 2) {
      if (part == nullptr) return;
      if (is_binary && part->is_container()) return ReturnJsonb(call, *part);
      return call.Return(ValueOfJson(*part));
    }
    found.children.push_back(part == nullptr ? JsonNode() : *part);
  }
  ReturnMade<is_binary>(call, found);
}

bool IsAlphanumeric(std::string_view text) {
  for (const char c : text) {
    const bool is_letter = (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
    if (!is_letter && !(c >= '0' && c <= '9')) return false;
  }
  return !text.empty();
}

// The right side of -> and ->> is a path, or a label or an index alone.
std::string PathOfArrow(const Value& argument) {
  const Value value = ToText(argument);
  const std::string text(value.text());
  if (argument.is_integer()) return argument.integer() < 0 ? "$[#" + text + "]" : "$[" + text + "]";
  if (text.starts_with('$')) return text;
  if (IsAlphanumeric(text)) return "$." + text;
  if (text.size() >= 3 && text.front() == '[' && text.back() == ']') return "$" + text;
  return "$.\"" + text + "\"";
}

template <bool is_text>
void JsonArrow(FunctionCall& call, Arguments arguments) {
  JsonNode root;
  if (!TakeNode(call, arguments[0], root) || arguments[1].is_null()) return;
  JsonPath path;
  const Value text = Value::Text(PathOfArrow(arguments[1]));
  if (!TakePath(call, text, path)) return;
  const JsonNode* part = nullptr;
  if (!FindJson(root, path, &part)) return (void)BadPath(call, text);
  if (part == nullptr) return;
  if (!is_text) return ReturnText(call, *part);
  Value value = ValueOfJson(*part);
  value.ForgetJson();
  call.Return(std::move(value));
}

// -- Changes --

template <JsonEdit edit, bool is_binary>
void JsonEdited(FunctionCall& call, Arguments arguments) {
  static constexpr std::string_view kNames[] = {"insert", "replace", "set"};
  if (arguments.empty()) return;
  if (arguments.size() % 2 == 0) {
    return call.Fail("json_" + std::string(kNames[static_cast<size_t>(edit)]) +
                     "() needs an odd number of arguments");
  }
  JsonNode root;
  if (!TakeNode(call, arguments[0], root)) return;
  for (size_t i = 1; i < arguments.size(); i += 2) {
    if (arguments[i].is_null()) continue;
    JsonPath path;
    JsonNode value;
    if (!TakePath(call, arguments[i], path)) return;
    if (!TakeValue(call, arguments[i + 1], value)) return;
    if (!EditJson(root, path, edit, value)) return (void)BadPath(call, arguments[i]);
  }
  ReturnNode<is_binary>(call, root);
}

template <bool is_binary>
void JsonRemove(FunctionCall& call, Arguments arguments) {
  if (arguments.empty()) return;
  JsonNode root;
  if (!TakeNode(call, arguments[0], root)) return;
  for (const Value& argument : arguments.subspan(1)) {
    JsonPath path;
    if (!TakePath(call, argument, path) || path.empty()) return;
    if (!RemoveJson(root, path)) return (void)BadPath(call, argument);
  }
  ReturnNode<is_binary>(call, root);
}

template <bool is_binary>
void JsonPatch(FunctionCall& call, Arguments arguments) {
  JsonNode target;
  JsonNode patch;
  if (!TakeNode(call, arguments[0], target) || !TakeNode(call, arguments[1], patch)) return;
  MergeJson(target, patch);
  ReturnNode<is_binary>(call, target);
}

// -- New values --

template <bool is_binary>
void JsonArray(FunctionCall& call, Arguments arguments) {
  JsonNode array{.type = JsonType::kArray};
  for (const Value& argument : arguments) {
    if (!TakeValue(call, argument, array.children.emplace_back())) return;
  }
  ReturnMade<is_binary>(call, array);
}

template <bool is_binary>
void JsonObject(FunctionCall& call, Arguments arguments) {
  if (arguments.size() % 2 != 0) {
    return call.Fail("json_object() requires an even number of arguments");
  }
  JsonNode object{.type = JsonType::kObject};
  for (size_t i = 0; i < arguments.size(); i += 2) {
    if (!arguments[i].is_text()) return call.Fail("json_object() labels must be TEXT");
    JsonNode& label = object.children.emplace_back();
    label.type = JsonType::kTextRaw;
    label.text = arguments[i].text();
    if (!TakeValue(call, arguments[i + 1], object.children.emplace_back())) return;
  }
  ReturnMade<is_binary>(call, object);
}

// -- Of many rows --

template <bool is_object, bool is_binary>
class Group final : public Aggregate {
 public:
  void Step(FunctionCall& call, Arguments arguments) override {
    Entry& entry = entries_.emplace_back();
    if (is_object) {
      // A label that is NULL leaves the row out.
      if (arguments[0].is_null()) return;
      entry.label = ToText(arguments[0]).text();
    }
    entry.is_in = TakeValue(call, arguments[is_object ? 1 : 0], entry.value);
  }
  void TakeBack(FunctionCall&, Arguments) override { entries_.pop_front(); }
  bool can_take_back() const override { return true; }
  void Final(FunctionCall& call) override {
    JsonNode all{.type = is_object ? JsonType::kObject : JsonType::kArray};
    for (const Entry& entry : entries_) {
      if (!entry.is_in) continue;
      if (is_object) all.children.push_back({.type = JsonType::kTextRaw, .text = entry.label});
      all.children.push_back(entry.value);
    }
    ReturnMade<is_binary>(call, all);
  }

 private:
  struct Entry {
    bool is_in = false;
    std::string label;
    JsonNode value;
  };
  std::deque<Entry> entries_;
};

template <bool is_object, bool is_binary>
std::unique_ptr<Aggregate> MakeGroup() {
  return std::make_unique<Group<is_object, is_binary>>();
}

constexpr Function kJsonFunctions[] = {
    {"json", 1, 1, Json<false>},
    {"jsonb", 1, 1, Json<true>},
    {"json_array", 0, -1, JsonArray<false>},
    {"jsonb_array", 0, -1, JsonArray<true>},
    {"json_array_length", 1, 2, JsonArrayLength},
    {"json_error_position", 1, 1, JsonErrorPosition},
    {"json_extract", 0, -1, JsonExtract<false>},
    {"jsonb_extract", 0, -1, JsonExtract<true>},
    {"->", 2, 2, JsonArrow<false>},
    {"->>", 2, 2, JsonArrow<true>},
    {"json_insert", 0, -1, JsonEdited<JsonEdit::kInsert, false>},
    {"jsonb_insert", 0, -1, JsonEdited<JsonEdit::kInsert, true>},
    {"json_object", 0, -1, JsonObject<false>},
    {"jsonb_object", 0, -1, JsonObject<true>},
    {"json_patch", 2, 2, JsonPatch<false>},
    {"jsonb_patch", 2, 2, JsonPatch<true>},
    {"json_pretty", 1, 2, JsonPretty},
    {"json_quote", 1, 1, JsonQuote},
    {"json_remove", 0, -1, JsonRemove<false>},
    {"jsonb_remove", 0, -1, JsonRemove<true>},
    {"json_replace", 0, -1, JsonEdited<JsonEdit::kReplace, false>},
    {"jsonb_replace", 0, -1, JsonEdited<JsonEdit::kReplace, true>},
    {"json_set", 0, -1, JsonEdited<JsonEdit::kSet, false>},
    {"jsonb_set", 0, -1, JsonEdited<JsonEdit::kSet, true>},
    {"json_type", 1, 2, JsonTypeOf},
    {"json_valid", 1, 2, JsonValid},
    {.name = "json_group_array",
     .argument_count_min = 1,
     .argument_count_max = 1,
     .aggregate = MakeGroup<false, false>},
    {.name = "jsonb_group_array",
     .argument_count_min = 1,
     .argument_count_max = 1,
     .aggregate = MakeGroup<false, true>},
    {.name = "json_group_object",
     .argument_count_min = 2,
     .argument_count_max = 2,
     .aggregate = MakeGroup<true, false>},
    {.name = "jsonb_group_object",
     .argument_count_min = 2,
     .argument_count_max = 2,
     .aggregate = MakeGroup<true, true>},
};

}  // namespace

std::span<const Function> BuiltInJsonFunctions() { return kJsonFunctions; }

}  // namespace orrery
