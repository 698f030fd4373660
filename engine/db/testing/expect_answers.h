// For tests: statements with the answers that SQLite 3.50.4 gave, where the library the tests are
// linked with is another release.

#ifndef ORRERY_ENGINE_DB_TESTING_EXPECT_ANSWERS_H_
#define ORRERY_ENGINE_DB_TESTING_EXPECT_ANSWERS_H_

#include <string_view>

namespace orrery {

// Runs `script` from an empty database: a statement a line, then a line for each row it answers,
// after "= ", with values as quote() has them and | between, or its error after "! ".
void ExpectAnswers(std::string_view script);

}  // namespace orrery

#endif  // ORRERY_ENGINE_DB_TESTING_EXPECT_ANSWERS_H_
