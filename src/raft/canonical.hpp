// Canonical bytes: a value's identity, and the way back. Equal values have equal bytes and equal
// bytes are equal values; there is no other reading. Made from each type's fields() alone, so a
// field that is not in the bytes does not exist.
//
//   unsigned integer, enumeration, bool   LEB128: 7 bits a byte, low bits first, the last without
//                                         the high bit; the shortest form only
//   string, Command, vector, PerServer    count, then the items
//   Entry                                 term, kind, command; a Membership entry's membership
//   Log                                   index and term of its base, then its entries
//   optional                              0, or 1 and the value
//   variant                               the alternative's number, then its value
//   a type with fields()                  its fields in order
//
// For the inside of one build: numbers of variants and fields move when types change. What leaves
// it goes through src/wire, which pins them.
#pragma once

#include <array>
#include <limits>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
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
  void put(std::string_view text) {  // a std::string, a Command
    put(std::uint64_t{text.size()});
    out_ += text;
  }
  void put(ServerId id) { put(std::uint64_t{id.value}); }
  void put(ServerSet set) { put(set.bits()); }
  void put(const Entry& entry) {
    put(entry.term);
    put(entry.kind);
    put(entry.command);
    if (entry.kind == EntryKind::Membership) put(entry.membership.get());
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
  DecodeError(std::size_t at, std::string field, std::string reason)
      : std::runtime_error("byte " + std::to_string(at) + ": " + field +
                           (field.empty() ? "" : ": ") + reason),
        at_(at),
        field_(std::move(field)),
        reason_(std::move(reason)) {}
  [[nodiscard]] std::size_t at() const { return at_; }               // from 0
  [[nodiscard]] const std::string& field() const { return field_; }  // "entries[2].kind"
  [[nodiscard]] const std::string& reason() const { return reason_; }

 private:
  std::size_t at_;
  std::string field_;
  std::string reason_;
};

// The last enumerator of an enumeration that has canonical bytes.
template <class T>
inline constexpr T kLastOf = T::no_such_enumerator;  // of others there is none
template <>
inline constexpr EntryKind kLastOf<EntryKind> = EntryKind::Membership;
template <>
inline constexpr Changes kLastOf<Changes> = Changes::Joint;
template <>
inline constexpr Backtracking kLastOf<Backtracking> = Backtracking::Plain;

// Reads values back; throws DecodeError. Allocates no more than the input's size justifies: a list
// grows as its items are read, each of which takes a byte at least.
class Decoder {
 public:
  explicit Decoder(std::string_view bytes) : size_(bytes.size()), rest_(bytes) {}
  [[nodiscard]] bool at_end() const { return rest_.empty(); }
  // How many bytes have been read.
  [[nodiscard]] std::size_t at() const { return size_ - rest_.size(); }
  // Throws DecodeError unless all bytes have been read.
  void expect_end() const {
    if (!at_end()) fail(at(), "bytes are left over");
  }

  void get(std::uint64_t& number) {
    const std::size_t begin = at();
    number = 0;
    for (unsigned shift = 0;; shift += 7) {
      const auto byte = static_cast<unsigned char>(take(1).front());
      if (shift == 63 && byte > 1) fail(begin, "a number has more than 64 bits");
      number |= std::uint64_t{byte & 0x7Fu} << shift;
      if (byte < 0x80) {
        if (byte == 0 && shift > 0) fail(begin, "a number is not in its shortest form");
        return;
      }
    }
  }
  template <Number T>
  void get(T& number) {
    const std::size_t begin = at();
    std::uint64_t wide = 0;
    get(wide);
    if constexpr (std::is_enum_v<T>) {
      if (wide > static_cast<std::uint64_t>(kLastOf<T>)) fail(begin, "no such enumerator");
    }
    number = static_cast<T>(wide);
    if (static_cast<std::uint64_t>(number) != wide) fail(begin, "a number is out of range");
  }
  void get(std::string& text) { text = get_text(); }
  void get(Command& command) { command = get_text(); }
  void get(Term& term) { get(term.value); }
  void get(Index& index) { get(index.value); }
  void get(ServerId& id) { get(id.value); }
  void get(ServerSet& set) {
    std::uint64_t bits = 0;
    get(bits);
    set = ServerSet::from_bits(bits);
  }
  void get(Entry& entry) {
    Scope scope(*this, field_names(&entry));
    scope.get(entry.term);
    scope.get(entry.kind);
    scope.get(entry.command);
    Membership membership;
    if (entry.kind == EntryKind::Membership) scope.get(membership);
    entry.membership = membership;
  }
  void get(Log& log) {
    const std::size_t begin = at();
    Index base_index;
    Term base_term;
    std::vector<Entry> entries;
    {
      Scope scope(*this, "base_index, base_term, entries");
      scope.get(base_index);
      scope.get(base_term);
      scope.get(entries);
    }
    if (base_index.value > std::numeric_limits<std::uint64_t>::max() - entries.size() - 1) {
      fail(begin, "a log goes beyond the last index");
    }
    log = Log(base_index, base_term, std::move(entries));
  }
  template <class T>
  void get(std::vector<T>& items) {
    items.clear();
    const std::uint64_t count = get_count();
    for (Scope scope(*this); scope.number() < count;) scope.get(items.emplace_back());
  }
  template <class T>
  void get(PerServer<T>& items) {
    const std::size_t begin = at();
    const std::uint64_t count = get_count();
    if (count > kServersMax) fail(begin, "more servers than there can be");
    items = PerServer<T>(count);
    Scope scope(*this);
    for (std::uint32_t id = 1; id <= count; ++id) scope.get(items[ServerId{id}]);
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
    const std::size_t begin = at();
    std::uint64_t index = 0;
    get(index);
    static constexpr std::array<void (*)(std::variant<Ts...>&), sizeof...(Ts)> kMake = {
        [](std::variant<Ts...>& made) { made = Ts{}; }...};
    if (index >= kMake.size()) fail(begin, "a variant has no such alternative");
    kMake[index](value);
    std::visit([this](auto& alternative) { this->get(alternative); }, value);
  }
  template <HasFields T>
  void get(T& value) {
    Scope scope(*this, field_names(&value));
    std::apply([&](auto&... field) { (scope.get(field), ...); }, fields(value));
  }

 private:
  // What is being read, for the error: a field of a value, or an item of a list, which has no
  // names.
  struct Place {
    std::string_view names;
    std::uint64_t number = 0;
  };
  class Scope {
   public:
    explicit Scope(Decoder& decoder, std::string_view names = {})
        : decoder_(decoder), place_(decoder.places_.at(decoder.depth_++)) {
      place_ = {names, 0};
    }
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;
    ~Scope() { --decoder_.depth_; }
    template <class T>
    void get(T& value) {
      decoder_.get(value);
      ++place_.number;
    }
    [[nodiscard]] std::uint64_t number() const { return place_.number; }

   private:
    Decoder& decoder_;
    Place& place_;
  };

  // "entries[2].kind"
  [[nodiscard]] std::string path() const {
    std::string path;
    for (const Place& place : std::span(places_).first(depth_)) {
      if (place.names.empty()) {
        path += '[' + std::to_string(place.number) + ']';
        continue;
      }
      std::string_view name = place.names;
      for (std::uint64_t i = 0; i < place.number; ++i) name.remove_prefix(name.find(", ") + 2);
      if (!path.empty()) path += '.';
      path += name.substr(0, name.find(','));
    }
    return path;
  }

  [[noreturn]] void fail(std::size_t begin, const char* why) const {
    throw DecodeError(begin, path(), why);
  }
  std::string_view take(std::uint64_t size) {
    if (size > rest_.size()) fail(at(), "the bytes end too early");
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }
  std::string_view get_text() {
    std::uint64_t size = 0;
    get(size);
    return take(size);
  }
  // Every item takes a byte at least.
  std::uint64_t get_count() {
    const std::size_t begin = at();
    std::uint64_t count = 0;
    get(count);
    if (count > rest_.size()) fail(begin, "a count exceeds the bytes that are left");
    return count;
  }

  std::size_t size_;
  std::string_view rest_;
  std::array<Place, 12> places_{};  // deeper than any type
  std::size_t depth_ = 0;
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
  decoder.expect_end();
  return value;
}

}  // namespace raft
