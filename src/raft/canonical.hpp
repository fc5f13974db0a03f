// Canonical bytes: a value's identity, and the way back. Equal values have equal bytes and equal
// bytes are equal values; there is no other reading. Made from each type's fields() alone, so a
// field that is not in the bytes does not exist.
//
//   unsigned integer, enumeration, bool   LEB128: 7 bits a byte, low bits first, the last without
//                                         the high bit; the shortest form only
//   string, vector, PerServer             count, then the items
//   Entry                                 term, kind, command; a Membership entry's membership
//   Log                                   index and term of its base, then its entries
//   optional                              0, or 1 and the value
//   variant                               the alternative's number, then its value
//   a type with fields()                  its fields in order
//
// For the inside of one build: numbers of variants and fields move when types change. Not a wire
// format.
#pragma once

#include <array>
#include <limits>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "src/raft/message.hpp"
#include "src/raft/server.hpp"

namespace raft {

template <class T>
concept HasFields = requires(T& value) { fields(value); };

template <class T>
concept Number = std::is_unsigned_v<T> || std::is_enum_v<T>;

class Encoder {
 public:
  explicit Encoder(std::string& out) : out_(out) {}

  void put(std::uint64_t number) {
    for (; number >= 0x80; number >>= 7) out_.push_back(static_cast<char>(number | 0x80));
    out_.push_back(static_cast<char>(number));
  }
  template <Number T>
  void put(T number) {
    put(static_cast<std::uint64_t>(number));
  }
  void put(const std::string& text) {
    put(std::uint64_t{text.size()});
    out_ += text;
  }
  void put(ServerId id) { put(std::uint64_t{id.value}); }
  void put(ServerSet set) { put(set.bits()); }
  void put(const Entry& entry) {
    put(entry.term);
    put(entry.kind);
    put(entry.command);
    if (entry.kind == EntryKind::Membership) put(entry.membership);
  }
  void put(const Log& log) {
    put(log.base_index());
    put(log.base_term());
    put_items(log.entries());
  }
  template <class T>
  void put(const std::vector<T>& items) {
    put_items(std::span(items));
  }
  template <class T>
  void put(const PerServer<T>& items) {
    put(std::uint64_t{items.size()});
    for (std::uint32_t id = 1; id <= items.size(); ++id) put(items[ServerId{id}]);
  }
  template <class T>
  void put(const std::optional<T>& value) {
    put(value.has_value());
    if (value) put(*value);
  }
  template <class... Ts>
  void put(const std::variant<Ts...>& value) {
    put(std::uint64_t{value.index()});
    std::visit([this](const auto& alternative) { this->put(alternative); }, value);
  }
  template <HasFields T>
  void put(const T& value) {
    std::apply([this](const auto&... field) { (this->put(field), ...); }, fields(value));
  }

 private:
  template <class T>
  void put_items(std::span<const T> items) {
    put(std::uint64_t{items.size()});
    for (const T& item : items) put(item);
  }
  std::string& out_;
};

// The bytes are not the canonical bytes of any value of the type asked for.
class DecodeError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Reads values back; throws DecodeError. Allocates no more than the input's size justifies.
class Decoder {
 public:
  explicit Decoder(std::string_view bytes) : rest_(bytes) {}
  [[nodiscard]] bool at_end() const { return rest_.empty(); }

  void get(std::uint64_t& number) {
    number = 0;
    for (unsigned shift = 0;; shift += 7) {
      const auto byte = static_cast<unsigned char>(take(1).front());
      if (shift == 63 && byte > 1) throw DecodeError("a number has more than 64 bits");
      number |= std::uint64_t{byte & 0x7Fu} << shift;
      if (byte < 0x80) {
        if (byte == 0 && shift > 0) throw DecodeError("a number is not in its shortest form");
        return;
      }
    }
  }
  template <Number T>
  void get(T& number) {
    std::uint64_t wide = 0;
    get(wide);
    number = static_cast<T>(wide);
    if (static_cast<std::uint64_t>(number) != wide) throw DecodeError("a number is out of range");
  }
  void get(EntryKind& kind) { get_enum(kind, EntryKind::Membership); }
  void get(Changes& kind) { get_enum(kind, Changes::Joint); }
  void get(Backtracking& kind) { get_enum(kind, Backtracking::Plain); }
  void get(std::string& text) {
    std::uint64_t size = 0;
    get(size);
    text = take(size);
  }
  void get(ServerId& id) { get(id.value); }
  void get(ServerSet& set) {
    std::uint64_t bits = 0;
    get(bits);
    set = ServerSet::from_bits(bits);
  }
  void get(Entry& entry) {
    get(entry.term);
    get(entry.kind);
    get(entry.command);
    entry.membership = {};
    if (entry.kind == EntryKind::Membership) get(entry.membership);
  }
  void get(Log& log) {
    Index base_index;
    Term base_term;
    std::vector<Entry> entries;
    get(base_index);
    get(base_term);
    get(entries);
    if (base_index.value > std::numeric_limits<std::uint64_t>::max() - entries.size() - 1) {
      throw DecodeError("a log goes beyond the last index");
    }
    log = Log(base_index, base_term, std::move(entries));
  }
  template <class T>
  void get(std::vector<T>& items) {
    items.clear();
    for (std::uint64_t left = get_count(); left > 0; --left) get(items.emplace_back());
  }
  template <class T>
  void get(PerServer<T>& items) {
    const std::uint64_t count = get_count();
    if (count > kServersMax) throw DecodeError("more servers than there can be");
    items = PerServer<T>(count);
    for (std::uint32_t id = 1; id <= count; ++id) get(items[ServerId{id}]);
  }
  template <class T>
  void get(std::optional<T>& value) {
    bool present = false;
    get(present);
    value.reset();
    if (present) get(value.emplace());
  }
  template <class... Ts>
  void get(std::variant<Ts...>& value) {
    std::uint64_t index = 0;
    get(index);
    static constexpr std::array<void (*)(std::variant<Ts...>&), sizeof...(Ts)> kMake = {
        [](std::variant<Ts...>& made) { made = Ts{}; }...};
    if (index >= kMake.size()) throw DecodeError("a variant has no such alternative");
    kMake[index](value);
    std::visit([this](auto& alternative) { this->get(alternative); }, value);
  }
  template <HasFields T>
  void get(T& value) {
    std::apply([this](auto&... field) { (this->get(field), ...); }, fields(value));
  }

 private:
  std::string_view take(std::uint64_t size) {
    if (size > rest_.size()) throw DecodeError("the bytes end too early");
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }
  // Every item takes a byte at least.
  std::uint64_t get_count() {
    std::uint64_t count = 0;
    get(count);
    if (count > rest_.size()) throw DecodeError("a count exceeds the bytes that are left");
    return count;
  }
  template <class T>
  void get_enum(T& value, T last) {
    std::uint64_t number = 0;
    get(number);
    if (number > static_cast<std::uint64_t>(last)) throw DecodeError("no such enumerator");
    value = static_cast<T>(number);
  }
  std::string_view rest_;
};

template <class T>
std::string encoded(const T& value) {
  std::string bytes;
  Encoder(bytes).put(value);
  return bytes;
}

// Throws DecodeError unless `bytes` are exactly the canonical bytes of a T.
template <class T>
T decoded(std::string_view bytes) {
  T value{};
  Decoder decoder(bytes);
  decoder.get(value);
  if (!decoder.at_end()) throw DecodeError("bytes are left over");
  return value;
}

}  // namespace raft
