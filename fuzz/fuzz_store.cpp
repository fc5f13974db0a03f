// The exact tables that searches stand on, against the standard library's: whatever is put into
// them in whatever order, they hold that, each value once under one id, and nothing else.
//
// The first byte picks a table, the second how much the numbers are crowded together (a few values
// that come often, or many of which many share a place), the rest are values.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "checker/engine/antichain.hpp"
#include "checker/engine/id_table.hpp"
#include "checker/engine/interner.hpp"
#include "checker/engine/state_store.hpp"
#include "fuzz/bytes.hpp"

namespace {

using engine::kNone;
using fuzz::Bytes;

[[noreturn]] void fail(const char* why) {
  std::fprintf(stderr, "%s\n", why);
  std::abort();
}

// Numbers that tables find hard: small, at the end, or multiples of the inverse of the number by
// which StateStore spreads networks, so that all have their place on the same line.
class Numbers {
 public:
  explicit Numbers(Bytes& bytes) : bytes_(bytes), how_(bytes.below(4)) {}
  [[nodiscard]] bool is_empty() const { return bytes_.empty(); }
  std::uint32_t next() {
    constexpr std::uint32_t kInverse = 0xE8B2F51;  // of 0x9E3779B1, modulo 2^32
    const auto drawn = static_cast<std::uint32_t>(bytes_.number(how_ == 0 ? 1 : 2));
    const std::uint32_t number = how_ == 2 ? drawn * kInverse : how_ == 3 ? ~drawn : drawn;
    return std::min(number, kNone - 1);
  }

 private:
  Bytes& bytes_;
  std::uint32_t how_;
};

void sequences(Numbers& numbers, Bytes& bytes) {
  engine::SequenceInterner<std::uint32_t> interner;
  std::map<std::vector<std::uint32_t>, std::uint32_t> known;
  while (!numbers.is_empty()) {
    std::vector<std::uint32_t> value(bytes.below(4));
    for (std::uint32_t& item : value) item = numbers.next();
    const auto [id, added] = interner.intern(value);
    const auto [at, is_new] = known.emplace(value, known.size());
    if (added != is_new || id != at->second) fail("a sequence has another id");
  }
  if (interner.size() != known.size()) fail("more or fewer sequences");
  for (const auto& [value, id] : known) {
    if (!std::ranges::equal(interner[id], value)) fail("an id is another sequence");
  }
}

void flat_map(Numbers& numbers) {
  engine::FlatMap map;
  std::map<std::uint64_t, std::uint32_t> known;
  while (!numbers.is_empty()) {
    const std::uint32_t high = numbers.next();
    const std::uint64_t key = engine::pair_key(high, numbers.next());
    const auto at = known.find(key);
    const std::uint32_t* found = map.find(key);
    if ((found == nullptr) != (at == known.end())) fail("a key is there or is not");
    if (found != nullptr && *found != at->second) fail("a key has another value");
    if (found != nullptr) continue;
    const auto value = static_cast<std::uint32_t>(known.size());
    map.insert(key, value);
    known.emplace(key, value);
  }
  if (map.size() != known.size()) fail("more or fewer keys");
  for (const auto& [key, value] : known) {
    const std::uint32_t* found = map.find(key);
    if (found == nullptr || *found != value) fail("a key was lost");
  }
}

// Values that share a hash are told apart by who asks. Sometimes the table is nearly full before it
// begins, so that it grows.
void id_table(Numbers& numbers, Bytes& bytes) {
  engine::IdTable table;
  std::vector<std::uint32_t> values;
  std::map<std::uint32_t, std::uint32_t> known;
  const std::uint32_t hashes = 1U << bytes.below(32);
  const auto put = [&](std::uint32_t value) {
    const auto hash = static_cast<std::uint32_t>(engine::mixed(value % hashes));
    const std::uint32_t found =
        table.find(hash, [&](std::uint32_t id) { return values[id] == value; });
    const auto [at, is_new] = known.emplace(value, static_cast<std::uint32_t>(values.size()));
    if (is_new ? found != kNone : found != at->second) fail("a value has another id");
    if (!is_new) return;
    table.insert(hash, at->second);
    values.push_back(value);
  };
  if (bytes.next() == 255 && hashes > (1U << 20U)) {
    for (std::uint32_t i = 0; i < 114'687; ++i) put(i * 37'633);
  }
  while (!numbers.is_empty()) put(numbers.next());
  if (table.wants_growth()) table.grow();
  if (table.size() != known.size()) fail("more or fewer values");
  for (const auto& [value, id] : known) {
    const auto hash = static_cast<std::uint32_t>(engine::mixed(value % hashes));
    const auto is_wanted = [&](std::uint32_t other) { return values[other] == value; };
    if (table.find(hash, is_wanted) != id) fail("a value was lost");
  }
}

void state_store(Numbers& numbers, Bytes& bytes) {
  engine::StateStore store;
  std::set<std::pair<engine::HalfId, engine::NetworkId>> known;
  while (!numbers.is_empty()) {
    const engine::HalfId half = bytes.below(3);
    const engine::NetworkId network = numbers.next();
    if (store.insert(half, network) != known.emplace(half, network).second) {
      fail("a state is there or is not");
    }
  }
  std::size_t found = 0;
  store.for_each_half([&](engine::HalfId half, std::uint64_t size) {
    std::uint64_t count = 0;
    store.for_each_network(half, [&](engine::NetworkId network) {
      if (!known.contains({half, network})) fail("a state that nobody put there");
      ++count;
    });
    if (count != size) fail("a half has more or fewer states than it says");
    found += count;
  });
  if (found != known.size()) fail("more or fewer states");
}

// The maximal sets, and nothing that one of them includes.
void antichain(Bytes& bytes) {
  engine::Antichain chain;
  std::vector<std::set<engine::MessageId>> maximal;
  for (engine::NodeId node = 0; !bytes.empty(); ++node) {
    std::set<engine::MessageId> set;
    for (std::uint32_t size = bytes.below(6); size > 0; --size) set.insert(bytes.below(70));
    const engine::Messages image(set.begin(), set.end());
    const bool is_covered = std::ranges::any_of(
        maximal, [&](const auto& other) { return std::ranges::includes(other, set); });
    if (chain.covers(image) != is_covered) fail("a set is covered or is not");
    if (is_covered) continue;
    const std::size_t dropped = std::erase_if(
        maximal, [&](const auto& other) { return std::ranges::includes(set, other); });
    if (chain.add(node, image, image, 0) != dropped) fail("more or fewer sets were dropped");
    maximal.push_back(std::move(set));
    if (chain.size() != maximal.size()) fail("more or fewer sets");
  }
  chain.for_each([&](engine::NodeId, engine::MessagesView set) {
    const std::set<engine::MessageId> found(set.begin(), set.end());
    if (std::ranges::find(maximal, found) == maximal.end()) fail("a set that nobody put there");
  });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Bytes bytes(data, size);
  const std::uint32_t table = bytes.below(5);
  Numbers numbers(bytes);
  if (table == 0) sequences(numbers, bytes);
  if (table == 1) flat_map(numbers);
  if (table == 2) id_table(numbers, bytes);
  if (table == 3) state_store(numbers, bytes);
  if (table == 4) antichain(bytes);
  return 0;
}
