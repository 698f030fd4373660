#include "sim/program_runner.h"

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

namespace orrery::sim {

std::string ProgramEnd::LastLine() const {
  const size_t end = output.find_last_not_of('\n');
  if (end == output.npos) return "";
  const size_t begin = output.rfind('\n', end);
  return output.substr(begin == output.npos ? 0 : begin + 1,
                       end - (begin == output.npos ? -1 : begin));
}

ProgramEnd RunProgram(const std::string& path, const std::vector<std::string>& words,
                      const std::string& input) {
  ProgramEnd end;
  int out[2];
  int err[2];
  int in[2];
  if (pipe(out) != 0 || pipe(err) != 0 || pipe(in) != 0) return end;
  (void)!write(in[1], input.data(), input.size());
  close(in[1]);
  const pid_t child = fork();
  if (child == 0) {
    dup2(out[1], STDOUT_FILENO);
    dup2(err[1], STDERR_FILENO);
    dup2(in[0], STDIN_FILENO);
    for (const int descriptor : {out[0], out[1], err[0], err[1], in[0]}) close(descriptor);
    std::vector<char*> arguments = {const_cast<char*>(path.c_str())};
    for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    execv(path.c_str(), arguments.data());
    _exit(127);
  }
  close(out[1]);
  close(err[1]);
  close(in[0]);
  pollfd sources[] = {{out[0], POLLIN, 0}, {err[0], POLLIN, 0}};
  std::string* const texts[] = {&end.output, &end.errors};
  int open_count = 2;
  while (open_count > 0 && poll(sources, 2, -1) > 0) {
    for (int i = 0; i < 2; ++i) {
      if (sources[i].revents == 0) continue;
      char buffer[4096];
      const ssize_t size = read(sources[i].fd, buffer, sizeof buffer);
      if (size > 0) {
        texts[i]->append(buffer, static_cast<size_t>(size));
      } else {
        sources[i].fd = -1;  // poll passes it over
        --open_count;
      }
    }
  }
  close(out[0]);
  close(err[0]);
  int status = 0;
  waitpid(child, &status, 0);
  if (WIFEXITED(status)) end.status = WEXITSTATUS(status);
  return end;
}

}  // namespace orrery::sim
