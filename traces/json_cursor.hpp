// Inside this room only: a value of a document together with its place, for reading it strictly.
#pragma once

#include <cstdint>
#include <limits>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "traces/json_values.hpp"

namespace traces::internal {

// "/steps/7/action/kind: unknown action ...". Thrown by Cursor, caught by from_json.
class ReadError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Lower-case letters, digits and underscores, a letter first.
bool is_snake_case(std::string_view name);

// Every accessor throws ReadError where the value is not what it is asked for. Refers to the
// document, which must outlive it.
class Cursor {
 public:
  explicit Cursor(const Json& document) : value_(&document) {}

  [[noreturn]] void fail(const std::string& reason) const;

  // "an object", "a string", "the number -1", ...: for the end of "expected ..., found ...".
  [[nodiscard]] std::string found() const;

  [[nodiscard]] bool is_null() const { return value_->is_null(); }
  [[nodiscard]] bool is_boolean() const { return value_->is_boolean(); }
  [[nodiscard]] bool is_array() const { return value_->is_array(); }
  [[nodiscard]] bool is_string() const { return value_->is_string(); }
  [[nodiscard]] bool is_object() const { return value_->is_object(); }

  [[nodiscard]] bool boolean() const;
  [[nodiscard]] const std::string& string() const;
  [[nodiscard]] std::uint64_t number(
      std::uint64_t min = 0, std::uint64_t max = std::numeric_limits<std::uint64_t>::max()) const;
  // A string out of `names`; `what` names such a thing in the error: "unknown action ...".
  [[nodiscard]] const std::string& one_of(std::string_view what,
                                          const std::vector<std::string_view>& names) const;
  // A string for which is_snake_case holds.
  [[nodiscard]] const std::string& snake_case() const;

  [[nodiscard]] std::vector<Cursor> elements() const;
  [[nodiscard]] std::vector<std::pair<std::string, Cursor>> members() const;
  [[nodiscard]] bool has(std::string_view key) const;
  [[nodiscard]] Cursor member(std::string_view key) const;
  // Every one of these and no other, but for the optional ones.
  void require_keys(const std::vector<std::string_view>& keys,
                    const std::vector<std::string_view>& optional = {}) const;

  // The value's text with sorted keys: equal for values that differ in the order of keys only.
  [[nodiscard]] std::string canonical() const;

 private:
  Cursor(const Json& value, std::string pointer) : value_(&value), pointer_(std::move(pointer)) {}
  void require_object() const;

  const Json* value_;
  std::string pointer_;
};

}  // namespace traces::internal
