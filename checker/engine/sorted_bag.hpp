// A bag of at most K messages, in ascending order: a value in one or two registers, worked on
// without branches.
//
// Layout: message m is the number m + 1; in front of the messages, 0 stands in every free lane. So
// putting x into {0, a, b} keeps the larger two of each neighbourhood: {min(x, a), clamp(x, a, b),
// max(x, b)}; and taking it out moves what is not larger one lane on. All lanes are worked on at
// once, and a bag is written and read as a whole: a read of what was just written in pieces has to
// wait.
#pragma once

#include <algorithm>
#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <utility>

#include "checker/engine/ids.hpp"

namespace engine {

// Four or eight numbers. Signed, since that is what processors compare soonest.
template <std::size_t Count>
struct LanesOf;
template <>
struct LanesOf<4> {
  using Type = std::int32_t __attribute__((vector_size(16)));
};
template <>
struct LanesOf<8> {
  using Type = std::int32_t __attribute__((vector_size(32)));
};

// Messages below 2^31 - 2.
template <std::size_t K>
class SortedBag {
 public:
  static constexpr std::size_t kCapacity = K;
  using Numbers = std::array<std::uint32_t, K>;

  // Message m as m + 1, K of them; 0 where there is none.
  [[nodiscard]] Numbers numbers() const {
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
      return Numbers{static_cast<std::uint32_t>(lanes_[kUnused + I])...};
    }(std::make_index_sequence<K>());
  }
  [[nodiscard]] std::size_t size() const {
    std::size_t size = 0;
    for (const std::uint32_t number : numbers()) size += number != 0 ? 1 : 0;
    return size;
  }

  void clear() { lanes_ = Lanes{}; }
  // Messages in ascending order, at most K.
  void assign(std::span<const MessageId> messages) {
    Numbers numbers{};
    const std::size_t free = K - messages.size();
    for (std::size_t i = 0; i < messages.size(); ++i) numbers[free + i] = messages[i] + 1;
    *this = of_numbers(numbers);
  }
  static SortedBag of_numbers(const Numbers& numbers) {
    SortedBag bag;
    [&]<std::size_t... I>(std::index_sequence<I...>) {
      bag.lanes_ = Lanes{lane<I>(numbers)...};
    }(std::make_index_sequence<kLanes>());
    return bag;
  }
  // Precondition: there is a free place. The key is the message.
  template <class Key>
  void insert(MessageId message, const Key&) {
    insert_number(static_cast<std::int32_t>(message + 1), std::make_index_sequence<kLanes>());
  }
  // Precondition: it is there.
  void remove(MessageId message) {
    remove_number(static_cast<std::int32_t>(message + 1), std::make_index_sequence<kLanes>());
  }

  template <class F>
  void for_each(const F& f) const {
    for (const std::uint32_t number : numbers()) {
      if (number != 0) f(number - 1);
    }
  }
  // Calls f(message) once for each distinct message: of equal copies, it does not matter which.
  template <class Key, class F>
  void for_each_first(const Key&, const F& f) const {
    std::uint32_t before = 0;
    for (const std::uint32_t number : numbers()) {
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

  bool operator==(const SortedBag& other) const { return numbers() == other.numbers(); }
  auto operator<=>(const SortedBag& other) const { return numbers() <=> other.numbers(); }

 private:
  static constexpr std::size_t kLanes = K <= 4 ? 4 : 8;
  static constexpr std::size_t kUnused = kLanes - K;  // the first of them
  using Lanes = typename LanesOf<kLanes>::Type;

  template <std::size_t... I>
  void insert_number(std::int32_t number, std::index_sequence<I...>) {
    const Lanes x = Lanes{} + number;
    const Lanes none = Lanes{} + std::numeric_limits<std::int32_t>::max();
    const Lanes next = __builtin_shufflevector(lanes_, none, (I + 1)...);
    const Lanes lesser = x < next ? x : next;
    lanes_ = lanes_ > lesser ? lanes_ : lesser;
  }
  template <std::size_t... I>
  void remove_number(std::int32_t number, std::index_sequence<I...>) {
    const Lanes x = Lanes{} + number;
    const Lanes before = __builtin_shufflevector(Lanes{}, lanes_, (kLanes - 1 + I)...);
    lanes_ = lanes_ > x ? lanes_ : before;
  }
  template <std::size_t I>
  static std::int32_t lane(const Numbers& numbers) {
    if constexpr (I < kUnused) {
      return 0;
    } else {
      return static_cast<std::int32_t>(numbers[I - kUnused]);
    }
  }

  Lanes lanes_{};
};

}  // namespace engine
