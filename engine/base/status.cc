#include "engine/base/status.h"

namespace orrery {

Status::Status(ResultCode code, std::string_view message)
    : error_(new Error{code, -1, std::string(message)}) {
  CHECK(code != ResultCode::kOk);
}

Status& Status::operator=(const Status& other) {
  error_ = other.error_ ? std::make_unique<Error>(*other.error_) : nullptr;
  return *this;
}

std::string_view Status::message() const {
  if (error_ != nullptr && !error_->message.empty()) return error_->message;
  return Describe(code());
}

Status&& Status::WithOffset(int offset) && {
  CHECK(error_ != nullptr);
  error_->offset = offset;
  return std::move(*this);
}

std::string Status::ToString() const {
  if (error_ == nullptr || error_->message.empty()) return std::string(Describe(code()));
  return std::string(Describe(code())) + ": " + error_->message;
}

}  // namespace orrery
