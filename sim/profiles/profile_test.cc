// Goal: a good file says what is drawn; a bad one is refused with the line and the reason.
// Method: small files.

#include "sim/profiles/profile.h"

#include <gtest/gtest.h>

#include <set>

#include "sim/choices/seed_source.h"

namespace orrery::sim {
namespace {

constexpr std::string_view kColours[] = {"red", "green"};
constexpr ProfileKey kKeys[] = {
    {.name = "count", .kind = KeyKind::kOne, .low = 1, .high = 9},
    {.name = "size", .low = 0, .high = 100},
    {.name = "colours", .kind = KeyKind::kSet, .words = kColours},
};

Result<Profiles> Parse(std::string_view text) { return Profiles::Parse(text, "file", kKeys); }

constexpr char kGood[] =
    "# two\n"
    "[default]\n"
    "what = what it is for  # and a comment\n"
    "count = 3\n"
    "size = 7:9 20 30:0\n"
    "colours = red green\n"
    "\n"
    "[other]\n"
    "count = 4\n";

TEST(ProfileTest, ReadsValuesAndTakesTheRestFromTheFirst) {
  const Result<Profiles> profiles = Parse(kGood);
  ASSERT_TRUE(profiles.ok()) << profiles.status().ToString();
  ASSERT_EQ(profiles->all().size(), 2u);
  const Profile& first = profiles->all()[0];
  EXPECT_EQ(first.name(), "default");
  EXPECT_EQ(first.what(), "what it is for");
  EXPECT_EQ(first.One<int>("count"), 3);
  const Profile* const other = profiles->Find("other");
  ASSERT_NE(other, nullptr);
  EXPECT_EQ(other->One<int>("count"), 4);
  EXPECT_EQ(other->Values("colours").values, (std::vector<int64_t>{0, 1}));
  EXPECT_EQ(profiles->Find("another"), nullptr);
}

TEST(ProfileTest, DrawsByWeight) {
  const Result<Profiles> profiles = Parse(kGood);
  ASSERT_TRUE(profiles.ok());
  SeedSource source(1);
  Choices choices(source);
  std::map<int64_t, int> counts;
  for (int i = 0; i < 1000; ++i) ++counts[profiles->all()[0].Draw<int64_t>("size", choices)];
  EXPECT_EQ(counts.size(), 2u);  // never the one of weight 0
  EXPECT_GT(counts[7], 800);
  EXPECT_GT(counts[20], 50);
}

TEST(ProfileTest, SaysWhatIsWrongAndWhere) {
  const struct {
    std::string_view text;
    std::string_view message;
  } cases[] = {
      {"", "file:0: there is no profile"},
      {"count = 3\n", "file:1: a key before the first [profile]"},
      {"[a]\ncount\n", "file:2: neither [profile] nor key = values: 'count'"},
      {"[A]\n", "file:1: a profile's name is of small letters"},
      {"[a\n", "file:1: a profile's name is of small letters"},
      {"[a]\n[a]\n", "file:2: a second profile 'a'"},
      {"[a]\nsizes = 1\n", "file:2: no key is named 'sizes'; there are: what count size colours"},
      {"[a]\nsize =\n", "file:2: size has no value"},
      {"[a]\nsize = 1\nsize = 2\n", "file:3: size is there twice"},
      {"[a]\nsize = 101\n", "file:2: size wants numbers from 0 to 100, not '101'"},
      {"[a]\nsize = x\n", "file:2: size wants numbers from 0 to 100, not 'x'"},
      {"[a]\nsize = 1:x\n", "file:2: size: a weight is a number from 0 to 1000000, not 'x'"},
      {"[a]\nsize = 1:0\n", "file:2: size: all weights are 0"},
      {"[a]\ncount = 1 2\n", "file:2: count has one value"},
      {"[a]\ncount = 1:2\n", "file:2: count is not drawn and takes no weights"},
      {"[a]\ncolours = blue\n", "file:2: colours does not take 'blue', but: red green"},
      {"[a]\ncount = 1\nsize = 1\n", "file:3: the first profile, [a], has no colours"},
  };
  for (const auto& [text, message] : cases) {
    const Result<Profiles> profiles = Parse(text);
    ASSERT_FALSE(profiles.ok()) << text;
    EXPECT_TRUE(profiles.status().message().starts_with(message))
        << text << profiles.status().message();
  }
}

}  // namespace
}  // namespace orrery::sim
