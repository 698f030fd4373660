#include "engine/compile/index_entry.h"

#include "engine/compile/binder.h"
#include "engine/program/affinity_letters.h"

namespace orrery {

Status IndexEntry::Bind(CompileContext& context) {
  const auto bind = [&](const Expr& expr, const char* where) {
    Scope scope;
    scope.sources.push_back({&table_, table_.name, cursor_});
    scope.restricted_to = where;
    return Binder(context, scope).Bind(expr);
  };
  for (const IndexColumn& each : index_.columns) {
    if (each.column != kExpressionColumn) {
      columns_.push_back(MakeColumn(table_, cursor_, each.column));
      continue;
    }
    ASSIGN_OR_RETURN(BoundPtr bound, bind(*each.expr, kIndexExpressions));
    columns_.push_back(std::move(bound));
  }
  if (index_.where != nullptr) {
    ASSIGN_OR_RETURN(where_, bind(*index_.where, "partial index WHERE clauses"));
  }
  return OkStatus();
}

void IndexEntry::CodeWhere(ExprCoder& coder, Label none) const {
  if (where_ != nullptr) coder.JumpIfFalse(*where_, none, /*if_null=*/true);
}

void IndexEntry::CodeColumns(ExprCoder& coder, int first) const {
  for (size_t i = 0; i < columns_.size(); ++i) {
    coder.Code(*columns_[i], first + static_cast<int>(i));
  }
}

std::string IndexEntry::Letters() const {
  std::string letters;
  for (const BoundPtr& column : columns_) {
    letters += ComparedLetterOf(column->affinity.value_or(Affinity::kBlob));
  }
  return letters;
}

bool IndexEntry::Reads(const std::vector<bool>& changed) const {
  std::vector<const Bound*> read;
  for (const BoundPtr& column : columns_) CollectColumns(*column, read);
  if (where_ != nullptr) CollectColumns(*where_, read);
  for (const Bound* column : read) {
    if (column->column >= 0 && changed[static_cast<size_t>(column->column)]) return true;
  }
  return false;
}

std::string KeyDescription(const Table& table, const Index& index) {
  if (index.has_expressions()) return "index '" + index.name + "'";
  std::string text;
  for (size_t i = 0; i < index.declared_count; ++i) {
    if (i > 0) text += ", ";
    text += table.name + ".";
    const int column = index.columns[i].column;
    text += table.columns[static_cast<size_t>(column)].name;
  }
  return text;
}

}  // namespace orrery
