// SQL functions: what the compiler looks up by name and the machine calls.
//
// A function runs to its end on the caller's stack; it never waits. It answers through its
// FunctionCall: Return() or Fail(), and NULL when it does neither.

#ifndef ORRERY_ENGINE_CATALOG_FUNCTION_H_
#define ORRERY_ENGINE_CATALOG_FUNCTION_H_

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/base/status.h"
#include "engine/catalog/date_time.h"
#include "engine/value/collation.h"
#include "engine/value/value.h"

namespace orrery {

// What functions may ask of their connection.
class ConnectionFacts : public Clock {
 public:
  virtual int64_t changes() const = 0;
  virtual int64_t total_changes() const = 0;
  virtual int64_t last_insert_rowid() const = 0;
  virtual void RandomBytes(MutableBytes out) = 0;

 protected:
  ~ConnectionFacts() = default;
};

// Where a call has to give the same value whenever it is made, so that it may not ask for the time.
enum class FixedPlace : uint8_t { kNone, kIndex, kCheck };

class FunctionCall {
 public:
  explicit FunctionCall(ConnectionFacts& facts, const Collation& in_collation = kBinaryCollation,
                        FixedPlace place = FixedPlace::kNone)
      : connection(facts), collation(in_collation), fixed_place(place) {}

  void Return(Value value) { result_ = std::move(value); }
  void Fail(std::string_view message) { error_ = Status(ResultCode::kError, message); }
  void Fail(ResultCode code) { error_ = Status(code); }
  void Fail(Status status) { error_ = std::move(status); }

  ConnectionFacts& connection;
  const Collation& collation;  // of the arguments, for functions that compare
  const FixedPlace fixed_place;
  // Set by an aggregate step that passed its row over: bare columns keep an earlier row's values.
  bool row_passed_over = false;

  const Status& error() const { return error_; }
  Value TakeResult() { return std::move(result_); }

 private:
  Value result_;
  Status error_;
};

using Arguments = std::span<const Value>;
using ScalarBody = void (*)(FunctionCall& call, Arguments arguments);

// The accumulator of one group, or of the frame of a window.
class Aggregate {
 public:
  virtual ~Aggregate() = default;
  virtual void Step(FunctionCall& call, Arguments arguments) = 0;
  // May be asked again after more steps.
  virtual void Final(FunctionCall& call) = 0;
  // Takes back the oldest step that has not been taken back. Only where can_take_back().
  virtual void TakeBack(FunctionCall&, Arguments) {}
  virtual bool can_take_back() const { return false; }
};
using AggregateMaker = std::unique_ptr<Aggregate> (*)();

// What is no aggregate, and stands before OVER only (../vdbe/window.h).
enum class WindowFunction : uint8_t {
  kNone,
  kRowNumber,
  kRank,
  kDenseRank,
  kPercentRank,
  kCumeDist,
  kNtile,
  kLag,
  kLead,
  kFirstValue,
  kLastValue,
  kNthValue,
};

struct Function {
  std::string_view name;  // lower case
  int argument_count_min = 0;
  int argument_count_max = 0;  // -1: any number
  ScalarBody scalar = nullptr;
  AggregateMaker aggregate = nullptr;
  AggregateMaker of_frame = nullptr;  // over the frames of a window; null: as `aggregate`
  WindowFunction window = WindowFunction::kNone;
  bool is_deterministic = true;
  bool uses_collation = false;  // compares its arguments
  bool picks_a_row = false;     // min() and max() with one argument: bare columns follow them
};

class FunctionRegistry {
 public:
  // With the built-in functions.
  FunctionRegistry();

  // A function that takes `argument_count` arguments; null when none of that name does. `known`
  // then tells whether there is one of that name at all.
  const Function* Find(std::string_view name, int argument_count, bool* known) const;
  // Later ones go first.
  void Add(const Function& function);

 private:
  std::vector<Function const*> functions_;
  std::vector<std::unique_ptr<Function>> added_;
};

// Of those that are built in; null when there is none.
const Function* FindBuiltIn(std::string_view name, int argument_count);

// The built-in functions.
std::span<const Function> BuiltInScalarFunctions();
std::span<const Function> BuiltInAggregateFunctions();
std::span<const Function> BuiltInDateFunctions();
std::span<const Function> BuiltInJsonFunctions();
std::span<const Function> BuiltInMathFunctions();
std::span<const Function> BuiltInTextFunctions();
std::span<const Function> BuiltInWindowFunctions();

}  // namespace orrery

#endif  // ORRERY_ENGINE_CATALOG_FUNCTION_H_
