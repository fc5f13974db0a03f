// A client's command: opaque bytes that never change once they are there.
//
// A command goes through many hands: a leader's log, a message to each follower, their logs, every
// disk. So a copy costs no more than a few loads and stores: up to kInlineMax bytes lie in the
// value itself, and longer ones are shared by all copies, which may live in different threads.
#pragma once

#include <array>
#include <atomic>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <type_traits>
#include <utility>

namespace raft {

class Command {
 public:
  static constexpr std::size_t kInlineMax = 23;  // bytes that cost no allocation

  Command() = default;
  // Copies the bytes. Whatever is text is a command.
  template <class Text>
    requires std::convertible_to<const Text&, std::string_view> &&
             (!std::same_as<std::remove_cvref_t<Text>, Command>)
  Command(const Text& text) {  // NOLINT(google-explicit-constructor)
    set(std::string_view(text));
  }
  Command(const Command& other) noexcept : value_(other.value_) {
    if (is_shared()) shared()->owners.fetch_add(1, std::memory_order_relaxed);
  }
  // Leaves bytes that lie in the value where they are, too: a log that grows moves many.
  Command(Command&& other) noexcept : value_(other.value_) {
    if (is_shared()) other.value_ = {};
  }
  Command& operator=(Command other) noexcept {
    std::swap(value_, other.value_);
    return *this;
  }
  ~Command() {
    if (is_shared()) release();
  }

  [[nodiscard]] std::string_view bytes() const {
    return is_shared() ? std::string_view(shared()->bytes(), shared()->size)
                       : std::string_view(value_.bytes.data(), value_.size);
  }
  // NOLINTNEXTLINE(google-explicit-constructor)
  operator std::string_view() const { return bytes(); }
  [[nodiscard]] std::size_t size() const { return is_shared() ? shared()->size : value_.size; }
  [[nodiscard]] bool empty() const { return value_.size == 0; }

  friend bool operator==(const Command& a, const Command& b) {
    return a.value_ == b.value_ || (a.is_shared() && b.is_shared() && a.bytes() == b.bytes());
  }
  template <class Text>
    requires std::convertible_to<const Text&, std::string_view> && (!std::same_as<Text, Command>)
  friend bool operator==(const Command& a, const Text& b) {
    return a.bytes() == std::string_view(b);
  }

 private:
  // What is not used of it is 0, so that equal commands that lie in their values are equal values.
  struct Value {
    alignas(8) std::array<char, kInlineMax> bytes{};  // or a Shared*
    std::uint8_t size = 0;                            // or kShared
    bool operator==(const Value&) const = default;
  };
  static_assert(sizeof(Value) == 24);
  static constexpr std::uint8_t kShared = 0xFF;

  struct Shared {
    std::atomic<std::uint64_t> owners;
    std::size_t size;
    // They follow the struct.
    [[nodiscard]] const char* bytes() const { return reinterpret_cast<const char*>(this + 1); }
  };

  [[nodiscard]] bool is_shared() const { return value_.size == kShared; }
  [[nodiscard]] Shared* shared() const {
    Shared* there = nullptr;
    std::memcpy(&there, value_.bytes.data(), sizeof there);
    return there;
  }
  void set(std::string_view text) {
    if (text.size() > kInlineMax) {
      share(text);
    } else if (!text.empty()) {
      std::memcpy(value_.bytes.data(), text.data(), text.size());
      value_.size = static_cast<std::uint8_t>(text.size());
    }
  }
  void share(std::string_view text);
  void release();

  Value value_;
};

}  // namespace raft
