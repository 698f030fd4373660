#include "sim/workloads/sql_expressions.h"

namespace orrery::sim {
namespace {

// A call, or CAST, which is none. LIKE and GLOB are calls.
bool HasCall(const std::string& text) {
  if (text.find("LIKE") != text.npos || text.find("GLOB") != text.npos) return true;
  for (size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '(' && (text[i - 1] | 0x20) >= 'a' && (text[i - 1] | 0x20) <= 'z') return true;
  }
  return false;
}

// A row where none can be, as InOfRows() draws them: an error only if it is not folded away.
bool HasRow(const std::string& text) {
  for (const char* row : {"(1,2)", "(c0,nosuch)", "(NULL,'a',2)"}) {
    if (text.find(row) != text.npos) return true;
  }
  return false;
}

}  // namespace

bool SqlExpressions::MayFold(const std::string& text) {
  if (text == "0") return true;
  for (const char* part : {"IN ())", " AND 0)", "(0 AND "}) {
    if (text.find(part) != text.npos) return true;
  }
  return false;
}

std::string SqlExpressions::Join(std::initializer_list<std::string> pieces) {
  std::string text;
  for (const std::string& piece : pieces) text += piece;
  return text;
}

// -- Leaves --

std::string SqlExpressions::Integer() {
  if (Choose(4, "edge") != 0) {
    return std::to_string(static_cast<int64_t>(Choose(100, "integer")) - 20);
  }
  return OneOf({"0",
                "1",
                "-1",
                "2147483647",
                "2147483648",
                "-2147483648",
                "9007199254740993",
                "9223372036854775807",
                "(-9223372036854775807-1)",
                "-9223372036854775808",
                "127",
                "128",
                "-128",
                "-129",
                "32767",
                "32768",
                "8388607",
                "8388608",
                "140737488355327",
                "140737488355328",
                "0x10",
                "0XfF",
                "0x7fffffffffffffff",
                "0xffffffffffffffff",
                "00012",
                "4294967296"},
               "integer");
}

std::string SqlExpressions::Text() {
  return OneOf({"''",
                "'a'",
                "'abc'",
                "'ABC'",
                "'aBc'",
                "'abc  '",
                "'12'",
                "' 12 '",
                "'1e3'",
                "'-5'",
                "'1.25'",
                "'12abc'",
                "'0x10'",
                "'it''s'",
                "'\xc3\xa9t\xc3\xa9'",
                "'\xc3\x89T\xc3\xa9'",
                "'\xe6\x97\xa5\xe6\x9c\xac'",
                "'\xf0\x9f\x98\x80'",
                "'%'",
                "'_b_'",
                "'a%'",
                "'null'",
                "'1.0'",
                "'.25'",
                "'5.'",
                "'+7'",
                "'1e'",
                "'- 1'",
                "'\t8\n'",
                "'9223372036854775807'",
                "'9223372036854775808'",
                "'a longer text, to make some rows larger than others'"},
               "text");
}

std::string SqlExpressions::Literal() {
  switch (Choose(11, "literal")) {
    case 0:
      return "NULL";
    case 1:
    case 2:
    case 3:
      return Integer();
    case 4:
    case 5:
      return OneOf({"0.0",
                    "1.25",
                    "-2.25",
                    "3.0",
                    "1e3",
                    "-0.0",
                    "0.75",
                    ".25",
                    "5.",
                    "100.0",
                    "1e10",
                    "12.125",
                    "9223372036854775808.0",
                    "9223372036854775807.0",
                    "-1e18",
                    "1e100",
                    "9223372036854775808",
                    "1E+2",
                    "25e-2",
                    "1e400",
                    "-1e400"},
                   "real");
    case 6:
    case 7:
    case 8:
      return Text();
    case 9:
      return OneOf({"TRUE", "FALSE", "true"}, "truth");
    default:
      return OneOf({"x''", "x'00'", "x'616263'", "X'ff'", "x'3132'", "x'0102030405060708090a'",
                    "x'C3A9'", "x'312E3235'"},
                   "blob");
  }
}

std::string SqlExpressions::Qualified(std::string column) {
  if (table_->is_query || !Chance(40'000, "qualified")) return column;
  const bool with_database = Choose(2, "schema") == 1;
  return (with_database ? table_->database + "." : "") + table_->name + "." + column;
}

std::string SqlExpressions::Column() {
  if (missing_ && Choose(3, "missing") == 0) {
    return OneOf({"nosuch", "c7", "c8", "nosuch.c0", "main.nosuch.c0"}, "missing name");
  }
  if (!table_->is_query && Chance(30'000, "rowid")) {
    const std::string name = OneOf({"rowid", "oid", "_rowid_", "ROWID"}, "rowid name");
    return Qualified(table_->is_without_rowid ? "rowid" : name);
  }
  return Qualified(table_->columns[Choose(table_->columns.size(), "column")]);
}

std::string SqlExpressions::Leaf() {
  return table_ != nullptr && Choose(5, "column") > 1 ? Column() : Literal();
}

std::string SqlExpressions::Summand() {
  const std::string name = Column();
  switch (Choose(4, "summand")) {
    case 0:
      return "length(" + name + ")";
    case 1:
      return "(" + name + " IS NULL)";
    case 2:
      return "length(hex(" + name + "))";
    default:
      return "unicode(typeof(" + name + "))";
  }
}

// -- Operators --

std::string SqlExpressions::Draw(int depth) {
  if (depth <= 0 || Choose(4, "leaf") == 0) return Leaf();
  const int less = depth - 1;
  switch (Choose(24, "expression")) {
    case 0:
    case 1:
    case 2:
      return Join(
          {"(", Draw(less),
           OneOf({"+", " - ", "*", "/", "%", "&", "|", "<<", ">>", " + ", "||"}, "operator"),
           Draw(less), ")"});
    case 3:
    case 4:
    case 5:
      return Join({"(", Draw(less),
                   OneOf({"=", "==", "<>", "!=", "<", "<=", ">", ">=", " IS ", " IS NOT ",
                          " IS DISTINCT FROM ", " IS NOT DISTINCT FROM "},
                         "comparison"),
                   Draw(less), ")"});
    case 6:
    case 7:
    case 8:
      return Logic(depth);
    case 9:
    case 10:
      return Unary(depth);
    case 11:
      return Between(depth);
    case 12:
    case 13:
      return In(depth);
    case 14:
      return Pattern(depth);
    case 15:
    case 16:
      return Case(depth);
    case 17:
      return Cast(depth);
    case 18:
      return Join({"(", Draw(less), " COLLATE ", Collation(), ")"});
    default:
      return Call(depth);
  }
}

std::string SqlExpressions::Unary(int depth) {
  if (Choose(2, "postfix") == 0) {
    return Join(
        {"(", OneOf({"NOT ", "- ", "~", "+", "- - ", "NOT NOT "}, "unary"), Draw(depth - 1), ")"});
  }
  return Join({"(", Draw(depth - 1),
               OneOf({" IS NULL", " IS NOT NULL", " NOTNULL", " ISNULL", " NOT NULL", " IS TRUE",
                      " IS FALSE", " IS NOT TRUE", " IS NOT FALSE"},
                     "test"),
               ")"});
}

std::string SqlExpressions::Logic(int depth) {
  const std::string left = Draw(depth - 1);
  const char* op = OneOf({" AND ", " OR "}, "logic");
  const std::string right = Draw(depth - 1);
  if ((MayFold(left) || MayFold(right)) && (HasCall(left) || HasCall(right))) op = " OR ";
  // 58 OR x is true whatever x is.
  if (HasRow(left) || HasRow(right)) op = "=";
  return "(" + left + op + right + ")";
}

// Which of several mistakes is told depends on the order in which names are looked up.
std::string SqlExpressions::SeveralMistakes() {
  // Subqueries behind a mistake are looked up in part, and not by Orrery.
  static constexpr const char* kItems[] = {"nosuch", "abs(nosuch)",     "c0",        "c0 IS TRUE",
                                           "c7",     "c0 IS NOT FALSE", "c0 IN ()",  "-c8",
                                           "c8 + 1", "length()",        "c0 LIKE c7"};
  const auto item = [&] {
    return std::string("(") + kItems[mistakes_.Choose(std::size(kItems), "item")] + ")";
  };
  const std::string a = item();
  const std::string b = item();
  const std::string c = item();
  switch (mistakes_.Choose(5, "order")) {
    case 0:
      return "max(" + a + "," + b + "," + c + ")";
    case 1:
      return "CASE WHEN " + a + " THEN " + b + " WHEN " + c + " THEN 1 END";
    case 2:
      return "(" + a + " < " + b + " = " + c + ")";
    case 3:
      return "(" + a + " BETWEEN " + b + " AND " + c + ")";
    default:
      return "CASE " + a + " WHEN " + b + " THEN " + c + " END";
  }
}

std::string SqlExpressions::Between(int depth) {
  if (missing_ && mistakes_.Chance(200'000, "several")) return SeveralMistakes();
  return Join({"(", Draw(depth - 1), OneOf({" BETWEEN ", " NOT BETWEEN "}, "between"),
               Draw(depth - 1), " AND ", Draw(depth - 1), ")"});
}

std::string SqlExpressions::In(int depth) {
  if (missing_ && mistakes_.Chance(100'000, "rows")) return InOfRows();
  const std::string operand = Draw(depth - 1);
  std::string text = "(" + operand + OneOf({" IN (", " NOT IN ("}, "in");
  const uint64_t count =
      HasCall(operand) || HasRow(operand) ? choices_.Between(1, 3, "list") : Choose(4, "list");
  for (uint64_t i = 0; i < count; ++i) {
    if (i > 0) text += ",";
    text += Choose(3, "computed") == 0 ? Draw(depth - 2) : Literal();
  }
  return text + "))";
}

// Of which some may have more columns than others.
std::string SqlExpressions::InOfRows() {
  static constexpr std::initializer_list<const char*> kRows = {"(1,2)", "(1)", "(c0,nosuch)", "3",
                                                               "(NULL,'a',2)"};
  const auto one_of = [&](std::initializer_list<const char*> words) {
    return words.begin()[mistakes_.Choose(words.size(), "row")];
  };
  std::string text = std::string("(") + one_of(kRows) + " IN (";
  text += one_of(kRows);
  if (mistakes_.Choose(2, "second row") == 0) text += std::string(", ") + one_of(kRows);
  // Now and then with a syntax error at the token behind it, where SQLite has not looked at the
  // list.
  return text + (mistakes_.Choose(8, "syntax error") == 7 ? ") 5)" : "))");
}

// As text: Debian's SQLite is built to match no blobs.
std::string SqlExpressions::Pattern(int depth) {
  const std::string text = "(CAST(" + Draw(depth - 1) + " AS TEXT)";
  switch (Choose(4, "pattern")) {
    case 0:
      return Join({text, OneOf({" GLOB ", " NOT GLOB "}, "glob"),
                   OneOf({"'a*'", "'[a-c]*'", "'*[^0-9]'", "'?b?'", "'*'", "''", "'[]]'", "'[!'"},
                         "pattern"),
                   ")"});
    case 1:
      return Join({text, OneOf({" LIKE ", " NOT LIKE "}, "like"),
                   OneOf({"'a\\%%'", "'\\_b\\_'", "'%\\\\'", "'x%'"}, "pattern"), " ESCAPE ",
                   OneOf({"'\\'", "'x'", "'%'", "NULL"}, "escape"), ")"});
    default:
      return Join({text, OneOf({" LIKE ", " NOT LIKE "}, "like"),
                   OneOf({"'a%'", "'%b%'", "'_b_'", "'%'", "'ABC'", "''", "'\xc3\x89%'", "'%%c'"},
                         "pattern"),
                   ")"});
  }
}

std::string SqlExpressions::Case(int depth) {
  std::string text = "CASE";
  const bool has_operand = Choose(2, "operand") == 0;
  if (has_operand) text += " " + Draw(depth - 1);
  const uint64_t count = choices_.Between(1, 2, "branches");
  for (uint64_t i = 0; i < count; ++i) {
    text += " WHEN " + (has_operand && Choose(2, "literal") == 0 ? Literal() : Draw(depth - 1));
    text += " THEN " + Draw(depth - 1);
  }
  if (Choose(2, "else") == 0) text += " ELSE " + Draw(depth - 1);
  return text + " END";
}

std::string SqlExpressions::Cast(int depth) {
  return Join({"CAST(", Draw(depth - 1), " AS ",
               OneOf({"INTEGER", "TEXT", "REAL", "BLOB", "NUMERIC", "VARCHAR(10)", "DECIMAL(5,2)",
                      "int", "CHARINT", "FLOATING POINT", ""},
                     "type"),
               ")"});
}

// -- Calls --

std::string SqlExpressions::Call(int depth) {
  switch (Choose(4, "kind of call")) {
    case 0:
      return CallOfNumber(depth);
    case 1:
      return CallOfText(depth);
    default:
      break;
  }
  const std::string x = Draw(depth - 1);
  switch (Choose(13, "function")) {
    case 0:
      return "typeof(" + x + ")";
    case 1:
      return Join({"coalesce(", x, ",", Draw(depth - 1), ",", Literal(), ")"});
    case 2:
      return "ifnull(" + x + "," + Draw(depth - 1) + ")";
    case 3:
      return "nullif(" + x + "," + Draw(depth - 1) + ")";
    case 4:
      return Join({"iif(", x, ",", Draw(depth - 1), ",", Draw(depth - 1), ")"});
    case 5:
      return "min(" + x + "," + Draw(depth - 1) + ")";
    case 6:
      return "max(" + x + "," + Draw(depth - 1) + ")";
    case 7:
      return Join({"max(", x, ",", Literal(), ",", Draw(depth - 1), ")"});
    case 8:
      return OneOf({"likely(", "unlikely("}, "hint") + x + ")";
    case 9:
      return "likelihood(" + x + ",0.25)";
    case 10:
      return "quote(CAST(" + x + OneOf({" AS TEXT))", " AS BLOB))"}, "type");
    case 11:
      return "length(typeof(" + x + "))";
    default:
      return OneOf({"typeof(random())", "length(randomblob(5))", "sqlite_version() IS NULL"},
                   "impure");
  }
}

std::string SqlExpressions::CallOfDateOrMath(const std::string& x) {
  static constexpr const char* kMath[] = {"floor", "ceil", "trunc", "sqrt", "radians", "asinh"};
  static constexpr const char* kMoments[] = {"'2024-02-29 12:34:56.789'", "'1999-12-31'", "0",
                                             "'23:59'"};
  static constexpr const char* kCalls[] = {
      "date(", "time(", "datetime(", "julianday(", "unixepoch(", "strftime('%Y|%j|%w|%W|%f',"};
  static constexpr const char* kModifiers[] = {
      "'+1 month'",  "'-40 days'",   "'start of year'", "'weekday 2'", "'auto'",
      "'unixepoch'", "'+1.5 years'", "'-01:30'",        "NULL",        "'12345.5 seconds'"};
  switch (calls_.Choose(5, "kind")) {
    case 0:
      return Join({kMath[calls_.Choose(std::size(kMath), "math")], "(", x, ")"});
    case 1:
      return Join({"mod(", x, ",7)"});
    case 2:
      // Not x alone: that a date may be added, "+0001-02-03", is newer than the oracle.
      return Join(
          {"date(", kMoments[calls_.Choose(std::size(kMoments), "moment")], ",", x, "||' days')"});
    default: {
      const std::string call = kCalls[calls_.Choose(std::size(kCalls), "call")];
      const bool is_fixed = calls_.Choose(2, "fixed") == 0;
      const std::string moment =
          is_fixed ? kMoments[calls_.Choose(std::size(kMoments), "moment")] : x;
      const std::string modifier = kModifiers[calls_.Choose(std::size(kModifiers), "modifier")];
      return Join({call, moment, ",", modifier, ")"});
    }
  }
}

std::string SqlExpressions::CallOfNumber(int depth) {
  const std::string x = Draw(depth - 1);
  if (calls_.Chance(100'000, "date or math")) return CallOfDateOrMath(x);
  switch (Choose(6, "function")) {
    case 0:
      return "abs(" + x + "%1000)";  // of the least integer it fails
    case 1:
      return "sign(" + x + ")";
    case 2:
      return "round(" + x + ")";
    case 3: {
      std::string digits = OneOf({"0", "1", "2", "-1", "NULL"}, "digits");
      // What || made may have a 5 behind them, where releases round the other way.
      if (x.find("||") != x.npos) digits = "0";
      return Join({"round(", x, ",", digits, ")"});
    }
    case 4:
      return "char(" + x + "%300,65)";
    default:
      return Join({"zeroblob(", x, "%20)"});
  }
}

// Of texts and integers alone: 3.40.1 has infinity as no JSON, and neither JSON5 nor JSONB.
std::string SqlExpressions::CallOfJson(const std::string& x) {
  const std::string text = "hex(" + x + ")";
  switch (json_.Choose(8, "json")) {
    case 0:
      return "json_array(" + text + ",1)";
    case 1:
      return "json_object('a'," + text + ",'b',NULL)";
    case 2:
      return "json_extract(json_array(1," + text + "),'$[1]')";
    case 3:
      return "(json_array(" + text + ")->>0)";
    case 4:
      return "json_type(json_array(" + text + ",2),'$[#-1]')";
    case 5:
      return "json_set(json_object('a',1),'$.b'," + text + ")";
    case 6:
      return "json_remove(json_array(" + text + ",2,3),'$[1]')";
    default:
      return "json_patch('{\"a\":1}',json_object('b'," + text + "))";
  }
}

std::string SqlExpressions::CallOfText(int depth) {
  const std::string x = Draw(depth - 1);
  if (json_.Chance(60'000, "json")) return CallOfJson(x);
  switch (Choose(12, "function")) {
    case 0:
      return "length(" + x + ")";
    case 1:
      return OneOf({"lower(", "upper(", "LOWER("}, "case") + x + ")";
    case 2:
      return "hex(" + x + ")";
    case 3:
      return "unicode(" + x + ")";
    case 4:
      return Join(
          {"substr(", x, ",", std::to_string(static_cast<int64_t>(Choose(8, "from")) - 3), ")"});
    case 5:
      return Join({"substring(", x, ",",
                   std::to_string(static_cast<int64_t>(Choose(8, "from")) - 3), ",",
                   std::to_string(static_cast<int64_t>(Choose(8, "size")) - 2), ")"});
    case 6:
      return Join({"substr(", x, ",", Draw(depth - 2), "%9,", Draw(depth - 2), "%9)"});
    case 7:
      return "instr(" + x + "," + Draw(depth - 1) + ")";
    case 8:
      return OneOf({"trim(", "ltrim(", "rtrim("}, "trim") + x + ")";
    case 9:
      return Join({OneOf({"trim(", "ltrim(", "rtrim("}, "trim"), x, ",", Text(), ")"});
    case 10:
      return Join({"replace(", x, ",",
                   OneOf({"'b'", "'a'", "1", "'.'", "x'62'", "NULL", "'longer'"}, "pattern"), ",",
                   Literal(), ")"});
    default:
      return Join({OneOf({"like(", "glob("}, "pattern"), Text(), ",", "CAST(", x, " AS TEXT))"});
  }
}

}  // namespace orrery::sim
