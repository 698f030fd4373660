#include "engine/catalog/function.h"

#include "engine/catalog/names.h"

namespace orrery {

FunctionRegistry::FunctionRegistry() {
  for (const Function& function : BuiltInScalarFunctions()) functions_.push_back(&function);
  for (const Function& function : BuiltInAggregateFunctions()) functions_.push_back(&function);
  for (const Function& function : BuiltInDateFunctions()) functions_.push_back(&function);
  for (const Function& function : BuiltInJsonFunctions()) functions_.push_back(&function);
  for (const Function& function : BuiltInMathFunctions()) functions_.push_back(&function);
  for (const Function& function : BuiltInTextFunctions()) functions_.push_back(&function);
  for (const Function& function : BuiltInWindowFunctions()) functions_.push_back(&function);
}

const Function* FunctionRegistry::Find(std::string_view name, int argument_count,
                                       bool* known) const {
  *known = false;
  for (const Function* function : functions_) {
    if (!SameName(function->name, name)) continue;
    *known = true;
    const bool fits =
        argument_count >= function->argument_count_min &&
        (function->argument_count_max < 0 || argument_count <= function->argument_count_max);
    if (fits) return function;
  }
  return nullptr;
}

const Function* FindBuiltIn(std::string_view name, int argument_count) {
  static const FunctionRegistry kBuiltIn;
  bool known = false;
  return kBuiltIn.Find(name, argument_count, &known);
}

void FunctionRegistry::Add(const Function& function) {
  added_.push_back(std::make_unique<Function>(function));
  functions_.insert(functions_.begin(), added_.back().get());
}

}  // namespace orrery
