// A value, or one sentence that says why there is none: how this room reports what its surroundings
// got wrong (a damaged file, a full disk). A subset of std::expected<T, std::string>, which g++ 12
// does not have; no monadic operations, and asking for what is not there throws.
#pragma once

#include <stdexcept>
#include <string>
#include <utility>
#include <variant>

namespace traces {

// What a function returns instead of a value: `return Failure{"trace.json: cannot be opened"};`
struct Failure {
  std::string message;
  bool operator==(const Failure&) const = default;
};

// A programmer's mistake: value() of a failure, or error() of a success.
class BadResultAccess : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : content_(std::move(value)) {}            // NOLINT(google-explicit-constructor)
  Result(Failure failure) : content_(std::move(failure)) {}  // NOLINT(google-explicit-constructor)

  [[nodiscard]] bool has_value() const noexcept { return content_.index() == 0; }
  explicit operator bool() const noexcept { return has_value(); }

  [[nodiscard]] const T& value() const& { return *checked(this); }
  [[nodiscard]] T& value() & { return *checked(this); }
  [[nodiscard]] T&& value() && { return std::move(*checked(this)); }

  const T& operator*() const& { return value(); }
  T& operator*() & { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  const T* operator->() const { return checked(this); }
  T* operator->() { return checked(this); }

  [[nodiscard]] const std::string& error() const {
    const Failure* failure = std::get_if<1>(&content_);
    if (failure == nullptr) throw BadResultAccess("error() of a result that holds a value");
    return failure->message;
  }

 private:
  template <typename Self>
  static auto* checked(Self* self) {
    auto* value = std::get_if<0>(&self->content_);
    if (value == nullptr) throw BadResultAccess("no value: " + self->error());
    return value;
  }

  std::variant<T, Failure> content_;
};

// Success without a value: `return {};`
template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Failure failure)  // NOLINT(google-explicit-constructor)
      : failed_(true), failure_(std::move(failure)) {}

  [[nodiscard]] bool has_value() const noexcept { return !failed_; }
  explicit operator bool() const noexcept { return has_value(); }

  void value() const {
    if (failed_) throw BadResultAccess("no value: " + failure_.message);
  }
  [[nodiscard]] const std::string& error() const {
    if (!failed_) throw BadResultAccess("error() of a success");
    return failure_.message;
  }

 private:
  bool failed_ = false;
  Failure failure_;
};

}  // namespace traces
