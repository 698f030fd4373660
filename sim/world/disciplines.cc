#include "sim/world/disciplines.h"

#include <algorithm>

namespace orrery::sim {
namespace {

constexpr size_t kFirstWidth = 16;
constexpr size_t kWidth = 14;

std::string Room(std::string_view text, size_t width) {
  return std::string(width - std::min(width, text.size()), ' ');
}

}  // namespace

void Disciplines::Add(const Disciplines& other) {
  for (size_t kind = 0; kind < kOperationKindCount; ++kind) {
    for (size_t i = 0; i < kDisciplineCount; ++i) counts_[kind][i] += other.counts_[kind][i];
  }
}

std::string Disciplines::ToString() const {
  std::string table(kFirstWidth, ' ');
  for (const std::string_view name : kDisciplineNames) {
    table += Room(name, kWidth);
    table += name;
  }
  table += "\n";
  for (size_t kind = 0; kind < kOperationKindCount; ++kind) {
    const std::string_view name = Name(static_cast<OperationKind>(kind));
    table += name;
    table += Room(name, kFirstWidth);
    for (const uint64_t count : counts_[kind]) {
      const std::string number = std::to_string(count);
      table += Room(number, kWidth) + number;
    }
    table += "\n";
  }
  return table;
}

}  // namespace orrery::sim
