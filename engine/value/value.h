// A Value is one SQL value: NULL, an INTEGER, a REAL, a TEXT or a BLOB. It is what registers hold,
// what a record's columns read as and what parameters are bound to.
//
// Who owns the bytes of a text or blob
//   owned     Text(), Blob(): the bytes were copied into a counted buffer that never changes.
//             Copies of the Value share it, so copying costs a counter and no allocation.
//   borrowed  BorrowText(), BorrowBlob(): the bytes are someone else's, mostly of a pinned page.
//             Copies borrow the same bytes. Whoever keeps the Value longer than the pin, or than
//             the next change of that page, calls MakeOwned() first.
// The counters are not atomic: a Value and its copies stay with one connection's thread.
//
// Text is UTF-8 by intent, but any bytes survive, NUL and invalid sequences included.

#ifndef ORRERY_ENGINE_VALUE_VALUE_H_
#define ORRERY_ENGINE_VALUE_VALUE_H_

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

#include "engine/base/bytes.h"
#include "engine/base/check.h"

namespace orrery {

enum class ValueType : uint8_t { kNull, kInteger, kReal, kText, kBlob };

// As typeof() names it: "null", "integer", ....
std::string_view Describe(ValueType type);

// The largest text or blob, SQLite's SQLITE_MAX_LENGTH. Checked where sizes come from outside.
inline constexpr size_t kValueSizeMax = 1'000'000'000;

class Value {
 public:
  Value() : type_(ValueType::kNull) { content_.integer = 0; }
  static Value Null() { return Value(); }
  static Value Integer(int64_t integer) {
    Value value;
    value.type_ = ValueType::kInteger;
    value.content_.integer = integer;
    return value;
  }
  // A NaN becomes NULL: SQL has none.
  static Value Real(double real);
  static Value Bool(bool truth) { return Integer(truth ? 1 : 0); }
  static Value Text(std::string_view text) { return Copy(ValueType::kText, AsBytes(text)); }
  static Value Blob(Bytes bytes) { return Copy(ValueType::kBlob, bytes); }
  static Value BorrowText(std::string_view text) { return Borrow(ValueType::kText, AsBytes(text)); }
  static Value BorrowBlob(Bytes bytes) { return Borrow(ValueType::kBlob, bytes); }

  Value(const Value& other)
      : content_(other.content_),
        buffer_(other.buffer_),
        size_(other.size_),
        type_(other.type_),
        is_json_(other.is_json_) {
    if (buffer_ != nullptr) ++buffer_->use_count;
  }
  // Leaves NULL behind.
  Value(Value&& other) noexcept
      : content_(other.content_),
        buffer_(other.buffer_),
        size_(other.size_),
        type_(other.type_),
        is_json_(other.is_json_) {
    other.buffer_ = nullptr;
    other.type_ = ValueType::kNull;
  }
  Value& operator=(const Value& other) {
    Value copy(other);
    Swap(copy);
    return *this;
  }
  Value& operator=(Value&& other) noexcept {
    Value taken(std::move(other));
    Swap(taken);
    return *this;
  }
  ~Value() {
    if (buffer_ != nullptr) Release();
  }

  ValueType type() const { return type_; }
  bool is_null() const { return type_ == ValueType::kNull; }
  bool is_integer() const { return type_ == ValueType::kInteger; }
  bool is_real() const { return type_ == ValueType::kReal; }
  bool is_text() const { return type_ == ValueType::kText; }
  bool is_blob() const { return type_ == ValueType::kBlob; }
  bool is_number() const { return is_integer() || is_real(); }
  bool has_bytes() const { return is_text() || is_blob(); }

  // Each for its own type only; conversions are in cast.h.
  int64_t integer() const {
    CHECK(is_integer());
    return content_.integer;
  }
  double real() const {
    CHECK(is_real());
    return content_.real;
  }
  std::string_view text() const {
    CHECK(is_text());
    return AsText({content_.data, size_});
  }
  // The bytes of a text or a blob.
  Bytes bytes() const {
    CHECK(has_bytes());
    return {content_.data, size_};
  }

  bool is_borrowed() const { return has_bytes() && buffer_ == nullptr && size_ > 0; }
  // Copies borrowed bytes; does nothing otherwise.
  void MakeOwned() {
    if (!is_borrowed()) return;
    const bool is_json = is_json_;
    *this = Copy(type_, bytes());
    is_json_ = is_json;
  }

  // A text that a JSON function has made: to other ones it is JSON, not a string. Copies keep the
  // mark, the database and operators do not; nothing else looks at it.
  bool is_json() const { return is_json_; }
  void ForgetJson() { is_json_ = false; }
  Value AsJson() && {
    is_json_ = true;
    return std::move(*this);
  }

  // The bytes of a text or blob under the other type; shared or borrowed as here, not copied.
  Value BytesAsText() const { return BytesAs(ValueType::kText); }
  Value BytesAsBlob() const { return BytesAs(ValueType::kBlob); }

  void Swap(Value& other) noexcept {
    std::swap(content_, other.content_);
    std::swap(buffer_, other.buffer_);
    std::swap(size_, other.size_);
    std::swap(type_, other.type_);
    std::swap(is_json_, other.is_json_);
  }

 private:
  // Followed in memory by the bytes.
  struct Buffer {
    uint64_t use_count;
  };

  static Value Copy(ValueType type, Bytes bytes);
  static Value Borrow(ValueType type, Bytes bytes);
  Value BytesAs(ValueType type) const;
  void Release();

  union {
    int64_t integer;
    double real;
    const std::byte* data;
  } content_;
  Buffer* buffer_ = nullptr;  // null for numbers and for borrowed bytes
  uint32_t size_ = 0;
  ValueType type_;
  bool is_json_ = false;
};

static_assert(sizeof(void*) != 8 || sizeof(Value) == 24);

// The same type and the same content, bit for bit (-0.0 is not 0.0, 1 is not 1.0). This is what
// tests and oracles want; SQL's own equality is in compare.h.
bool Identical(const Value& a, const Value& b);

}  // namespace orrery

#endif  // ORRERY_ENGINE_VALUE_VALUE_H_
