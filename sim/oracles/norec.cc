#include "sim/oracles/norec.h"

namespace orrery::sim {

std::string CheckNorec(RelationDraw& draw, const Ask& ask) {
  const std::string p = draw.Predicate();
  const std::string found = "SELECT count(*)" + draw.from() + " WHERE " + p;
  const std::string looked_at = "SELECT (" + p + ") IS TRUE" + draw.from();
  const std::optional<int64_t> count = TheInteger(ask(found));
  if (!count) return "";
  const std::optional<Rows> rows = ask(looked_at);
  if (!rows) return "";
  int64_t true_count = 0;
  for (const Row& row : *rows) true_count += row[0].is_integer() && row[0].integer() == 1 ? 1 : 0;
  if (*count == true_count) return "";
  return found + " counts " + std::to_string(*count) + ", " + looked_at + " has " +
         std::to_string(true_count);
}

}  // namespace orrery::sim
