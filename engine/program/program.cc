#include "engine/program/program.h"

#include "engine/value/cast.h"
#include "engine/value/collation.h"
#include "engine/value/numeric.h"

namespace orrery {
namespace {

std::string DescribeKey(const SortKey& key) {
  std::string text = "k(" + std::to_string(key.size());
  for (const SortColumn& column : key) {
    text += column.descending ? ",-" : ",";
    if (column.nulls_last != column.descending) text += "N.";
    text += column.collation == &kBinaryCollation ? "B" : column.collation->name;
  }
  return text + ")";
}

std::string DescribeKeyOrder(const KeyOrder& order) {
  std::string text = "k(" + std::to_string(order.size());
  for (const KeyColumn& column : order) {
    text += column.is_descending ? ",-" : ",";
    if (column.collation != &kBinaryCollation) text += column.collation->name;
  }
  return text + ")";
}

const Collation* FirstMissing(const auto& columns) {
  for (const auto& column : columns) {
    if (column.collation->is_missing()) return column.collation;
  }
  return nullptr;
}

const Collation* MissingCollationOf(const Operand4& operand) {
  if (const auto* collation = std::get_if<const Collation*>(&operand)) {
    return (*collation)->is_missing() ? *collation : nullptr;
  }
  if (const auto* key = std::get_if<SortKey>(&operand)) return FirstMissing(*key);
  if (const auto* order = std::get_if<const KeyOrder*>(&operand)) return FirstMissing(**order);
  if (const auto* plan = std::get_if<std::shared_ptr<const WindowPlan>>(&operand)) {
    return FirstMissing((*plan)->calls);
  }
  return nullptr;
}

}  // namespace

const Collation* MissingCollationIn(const Program& program) {
  for (const Instruction& instruction : program.instructions) {
    if (const Collation* missing = MissingCollationOf(instruction.p4)) return missing;
  }
  for (const std::shared_ptr<const Program>& trigger : program.triggers) {
    if (const Collation* missing = MissingCollationIn(*trigger)) return missing;
  }
  return nullptr;
}

std::string DescribeOperand4(const Instruction& instruction) {
  struct {
    std::string operator()(std::monostate) const { return {}; }
    std::string operator()(int64_t integer) const { return std::to_string(integer); }
    std::string operator()(double real) const { return RealToText(real); }
    std::string operator()(const std::string& text) const { return text; }
    std::string operator()(const Value& value) const {
      return value.is_null() ? "NULL" : std::string(ToText(value).text());
    }
    std::string operator()(const Collation* collation) const {
      return std::string(collation->name) + "-8";
    }
    std::string operator()(const Function* function) const {
      const bool is_fixed = function->argument_count_min == function->argument_count_max;
      return std::string(function->name) + "(" +
             std::to_string(is_fixed ? function->argument_count_min : -1) + ")";
    }
    std::string operator()(const SortKey& key) const { return DescribeKey(key); }
    std::string operator()(const KeyOrder* order) const { return DescribeKeyOrder(*order); }
    std::string operator()(const std::vector<PageNumber>& roots) const {
      std::string text = "[";
      for (size_t i = 0; i < roots.size(); ++i)
        text += (i == 0 ? "" : ",") + std::to_string(roots[i]);
      return text + "]";
    }
    std::string operator()(const std::shared_ptr<const WindowPlan>& plan) const {
      std::string text;
      for (const WindowCall& call : plan->calls) {
        if (!text.empty()) text += ",";
        text += std::string(call.function->name) + "(" + std::to_string(call.argument_count) + ")";
      }
      return text;
    }
  } describe;
  return std::visit(describe, instruction.p4);
}

std::string DescribeInstruction(const Instruction& instruction) {
  const std::string_view synopsis = Describe(instruction.op).synopsis;
  std::string text;
  for (size_t i = 0; i < synopsis.size(); ++i) {
    const bool is_operand = synopsis[i] == 'P' && i + 1 < synopsis.size() &&
                            synopsis[i + 1] >= '1' && synopsis[i + 1] <= '5' &&
                            (i == 0 || synopsis[i - 1] != '_');
    if (!is_operand) {
      text += synopsis[i];
      continue;
    }
    switch (synopsis[++i]) {
      case '1':
        text += std::to_string(instruction.p1);
        break;
      case '2':
        text += std::to_string(instruction.p2);
        break;
      case '3':
        text += std::to_string(instruction.p3);
        break;
      case '4':
        text += DescribeOperand4(instruction);
        break;
      case '5':
        text += std::to_string(instruction.p5);
        break;
    }
  }
  return text;
}

}  // namespace orrery
