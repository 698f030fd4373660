// Paths into JSON: $.label[2][#-1], and what is done at the place where one leads.
// https://www.sqlite.org/json1.html#path_arguments

#ifndef ORRERY_ENGINE_CATALOG_JSON_PATH_H_
#define ORRERY_ENGINE_CATALOG_JSON_PATH_H_

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/catalog/json.h"

namespace orrery {

struct JsonStep {
  // What is wrong with it, which shows when it is taken: always, or from an array alone.
  enum class Defect : uint8_t { kNone, kAlways, kInArray };
  Defect defect = Defect::kNone;
  bool is_label = false;
  std::string label;
  bool from_end = false;  // [#-index]; [#] is the place behind the last element
  size_t index = 0;
};
using JsonPath = std::vector<JsonStep>;

// Empty when it does not begin as one; a step that is none is the last.
std::optional<JsonPath> ParseJsonPath(std::string_view text);

// The functions below are false for a path with a step that is none, if it gets there.

// `found` is null when there is nothing.
bool FindJson(const JsonNode& root, std::span<const JsonStep> path, const JsonNode** found);

enum class JsonEdit : uint8_t { kInsert, kReplace, kSet };
// Puts `value` there: what is there already is kept by kInsert, what is not is not made by
// kReplace.
bool EditJson(JsonNode& root, std::span<const JsonStep> path, JsonEdit edit, const JsonNode& value);
// Takes what is there away. `path` has a step.
bool RemoveJson(JsonNode& root, std::span<const JsonStep> path);
// RFC 7396.
void MergeJson(JsonNode& target, const JsonNode& patch);

}  // namespace orrery

#endif  // ORRERY_ENGINE_CATALOG_JSON_PATH_H_
