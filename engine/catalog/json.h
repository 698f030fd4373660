// JSON as the JSON functions have it: a tree of nodes, read from text or JSONB and written as
// either. https://www.sqlite.org/json1.html, https://www.sqlite.org/jsonb.html
//
// Text is RFC 8259 with the extensions of JSON5 (https://spec.json5.org), which are also noted as
// not standard. Numbers and strings keep the letters they were written with.

#ifndef ORRERY_ENGINE_CATALOG_JSON_H_
#define ORRERY_ENGINE_CATALOG_JSON_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/value/value.h"

namespace orrery {

// The numbers are JSONB's.
enum class JsonType : uint8_t {
  kNull,
  kTrue,
  kFalse,
  kInteger,
  kInteger5,  // in a form that only JSON5 has: hexadecimal
  kReal,
  kReal5,        // likewise: a point at the start or the end
  kText,         // no escapes, and none needed
  kTextEscaped,  // with the escapes of RFC 8259
  kText5,        // with those of JSON5
  kTextRaw,      // the text itself: what is to be escaped is not
  kArray,
  kObject,
};

struct JsonNode {
  JsonType type = JsonType::kNull;
  std::string text;                // of numbers and strings
  std::vector<JsonNode> children;  // elements; in an object label, value, label, value

  bool is_string() const { return type >= JsonType::kText && type <= JsonType::kTextRaw; }
  bool is_container() const { return type >= JsonType::kArray; }
};

// Deeper ones are malformed.
inline constexpr int kJsonDepthMax = 1000;

struct JsonText {
  std::optional<JsonNode> node;  // none: malformed,
  size_t error_at = 0;           // at this byte
  bool is_standard = true;       // by RFC 8259 alone
};
JsonText ParseJson(std::string_view text);
// Empty when the bytes are not JSONB.
std::optional<JsonNode> DecodeJsonb(Bytes bytes);
// Whether the outermost header fits the size: what is cheap to tell.
bool LooksLikeJsonb(Bytes bytes);

void AppendJson(const JsonNode& node, std::string& text);
std::string PrettyJson(const JsonNode& node, std::string_view indent);
void AppendJsonb(const JsonNode& node, std::string& bytes);

// A string without its escapes, and a text as a string with those it needs, in quotes.
std::string UnescapeJson(const JsonNode& string);
void AppendJsonString(std::string_view text, std::string& json);

// "null", "true", "integer", ...
std::string_view NameOfJsonType(JsonType type);

// The JSON that a value is, as text or JSONB; empty when it is malformed.
std::optional<JsonNode> NodeOfJson(const Value& value);
// A node as an SQL value: a container is its text, marked as JSON.
Value ValueOfJson(const JsonNode& node);

}  // namespace orrery

#endif  // ORRERY_ENGINE_CATALOG_JSON_H_
