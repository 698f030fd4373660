#include "sim/oracles/differential.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "engine/value/compare.h"
#include "sim/oracles/model.h"

namespace orrery::sim {
namespace {

bool SameReal(double a, double b) {
  if (a == b) return true;
  return std::isfinite(a) && std::isfinite(b) &&
         std::abs(a - b) <= 1e-12 * std::max(std::abs(a), std::abs(b));
}

// As a real is printed: with a point.
bool ParsesAsReal(std::string_view text, double& real) {
  if (text.find('.') == text.npos) return false;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), real);
  return error == std::errc() && end == text.data() + text.size();
}

// What a number is made of, as it is printed.
size_t NumberSize(std::string_view text) {
  return std::min(text.find_first_not_of("0123456789.e+-"), text.size());
}

// The same but for the last digits of reals in it.
bool SameText(std::string_view a, std::string_view b) {
  while (!a.empty() && !b.empty()) {
    const size_t a_size = NumberSize(a);
    const size_t b_size = NumberSize(b);
    double x = 0;
    double y = 0;
    if (ParsesAsReal(a.substr(0, a_size), x) && ParsesAsReal(b.substr(0, b_size), y) &&
        SameReal(x, y)) {
      a.remove_prefix(a_size);
      b.remove_prefix(b_size);
      continue;
    }
    if (a.front() != b.front()) return false;
    a.remove_prefix(1);
    b.remove_prefix(1);
  }
  return a.empty() && b.empty();
}

bool Same(const Value& a, const Value& b) {
  if (Identical(a, b)) return true;
  if (a.type() != b.type()) return false;
  if (a.is_real()) return SameReal(a.real(), b.real());
  return a.is_text() && SameText(a.text(), b.text());
}

}  // namespace

std::string DescribeDifference(const Sqlite3Answer& expected, const Answer& actual) {
  if (expected.ok() != actual.error.ok()) {
    return "expected " + (expected.ok() ? std::string("success") : "error: " + expected.message) +
           ", got " + (actual.error.ok() ? std::string("success") : actual.error.ToString());
  }
  if (!expected.ok()) {
    const ResultCode code =
        expected.code == ResultCode::kSchema ? ResultCode::kError : Primary(expected.code);
    if (code != actual.error.primary()) {
      return "expected error " + std::to_string(static_cast<int>(expected.code)) + " " +
             expected.message + ", got " + std::to_string(static_cast<int>(actual.error.code())) +
             " " + actual.error.ToString();
    }
    if (Primary(expected.code) == ResultCode::kConstraint && expected.code != actual.error.code()) {
      return "expected extended code " + std::to_string(static_cast<int>(expected.code)) +
             ", got " + std::to_string(static_cast<int>(actual.error.code()));
    }
    if (expected.message != actual.error.message()) {
      return "expected message \"" + expected.message + "\", got \"" +
             std::string(actual.error.message()) + "\"";
    }
    return "";
  }
  if (expected.columns != actual.columns) {
    std::string text = "columns";
    for (const std::string& name : expected.columns) text += " " + name;
    text += ", got";
    for (const std::string& name : actual.columns) text += " " + name;
    return text;
  }
  const auto same = [](const Row& x, const Row& y) {
    return std::equal(x.begin(), x.end(), y.begin(), y.end(), Same);
  };
  if (std::equal(expected.rows.begin(), expected.rows.end(), actual.rows.begin(), actual.rows.end(),
                 same)) {
    return "";
  }
  return DescribeDifference(expected.rows, actual.rows);
}

namespace {

// Total: values that are equal go by their type.
bool RowComesBefore(const Row& a, const Row& b) {
  for (size_t i = 0; i < a.size() && i < b.size(); ++i) {
    const std::weak_ordering order = Compare(a[i], b[i], kBinaryCollation);
    if (order != 0) return order < 0;
    if (a[i].type() != b[i].type()) return a[i].type() < b[i].type();
  }
  return a.size() < b.size();
}

}  // namespace

Sqlite3Answer InOrder(Sqlite3Answer answer) {
  std::sort(answer.rows.begin(), answer.rows.end(), RowComesBefore);
  return answer;
}

Answer InOrder(Answer answer) {
  std::sort(answer.rows.begin(), answer.rows.end(), RowComesBefore);
  return answer;
}

bool FixesLastInsertRowid(const Sqlite3Answer& answer) {
  return answer.ok() || Primary(answer.code) == ResultCode::kConstraint;
}

std::string DescribeDifference(const Answer& expected, const Answer& actual) {
  if (expected.error.code() != actual.error.code() ||
      expected.error.message() != actual.error.message()) {
    return "expected " + expected.error.ToString() + ", got " + actual.error.ToString();
  }
  if (expected.error.ok() && (expected.changes != actual.changes ||
                              expected.last_insert_rowid != actual.last_insert_rowid)) {
    return "changes() or last_insert_rowid() differ";
  }
  return DescribeDifference(expected.rows, actual.rows);
}

}  // namespace orrery::sim
