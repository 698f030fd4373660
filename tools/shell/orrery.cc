// orrery [options] [FILE]: SQL from the terminal or from standard input.

#include <editline/readline.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "engine/db/connection.h"
#include "engine/io/registry.h"
#include "tools/shell/shell.h"

namespace {

using orrery::Connection;
using orrery::Io;
using orrery::IoRegistry;

constexpr char kUsage[] =
    "usage: orrery [--io=memory|syscall|io_uring] [--readonly] [FILE [SQL]]\n"
    "Runs SQL from the terminal, from standard input, or from the command line. Without FILE,\n"
    "or with :memory:, the database is in memory.\n";

// The lines of standard input, with line editing on a terminal.
std::optional<std::string> ReadLine(bool is_terminal, bool is_continued) {
  if (is_terminal) {
    char* line = readline(is_continued ? "   ...> " : "orrery> ");
    if (line == nullptr) return std::nullopt;
    std::string text = line;
    if (!text.empty()) add_history(line);
    std::free(line);
    return text;
  }
  std::string text;
  for (int c = std::getchar(); c != '\n'; c = std::getchar()) {
    if (c == EOF) {
      if (text.empty()) return std::nullopt;
      break;
    }
    text += static_cast<char>(c);
  }
  return text;
}

}  // namespace

int main(int argc, char** argv) {
  std::string io_name;
  orrery::PagerOptions options;
  std::optional<std::string> path;
  std::optional<std::string> sql;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument == "-h" || argument == "--help") {
      std::fputs(kUsage, stdout);
      return 0;
    }
    if (argument.starts_with("--io=")) {
      io_name = argument.substr(std::strlen("--io="));
    } else if (argument == "--readonly") {
      options.read_only = true;
    } else if (argument.starts_with("-") || sql) {
      std::fprintf(stderr, "orrery: unknown argument: %s\n%s", argv[i], kUsage);
      return 2;
    } else if (path) {
      sql = argument;
    } else {
      path = argument;
    }
  }
  const std::string name = path.value_or(":memory:");
  if (io_name.empty()) io_name = name == ":memory:" ? "memory" : "syscall";

  std::string message;
  orrery::Result<std::unique_ptr<Io>> io = IoRegistry().Make(io_name, message);
  if (!message.empty()) std::fprintf(stderr, "orrery: %s\n", message.c_str());
  if (!io.ok()) {
    std::fprintf(stderr, "orrery: %s\n", io.status().ToString().c_str());
    return 2;
  }
  orrery::Result<std::unique_ptr<Connection>> connection = Connection::Open(**io, name, options);
  if (!connection.ok()) {
    std::fprintf(stderr, "Error: %s\n", connection.status().ToString().c_str());
    return 1;
  }
  bool is_well = false;
  {
    orrery::Shell shell(**io, **connection, stdout, stderr);
    if (sql) {
      is_well = shell.Run([&](bool) { return std::exchange(sql, std::nullopt); });
    } else {
      const bool is_terminal = isatty(STDIN_FILENO) != 0;
      is_well = shell.Run([&](bool is_continued) { return ReadLine(is_terminal, is_continued); });
    }
  }
  orrery::IoResult<> closed = orrery::RunToEnd(**io, [&] { return (*connection)->Close(); });
  if (closed.failed()) {
    std::fprintf(stderr, "Error: %s\n", closed.status().ToString().c_str());
    is_well = false;
  }
  return is_well ? 0 : 1;
}
