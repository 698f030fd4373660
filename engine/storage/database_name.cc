#include "engine/storage/database_name.h"

#include <algorithm>

#include "engine/storage/pager.h"

namespace orrery {
namespace {

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// %41 is A; what is no such escape stays.
std::string Decode(std::string_view text) {
  std::string decoded;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && HexDigit(text[i + 1]) >= 0 &&
        HexDigit(text[i + 2]) >= 0) {
      decoded += static_cast<char>(HexDigit(text[i + 1]) * 16 + HexDigit(text[i + 2]));
      i += 2;
    } else {
      decoded += text[i];
    }
  }
  return decoded;
}

Status ApplyMode(std::string_view mode, DatabaseName& name) {
  if (mode == "ro") {
    name.is_read_only = true;
    name.creates = false;
  } else if (mode == "rw") {
    name.is_read_only = false;
    name.creates = false;
  } else if (mode == "rwc") {
    name.is_read_only = false;
    name.creates = true;
  } else if (mode == "memory") {
    name.is_private = true;
  } else {
    return {ResultCode::kError, "no such access mode: " + std::string(mode)};
  }
  return OkStatus();
}

// file:path?key=value&key=value#fragment, also file://localhost/path.
Status ReadUri(std::string_view uri, DatabaseName& name) {
  uri = uri.substr(0, uri.find('#'));
  const size_t question = uri.find('?');
  std::string_view path = uri.substr(0, question);
  if (path.starts_with("//")) {
    const size_t end = std::min(path.find('/', 2), path.size());
    const std::string_view authority = path.substr(2, end - 2);
    if (!authority.empty() && authority != "localhost") {
      return {ResultCode::kError, "invalid uri authority: " + std::string(authority)};
    }
    path.remove_prefix(end);
  }
  name.path = Decode(path);
  if (question == uri.npos) return OkStatus();
  std::string_view query = uri.substr(question + 1);
  while (!query.empty()) {
    const size_t end = std::min(query.find('&'), query.size());
    const std::string_view pair = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    const size_t equal = pair.find('=');
    if (pair.substr(0, equal) != "mode" || equal == pair.npos) continue;
    RETURN_IF_ERROR(ApplyMode(Decode(pair.substr(equal + 1)), name));
  }
  return OkStatus();
}

}  // namespace

Result<DatabaseName> ReadDatabaseName(std::string_view text, const DatabaseName& defaults,
                                      bool uses_uris) {
  DatabaseName name = defaults;
  if (uses_uris && text.starts_with("file:")) {
    RETURN_IF_ERROR(ReadUri(text.substr(5), name));
  } else {
    name.path = text;
  }
  if (name.is_private || IsPrivatePath(name.path)) {
    name = {.path = ":memory:", .is_private = true, .creates = true};
  }
  return name;
}

}  // namespace orrery
