// The small values of Raft: terms, log positions, server names and sets of servers. Distinct types,
// so that a term never lands where an index belongs.
#pragma once

#include <compare>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <vector>

namespace raft {

// Lists a type's fields once, for its canonical bytes (canonical.hpp) and whatever else walks its
// value. The structured binding makes a field that is not listed a compile error. Their names come
// along, "term, vote_granted", for whoever must say which of them is wrong.
#define RAFT_FIELDS(Type, ...)                             \
  template <class Self>                                    \
    requires std::same_as<std::remove_const_t<Self>, Type> \
  constexpr auto fields(Self& self) {                      \
    auto& [__VA_ARGS__] = self;                            \
    return std::tie(__VA_ARGS__);                          \
  }                                                        \
  constexpr std::string_view field_names(const Type*) { return #__VA_ARGS__; }

// A term: 0 before the first election (Figure 2, currentTerm).
struct Term {
  std::uint64_t value = 0;
  auto operator<=>(const Term&) const = default;
  [[nodiscard]] constexpr Term next() const { return {value + 1}; }
};

// A 1-based position in a log; 0 means "before the first entry".
struct Index {
  std::uint64_t value = 0;
  auto operator<=>(const Index&) const = default;
  [[nodiscard]] constexpr Index next() const { return {value + 1}; }
  // The position before this one. Precondition: not 0.
  [[nodiscard]] constexpr Index previous() const { return {value - 1}; }
};

// A server: 1..n; 0 means "none".
struct ServerId {
  std::uint32_t value = 0;
  auto operator<=>(const ServerId&) const = default;
  [[nodiscard]] constexpr bool is_none() const { return value == 0; }
};
inline constexpr ServerId kNoServer{};

inline constexpr std::uint32_t kServersMax = 64;

RAFT_FIELDS(Term, value)
RAFT_FIELDS(Index, value)

// How many servers are a majority of n: 1 of 1, 2 of 3, 3 of 4, 3 of 5.
constexpr std::size_t majority_of(std::size_t n) { return n / 2 + 1; }

// A set of servers with ids 1..kServersMax.
class ServerSet {
 public:
  constexpr void insert(ServerId id) { bits_ |= bit(id); }
  constexpr void erase(ServerId id) { bits_ &= ~bit(id); }
  [[nodiscard]] constexpr bool empty() const { return bits_ == 0; }
  [[nodiscard]] constexpr bool contains(ServerId id) const { return (bits_ & bit(id)) != 0; }
  [[nodiscard]] constexpr std::size_t size() const {
    return static_cast<std::size_t>(__builtin_popcountll(bits_));
  }
  [[nodiscard]] constexpr std::uint64_t bits() const { return bits_; }  // bit i is server i + 1
  static constexpr ServerSet from_bits(std::uint64_t bits) {
    ServerSet set;
    set.bits_ = bits;
    return set;
  }
  // The servers 1 to n.
  static constexpr ServerSet first(std::uint32_t n) {
    return from_bits(n >= kServersMax ? ~std::uint64_t{0} : (std::uint64_t{1} << n) - 1);
  }
  friend constexpr ServerSet operator|(ServerSet a, ServerSet b) {
    return from_bits(a.bits_ | b.bits_);
  }
  friend constexpr ServerSet operator&(ServerSet a, ServerSet b) {
    return from_bits(a.bits_ & b.bits_);
  }
  friend constexpr ServerSet operator-(ServerSet a, ServerSet b) {
    return from_bits(a.bits_ & ~b.bits_);
  }
  bool operator==(const ServerSet&) const = default;

 private:
  static constexpr std::uint64_t bit(ServerId id) { return std::uint64_t{1} << (id.value - 1); }
  std::uint64_t bits_ = 0;
};

// One T a server, indexed by ServerId.
template <class T>
class PerServer {
 public:
  PerServer() = default;
  explicit PerServer(std::size_t servers) : items_(servers) {}
  T& operator[](ServerId id) { return items_[id.value - 1]; }
  const T& operator[](ServerId id) const { return items_[id.value - 1]; }
  [[nodiscard]] std::size_t size() const { return items_.size(); }
  bool operator==(const PerServer&) const = default;

 private:
  std::vector<T> items_;
};

}  // namespace raft
