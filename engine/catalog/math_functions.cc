// The mathematical functions. https://www.sqlite.org/lang_mathfunc.html

#include <cmath>
#include <numbers>
#include <optional>

#include "engine/catalog/function.h"
#include "engine/value/cast.h"
#include "engine/value/numeric.h"

namespace orrery {
namespace {

// Empty for NULL, and for texts and blobs that are no numbers.
std::optional<Value> NumberOf(const Value& value) {
  if (value.is_number()) return value;
  if (!value.is_text()) return std::nullopt;
  return WholeNumber(value.text());
}

std::optional<double> RealOf(const Value& value) {
  const std::optional<Value> number = NumberOf(value);
  if (!number) return std::nullopt;
  return ToReal(*number);
}

template <double (*kFunction)(double)>
void OfOne(FunctionCall& call, Arguments arguments) {
  if (const std::optional<double> x = RealOf(arguments[0])) {
    call.Return(Value::Real(kFunction(*x)));
  }
}

template <double (*kFunction)(double, double)>
void OfTwo(FunctionCall& call, Arguments arguments) {
  const std::optional<double> x = RealOf(arguments[0]);
  const std::optional<double> y = RealOf(arguments[1]);
  if (x && y) call.Return(Value::Real(kFunction(*x, *y)));
}

// An integer stays one.
template <double (*kFunction)(double)>
void Rounded(FunctionCall& call, Arguments arguments) {
  const std::optional<Value> number = NumberOf(arguments[0]);
  if (!number) return;
  call.Return(number->is_integer() ? *number : Value::Real(kFunction(ToReal(*number))));
}

// The logarithm of something above 0.
template <double (*kFunction)(double)>
void Logarithm(FunctionCall& call, Arguments arguments) {
  const std::optional<double> x = RealOf(arguments[0]);
  if (x && *x > 0) call.Return(Value::Real(kFunction(*x)));
}

void LogOfBase(FunctionCall& call, Arguments arguments) {
  if (arguments.size() == 1) return Logarithm<std::log10>(call, arguments);
  const std::optional<double> base = RealOf(arguments[0]);
  const std::optional<double> x = RealOf(arguments[1]);
  if (!base || !x || *base <= 0 || *x <= 0) return;
  const double scale = std::log(*base);
  if (scale <= 0) return;
  call.Return(Value::Real(std::log(*x) / scale));
}

double Degrees(double radians) { return radians * (180.0 / std::numbers::pi); }
double Radians(double degrees) { return degrees * (std::numbers::pi / 180.0); }

void Pi(FunctionCall& call, Arguments) { call.Return(Value::Real(std::numbers::pi)); }

template <ScalarBody kBody>
constexpr Function Math(std::string_view name, int argument_count_min, int argument_count_max) {
  return {.name = name,
          .argument_count_min = argument_count_min,
          .argument_count_max = argument_count_max,
          .scalar = kBody};
}
template <double (*kFunction)(double)>
constexpr Function One(std::string_view name) {
  return Math<OfOne<kFunction>>(name, 1, 1);
}
template <double (*kFunction)(double, double)>
constexpr Function Two(std::string_view name) {
  return Math<OfTwo<kFunction>>(name, 2, 2);
}

constexpr Function kMathFunctions[] = {
    One<std::acos>("acos"),
    One<std::acosh>("acosh"),
    One<std::asin>("asin"),
    One<std::asinh>("asinh"),
    One<std::atan>("atan"),
    Two<std::atan2>("atan2"),
    One<std::atanh>("atanh"),
    Math<Rounded<std::ceil>>("ceil", 1, 1),
    Math<Rounded<std::ceil>>("ceiling", 1, 1),
    One<std::cos>("cos"),
    One<std::cosh>("cosh"),
    One<Degrees>("degrees"),
    One<std::exp>("exp"),
    Math<Rounded<std::floor>>("floor", 1, 1),
    Math<Logarithm<std::log>>("ln", 1, 1),
    Math<LogOfBase>("log", 1, 2),
    Math<Logarithm<std::log10>>("log10", 1, 1),
    Math<Logarithm<std::log2>>("log2", 1, 1),
    Two<std::fmod>("mod"),
    Math<Pi>("pi", 0, 0),
    Two<std::pow>("pow"),
    Two<std::pow>("power"),
    One<Radians>("radians"),
    One<std::sin>("sin"),
    One<std::sinh>("sinh"),
    One<std::sqrt>("sqrt"),
    One<std::tan>("tan"),
    One<std::tanh>("tanh"),
    Math<Rounded<std::trunc>>("trunc", 1, 1),
};

}  // namespace

std::span<const Function> BuiltInMathFunctions() { return kMathFunctions; }

}  // namespace orrery
