// What all nodes of the syntax tree are made of: where a node stands in the text, owning pointers
// that compare by content, and names.
//
// Two trees are equal (operator==, defaulted on every node) when they say the same; where each part
// stood in its text does not count. So "print, then parse" can be held to be the identity, and a
// compiler can ask whether two expressions are the same one.

#ifndef ORRERY_ENGINE_SQL_AST_BASE_H_
#define ORRERY_ENGINE_SQL_AST_BASE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "engine/base/check.h"

namespace orrery {

// The bytes [begin, end) of the text given to ParseStatement(). All spans are equal to each other.
struct SourceSpan {
  uint32_t begin = 0;
  uint32_t end = 0;

  // The offset that an error about this node carries (Status::WithOffset).
  int offset() const { return static_cast<int>(begin); }
  // `text` is ParsedStatement::text, or what was given to ParseStatement().
  std::string_view In(std::string_view text) const { return text.substr(begin, end - begin); }

  friend bool operator==(const SourceSpan&, const SourceSpan&) { return true; }
};

// Owns a node, or is null. Unlike unique_ptr it compares the nodes and not their addresses.
template <typename T>
class Owned {
 public:
  Owned() = default;
  Owned(std::nullptr_t) {}                                    // NOLINT: implicit
  Owned(std::unique_ptr<T> node) : node_(std::move(node)) {}  // NOLINT: implicit
  template <typename U>
    requires std::is_base_of_v<T, U>
  Owned(std::unique_ptr<U> node) : node_(std::move(node)) {}  // NOLINT: implicit
  template <typename U>
    requires std::is_base_of_v<T, U>
  Owned(Owned<U>&& other) : node_(other.Release()) {}  // NOLINT: implicit

  explicit operator bool() const { return node_ != nullptr; }
  T& operator*() const { return *node_; }
  T* operator->() const { return node_.get(); }
  T* get() const { return node_.get(); }
  std::unique_ptr<T> Release() { return std::move(node_); }

  friend bool operator==(const Owned& a, const Owned& b) {
    if (!a || !b) return !a && !b;
    return *a == *b;
  }
  friend bool operator==(const Owned& a, std::nullptr_t) { return !a; }

 private:
  std::unique_ptr<T> node_;
};

// An identifier with its quotes taken off. Whether names match is decided without regard to ASCII
// case, by whoever looks them up; here they keep the case they were written in.
struct Name {
  std::string text;
  SourceSpan span;

  friend bool operator==(const Name&, const Name&) = default;
};

// [schema.]name, as tables, indexes and pragmas are called.
struct QualifiedName {
  std::optional<Name> schema;
  Name name;

  friend bool operator==(const QualifiedName&, const QualifiedName&) = default;
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_SQL_AST_BASE_H_
