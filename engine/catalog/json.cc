#include "engine/catalog/json.h"

#include <cstring>
#include <limits>

#include "engine/value/cast.h"
#include "engine/value/numeric.h"
#include "engine/value/utf8.h"

namespace orrery {
namespace {

// -- JSONB: a header with the type and the size of what follows --

constexpr size_t kSizeInHeaderMax = 11;

void AppendHeader(JsonType type, size_t size, std::string& bytes) {
  const auto low = static_cast<unsigned>(type);
  const auto head = [&](unsigned high) { bytes += static_cast<char>(high << 4 | low); };
  const auto append = [&](size_t count) {
    for (size_t i = count; i-- > 0;) bytes += static_cast<char>(size >> (8 * i) & 0xff);
  };
  if (size <= kSizeInHeaderMax) {
    head(static_cast<unsigned>(size));
  } else if (size <= 0xff) {
    head(12);
    append(1);
  } else if (size <= 0xffff) {
    head(13);
    append(2);
  } else {
    head(14);
    append(4);
  }
}

struct Header {
  JsonType type = JsonType::kNull;
  size_t header_size = 0;  // 0: there is none
  size_t size = 0;
};

Header ReadHeader(Bytes bytes) {
  Header header;
  if (bytes.empty()) return header;
  const auto first = static_cast<unsigned>(bytes[0]);
  if ((first & 0xf) > static_cast<unsigned>(JsonType::kObject)) return header;
  header.type = static_cast<JsonType>(first & 0xf);
  const unsigned high = first >> 4;
  const size_t extra = high <= kSizeInHeaderMax ? 0 : size_t{1} << (high - 12);
  if (bytes.size() < 1 + extra) return header;
  header.size = extra == 0 ? high : 0;
  for (size_t i = 0; i < extra; ++i) {
    if (header.size > std::numeric_limits<size_t>::max() >> 8) return Header();
    header.size = header.size << 8 | static_cast<size_t>(bytes[1 + i]);
  }
  if (bytes.size() - 1 - extra < header.size) return Header();
  header.header_size = 1 + extra;
  return header;
}

bool IsNumber(std::string_view text, JsonType type) {
  const JsonText parsed = ParseJson(text);
  if (!parsed.node) return false;
  const bool is_integer = type == JsonType::kInteger || type == JsonType::kInteger5;
  const JsonType found = parsed.node->type;
  return is_integer ? found == JsonType::kInteger || found == JsonType::kInteger5
                    : found >= JsonType::kInteger && found <= JsonType::kReal5;
}

// Decodes the element at the start of `bytes` and takes it off.
bool TakeElement(Bytes& bytes, JsonNode& node, int depth) {
  const Header header = ReadHeader(bytes);
  if (header.header_size == 0 || depth > kJsonDepthMax) return false;
  Bytes content = bytes.subspan(header.header_size, header.size);
  bytes = bytes.subspan(header.header_size + header.size);
  node.type = header.type;
  if (node.is_container()) {
    while (!content.empty()) {
      if (!TakeElement(content, node.children.emplace_back(), depth + 1)) return false;
      const bool is_label = node.type == JsonType::kObject && node.children.size() % 2 == 1;
      if (is_label && !node.children.back().is_string()) return false;
    }
    return node.type == JsonType::kArray || node.children.size() % 2 == 0;
  }
  node.text = AsText(content);
  if (node.type < JsonType::kInteger) return content.empty();
  if (!node.is_string()) return IsNumber(node.text, node.type);
  return true;
}

// -- Numbers --

void AppendInteger5(std::string_view text, std::string& json) {
  if (text.starts_with('-')) {
    json += '-';
    text.remove_prefix(1);
  }
  uint64_t number = 0;
  bool fits = true;
  for (const char c : text.substr(2)) {
    const unsigned digit = c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
    fits = fits && number >> 60 == 0;
    number = number << 4 | digit;
  }
  json += fits ? std::to_string(number) : "9.0e999";
}

void AppendReal5(std::string_view text, std::string& json) {
  if (text.starts_with('-')) {
    json += '-';
    text.remove_prefix(1);
  }
  if (text.starts_with('.')) json += '0';
  for (size_t i = 0; i < text.size(); ++i) {
    json += text[i];
    const bool is_last_digit_missing =
        text[i] == '.' && (i + 1 == text.size() || text[i + 1] < '0' || text[i + 1] > '9');
    if (is_last_digit_missing) json += '0';
  }
}

// -- Strings --

int HexDigit(char c) { return c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10; }

uint32_t HexNumber(std::string_view digits) {
  uint32_t number = 0;
  for (const char c : digits) number = number << 4 | static_cast<uint32_t>(HexDigit(c));
  return number;
}

void AppendControl(unsigned char c, std::string& json) {
  static constexpr char kHex[] = "0123456789abcdef";
  static constexpr std::string_view kShort = "\b\t\n\f\r";
  const size_t at = kShort.find(static_cast<char>(c));
  if (at != kShort.npos) {
    json += '\\';
    json += "btnfr"[at];
    return;
  }
  json += "\\u00";
  json += kHex[c >> 4];
  json += kHex[c & 0xf];
}

// With the escapes of JSON5 turned into others.
void AppendText5(std::string_view text, std::string& json) {
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"') {
      json += "\\\"";
    } else if (static_cast<unsigned char>(c) < 0x20) {
      AppendControl(static_cast<unsigned char>(c), json);
    } else if (c != '\\' || i + 1 == text.size()) {
      json += c;
    } else {
      const char escaped = text[++i];
      switch (escaped) {
        case '\'':
          json += '\'';
          break;
        case 'v':
          json += "\\u0009";  // as SQLite has it
          break;
        case 'x':
          json += "\\u00";
          break;  // the digits follow
        case '0':
          json += "\\u0000";
          break;
        case '\r':
          if (i + 1 < text.size() && text[i + 1] == '\n') ++i;
          break;
        case '\n':
          break;
        case '\xe2':
          i += 2;
          break;
        default:
          json += '\\';
          json += escaped;
      }
    }
  }
}

// The character of the \u and its four digits at `at`, and of a second one that makes a pair with
// it.
uint32_t TakeUnicode(std::string_view text, size_t& at) {
  uint32_t c = HexNumber(text.substr(at + 2, 4));
  at += 6;
  const bool may_pair =
      (c & 0xfc00) == 0xd800 && at + 6 <= text.size() && text.substr(at, 2) == "\\u";
  if (!may_pair) return c;
  const uint32_t low = HexNumber(text.substr(at + 2, 4));
  if ((low & 0xfc00) != 0xdc00) return c;
  at += 6;
  return ((c & 0x3ff) << 10 | (low & 0x3ff)) + 0x10000;
}

void AppendPretty(const JsonNode& node, std::string_view indent, int depth, std::string& text) {
  if (!node.is_container() || node.children.empty()) return AppendJson(node, text);
  const auto start_line = [&](int line_depth) {
    text += '\n';
    for (int i = 0; i < line_depth; ++i) text += indent;
  };
  const bool is_object = node.type == JsonType::kObject;
  text += is_object ? '{' : '[';
  for (size_t i = 0; i < node.children.size(); ++i) {
    if (i > 0) text += ',';
    start_line(depth + 1);
    if (is_object) {
      AppendJson(node.children[i++], text);
      text += ": ";
    }
    AppendPretty(node.children[i], indent, depth + 1, text);
  }
  start_line(depth);
  text += is_object ? '}' : ']';
}

}  // namespace

std::optional<JsonNode> DecodeJsonb(Bytes bytes) {
  JsonNode node;
  if (!TakeElement(bytes, node, 0) || !bytes.empty()) return std::nullopt;
  return node;
}

bool LooksLikeJsonb(Bytes bytes) {
  const Header header = ReadHeader(bytes);
  if (header.header_size == 0 || header.header_size + header.size != bytes.size()) return false;
  return header.type >= JsonType::kInteger || header.size == 0;
}

void AppendJson(const JsonNode& node, std::string& text) {
  switch (node.type) {
    case JsonType::kNull:
      text += "null";
      return;
    case JsonType::kTrue:
      text += "true";
      return;
    case JsonType::kFalse:
      text += "false";
      return;
    case JsonType::kInteger:
    case JsonType::kReal:
      text += node.text;
      return;
    case JsonType::kInteger5:
      return AppendInteger5(node.text, text);
    case JsonType::kReal5:
      return AppendReal5(node.text, text);
    case JsonType::kText:
    case JsonType::kTextEscaped:
      text += '"';
      text += node.text;
      text += '"';
      return;
    case JsonType::kText5:
      text += '"';
      AppendText5(node.text, text);
      text += '"';
      return;
    case JsonType::kTextRaw:
      return AppendJsonString(node.text, text);
    case JsonType::kArray:
    case JsonType::kObject:
      break;
  }
  const bool is_object = node.type == JsonType::kObject;
  text += is_object ? '{' : '[';
  for (size_t i = 0; i < node.children.size(); ++i) {
    if (i > 0) text += is_object && i % 2 == 1 ? ':' : ',';
    AppendJson(node.children[i], text);
  }
  text += is_object ? '}' : ']';
}

std::string PrettyJson(const JsonNode& node, std::string_view indent) {
  std::string text;
  AppendPretty(node, indent, 0, text);
  return text;
}

void AppendJsonb(const JsonNode& node, std::string& bytes) {
  if (!node.is_container()) {
    AppendHeader(node.type, node.text.size(), bytes);
    bytes += node.text;
    return;
  }
  std::string content;
  for (const JsonNode& child : node.children) AppendJsonb(child, content);
  AppendHeader(node.type, content.size(), bytes);
  bytes += content;
}

std::string UnescapeJson(const JsonNode& string) {
  if (string.type == JsonType::kText || string.type == JsonType::kTextRaw) return string.text;
  const std::string_view text = string.text;
  std::string plain;
  for (size_t i = 0; i < text.size();) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      plain += text[i++];
      continue;
    }
    static constexpr std::string_view kEscapes = "bfnrtv0";
    static constexpr char kCharacters[] = {'\b', '\f', '\n', '\r', '\t', '\v', '\0'};
    const char c = text[i + 1];
    const size_t known = kEscapes.find(c);
    if (c == 'u') {
      AppendUtf8(TakeUnicode(text, i), plain);
    } else if (c == 'x') {
      AppendUtf8(HexNumber(text.substr(i + 2, 2)), plain);
      i += 4;
    } else if (known != kEscapes.npos) {
      plain += kCharacters[known];
      i += 2;
    } else if (c == '\n' || c == '\r') {
      i += text.substr(i + 1, 2) == "\r\n" ? 3 : 2;
    } else if (c == '\xe2') {
      i += 4;
    } else {
      plain += c;
      i += 2;
    }
  }
  return plain;
}

void AppendJsonString(std::string_view text, std::string& json) {
  json += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      json += '\\';
      json += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      AppendControl(static_cast<unsigned char>(c), json);
    } else {
      json += c;
    }
  }
  json += '"';
}

std::string_view NameOfJsonType(JsonType type) {
  static constexpr std::string_view kNames[] = {"null", "true",  "false", "integer", "integer",
                                                "real", "real",  "text",  "text",    "text",
                                                "text", "array", "object"};
  return kNames[static_cast<size_t>(type)];
}

std::optional<JsonNode> NodeOfJson(const Value& value) {
  if (value.is_blob()) {
    if (std::optional<JsonNode> node = DecodeJsonb(value.bytes())) return node;
    if (LooksLikeJsonb(value.bytes())) return std::nullopt;
  }
  const Value text = ToText(value);
  return ParseJson(text.text()).node;
}

Value ValueOfJson(const JsonNode& node) {
  std::string text;
  switch (node.type) {
    case JsonType::kNull:
      return Value::Null();
    case JsonType::kTrue:
    case JsonType::kFalse:
      return Value::Bool(node.type == JsonType::kTrue);
    case JsonType::kInteger:
    case JsonType::kInteger5:
    case JsonType::kReal:
    case JsonType::kReal5: {
      AppendJson(node, text);
      const bool is_integer = node.type == JsonType::kInteger || node.type == JsonType::kInteger5;
      // One that does not fit is a real.
      if (is_integer) return WholeNumber(text).value_or(Value::Null());
      return Value::Real(LeadingReal(text));
    }
    case JsonType::kArray:
    case JsonType::kObject:
      AppendJson(node, text);
      return Value::Text(text).AsJson();
    default:
      return Value::Text(UnescapeJson(node));
  }
}

}  // namespace orrery
