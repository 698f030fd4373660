// An automatic index: the rows of a table that a statement reads, sorted by the columns that other
// tables' rows are compared with; made before the first look-up and gone with the statement.

#include <cmath>

#include "engine/compile/access_path.h"
#include "engine/program/affinity_letters.h"

namespace orrery {
namespace {

class AutomaticIndexPath final : public AccessPath {
 public:
  AutomaticIndexPath(const FromTerm& term, std::vector<ColumnTest> tests)
      : AccessPath(term), tests_(std::move(tests)) {
    const double count = RowCountOf(term);
    // As is known of nothing: each key is that of a few rows.
    row_count = std::max(1.0, std::min(count / 4, 20.0));
    for (size_t i = 1; i < tests_.size(); ++i) row_count = std::max(1.0, row_count / 4);
    setup_cost = count * (2 + std::log2(count + 1) / 4);
    cost = 8 + row_count;
  }

  std::string Describe() const override {
    std::string text = "SEARCH " + term_.source.name + " USING AUTOMATIC COVERING INDEX (";
    for (size_t i = 0; i < tests_.size(); ++i) {
      const Table& table = *term_.source.table;
      const int column = tests_[i].column->column;
      text += i == 0 ? "" : " AND ";
      text += column < 0 ? "rowid" : table.columns[static_cast<size_t>(column)].name;
      text += "=?";
    }
    return text + ")";
  }

  void Open(CompileContext& context, ExprCoder& coder, bool once) override {
    index_ = context.builder.NewCursor();
    if (term_.query) {
      Materialize(context, coder, term_);
    } else {
      OpenTable(context, once);
    }
  }

  // Makes the index when it is first needed.
  void Begin(CompileContext& context, ExprCoder& coder, Label done) override {
    ProgramBuilder& builder = context.builder;
    const Table& table = *term_.source.table;
    const int cursor = term_.source.cursor;
    const Label is_made = builder.NewLabel();
    const bool is_fixed = !term_.query || !term_.query->is_correlated;
    if (is_fixed) builder.EmitJump(Opcode::kOnce, 0, is_made);
    SortKey key;
    for (const ColumnTest& test : tests_) {
      key.push_back({.collation = test.rule.collation});
    }
    // The keys, then all columns and the rowid.
    const int key_count = static_cast<int>(tests_.size());
    const int column_count = static_cast<int>(table.columns.size());
    const bool has_rowid = term_.source.has_rowid() || term_.query != nullptr;
    const int count = key_count + column_count + (has_rowid ? 1 : 0);
    builder.Emit(Opcode::kSorterOpen, index_, count, 0, key);
    const Label filled = builder.NewLabel();
    builder.EmitJump(Opcode::kRewind, cursor, filled);
    const Label fill = builder.Here();
    const int first = builder.NewRegisters(count);
    for (int i = 0; i < key_count; ++i)
      coder.Code(*tests_[static_cast<size_t>(i)].column, first + i);
    for (int i = 0; i < column_count; ++i) {
      if (i == table.rowid_column) {
        builder.Emit(Opcode::kNull, 0, first + key_count + i);
      } else {
        coder.Code(*MakeColumn(table, cursor, i), first + key_count + i);
      }
    }
    if (has_rowid) builder.Emit(Opcode::kRowid, cursor, first + count - 1);
    const int record = builder.NewRegister();
    builder.Emit(Opcode::kMakeRecord, first, count, record);
    builder.Emit(Opcode::kSorterInsert, index_, record);
    builder.EmitJump(Opcode::kNext, cursor, fill);
    builder.Place(filled);
    const Label sorted = builder.NewLabel();
    builder.EmitJump(Opcode::kSorterSort, index_, sorted);
    builder.Place(sorted);
    builder.Place(is_made);

    lookup_ = builder.NewRegisters(key_count);
    for (int i = 0; i < key_count; ++i) {
      const ColumnTest& test = tests_[static_cast<size_t>(i)];
      coder.Code(*test.value, lookup_ + i);
      builder.EmitJump(Opcode::kIsNull, lookup_ + i, done);
      const std::optional<Affinity> affinity = test.rule.affinity;
      if (affinity && *affinity != Affinity::kBlob) {
        builder.Emit(Opcode::kAffinity, lookup_ + i, 1, 0,
                     std::string(1, ComparedLetterOf(*affinity)));
      }
    }
    builder.EmitJump(Opcode::kSorterSeek, index_, done, lookup_, int64_t{key_count});
    body_ = builder.Here();
    for (int i = 0; i < column_count; ++i) {
      if (i != table.rowid_column) coder.PlaceInCursor(cursor, i, index_, key_count + i);
    }
    if (has_rowid) coder.PlaceInCursor(cursor, kRowidColumn, index_, count - 1);
  }

  void End(CompileContext& context) override {
    context.builder.EmitJump(Opcode::kSorterSame, index_, body_, lookup_,
                             static_cast<int64_t>(tests_.size()));
  }

  void MakeNull(CompileContext& context) override {
    context.builder.Emit(Opcode::kNullRow, index_);
  }

 private:
  const std::vector<ColumnTest> tests_;
  int index_ = -1;
  int lookup_ = 0;
  Label body_;
};

}  // namespace

void AddAutomaticIndexPath(const PathRequest& request,
                           std::vector<std::unique_ptr<AccessPath>>& paths) {
  if (request.needs_own_cursor || request.term.is_recursion) return;
  if (request.is_first && !request.is_repeated) return;
  std::vector<ColumnTest> tests;
  std::vector<size_t> used;
  for (const size_t i : request.usable) {
    const Conjunct& conjunct = request.conjuncts[i];
    const bool is_of_other_terms = (conjunct.needs & request.available) != 0;
    for (const ColumnTest& test : ColumnTestsOf(request, conjunct)) {
      // What is the same for every look-up is a filter.
      if (!is_of_other_terms && !ReadsColumns(*test.value)) continue;
      if (test.op != BinaryOp::kEqual || !ComparesAsColumn(test)) continue;
      if (test.column->column == kRowidColumn && !request.term.query) continue;
      tests.push_back(test);
      used.push_back(i);
      break;
    }
  }
  if (tests.empty()) return;
  auto path = std::make_unique<AutomaticIndexPath>(request.term, std::move(tests));
  // One that serves many runs of the query is paid for by all of them.
  constexpr double kRunCount = 1000;
  if (request.is_repeated) path->setup_cost /= kRunCount;
  path->used = std::move(used);
  paths.push_back(std::move(path));
}

}  // namespace orrery
