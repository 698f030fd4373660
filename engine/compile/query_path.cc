// Paths on the rows of a subquery: read one by one as they are made, when it is the outermost loop;
// else kept in memory.

#include "engine/compile/access_path.h"
#include "engine/compile/query_coder.h"

namespace orrery {
namespace {

// The subquery is a coroutine, whose rows come in registers.
class CoroutinePath final : public AccessPath {
 public:
  explicit CoroutinePath(const FromTerm& term) : AccessPath(term) {
    row_count = RowCountOf(term);
    cost = row_count;
  }

  std::string Describe() const override { return "SCAN " + term_.source.name; }

  void Open(CompileContext& context, ExprCoder& coder, bool) override {
    ProgramBuilder& builder = context.builder;
    const ProgramBuilder::Group group(builder, "CO-ROUTINE " + term_.source.name);
    const int count = term_.query->column_count();
    coroutine_ = builder.NewRegister();
    first_ = builder.NewRegisters(count);
    const Label body = builder.NewLabel();
    const Label after = builder.NewLabel();
    const int init = builder.EmitJump(Opcode::kInitCoroutine, coroutine_, after);
    builder.PointOperand(init, 3, body);
    builder.Place(body);
    QueryCoder(context, coder, *term_.query).Code([&](int row, int) {
      builder.Emit(Opcode::kCopy, row, first_, count - 1);
      builder.Emit(Opcode::kYield, coroutine_);
    });
    builder.Emit(Opcode::kEndCoroutine, coroutine_);
    builder.Place(after);
    for (int i = 0; i < count; ++i) coder.PlaceInRegister(term_.source.cursor, i, first_ + i);
  }

  void Begin(CompileContext& context, ExprCoder&, Label done) override {
    loop_ = context.builder.Here();
    context.builder.EmitJump(Opcode::kYield, coroutine_, done);
  }
  void End(CompileContext& context) override { context.builder.Goto(loop_); }
  void MakeNull(CompileContext& context) override {
    context.builder.Emit(Opcode::kNull, 0, first_, first_ + term_.query->column_count() - 1);
  }

 private:
  int coroutine_ = 0;
  int first_ = 0;
  Label loop_;
};

class MaterializedPath final : public AccessPath {
 public:
  explicit MaterializedPath(const FromTerm& term) : AccessPath(term) {
    row_count = RowCountOf(term);
    cost = row_count;
    setup_cost = row_count;
  }

  std::string Describe() const override { return "SCAN " + term_.source.name; }
  void Open(CompileContext& context, ExprCoder& coder, bool) override {
    Materialize(context, coder, term_);
  }
  void Begin(CompileContext& context, ExprCoder&, Label done) override {
    context.builder.EmitJump(Opcode::kRewind, term_.source.cursor, done);
    body_ = context.builder.Here();
  }
  void End(CompileContext& context) override {
    context.builder.EmitJump(Opcode::kNext, term_.source.cursor, body_);
  }

 private:
  Label body_;
};

// A table-valued function is called each time the loop begins.
class FunctionPath final : public AccessPath {
 public:
  explicit FunctionPath(const FromTerm& term) : AccessPath(term) {
    row_count = RowCountOf(term);
    cost = row_count;
  }

  std::string Describe() const override {
    // As SQLite numbers which arguments there are.
    const size_t which = (size_t{1} << term_.arguments.size()) - 1;
    return "SCAN " + term_.source.name + " VIRTUAL TABLE INDEX " + std::to_string(which) + ":";
  }
  void Open(CompileContext&, ExprCoder&, bool) override {}
  void Begin(CompileContext& context, ExprCoder& coder, Label done) override {
    ProgramBuilder& builder = context.builder;
    const int count = static_cast<int>(term_.arguments.size());
    const int first = builder.NewRegisters(count + 1);
    coder.CodeList(term_.arguments, first);
    builder.Emit(Opcode::kOpenFunction, term_.source.cursor, first, count,
                 static_cast<int64_t>(*term_.function));
    builder.EmitJump(Opcode::kRewind, term_.source.cursor, done);
    body_ = builder.Here();
  }
  void End(CompileContext& context) override {
    context.builder.EmitJump(Opcode::kNext, term_.source.cursor, body_);
  }

 private:
  Label body_;
};

// The one row that the recursion of a common table is at.
class RecursionPath final : public AccessPath {
 public:
  explicit RecursionPath(const FromTerm& term) : AccessPath(term) {
    row_count = 1;
    cost = 1;
  }

  std::string Describe() const override { return "SCAN " + term_.source.name; }
  void Open(CompileContext&, ExprCoder&, bool) override {}
  void Begin(CompileContext& context, ExprCoder&, Label) override {
    // No row of NULLs from the last time.
    context.builder.Emit(Opcode::kNullRow, term_.source.cursor, 1);
  }
  void End(CompileContext&) override {}
};

}  // namespace

// Once, unless it reads what is around it.
void Materialize(CompileContext& context, ExprCoder& coder, const FromTerm& term) {
  ProgramBuilder& builder = context.builder;
  const ProgramBuilder::Group group(builder, "MATERIALIZE " + term.source.name);
  const int cursor = term.source.cursor;
  const int count = term.query->column_count();
  const Label is_made = builder.NewLabel();
  if (!term.query->is_correlated) builder.EmitJump(Opcode::kOnce, 0, is_made);
  builder.Emit(Opcode::kOpenEphemeral, cursor, count);
  const int record = builder.NewRegister();
  const int rowid = builder.NewRegister();
  QueryCoder(context, coder, *term.query).Code([&](int row, int) {
    builder.Emit(Opcode::kMakeRecord, row, count, record);
    builder.Emit(Opcode::kNewRowid, cursor, rowid);
    builder.Emit(Opcode::kInsert, cursor, record, rowid);
  });
  builder.Place(is_made);
}

void AddQueryPaths(const PathRequest& request, std::vector<std::unique_ptr<AccessPath>>& paths) {
  const FromTerm& term = request.term;
  if (term.function) {
    paths.push_back(std::make_unique<FunctionPath>(term));
    return;
  }
  if (term.is_recursion) {
    paths.push_back(std::make_unique<RecursionPath>(term));
    return;
  }
  const bool is_infinite = term.query->recursive_from > 0;
  const bool is_kept = request.is_repeated && !term.query->is_correlated && !is_infinite;
  if (request.is_first && !is_kept && !request.needs_own_cursor) {
    paths.push_back(std::make_unique<CoroutinePath>(term));
  }
  if (!request.is_first || paths.empty()) {
    paths.push_back(std::make_unique<MaterializedPath>(term));
  }
}

}  // namespace orrery
