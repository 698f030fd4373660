#include "sim/profiles/profile.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "engine/base/check.h"

namespace orrery::sim {
namespace {

constexpr uint32_t kWeightMax = 1'000'000;

std::string_view Trim(std::string_view text) {
  const auto is_blank = [](char c) { return c == ' ' || c == '\t' || c == '\r'; };
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

// Cuts off the first word.
std::string_view NextWord(std::string_view& text) {
  text = Trim(text);
  const std::string_view word = text.substr(0, text.find_first_of(" \t"));
  text.remove_prefix(word.size());
  return word;
}

template <typename Number>
bool ParseNumber(std::string_view text, Number& to) {
  const char* const end = text.data() + text.size();
  const auto [stopped_at, error] = std::from_chars(text.data(), end, to);
  return error == std::errc() && stopped_at == end;
}

}  // namespace

const ProfileValues& Profile::Values(std::string_view key) const {
  const auto found = values_.find(key);
  CHECK(found != values_.end());
  return found->second;
}

const Profile* Profiles::Find(std::string_view name) const {
  const auto found = std::find_if(profiles_.begin(), profiles_.end(),
                                  [&](const Profile& profile) { return profile.name() == name; });
  return found == profiles_.end() ? nullptr : &*found;
}

// Reads a file line by line.
class ProfileParser {
 public:
  ProfileParser(std::string_view file, std::span<const ProfileKey> keys)
      : file_(file), keys_(keys) {}

  Result<Profiles> Parse(std::string_view text) {
    while (!text.empty()) {
      ++line_number_;
      const size_t size = std::min(text.find('\n'), text.size());
      std::string_view line = text.substr(0, size);
      text.remove_prefix(std::min(size + 1, text.size()));
      line = Trim(line.substr(0, line.find('#')));
      if (!line.empty()) RETURN_IF_ERROR(TakeLine(line));
    }
    if (all().empty()) return Bad("there is no profile");
    RETURN_IF_ERROR(FillIn());
    return std::move(profiles_);
  }

 private:
  std::vector<Profile>& all() { return profiles_.profiles_; }

  Status Bad(const std::string& message) const {
    return {ResultCode::kMisuse,
            std::string(file_) + ":" + std::to_string(line_number_) + ": " + message};
  }

  Status TakeLine(std::string_view line) {
    if (line.front() == '[') return BeginProfile(line);
    const size_t equals = line.find('=');
    if (equals == line.npos) {
      return Bad("neither [profile] nor key = values: '" + std::string(line) + "'");
    }
    if (all().empty()) return Bad("a key before the first [profile]");
    const std::string_view name = Trim(line.substr(0, equals));
    const std::string_view text = Trim(line.substr(equals + 1));
    if (name == "what") {
      all().back().what_ = text;
      return OkStatus();
    }
    const auto key = std::find_if(keys_.begin(), keys_.end(),
                                  [&](const ProfileKey& one) { return one.name == name; });
    if (key == keys_.end()) {
      std::string known = " what";
      for (const ProfileKey& one : keys_) known += " " + std::string(one.name);
      return Bad("no key is named '" + std::string(name) + "'; there are:" + known);
    }
    return TakeValues(*key, text);
  }

  Status BeginProfile(std::string_view line) {
    const std::string_view name = Trim(line.substr(1, line.find(']') - 1));
    if (line.back() != ']' || name.empty() ||
        name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") != name.npos) {
      return Bad("a profile's name is of small letters, digits and '-', in brackets: '" +
                 std::string(line) + "'");
    }
    if (profiles_.Find(name) != nullptr) {
      return Bad("a second profile '" + std::string(name) + "'");
    }
    all().emplace_back().name_ = name;
    return OkStatus();
  }

  Status TakeValues(const ProfileKey& key, std::string_view text) {
    const std::string name(key.name);
    ProfileValues all_values;
    uint64_t sum = 0;
    for (std::string_view word = NextWord(text); !word.empty(); word = NextWord(text)) {
      const size_t colon = std::min(word.find(':'), word.size());
      uint32_t weight = 1;
      if (colon < word.size()) {
        ASSIGN_OR_RETURN(weight, ParseWeight(key, word.substr(colon + 1)));
      }
      ASSIGN_OR_RETURN(const int64_t value, ParseValue(key, word.substr(0, colon)));
      sum += weight;
      all_values.values.push_back(value);
      all_values.weights.push_back(weight);
    }
    const size_t count = all_values.values.size();
    if (count == 0) return Bad(name + " has no value");
    if (sum == 0) return Bad(name + ": all weights are 0");
    if (key.kind == KeyKind::kOne && count > 1) return Bad(name + " has one value");
    const bool is_new = all().back().values_.emplace(name, std::move(all_values)).second;
    return is_new ? OkStatus() : Bad(name + " is there twice");
  }

  Result<uint32_t> ParseWeight(const ProfileKey& key, std::string_view text) const {
    const std::string name(key.name);
    if (key.kind != KeyKind::kDrawn) return Bad(name + " is not drawn and takes no weights");
    uint32_t weight = 0;
    if (ParseNumber(text, weight) && weight <= kWeightMax) return weight;
    return Bad(name + ": a weight is a number from 0 to " + std::to_string(kWeightMax) + ", not '" +
               std::string(text) + "'");
  }

  Result<int64_t> ParseValue(const ProfileKey& key, std::string_view text) const {
    const std::string name(key.name);
    if (!key.words.empty()) {
      const auto found = std::find(key.words.begin(), key.words.end(), text);
      if (found != key.words.end()) return found - key.words.begin();
      std::string known;
      for (const std::string_view one : key.words) known += " " + std::string(one);
      return Bad(name + " does not take '" + std::string(text) + "', but:" + known);
    }
    int64_t value = 0;
    if (ParseNumber(text, value) && value >= key.low && value <= key.high) return value;
    return Bad(name + " wants numbers from " + std::to_string(key.low) + " to " +
               std::to_string(key.high) + ", not '" + std::string(text) + "'");
  }

  // What a profile leaves out is as in the first one, which must have everything.
  Status FillIn() {
    const Profile& first = all().front();
    for (const ProfileKey& key : keys_) {
      const auto found = first.values_.find(key.name);
      if (found == first.values_.end()) {
        return Bad("the first profile, [" + first.name_ + "], has no " + std::string(key.name));
      }
      for (Profile& profile : all()) profile.values_.try_emplace(found->first, found->second);
    }
    return OkStatus();
  }

  std::string_view file_;
  std::span<const ProfileKey> keys_;
  size_t line_number_ = 0;
  Profiles profiles_;
};

Result<Profiles> Profiles::Parse(std::string_view text, std::string_view file,
                                 std::span<const ProfileKey> keys) {
  return ProfileParser(file, keys).Parse(text);
}

}  // namespace orrery::sim
