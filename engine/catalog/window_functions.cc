// The built-in functions that need a window. https://www.sqlite.org/windowfunctions.html

#include "engine/catalog/function.h"

namespace orrery {
namespace {

constexpr Function OfWindow(std::string_view name, int min, int max, WindowFunction window) {
  return {.name = name, .argument_count_min = min, .argument_count_max = max, .window = window};
}

constexpr Function kWindowFunctions[] = {
    OfWindow("row_number", 0, 0, WindowFunction::kRowNumber),
    OfWindow("rank", 0, 0, WindowFunction::kRank),
    OfWindow("dense_rank", 0, 0, WindowFunction::kDenseRank),
    OfWindow("percent_rank", 0, 0, WindowFunction::kPercentRank),
    OfWindow("cume_dist", 0, 0, WindowFunction::kCumeDist),
    OfWindow("ntile", 1, 1, WindowFunction::kNtile),
    OfWindow("lag", 1, 3, WindowFunction::kLag),
    OfWindow("lead", 1, 3, WindowFunction::kLead),
    OfWindow("first_value", 1, 1, WindowFunction::kFirstValue),
    OfWindow("last_value", 1, 1, WindowFunction::kLastValue),
    OfWindow("nth_value", 2, 2, WindowFunction::kNthValue),
};

}  // namespace

std::span<const Function> BuiltInWindowFunctions() { return kWindowFunctions; }

}  // namespace orrery
