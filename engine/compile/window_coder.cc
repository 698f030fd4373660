#include "engine/compile/window_coder.h"

#include <algorithm>

namespace orrery {
namespace {

bool SameList(const std::vector<BoundPtr>& a, const std::vector<BoundPtr>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const BoundPtr& x, const BoundPtr& y) { return SameBound(*x, *y); });
}

bool SortAlike(const BoundWindow& a, const BoundWindow& b) {
  return a.key == b.key && SameList(a.partition_by, b.partition_by) &&
         SameList(a.order_by, b.order_by);
}

bool SameDistance(const BoundPtr& a, const BoundPtr& b) {
  return a == nullptr || b == nullptr ? a == b : SameBound(*a, *b);
}

bool SameWindow(const BoundWindow& a, const BoundWindow& b) {
  return SortAlike(a, b) && a.frame == b.frame &&
         SameDistance(a.start_distance, b.start_distance) &&
         SameDistance(a.end_distance, b.end_distance);
}

}  // namespace

WindowCoder::WindowCoder(CompileContext& context, ExprCoder& coder, const Query& query,
                         const QueryBlock& block, RowOutput& output)
    : builder_(context.builder), coder_(coder), query_(query), block_(block), output_(output) {
  for (const auto& window : block.windows) {
    const auto same = std::find_if(stages_.begin(), stages_.end(), [&](const Stage& stage) {
      return SameWindow(*stage.calls[0], *window);
    });
    if (same != stages_.end()) {
      same->calls.push_back(window.get());
    } else {
      stages_.push_back({.calls = {window.get()}});
    }
  }
  // The window of the first call comes last, as in SQLite. What is sorted already is not sorted
  // again.
  std::vector<Stage> in_order;
  for (auto stage = stages_.rbegin(); stage != stages_.rend(); ++stage) {
    if (!in_order.empty() && SortAlike(*in_order.back().calls[0], *stage->calls[0])) {
      std::vector<BoundWindow*>& calls = in_order.back().calls;
      calls.insert(calls.end(), stage->calls.begin(), stage->calls.end());
    } else {
      in_order.push_back(std::move(*stage));
    }
  }
  stages_ = std::move(in_order);
}

void WindowCoder::Open() {
  if (stages_.empty()) return;
  CollectColumns();
  for (size_t i = 0; i < columns_.size(); ++i) carried_.push_back(builder_.NewRegister());
  for (const auto& aggregate : block_.aggregates) carried_.push_back(aggregate->accumulator);
  for (const auto& window : block_.windows) window->result = builder_.NewRegister();
  OpenSorter(stages_[0]);
}

void WindowCoder::CollectColumns() {
  const auto add = [this](const Bound& bound) {
    std::vector<const Bound*> read;
    orrery::CollectColumns(bound, read);
    for (const Bound* column : read) {
      const auto is_own =
          std::any_of(block_.from.begin(), block_.from.end(),
                      [&](const auto& term) { return term->source.cursor == column->cursor; });
      const auto is_there = std::any_of(columns_.begin(), columns_.end(), [&](const Bound* each) {
        return each->cursor == column->cursor && each->column == column->column;
      });
      if (is_own && !is_there) columns_.push_back(column);
    }
  };
  const auto add_all = [&](const std::vector<BoundPtr>& list) {
    for (const BoundPtr& each : list) add(*each);
  };
  add_all(block_.result);
  if (!query_.is_compound()) {
    for (const QueryOrder& order : query_.order_by) {
      if (order.expr) add(*order.expr);
    }
  }
  for (const auto& window : block_.windows) {
    add_all(window->arguments);
    add_all(window->partition_by);
    add_all(window->order_by);
    if (window->filter) add(*window->filter);
  }
}

void WindowCoder::OpenSorter(Stage& stage) {
  stage.carried_from = static_cast<int>(stage.calls[0]->key.size());
  for (const BoundWindow* call : stage.calls) {
    stage.carried_from += static_cast<int>(call->arguments.size()) + (call->filter ? 1 : 0);
  }
  stage.sorter = builder_.NewCursor();
  builder_.Emit(Opcode::kSorterOpen, stage.sorter, 0, 0, stage.calls[0]->key);
}

void WindowCoder::Add(Label next_row) {
  if (stages_.empty()) return output_.Add(block_, next_row);
  for (size_t i = 0; i < columns_.size(); ++i) {
    coder_.Code(*columns_[i], carried_[i]);
  }
  Insert(stages_[0]);
}

// What earlier stages have computed is handed on too.
int WindowCoder::CarriedCount(size_t stage_index) const {
  size_t count = carried_.size();
  for (size_t i = 0; i < stage_index; ++i) count += stages_[i].calls.size();
  return static_cast<int>(count);
}

void WindowCoder::Insert(Stage& stage) {
  const auto index = static_cast<size_t>(&stage - stages_.data());
  const BoundWindow& first_call = *stage.calls[0];
  const int count = stage.carried_from + CarriedCount(index);
  const int first = builder_.NewRegisters(std::max(count, 1));
  int next = first;
  const auto code_all = [&](const std::vector<BoundPtr>& list) {
    coder_.CodeList(list, next);
    next += static_cast<int>(list.size());
  };
  code_all(first_call.partition_by);
  code_all(first_call.order_by);
  for (const BoundWindow* call : stage.calls) {
    code_all(call->arguments);
    if (call->filter) coder_.Code(*call->filter, next++);
  }
  for (const int reg : carried_) builder_.Emit(Opcode::kSCopy, reg, next++);
  for (size_t i = 0; i < index; ++i) {
    for (const BoundWindow* call : stages_[i].calls) {
      builder_.Emit(Opcode::kSCopy, call->result, next++);
    }
  }
  const int record = builder_.NewRegister();
  builder_.Emit(Opcode::kMakeRecord, first, count, record);
  builder_.Emit(Opcode::kSorterInsert, stage.sorter, record);
}

void WindowCoder::Finish() {
  if (!stages_.empty()) {
    const ExprCoder::Places outer = coder_.places();
    for (size_t i = 0; i < columns_.size(); ++i) {
      coder_.PlaceInRegister(columns_[i]->cursor, columns_[i]->column, carried_[i]);
    }
    for (size_t i = 0; i < stages_.size(); ++i) CodeStage(i);
    coder_.SetPlaces(outer);
  }
  output_.Finish();
}

void WindowCoder::CodeStage(size_t index) {
  Stage& stage = stages_[index];
  if (!stage.calls[0]->key.empty()) builder_.Explain("USE TEMP B-TREE FOR ORDER BY");
  auto plan = std::make_shared<WindowPlan>();
  plan->partition_count = stage.calls[0]->partition_by.size();
  const int distances = builder_.NewRegisters(2 * static_cast<int>(stage.calls.size()));
  int column = static_cast<int>(stage.calls[0]->key.size());
  for (size_t i = 0; i < stage.calls.size(); ++i) {
    const BoundWindow& window = *stage.calls[i];
    WindowCall call{.function = window.function, .frame = window.frame};
    call.argument_count = static_cast<int>(window.arguments.size());
    call.first_argument = column;
    column += call.argument_count;
    if (window.filter) call.filter = column++;
    if (!window.arguments.empty() && window.arguments[0]->collation != nullptr) {
      call.collation = window.arguments[0]->collation;
    }
    const int start = distances + 2 * static_cast<int>(i);
    if (window.start_distance) coder_.Code(*window.start_distance, start);
    if (window.end_distance) coder_.Code(*window.end_distance, start + 1);
    plan->calls.push_back(call);
  }
  Stage* const next_stage = index + 1 < stages_.size() ? &stages_[index + 1] : nullptr;
  if (next_stage != nullptr) OpenSorter(*next_stage);
  const Label done = builder_.NewLabel();
  const Label next_row = builder_.NewLabel();
  builder_.EmitJump(Opcode::kSorterSort, stage.sorter, done);
  builder_.Emit(Opcode::kWindow, stage.sorter, distances, 0,
                std::shared_ptr<const WindowPlan>(std::move(plan)));
  const Label loop = builder_.Here();
  column = stage.carried_from;
  for (const int reg : carried_) builder_.Emit(Opcode::kColumn, stage.sorter, column++, reg);
  for (size_t i = 0; i < index; ++i) {
    for (const BoundWindow* call : stages_[i].calls) {
      builder_.Emit(Opcode::kColumn, stage.sorter, column++, call->result);
    }
  }
  for (size_t i = 0; i < stage.calls.size(); ++i) {
    builder_.Emit(Opcode::kWindowValue, stage.sorter, static_cast<int>(i), stage.calls[i]->result);
  }
  if (next_stage != nullptr) {
    Insert(*next_stage);
  } else {
    output_.Add(block_, next_row);
  }
  builder_.Place(next_row);
  builder_.EmitJump(Opcode::kSorterNext, stage.sorter, loop);
  builder_.Place(done);
}

}  // namespace orrery
