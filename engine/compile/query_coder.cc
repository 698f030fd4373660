#include "engine/compile/query_coder.h"

#include "engine/compile/query_binder.h"
#include "engine/compile/window_coder.h"

namespace orrery {

QueryCoder::QueryCoder(CompileContext& context, ExprCoder& coder, Query& query)
    : context_(context), builder_(context.builder), coder_(coder), query_(query) {}

void QueryCoder::Code(const RowTaker& take_row) {
  const ExprCoder::Places outer = coder_.places();
  end_ = builder_.NewLabel();
  RowOutput output(context_, coder_, &query_, query_.column_count(), take_row, end_);
  output.CodeLimits();
  if (query_.recursive_from > 0) {
    CodeRecursion(output);
  } else if (query_.is_compound()) {
    CodeCompound(output);
  } else {
    CodeBlock(*query_.blocks[0], output);
  }
  builder_.Place(end_);
  coder_.SetPlaces(outer);
}

void QueryCoder::CodeBlock(QueryBlock& block, RowOutput& output) {
  if (!block.more_rows.empty()) {
    CodeValues(block, output);
  } else if (!block.group_by.empty()) {
    CodeGroups(block, output);
  } else if (block.is_aggregate()) {
    CodeAggregate(block, output);
  } else {
    CodeRows(block, output);
  }
}

// What ORDER BY compares, as expressions; none in a compound, which orders its rows by itself.
std::vector<const Bound*> QueryCoder::OrderTerms(const QueryBlock& block) const {
  if (query_.is_compound()) return {};
  std::vector<const Bound*> terms;
  for (const QueryOrder& order : query_.order_by) {
    terms.push_back(order.expr ? order.expr.get()
                               : block.result[static_cast<size_t>(order.result_index)].get());
  }
  return terms;
}

void QueryCoder::CodeRows(QueryBlock& block, RowOutput& output) {
  JoinLoop loop(context_, coder_, block, query_.is_correlated);
  for (const Bound* term : OrderTerms(block)) loop.AlsoReads(*term);
  loop.Plan();
  // Of one row there is nothing to sort.
  const bool is_sorted =
      block.from.empty() ||
      (block.windows.empty() && loop.GivesOrder(OrderTerms(block), SortKeyOf(query_)));
  output.Open(is_sorted);
  if (block.is_distinct && !block.from.empty()) output.MakeDistinct(block);
  WindowCoder windows(context_, coder_, query_, block, output);
  windows.Open();
  loop.Code([&](Label next_row) { windows.Add(next_row); });
  windows.Finish();
}

void QueryCoder::CodeValues(QueryBlock& block, RowOutput& output) {
  output.Open(/*is_sorted=*/false);
  const int count = query_.column_count();
  const auto add = [&](const std::vector<BoundPtr>& row) {
    const Label next = builder_.NewLabel();
    const int first = builder_.NewRegisters(count);
    coder_.CodeList(row, first);
    output.AddRegisters(first, next);
    builder_.Place(next);
  };
  add(block.result);
  for (const std::vector<BoundPtr>& row : block.more_rows) add(row);
  output.Finish();
}

// -- The statement --

Status CompileSelect(CompileContext& context, const SelectStatement& statement) {
  ASSIGN_OR_RETURN(const std::unique_ptr<Query> query,
                   BindQuery(context, statement, /*with=*/nullptr, /*outer=*/nullptr));
  ProgramBuilder& builder = context.builder;
  builder.program().column_names = query->names;
  ExprCoder coder(context);
  QueryCoder(context, coder, *query).Code([&](int first, int count) {
    // What a trigger selects, nobody sees.
    if (!context.is_trigger) builder.Emit(Opcode::kResultRow, first, count);
  });
  return OkStatus();
}

}  // namespace orrery
