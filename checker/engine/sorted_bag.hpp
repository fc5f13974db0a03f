// A bag of at most K messages, in ascending order: a value of K words, worked on without branches.
//
// Layout: message m is the number m + 1; in front of the messages, 0 stands in every free place. So
// putting x into {0, a, b} keeps the larger two of each neighbourhood: {min(x, a), clamp(x, a, b),
// max(x, b)}.
#pragma once

#include <algorithm>
#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <span>

#include "checker/engine/ids.hpp"

namespace engine {

template <std::size_t K>
class SortedBag {
 public:
  static constexpr std::size_t kCapacity = K;

  // Message m as m + 1, K of them; 0 where there is none.
  [[nodiscard]] const std::array<std::uint32_t, K>& numbers() const { return numbers_; }
  [[nodiscard]] std::size_t size() const {
    std::size_t size = 0;
    for (const std::uint32_t number : numbers_) size += number != 0 ? 1 : 0;
    return size;
  }

  void clear() { numbers_ = {}; }
  // Messages in ascending order, at most K.
  void assign(std::span<const MessageId> messages) {
    clear();
    const std::size_t free = K - messages.size();
    for (std::size_t i = 0; i < messages.size(); ++i) numbers_[free + i] = messages[i] + 1;
  }
  static SortedBag of_numbers(const std::array<std::uint32_t, K>& numbers) {
    SortedBag bag;
    bag.numbers_ = numbers;
    return bag;
  }
  // Precondition: there is a free place. The key is the message.
  template <class Key>
  void insert(MessageId message, const Key&) {
    const std::uint32_t x = message + 1;
    for (std::size_t i = 0; i + 1 < K; ++i) {
      numbers_[i] = std::max(numbers_[i], std::min(x, numbers_[i + 1]));
    }
    numbers_[K - 1] = std::max(numbers_[K - 1], x);
  }
  // Precondition: it is there.
  void remove(MessageId message) {
    std::uint32_t before = 0;
    bool is_behind = false;  // of the message that is removed
    for (std::size_t i = 0; i < K; ++i) {
      const std::uint32_t number = numbers_[i];
      numbers_[i] = is_behind ? number : before;
      is_behind = is_behind || number == message + 1;
      before = number;
    }
  }

  template <class F>
  void for_each(const F& f) const {
    for (const std::uint32_t number : numbers_) {
      if (number != 0) f(number - 1);
    }
  }
  // Calls f(message) once for each distinct message: of equal copies, it does not matter which.
  template <class Key, class F>
  void for_each_first(const Key&, const F& f) const {
    std::uint32_t before = 0;
    for (const std::uint32_t number : numbers_) {
      if (number != before) f(number - 1);
      before = number;
    }
  }
  // Writes the messages down, in ascending order, in the memory that is given.
  std::span<const MessageId> write(std::array<MessageId, K>& messages) const {
    std::size_t size = 0;
    for_each([&](MessageId message) { messages[size++] = message; });
    return {messages.data(), size};
  }

  bool operator==(const SortedBag&) const = default;
  auto operator<=>(const SortedBag&) const = default;

 private:
  std::array<std::uint32_t, K> numbers_{};
};

}  // namespace engine
