// The built-in functions of many rows. https://www.sqlite.org/lang_aggfunc.html

#include <cmath>
#include <deque>
#include <limits>
#include <string>

#include "engine/catalog/function.h"
#include "engine/value/cast.h"
#include "engine/value/compare.h"
#include "engine/value/numeric.h"

namespace orrery {
namespace {

class Count final : public Aggregate {
 public:
  void Step(FunctionCall&, Arguments arguments) override {
    if (arguments.empty() || !arguments[0].is_null()) ++count_;
  }
  void Final(FunctionCall& call) override { call.Return(Value::Integer(count_)); }
  void TakeBack(FunctionCall&, Arguments arguments) override {
    if (arguments.empty() || !arguments[0].is_null()) --count_;
  }
  bool can_take_back() const override { return true; }

 private:
  int64_t count_ = 0;
};

// A sum of reals that keeps what each addition rounds off (Neumaier's variant of Kahan's).
class RealSum {
 public:
  void Add(double real) {
    const double sum = sum_ + real;
    if (std::fabs(sum_) > std::fabs(real)) {
      error_ += (sum_ - sum) + real;
    } else {
      error_ += (real - sum) + sum_;
    }
    sum_ = sum;
  }
  // An integer beyond what a real holds exactly is added in two parts that are held.
  void AddInteger(int64_t integer) {
    constexpr int64_t kExactMax = int64_t{1} << 52;
    if (integer > -kExactMax && integer < kExactMax) {
      Add(static_cast<double>(integer));
      return;
    }
    const int64_t small = integer % 16384;
    Add(static_cast<double>(integer - small));
    Add(static_cast<double>(small));
  }
  double Total() const { return std::isfinite(error_) ? sum_ + error_ : sum_; }

 private:
  double sum_ = 0;
  double error_ = 0;
};

// Integers are summed as integers until one is a real or the sum does not fit.
class Summing : public Aggregate {
 public:
  void Step(FunctionCall&, Arguments arguments) final {
    Value value = arguments[0];
    if (value.is_null()) return;
    if (value.is_text()) value = WholeNumber(value.text()).value_or(value);
    ++count_;
    if (is_real_) {
      if (value.is_integer()) {
        reals_.AddInteger(value.integer());
      } else {
        has_overflowed_ = false;
        reals_.Add(ToReal(value));
      }
      return;
    }
    if (value.is_integer()) {
      int64_t sum = 0;
      if (!__builtin_add_overflow(integers_, value.integer(), &sum)) {
        integers_ = sum;
        return;
      }
      has_overflowed_ = true;
    }
    is_real_ = true;
    reals_.AddInteger(integers_);
    if (value.is_integer()) {
      reals_.AddInteger(value.integer());
    } else {
      reals_.Add(ToReal(value));
    }
  }

  // What has been added as a real stays one.
  void TakeBack(FunctionCall&, Arguments arguments) final {
    Value value = arguments[0];
    if (value.is_null()) return;
    if (value.is_text()) value = WholeNumber(value.text()).value_or(value);
    --count_;
    if (!is_real_) {
      if (__builtin_sub_overflow(integers_, value.integer(), &integers_)) {
        has_overflowed_ = is_real_ = true;
      }
    } else if (!value.is_integer()) {
      reals_.Add(-ToReal(value));
    } else if (value.integer() != std::numeric_limits<int64_t>::min()) {
      reals_.AddInteger(-value.integer());
    } else {
      reals_.AddInteger(std::numeric_limits<int64_t>::max());
      reals_.AddInteger(1);
    }
  }
  bool can_take_back() const final { return true; }

 protected:
  double Total() const { return is_real_ ? reals_.Total() : static_cast<double>(integers_); }

  int64_t count_ = 0;
  int64_t integers_ = 0;
  bool is_real_ = false;
  bool has_overflowed_ = false;  // of integers alone
  RealSum reals_;
};

class Sum final : public Summing {
  void Final(FunctionCall& call) override {
    if (count_ == 0) return;
    if (has_overflowed_) return call.Fail("integer overflow");
    call.Return(is_real_ ? Value::Real(Total()) : Value::Integer(integers_));
  }
};

class Total final : public Summing {
  void Final(FunctionCall& call) override { call.Return(Value::Real(Summing::Total())); }
};

class Average final : public Summing {
  void Final(FunctionCall& call) override {
    if (count_ > 0) call.Return(Value::Real(Total() / static_cast<double>(count_)));
  }
};

// The least or greatest value; of equal ones the first.
class Extreme : public Aggregate {
 public:
  explicit Extreme(bool is_max) : is_max_(is_max) {}

  void Step(FunctionCall& call, Arguments arguments) final {
    const Value& value = arguments[0];
    if (value.is_null()) {
      call.row_passed_over = !best_.is_null();
      return;
    }
    if (!best_.is_null()) {
      const auto order = Compare(best_, value, call.collation);
      if (is_max_ ? order >= 0 : order <= 0) {
        call.row_passed_over = true;
        return;
      }
    }
    best_ = value;
    best_.MakeOwned();
  }
  void Final(FunctionCall& call) final { call.Return(best_); }

 private:
  const bool is_max_;
  Value best_;
};

// The same of a frame: the values that may yet become the extreme, each beyond all that came after.
class FrameExtreme final : public Aggregate {
 public:
  explicit FrameExtreme(bool is_max) : is_max_(is_max) {}

  void Step(FunctionCall& call, Arguments arguments) override {
    const Value& value = arguments[0];
    const uint64_t number = step_count_++;
    if (value.is_null()) return;
    while (!candidates_.empty()) {
      const auto order = Compare(candidates_.back().value, value, call.collation);
      if (is_max_ ? order >= 0 : order <= 0) break;
      candidates_.pop_back();
    }
    candidates_.push_back({number, value});
    candidates_.back().value.MakeOwned();
  }
  void TakeBack(FunctionCall&, Arguments) override {
    if (!candidates_.empty() && candidates_.front().number == taken_back_count_) {
      candidates_.pop_front();
    }
    ++taken_back_count_;
  }
  bool can_take_back() const override { return true; }
  void Final(FunctionCall& call) override {
    if (!candidates_.empty()) call.Return(candidates_.front().value);
  }

 private:
  struct Candidate {
    uint64_t number;  // of the step
    Value value;
  };
  const bool is_max_;
  std::deque<Candidate> candidates_;
  uint64_t step_count_ = 0;
  uint64_t taken_back_count_ = 0;
};

class GroupConcat final : public Aggregate {
 public:
  void Step(FunctionCall& call, Arguments arguments) override {
    if (arguments[0].is_null()) return;
    if (has_any_) {
      if (arguments.size() == 1) {
        text_ += ',';
      } else if (!arguments[1].is_null()) {
        const Value separator = ToText(arguments[1]);
        text_ += separator.text();
      }
    }
    has_any_ = true;
    const Value part = ToText(arguments[0]);
    text_ += part.text();
    if (text_.size() > kValueSizeMax) call.Fail(ResultCode::kTooBig);
  }
  void Final(FunctionCall& call) override {
    if (has_any_) call.Return(Value::Text(text_));
  }

 private:
  bool has_any_ = false;
  std::string text_;
};

// The same of a frame: keeps the parts apart, so that the first can go.
class FrameConcat final : public Aggregate {
 public:
  void Step(FunctionCall&, Arguments arguments) override {
    if (arguments[0].is_null()) return;
    Part part;
    part.text = ToText(arguments[0]).text();
    if (arguments.size() == 1) {
      part.separator = ",";
    } else if (!arguments[1].is_null()) {
      part.separator = ToText(arguments[1]).text();
    }
    parts_.push_back(std::move(part));
  }
  void TakeBack(FunctionCall&, Arguments arguments) override {
    if (!arguments[0].is_null()) parts_.pop_front();
  }
  bool can_take_back() const override { return true; }
  void Final(FunctionCall& call) override {
    if (parts_.empty()) return;
    std::string text;
    for (const Part& part : parts_) {
      if (&part != &parts_.front()) text += part.separator;
      text += part.text;
      if (text.size() > kValueSizeMax) return call.Fail(ResultCode::kTooBig);
    }
    Value value = Value::Text(text);
    value.MakeOwned();
    call.Return(std::move(value));
  }

 private:
  struct Part {
    std::string separator;  // before it
    std::string text;
  };
  std::deque<Part> parts_;
};

template <typename T, auto... arguments>
std::unique_ptr<Aggregate> Make() {
  return std::make_unique<T>(arguments...);
}

constexpr Function OfRows(std::string_view name, int min, int max, AggregateMaker maker,
                          AggregateMaker of_frame = nullptr) {
  return {.name = name,
          .argument_count_min = min,
          .argument_count_max = max,
          .aggregate = maker,
          .of_frame = of_frame};
}

constexpr Function Picking(std::string_view name, AggregateMaker maker, AggregateMaker of_frame) {
  return {.name = name,
          .argument_count_min = 1,
          .argument_count_max = 1,
          .aggregate = maker,
          .of_frame = of_frame,
          .uses_collation = true,
          .picks_a_row = true};
}

constexpr Function kAggregateFunctions[] = {
    OfRows("avg", 1, 1, Make<Average>),
    OfRows("count", 0, 1, Make<Count>),
    OfRows("group_concat", 1, 2, Make<GroupConcat>, Make<FrameConcat>),
    Picking("max", Make<Extreme, true>, Make<FrameExtreme, true>),
    Picking("min", Make<Extreme, false>, Make<FrameExtreme, false>),
    OfRows("string_agg", 2, 2, Make<GroupConcat>, Make<FrameConcat>),
    OfRows("sum", 1, 1, Make<Sum>),
    OfRows("total", 1, 1, Make<Total>),
};

}  // namespace

std::span<const Function> BuiltInAggregateFunctions() { return kAggregateFunctions; }

}  // namespace orrery
