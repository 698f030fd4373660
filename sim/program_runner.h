// Runs a program and keeps what it says: for tests of main programs.

#ifndef ORRERY_SIM_PROGRAM_RUNNER_H_
#define ORRERY_SIM_PROGRAM_RUNNER_H_

#include <string>
#include <vector>

namespace orrery::sim {

struct ProgramEnd {
  int status = -1;     // as given to exit(); -1 when it did not come to that
  std::string output;  // standard output
  std::string errors;  // standard error

  std::string LastLine() const;
};

// `input` is what it reads on standard input: no more than a pipe holds.
ProgramEnd RunProgram(const std::string& path, const std::vector<std::string>& words,
                      const std::string& input = "");

}  // namespace orrery::sim

#endif  // ORRERY_SIM_PROGRAM_RUNNER_H_
