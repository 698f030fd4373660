#include "sim/workloads/table_statement.h"

#include <charconv>
#include <cmath>
#include <utility>

#include "engine/base/check.h"

namespace orrery::sim {
namespace {

constexpr size_t kSpelledSizeMax = 40;

class Printer {
 public:
  explicit Printer(bool binds_values) : binds_values_(binds_values) { text.sql.reserve(100); }

  SqlText text;

  void Add(std::string_view sql) { text.sql += sql; }
  void AddDigits(int64_t n) {
    char digits[20];
    const auto end = std::to_chars(digits, digits + sizeof digits, n).ptr;
    text.sql.append(digits, end);
  }
  void Bind(Value value) {
    text.parameters.push_back(std::move(value));
    Add("?");
    AddDigits(static_cast<int64_t>(text.parameters.size()));
  }
  void AddNumber(int64_t n) {
    if (binds_values_) return Bind(Value::Integer(n));
    AddDigits(n);
  }
  void AddNumber(const std::optional<int64_t>& n) {
    if (n) return AddNumber(*n);
    if (binds_values_) return Bind(Value::Null());
    Add("NULL");
  }
  void AddFiller(const Filler& filler) {
    Value value = FillerValue(filler);
    if (binds_values_ || filler.size > kSpelledSizeMax) return Bind(std::move(value));
    Add(ToLiteral(value));
  }
  void AddTable(const TableStatement& s) {
    Add("t");
    AddDigits(s.table);
  }
  void AddWhere(const Predicate& where) {
    switch (where.kind) {
      case Predicate::Kind::kAll:
        return;
      case Predicate::Kind::kIdEqual:
        Add(" WHERE id=");
        return AddNumber(where.x);
      case Predicate::Kind::kIdBetween:
        Add(" WHERE id BETWEEN ");
        AddNumber(where.x);
        Add(" AND ");
        return AddNumber(where.y);
      case Predicate::Kind::kIdGreater:
        Add(" WHERE id>");
        return AddNumber(where.x);
      case Predicate::Kind::kIdLess:
        Add(" WHERE id<");
        return AddNumber(where.x);
      case Predicate::Kind::kAEqualModulo:
        Add(" WHERE a%");
        AddNumber(where.x);
        Add("=");
        return AddNumber(where.y);
      case Predicate::Kind::kALess:
        Add(" WHERE a<");
        return AddNumber(where.x);
      case Predicate::Kind::kAIsNull:
        return Add(" WHERE a IS NULL");
      case Predicate::Kind::kBLonger:
        Add(" WHERE length(b)>");
        return AddNumber(where.x);
    }
    Unreachable();
  }
  void AddInsert(const TableStatement& s) {
    Add("INSERT INTO ");
    AddTable(s);
    Add(" VALUES");
    const char* separator = "(";
    for (const NewRow& row : s.rows) {
      Add(separator);
      separator = ",(";
      AddNumber(row.id);
      Add(",");
      AddNumber(row.a);
      Add(",");
      AddFiller(row.b);
      Add(")");
    }
  }
  void AddUpdate(const TableStatement& s) {
    Add("UPDATE ");
    AddTable(s);
    const char* separator = " SET ";
    const auto set = [&](const char* what) {
      Add(std::exchange(separator, ","));
      Add(what);
    };
    if (s.move_id) {
      set("id=id+");
      AddNumber(*s.move_id);
    }
    if (s.add_to_a) {
      set("a=a+");
      AddNumber(*s.add_to_a);
    }
    if (s.set_a) {
      set("a=");
      AddNumber(*s.set_a);
    }
    if (s.set_b) {
      set("b=");
      AddFiller(*s.set_b);
    }
    AddWhere(s.where);
  }
  void AddSelect(const TableStatement& s) {
    static constexpr const char* kProjections[] = {
        "id,a,b", "id,length(b)", "count(*)", "count(a),sum(a),min(a),max(a)", "min(id),max(id)"};
    static constexpr const char* kOrders[] = {"", " ORDER BY id DESC", " ORDER BY a,id",
                                              " ORDER BY length(b) DESC,id"};
    Add("SELECT ");
    Add(kProjections[static_cast<int>(s.projection)]);
    Add(" FROM ");
    AddTable(s);
    AddWhere(s.where);
    Add(kOrders[static_cast<int>(s.order)]);
    if (!s.limit) return;
    Add(" LIMIT ");
    AddNumber(*s.limit);
    if (s.offset == 0) return;
    Add(" OFFSET ");
    AddNumber(s.offset);
  }

 private:
  const bool binds_values_;
};

}  // namespace

SqlText ToSql(const TableStatement& s, bool binds_values) {
  Printer printer(binds_values);
  switch (s.verb) {
    case TableStatement::Verb::kCreate:
      printer.Add("CREATE TABLE ");
      printer.AddTable(s);
      printer.Add("(id INTEGER PRIMARY KEY,a INTEGER,b)");
      break;
    case TableStatement::Verb::kDrop:
      printer.Add("DROP TABLE ");
      printer.AddTable(s);
      break;
    case TableStatement::Verb::kInsert:
      printer.AddInsert(s);
      break;
    case TableStatement::Verb::kUpdate:
      printer.AddUpdate(s);
      break;
    case TableStatement::Verb::kDelete:
      printer.Add("DELETE FROM ");
      printer.AddTable(s);
      printer.AddWhere(s.where);
      break;
    case TableStatement::Verb::kSelect:
      printer.AddSelect(s);
      break;
  }
  return std::move(printer.text);
}

std::string ToLiteral(const Value& value) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  switch (value.type()) {
    case ValueType::kNull:
      return "NULL";
    case ValueType::kInteger:
      // The smallest integer has no literal of its own: its digits are one too many.
      if (value.integer() == INT64_MIN) return "(-9223372036854775807-1)";
      return std::to_string(value.integer());
    case ValueType::kReal: {
      if (std::isinf(value.real())) return value.real() < 0 ? "-1e999" : "1e999";
      char digits[40];
      const auto end = std::to_chars(digits, digits + sizeof digits, value.real()).ptr;
      std::string literal(digits, end);
      if (literal.find_first_of(".e") == std::string::npos) literal += ".0";
      return literal;
    }
    case ValueType::kText: {
      std::string literal = "'";
      for (const char c : value.text()) {
        literal += c;
        if (c == '\'') literal += c;
      }
      return literal + "'";
    }
    case ValueType::kBlob: {
      std::string literal = "x'";
      for (const std::byte b : value.bytes()) {
        literal += kHex[static_cast<int>(b) >> 4];
        literal += kHex[static_cast<int>(b) & 15];
      }
      return literal + "'";
    }
  }
  Unreachable();
}

std::string ToString(const Row& row) {
  std::string text;
  for (const Value& value : row) {
    if (!text.empty()) text += "|";
    std::string literal = ToLiteral(value);
    if (literal.size() > 60) {
      literal = literal.substr(0, 40) + "...(" + std::to_string(value.bytes().size()) + " bytes)";
    }
    text += literal;
  }
  return text;
}

}  // namespace orrery::sim
