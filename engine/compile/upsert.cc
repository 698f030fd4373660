#include "engine/compile/upsert.h"

#include <algorithm>
#include <utility>

#include "engine/compile/binder.h"
#include "engine/compile/query_binder.h"
#include "engine/compile/row_key.h"

namespace orrery {
namespace {

// A column of the target is a column of the index: COLLATE need not be said, but must not differ.
bool IsColumn(const Expr& written, const Bound& target, const Bound& column,
              const Collation& collation) {
  const CollateExpr* const collate = written.TryAs<CollateExpr>();
  if (collate != nullptr && !SameName(collate->collation.text, collation.name)) return false;
  const Bound* inner = &target;
  while (inner->kind == BoundKind::kPlain) inner = &inner->operand(0);
  const Bound* of_index = &column;
  while (of_index->kind == BoundKind::kPlain) of_index = &of_index->operand(0);
  return SameBound(*inner, *of_index);
}

}  // namespace

Status Upsert::Bind(const std::vector<UpsertClause>& clauses, bool checks_rowid,
                    const WithScope* with) {
  if (clauses.empty()) return OkStatus();
  excluded_cursor_ = builder_.NewCursor();
  for (size_t i = 0; i < clauses.size(); ++i) {
    Clause made;
    ASSIGN_OR_RETURN(made.rule, RuleOf(clauses, i));
    if (clauses[i].is_update && CanBeMet(made.rule, checks_rowid)) {
      RETURN_IF_ERROR(BindUpdate(clauses[i], with, made));
    }
    clauses_.push_back(std::move(made));
  }
  return OkStatus();
}

bool Upsert::CanBeMet(const ConflictRule& rule, bool checks_rowid) const {
  if (rule.of == ConflictRule::Of::kIndex) return true;
  if (checks_rowid) return true;
  return rule.of == ConflictRule::Of::kAny &&
         std::any_of(source_.table->indexes.begin(), source_.table->indexes.end(),
                     [](const auto& index) { return index->is_unique; });
}

// -- The target --

Result<ConflictRule> Upsert::RuleOf(const std::vector<UpsertClause>& clauses, size_t index) {
  const UpsertClause& clause = clauses[index];
  ConflictRule rule;
  if (clause.target.empty()) {
    rule.of = ConflictRule::Of::kAny;
    return rule;
  }
  Scope scope;
  scope.sources.push_back(source_);
  const Table& table = *source_.table;
  if (clause.target.size() == 1) {
    ASSIGN_OR_RETURN(const BoundPtr bound, Binder(context_, scope).Bind(*clause.target[0].expr));
    if (bound->kind == BoundKind::kColumn && bound->column == kRowidColumn) {
      rule.of = ConflictRule::Of::kRowid;
      return rule;
    }
  }
  rule.of = ConflictRule::Of::kIndex;
  for (const std::unique_ptr<Index>& each : table.indexes) {
    if (!each->is_unique || each->declared_count != clause.target.size()) continue;
    ASSIGN_OR_RETURN(const bool is_target, IsTarget(*each, clause, scope));
    if (!is_target) continue;
    rule.index = each.get();
    return rule;
  }
  const std::string which = clauses.size() == 1 ? "" : Ordinal(index + 1) + " ";
  return SqlError(which + "ON CONFLICT clause does not match any PRIMARY KEY or UNIQUE constraint");
}

Result<bool> Upsert::IsTarget(const Index& index, const UpsertClause& clause, Scope& scope) {
  Binder binder(context_, scope);
  IndexEntry entry(*source_.table, index, source_.cursor);
  RETURN_IF_ERROR(entry.Bind(context_));
  if (entry.where() != nullptr) {
    if (!clause.target_where) return false;
    ASSIGN_OR_RETURN(const BoundPtr where, binder.Bind(*clause.target_where));
    if (!SameBound(*where, *entry.where())) return false;
  }
  std::vector<BoundPtr> targets;
  for (const OrderingTerm& term : clause.target) {
    ASSIGN_OR_RETURN(BoundPtr target, binder.Bind(*term.expr));
    targets.push_back(std::move(target));
  }
  for (size_t i = 0; i < index.declared_count; ++i) {
    bool is_found = false;
    for (size_t j = 0; j < targets.size() && !is_found; ++j) {
      is_found = IsColumn(*clause.target[j].expr, *targets[j], entry.column(i),
                          *index.columns[i].collation);
    }
    if (!is_found) return false;
  }
  return true;
}

// -- DO UPDATE --

Status Upsert::BindUpdate(const UpsertClause& clause, const WithScope* with, Clause& made) {
  made.rule.is_update = true;
  made.rule.update = builder_.NewLabel();
  made.rule.key = builder_.NewRegisters(KeyWidth(*source_.table));
  Scope scope;
  scope.outer = context_.outer_rows;
  scope.with = with;
  scope.sources.push_back(source_);
  scope.sources.push_back({source_.table, "excluded", excluded_cursor_});
  scope.sources.back().is_only_qualified = true;
  scope.sources.back().has_bare_columns = true;
  made.set = std::make_unique<SetClause>(context_, *source_.table);
  RETURN_IF_ERROR(made.set->Bind(clause.assignments, scope));
  if (clause.where) {
    ASSIGN_OR_RETURN(made.where, Binder(context_, scope).Bind(*clause.where));
  }
  made.triggers = std::make_unique<RowTriggers>(context_, *source_.table,
                                                context_.catalog->TriggersOf(*source_.table));
  return made.triggers->Bind(TriggerEvent::kUpdate, ConflictAction::kAbort, &clause.assignments);
}

std::vector<ConflictRule> Upsert::rules() const {
  std::vector<ConflictRule> rules;
  for (const Clause& clause : clauses_) rules.push_back(clause.rule);
  return rules;
}

void Upsert::Code(ExprCoder& coder, RowWriter& writer, const NewRow& excluded, Returning& returning,
                  Label done) {
  const bool updates = std::any_of(clauses_.begin(), clauses_.end(),
                                   [](const Clause& clause) { return clause.set != nullptr; });
  if (!updates) return;
  builder_.Goto(done);
  const Table& table = *source_.table;
  const ExprCoder::Places outer = coder.places();
  coder.PlaceInRegister(excluded_cursor_, kRowidColumn, excluded.rowid);
  const int count = static_cast<int>(table.columns.size());
  for (int i = 0; i < count; ++i) {
    coder.PlaceInRegister(excluded_cursor_, i, excluded.first_column + i);
  }
  // What goes wrong from here on is the update's, whatever INSERT OR ... says.
  writer.BeginUpdates();
  for (const Clause& clause : clauses_) {
    if (clause.set == nullptr) continue;
    builder_.Place(clause.rule.update);
    // EXCLUDED has not been through the affinities of its columns yet, but for this.
    for (int i = 0; i < count; ++i) {
      if (table.columns[static_cast<size_t>(i)].affinity != Affinity::kReal) continue;
      builder_.Emit(Opcode::kRealAffinity, excluded.first_column + i);
    }
    SeekKey(builder_, table, source_.cursor, clause.rule.key, done);
    if (clause.where) coder.JumpIfFalse(*clause.where, done, /*if_null=*/true);
    clause.set->CodeUpdate(coder, writer, source_.cursor, clause.rule.key, /*kept_cursor=*/-1,
                           *clause.triggers, returning, done);
    builder_.Goto(done);
  }
  coder.SetPlaces(outer);
}

}  // namespace orrery
