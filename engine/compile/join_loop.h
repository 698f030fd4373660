// A JoinLoop is the nested loops over the tables of a FROM clause: which table is outside and which
// inside, how each finds its rows, where each condition is tested, and the rows of NULLs that outer
// joins add.
//
// LEFT JOIN: when no row of the right side met ON, the code inside runs once with its columns NULL.
// RIGHT JOIN: the code inside is a subroutine. The loops note the right side's rows that met ON;
// afterwards the subroutine runs for the others, with all columns on their left NULL.

#ifndef ORRERY_ENGINE_COMPILE_JOIN_LOOP_H_
#define ORRERY_ENGINE_COMPILE_JOIN_LOOP_H_

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <vector>

#include "engine/compile/access_path.h"
#include "engine/compile/compile_context.h"
#include "engine/compile/expr_coder.h"
#include "engine/compile/query.h"

namespace orrery {

class JoinLoop {
 public:
  // `block` outlives the loop. `is_repeated`: the code is run again and again, by a correlated
  // subquery.
  JoinLoop(CompileContext& context, ExprCoder& coder, QueryBlock& block, bool is_repeated);

  // What is read of a row beside what the block says, so that an index may be known to have it all.
  void AlsoReads(const Bound& bound);
  // Chooses paths, and their order. Then:
  void Plan();
  // Whether the rows come in the order that ORDER BY asks for; turns them round if that is what it
  // takes.
  bool GivesOrder(const std::vector<const Bound*>& terms, const SortKey& key);
  // Whether there is but one table, and all its rows are wanted.
  bool is_whole_table() const;

  // `body` writes the code for a row, which goes to the label it is given to pass it over.
  using Body = std::function<void(Label next_row)>;
  void Code(const Body& body);

 private:
  struct Level {
    size_t term = 0;  // index in the FROM clause
    std::unique_ptr<AccessPath> path;
    std::vector<const Bound*> on_tests;  // before a row counts as met
    std::vector<const Bound*> tests;     // of WHERE
    Label next;
    // Of a RIGHT JOIN: which rows were met, and the subroutine inside.
    int met_cursor = -1;
    int return_register = 0;
    Label subroutine;
  };

  void CollectReads();
  void Split(const Bound& condition, int outer_join, size_t not_before);
  uint64_t TermsOf(const Bound& bound) const;
  uint64_t Prerequisites(size_t term) const;
  PathRequest RequestFor(size_t term, uint64_t available) const;
  std::unique_ptr<AccessPath> BestPath(size_t term, uint64_t available) const;
  std::vector<size_t> BestOrder() const;
  std::vector<size_t> BestOrderOfFew() const;
  std::vector<size_t> BestOrderOfMany() const;
  void PlaceConjuncts();
  bool IsRight(size_t term) const;

  void CodeLevel(size_t index, const Body& body);
  void CodeInside(size_t index, const Body& body, Label next);
  void CodeUnmatched(size_t index);
  void NoteMet(Level& level);

  CompileContext& context_;
  ProgramBuilder& builder_;
  ExprCoder& coder_;
  QueryBlock& block_;
  const bool is_repeated_;
  bool has_right_ = false;
  std::vector<Conjunct> conjuncts_;
  std::vector<double> selectivities_;
  std::vector<const Bound*> constants_;   // conditions that are the same for every row
  std::map<int, std::set<int>> columns_;  // by cursor: which columns are read
  std::vector<Level> levels_;
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_COMPILE_JOIN_LOOP_H_
