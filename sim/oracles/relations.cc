#include "sim/oracles/relations.h"

#include "sim/oracles/eet.h"
#include "sim/oracles/norec.h"
#include "sim/oracles/pqs.h"
#include "sim/oracles/row_count.h"
#include "sim/oracles/tlp.h"

namespace orrery::sim {

RelationVerdict CheckRelation(Choices choices, const std::vector<SqlTable>& tables,
                              const Ask& reference, const Ask& ask) {
  RelationDraw draw(choices, tables);
  switch (draw.Choose(5, "relation")) {
    case 0:
      return {"pqs", CheckPqs(draw, tables, reference, ask)};
    case 1:
      return {"norec", CheckNorec(draw, ask)};
    case 2:
      return {"eet", CheckEet(draw, ask)};
    case 3:
      return {"row-count", CheckRowCount(draw, ask)};
    default:
      return {"tlp", CheckTlp(draw, ask)};
  }
}

}  // namespace orrery::sim
