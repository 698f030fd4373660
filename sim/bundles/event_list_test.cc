// Goal: a kept list of events says exactly from where on another run is another one.
// Method: streams of notes that are equal up to a point.

#include "sim/bundles/event_list.h"

#include <gtest/gtest.h>

#include <vector>

namespace orrery::sim {
namespace {

EventList ListOf(const std::vector<std::string>& notes) {
  EventListKeeper keeper;
  EventStream stream;
  stream.Add(keeper);
  for (const std::string& note : notes) stream.OnNote(RunObserver::kNoConnection, note);
  return keeper.list();
}

TEST(EventListTest, ReadsBackWhatItWrites) {
  std::vector<std::string> notes;
  for (int i = 0; i < 100; ++i) {
    const EventList list = ListOf(notes);
    const Result<EventList> read = EventList::FromText(list.ToText());
    ASSERT_TRUE(read.ok()) << read.status().ToString();
    EXPECT_EQ(*read, list);
    notes.push_back(std::to_string(i));
  }
}

TEST(EventListTest, RefusesWhatIsNone) {
  const std::string good = ListOf({"a", "b"}).ToText();
  EXPECT_FALSE(EventList::FromText("").ok());
  EXPECT_FALSE(EventList::FromText("orrery-events 2\n").ok());
  EXPECT_FALSE(EventList::FromText(good.substr(0, good.size() - 2)).ok());
  EXPECT_FALSE(EventList::FromText(good + "zzzz\n").ok());
}

TEST(EventListTest, FindsTheFirstEventThatIsAnother) {
  const std::vector<std::string> recorded = {"a", "b", "c", "d"};
  const EventList list = ListOf(recorded);
  for (size_t at = 0; at < recorded.size(); ++at) {
    EventListChecker checker(list);
    EventStream stream;
    stream.Add(checker);
    for (size_t i = 0; i < recorded.size(); ++i) {
      stream.OnNote(RunObserver::kNoConnection, i == at ? "another" : recorded[i]);
    }
    EXPECT_EQ(checker.parted_at(), at + 1);
    EXPECT_NE(checker.parted_event().find("another"), std::string::npos);
    EXPECT_FALSE(checker.complete());
  }
}

TEST(EventListTest, TellsTheSameFromTooShortAndTooLong) {
  const EventList list = ListOf({"a", "b"});
  const auto check = [&](const std::vector<std::string>& notes) {
    auto checker = std::make_unique<EventListChecker>(list);
    EventStream stream;
    stream.Add(*checker);
    for (const std::string& note : notes) stream.OnNote(RunObserver::kNoConnection, note);
    return checker;
  };
  EXPECT_TRUE(check({"a", "b"})->equal());
  EXPECT_FALSE(check({"a"})->complete());
  EXPECT_EQ(check({"a"})->parted_at(), 0u);
  EXPECT_TRUE(check({"a", "b", "c"})->complete());
  EXPECT_FALSE(check({"a", "b", "c"})->equal());
}

}  // namespace
}  // namespace orrery::sim
