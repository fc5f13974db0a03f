// What is wrong with bytes that came from elsewhere, and where; or the value that they hold.
#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>

namespace wire {

struct Problem {
  std::size_t at = 0;  // in the bytes that were given, from 0
  std::string what;    // "append_entries.entries[2].kind: no such enumerator"
  bool operator==(const Problem&) const = default;
};

// "byte 23: append_entries.entries[2].kind: no such enumerator"
std::string to_string(const Problem& problem);

// A value, or a problem. A subset of std::expected<T, Problem>, which g++ 12 does not have; to ask
// for what is not there throws std::bad_variant_access.
template <class T>
class [[nodiscard]] Decoded {
 public:
  Decoded(T value) : content_(std::move(value)) {}            // NOLINT(google-explicit-constructor)
  Decoded(Problem problem) : content_(std::move(problem)) {}  // NOLINT(google-explicit-constructor)

  [[nodiscard]] bool has_value() const { return content_.index() == 0; }
  explicit operator bool() const { return has_value(); }
  [[nodiscard]] const T& value() const { return std::get<0>(content_); }
  [[nodiscard]] T& value() { return std::get<0>(content_); }
  const T& operator*() const { return value(); }
  T& operator*() { return value(); }
  const T* operator->() const { return &value(); }
  T* operator->() { return &value(); }
  [[nodiscard]] const Problem& problem() const { return std::get<1>(content_); }

 private:
  std::variant<T, Problem> content_;
};

}  // namespace wire
