#include "sim/workloads/table_statement.h"

#include <charconv>
#include <cmath>

#include "engine/base/check.h"

namespace orrery::sim {
namespace {

constexpr size_t kSpelledSizeMax = 40;

class Printer {
 public:
  explicit Printer(bool binds_numbers) : binds_numbers_(binds_numbers) {}

  SqlText text;

  void Add(std::string_view sql) { text.sql += sql; }
  void AddFiller(const Filler& filler) {
    Value value = FillerValue(filler);
    if (filler.size <= kSpelledSizeMax) return Add(ToLiteral(value));
    Add(Bound(std::move(value)));
  }
  void AddTable(const TableStatement& s) { Add("t" + std::to_string(s.table)); }
  void AddWhere(const Predicate& where) {
    switch (where.kind) {
      case Predicate::Kind::kAll:
        return;
      case Predicate::Kind::kIdEqual:
        return Add(" WHERE id=" + Number(where.x));
      case Predicate::Kind::kIdBetween:
        Add(" WHERE id BETWEEN " + Number(where.x));
        return Add(" AND " + Number(where.y));
      case Predicate::Kind::kIdGreater:
        return Add(" WHERE id>" + Number(where.x));
      case Predicate::Kind::kIdLess:
        return Add(" WHERE id<" + Number(where.x));
      case Predicate::Kind::kAEqualModulo:
        Add(" WHERE a%" + Number(where.x));
        return Add("=" + Number(where.y));
      case Predicate::Kind::kALess:
        return Add(" WHERE a<" + Number(where.x));
      case Predicate::Kind::kAIsNull:
        return Add(" WHERE a IS NULL");
      case Predicate::Kind::kBLonger:
        return Add(" WHERE length(b)>" + Number(where.x));
    }
    Unreachable();
  }
  void AddInsert(const TableStatement& s) {
    Add("INSERT INTO ");
    AddTable(s);
    Add(" VALUES");
    const char* separator = "";
    for (const NewRow& row : s.rows) {
      Add(separator);
      separator = ",";
      Add("(" + (row.id ? Number(*row.id) : "NULL"));
      Add("," + (row.a ? Number(*row.a) : "NULL") + ",");
      AddFiller(row.b);
      Add(")");
    }
  }
  void AddUpdate(const TableStatement& s) {
    Add("UPDATE ");
    AddTable(s);
    const char* separator = " SET ";
    if (s.move_id) {
      Add(separator + ("id=id+" + Number(*s.move_id)));
      separator = ",";
    }
    if (s.add_to_a) {
      Add(separator + ("a=a+" + Number(*s.add_to_a)));
      separator = ",";
    }
    if (s.set_a) {
      Add(separator + ("a=" + Number(*s.set_a)));
      separator = ",";
    }
    if (s.set_b) {
      Add(separator);
      Add("b=");
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
    if (s.limit) Add(" LIMIT " + Number(*s.limit));
    if (s.limit && s.offset != 0) Add(" OFFSET " + Number(s.offset));
  }

 private:
  std::string Bound(Value value) {
    text.parameters.push_back(std::move(value));
    return "?" + std::to_string(text.parameters.size());
  }
  std::string Number(int64_t n) {
    return binds_numbers_ ? Bound(Value::Integer(n)) : std::to_string(n);
  }

  const bool binds_numbers_;
};

}  // namespace

SqlText ToSql(const TableStatement& s, bool binds_numbers) {
  Printer printer(binds_numbers);
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
