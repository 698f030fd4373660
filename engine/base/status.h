// Status is how a call that can fail reports the world's errors. It is one word: null when all is
// well, else an owned record of SQLite's extended result code and a message that names the thing
// (the file, the page, the token). Result<T> is a Status or a T.
//
// Both are [[nodiscard]]. A call that may wait returns IoResult<T> (engine/io/io_result.h) instead.

#ifndef ORRERY_ENGINE_BASE_STATUS_H_
#define ORRERY_ENGINE_BASE_STATUS_H_

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "engine/base/check.h"
#include "engine/base/result_code.h"

namespace orrery {

class [[nodiscard]] Status {
 public:
  Status() = default;
  // `code` is not kOk. An empty message reads as SQLite's text for the code.
  Status(ResultCode code, std::string_view message);
  explicit Status(ResultCode code) : Status(code, {}) {}
  Status(const Status& other) { *this = other; }
  Status& operator=(const Status& other);
  Status(Status&&) noexcept = default;
  Status& operator=(Status&&) noexcept = default;
  ~Status() = default;

  bool ok() const { return error_ == nullptr; }
  ResultCode code() const { return error_ ? error_->code : ResultCode::kOk; }
  ResultCode primary() const { return Primary(code()); }
  std::string_view message() const;
  // Byte offset into the SQL text of the token at fault; -1 when the error names none.
  int offset() const { return error_ ? error_->offset : -1; }
  Status&& WithOffset(int offset) &&;
  // For a person: "database disk image is malformed: page 7 of a.db: ...".
  std::string ToString() const;

 private:
  struct Error {
    ResultCode code;
    int offset;
    std::string message;
  };
  std::unique_ptr<Error> error_;
};

static_assert(sizeof(Status) == sizeof(void*));

inline Status OkStatus() { return Status(); }
inline Status CorruptError(std::string_view message) { return {ResultCode::kCorrupt, message}; }

template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : value_(std::move(value)) {}  // NOLINT: implicit, as return wants it
  Result(Status status) : status_(std::move(status)) { CHECK(!status_.ok()); }  // NOLINT

  bool ok() const { return status_.ok(); }
  const Status& status() const& { return status_; }
  Status status() && { return std::move(status_); }
  T& operator*() & { return *value_; }
  const T& operator*() const& { return *value_; }
  T&& operator*() && { return *std::move(value_); }
  T* operator->() { return &*value_; }
  const T* operator->() const { return &*value_; }

 private:
  Status status_;
  std::optional<T> value_;
};

}  // namespace orrery

#define ORRERY_CONCAT_INNER(a, b) a##b
#define ORRERY_CONCAT(a, b) ORRERY_CONCAT_INNER(a, b)

// Returns from the function when `expression` (a Status) is an error.
#define RETURN_IF_ERROR(expression)                                        \
  do {                                                                     \
    if (::orrery::Status status_ = (expression); !status_.ok()) [[unlikely]] \
      return status_;                                                      \
  } while (false)

// ASSIGN_OR_RETURN(const int n, Parse(text)): declares or assigns from a Result.
#define ASSIGN_OR_RETURN(left, expression) \
  ASSIGN_OR_RETURN_INNER(ORRERY_CONCAT(result_, __LINE__), left, expression)
#define ASSIGN_OR_RETURN_INNER(result, left, expression)     \
  auto result = (expression);                                \
  if (!result.ok()) [[unlikely]] return std::move(result).status(); \
  left = *std::move(result)

#endif  // ORRERY_ENGINE_BASE_STATUS_H_
