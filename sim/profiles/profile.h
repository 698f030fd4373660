// A profile says what the runs of a simulator are drawn from: how many connections, which page
// sizes, how many faults. Profiles stand in a text file, whose head says what each key means:
//
//   [short]                              a profile; what it leaves out is as in the first one
//   what = 2 connections, few statements
//   connections = 2
//   page-size = 512:10 1024:6 4096       one is drawn for each run; :10 is a weight, else 1
//
// A # begins a comment. Everything is checked on load: an error names file, line and key.

#ifndef ORRERY_SIM_PROFILES_PROFILE_H_
#define ORRERY_SIM_PROFILES_PROFILE_H_

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/status.h"
#include "sim/choices/choices.h"

namespace orrery::sim {

enum class KeyKind : uint8_t {
  kOne,    // one value
  kDrawn,  // several, of which each run draws one
  kSet,    // several, all of them
};

// A key that a tool's profiles have. Its values are numbers from `low` to `high`, or, when there
// are `words`, one of these, which counts as its index.
struct ProfileKey {
  std::string_view name;
  KeyKind kind = KeyKind::kDrawn;
  int64_t low = 0;
  int64_t high = 0;
  std::span<const std::string_view> words;
};

struct ProfileValues {
  std::vector<int64_t> values;
  std::vector<uint32_t> weights;  // of each
};

class Profile {
 public:
  const std::string& name() const { return name_; }
  const std::string& what() const { return what_; }
  // `key` is one of the tool's. Its values are numbers or, as indexes, words: a T in either case.
  const ProfileValues& Values(std::string_view key) const;
  template <typename T>
  T One(std::string_view key) const {
    return static_cast<T>(Values(key).values.front());
  }
  // One draw, labelled with the key.
  template <typename T>
  T Draw(const char* key, Choices& choices) const {
    const ProfileValues& all = Values(key);
    return static_cast<T>(all.values[choices.Weighted(all.weights, key)]);
  }

 private:
  friend class Profiles;
  friend class ProfileParser;

  std::string name_;
  std::string what_;
  std::map<std::string, ProfileValues, std::less<>> values_;
};

class Profiles {
 public:
  // `file` is for errors, which are kMisuse.
  static Result<Profiles> Parse(std::string_view text, std::string_view file,
                                std::span<const ProfileKey> keys);
  // Null when there is none of that name.
  const Profile* Find(std::string_view name) const;
  const std::vector<Profile>& all() const { return profiles_; }  // at least one

 private:
  friend class ProfileParser;

  std::vector<Profile> profiles_;
};

}  // namespace orrery::sim

#endif  // ORRERY_SIM_PROFILES_PROFILE_H_
