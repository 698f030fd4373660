// Goal: the mathematical functions answer as SQLite's do. Method: each with many values, on both
// (testing/compare_with_sqlite.h).

#include <string>

#include "engine/db/testing/compare_with_sqlite.h"
#include "engine/db/testing/expect_answers.h"
#include "gtest/gtest.h"

namespace orrery {
namespace {

TEST(MathDifferentialTest, AgreesOnEveryFunction) {
  std::string script = "SELECT pi(), log(2, 8), log(0, 8), log(1, 8), log(-1, 8), log(8, 0)\n";
  for (const std::string x : {"0", "1", "-1", "0.5", "2", "-2.5", "100", "'7'", "'7.5'", "'x'",
                              "NULL", "x'31'", "1e300", "-0.0", "9007199254740993", "1e400"}) {
    script += "SELECT ";
    for (const char* name : {"acos",    "acosh", "asin", "asinh",   "atan", "atanh", "ceil",
                             "ceiling", "cos",   "cosh", "degrees", "exp",  "floor", "ln",
                             "radians", "sin",   "sinh", "sqrt",    "tan",  "tanh",  "trunc"}) {
      script += std::string(name) + "(" + x + "),";
    }
    script += "0\n";
    for (const char* y : {"0", "3", "-2", "'2'", "'y'", "NULL", "0.25"}) {
      script += "SELECT atan2(" + x + "," + y + "), mod(" + x + "," + y + "), pow(" + x + "," + y +
                "), power(" + y + "," + x + ")\n";
    }
  }
  CompareWithSqlite(script);
}

// As SQLite 3.50.4 answers; older releases divide by the logarithm of the base.
TEST(MathTest, TakesLogarithmsOfTenAndTwoDirectly) {
  ExpectAnswers(R"sql(
SELECT log10(2), log(0.5), log2(8), log(10), log10('100'), log10(0), log2(-1), log(NULL)
= 0.3010299956639812|-0.3010299956639812|3.0|1.0|2.0|NULL|NULL|NULL
)sql");
}

}  // namespace
}  // namespace orrery
