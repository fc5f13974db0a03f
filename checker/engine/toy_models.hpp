// Small systems whose state spaces are known by a formula or by heart, for the engine's tests.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "checker/engine/interner_archive.hpp"
#include "checker/engine/model.hpp"
#include "checker/engine/permutations.hpp"
#include "checker/engine/search.hpp"

namespace engine::toy {

inline constexpr std::uint32_t kGoal = 7;  // the violation that reaching a puzzle's goal counts as

// The bounds that toys report, as indices into bound_names().
inline constexpr std::uint16_t kInflightBound = 0;
inline constexpr std::uint16_t kLossBound = 1;
inline constexpr std::uint16_t kDuplicateBound = 2;

// What all toys share: names, the lists of messages that steps send, and how many ways of receiving
// a message there are (1: the receipt alone; 2: also one that leaves a copy behind).
class ToyModel : public Model {
 public:
  ToyModel() { lists_.intern({}); }
  void set_alternatives(unsigned count) { alternatives_ = count; }
  [[nodiscard]] unsigned alternatives() const override { return alternatives_; }
  std::uint32_t initial_violation() override { return 0; }
  [[nodiscard]] std::span<const MessageId> sends(SendsId id) const override { return lists_[id]; }
  HalfId after_losses(HalfId half, unsigned) override { return half; }
  [[nodiscard]] const std::vector<std::string>& action_names() const override { return actions_; }
  [[nodiscard]] const std::vector<std::string>& bound_names() const override { return bounds_; }

  void save(ArchiveWriter& writer) const override {
    writer.begin_section("toy.lists", 1);
    save_values(lists_, writer);
    writer.end_section();
  }
  void load(ArchiveReader& reader) override {
    reader.open_section("toy.lists", 1);
    load_values(lists_, reader);
    reader.close_section();
  }

 protected:
  static constexpr std::uint16_t kInternal = 0;  // indices into action_names()
  static constexpr std::uint16_t kDeliver = 1;

  SendsId list(const std::vector<MessageId>& messages) { return lists_.intern(messages).id; }

 private:
  unsigned alternatives_ = 1;
  SequenceInterner<MessageId> lists_;  // its values never move: any thread may read them
  std::vector<std::string> actions_{"internal", "deliver"};
  std::vector<std::string> bounds_{"inflight", "loss", "duplicates"};
};

// A model whose halves are named by values of type State.
template <class State>
class NamedModel : public ToyModel {
 public:
  [[nodiscard]] const State& state(HalfId half) const { return states_[half]; }
  [[nodiscard]] std::size_t halves() const { return states_.size(); }

  void save(ArchiveWriter& writer) const override {
    ToyModel::save(writer);
    writer.begin_section("toy.states", 1);
    writer.put_u64(states_.size());
    for (const State& state : states_) writer.put_list(state);
    writer.end_section();
  }
  void load(ArchiveReader& reader) override {
    ToyModel::load(reader);
    reader.open_section("toy.states", 1);
    const std::size_t count = reader.get_count(sizeof(std::uint64_t));
    for (std::size_t id = 0; id < count; ++id) name(reader.get_list<typename State::value_type>());
    reader.close_section();
  }

 protected:
  HalfId name(const State& state) {
    const auto [at, added] = ids_.emplace(state, static_cast<HalfId>(states_.size()));
    if (added) states_.push_back(state);
    return at->second;
  }

 private:
  std::vector<State> states_;
  std::map<State, HalfId> ids_;
};

// A puzzle for one player: no messages. Moves that change nothing are left out.
class Puzzle final : public NamedModel<std::vector<int>> {
 public:
  using State = std::vector<int>;
  using Moves = std::function<std::vector<State>(const State&)>;
  using Goal = std::function<bool(const State&)>;

  Puzzle(State start, Moves moves, Goal is_goal)
      : start_(std::move(start)), moves_(std::move(moves)), is_goal_(std::move(is_goal)) {}

  HalfId initial() override { return name(start_); }
  std::uint32_t initial_violation() override { return is_goal_(start_) ? kGoal : 0; }
  void internal_steps(HalfId half, std::vector<Step>& steps) override {
    const std::vector<State> after = moves_(state(half));
    for (std::uint32_t move = 0; move < after.size(); ++move) {
      const HalfId next = name(after[move]);
      if (next == half) continue;
      steps.push_back({.next = next,
                       .action = kInternal,
                       .label = move,
                       .violation = is_goal_(after[move]) ? kGoal : 0});
    }
  }
  Step deliver(HalfId, MessageId, unsigned) override { return {}; }
  [[nodiscard]] std::size_t message_count() const override { return 0; }
  [[nodiscard]] Link link(MessageId) const override { return {}; }

 private:
  State start_;
  Moves moves_;
  Goal is_goal_;
};

inline bool never(const std::vector<int>&) { return false; }

// Two jugs of 3 and 5 gallons and a tap: get 4 gallons. State: {small, big}.
inline std::vector<Puzzle::State> jug_moves(const Puzzle::State& jugs) {
  const int small = jugs[0];
  const int big = jugs[1];
  const int to_big = std::min(small, 5 - big);
  const int to_small = std::min(big, 3 - small);
  return {{3, big},
          {small, 5},  // fill
          {0, big},
          {small, 0},                      // empty
          {small - to_big, big + to_big},  // pour
          {small + to_small, big - to_small}};
}
inline bool has_four_gallons(const Puzzle::State& jugs) { return jugs[1] == 4; }

// A farmer takes a wolf, a goat and a cabbage over a river, one at a time at most; the goat must
// not be left alone with either. State: the banks of {farmer, wolf, goat, cabbage}.
inline std::vector<Puzzle::State> ferry_moves(const Puzzle::State& banks) {
  std::vector<Puzzle::State> after;
  for (std::size_t passenger = 0; passenger < 4; ++passenger) {  // 0: the farmer rows alone
    if (banks[passenger] != banks[0]) continue;
    Puzzle::State moved = banks;
    moved[0] = 1 - banks[0];
    moved[passenger] = moved[0];
    const bool goat_is_safe =
        moved[2] == moved[0] || (moved[2] != moved[1] && moved[2] != moved[3]);
    after.push_back(goat_is_safe ? moved : banks);
  }
  return after;
}
inline bool all_are_over(const Puzzle::State& banks) { return banks == Puzzle::State{1, 1, 1, 1}; }

// A model given by tables. Losses and copies, where they have a budget, are counted in the half.
struct Table {
  struct Entry {
    HalfId next = 0;
    std::vector<MessageId> sends{};
    std::uint32_t violation = 0;
    bool consumes = true;  // of a reaction
    bool is_outside = false;
  };
  std::vector<std::vector<Entry>> internal{};                  // by half; 0 is the initial one
  std::vector<std::vector<std::optional<Entry>>> reactions{};  // by half, then message
  std::vector<Link> links{};                                   // by message
  std::vector<std::uint32_t> progress{};                       // by half; more halves: 0
  unsigned losses = 0;
  unsigned copies = 0;
};

class TableModel final : public ToyModel {
 public:
  explicit TableModel(Table table) : table_(std::move(table)) {}

  HalfId initial() override { return 0; }
  [[nodiscard]] std::uint32_t progress(HalfId half) const override {
    return base(half) < table_.progress.size() ? table_.progress[base(half)] : 0;
  }
  void internal_steps(HalfId half, std::vector<Step>& steps) override {
    const auto& entries = table_.internal[base(half)];
    for (std::uint32_t i = 0; i < entries.size(); ++i) {
      if (entries[i].next == base(half) && entries[i].sends.empty()) continue;
      steps.push_back(step(half, entries[i], kInternal, i));
    }
  }
  Step deliver(HalfId half, MessageId message, unsigned alternative) override {
    const auto& entry = table_.reactions[base(half)][message];
    if (!entry) return {};
    Step made = step(half, *entry, kDeliver, message);
    made.consumes = entry->consumes && alternative == 0;
    if (alternative == 0) return made;
    if (spent(half) / (table_.losses + 1) == table_.copies) {
      return {.cut_off_by = kDuplicateBound + 1};
    }
    made.next += bases() * (table_.losses + 1);
    return made;
  }
  [[nodiscard]] std::size_t message_count() const override { return table_.links.size(); }
  [[nodiscard]] Link link(MessageId message) const override { return table_.links[message]; }
  HalfId after_losses(HalfId half, unsigned count) override {
    if (spent(half) % (table_.losses + 1) + count > table_.losses) return kNone;
    return half + bases() * count;
  }

  [[nodiscard]] HalfId base(HalfId half) const { return half % bases(); }

 private:
  [[nodiscard]] HalfId bases() const { return static_cast<HalfId>(table_.internal.size()); }
  [[nodiscard]] unsigned spent(HalfId half) const { return half / bases(); }
  Step step(HalfId half, const Table::Entry& entry, std::uint16_t action, std::uint32_t label) {
    return {.next = entry.next + bases() * spent(half),
            .sends = list(entry.sends),
            .action = action,
            .label = label,
            .violation = entry.violation,
            .is_outside = entry.is_outside};
  }

  Table table_;
};

// `stations` in a ring pass a token on as a message. Halves: who holds it, and "on its way".
inline Table token_ring(std::uint32_t stations) {
  Table table;
  for (std::uint32_t station = 0; station < stations; ++station) {
    const std::uint32_t next = (station + 1) % stations;
    table.internal.push_back({{.next = stations, .sends = {next}}});
    table.reactions.emplace_back(stations);
    table.links.push_back({(station + stations - 1) % stations, station});
  }
  table.internal.emplace_back();
  auto& on_its_way = table.reactions.emplace_back(stations);
  for (std::uint32_t station = 0; station < stations; ++station) {
    on_its_way[station] = Table::Entry{.next = station};
  }
  return table;
}

// Letters 1..n are sent one by one over one link; to receive any but the next one is a violation.
inline Table numbered_letters(std::uint32_t n) {
  Table table;
  for (std::uint32_t sent = 0; sent <= n; ++sent) {
    for (std::uint32_t received = 0; received <= n; ++received) {
      auto& internal = table.internal.emplace_back();
      if (sent < n) internal.push_back({(sent + 1) * (n + 1) + received, {sent}});
      auto& reactions = table.reactions.emplace_back();
      for (std::uint32_t letter = 0; letter < n; ++letter) {
        auto& reaction = reactions.emplace_back(Table::Entry{});
        reaction->next = sent * (n + 1) + letter + 1;
        reaction->violation = letter == received ? 0 : kGoal;
      }
    }
  }
  table.links.assign(n, {0, 1});
  return table;
}

// A sender tells n receivers something, `rounds` times. A half is {rounds sent, for each receiver
// the set of rounds received (bit i: round i)}; message round * n + receiver. The receivers are
// alike: with symmetry, every half is a renaming of one whose receivers are sorted.
class Broadcast final : public NamedModel<std::vector<int>> {
 public:
  using State = std::vector<int>;
  using Bad = std::function<bool(const State&)>;

  Broadcast(std::size_t n, int rounds, Bad is_bad, bool symmetry = false)
      : n_(n),
        rounds_(rounds),
        is_bad_(std::move(is_bad)),
        symmetry_(symmetry),
        permutations_(symmetry ? n : 0) {}

  HalfId initial() override { return name(State(n_ + 1, 0)); }
  void internal_steps(HalfId half, std::vector<Step>& steps) override {
    State after = state(half);
    if (after[0] == rounds_) return;
    std::vector<MessageId> messages;
    messages.reserve(n_);
    for (std::size_t i = 0; i < n_; ++i) {
      messages.push_back(static_cast<MessageId>(static_cast<std::size_t>(after[0]) * n_ + i));
    }
    ++after[0];
    steps.push_back({.next = name(after), .sends = list(messages), .action = kInternal});
  }
  Step deliver(HalfId half, MessageId message, unsigned alternative) override {
    State after = state(half);
    after[message % n_ + 1] |= 1 << (message / n_);
    const std::uint32_t violation = is_bad_(after) ? kGoal : 0;
    return {.next = name(after),
            .action = kDeliver,
            .violation = violation,
            .consumes = alternative == 0};
  }
  [[nodiscard]] std::size_t message_count() const override {
    return n_ * static_cast<std::size_t>(rounds_);
  }
  [[nodiscard]] Link link(MessageId message) const override {
    return {0, static_cast<std::uint32_t>(message % n_ + 1)};
  }

  Canonical canonical(HalfId half) override {
    if (!symmetry_) return {half, 0};
    State sorted = state(half);
    std::sort(sorted.begin() + 1, sorted.end());
    if (sorted == state(half)) return {half, 0};
    // The last of those that fit: it moves more than it must, as a search has to expect.
    Renaming p = static_cast<Renaming>(permutations_.size()) - 1;
    while (renamed_state(state(half), p) != sorted) --p;
    return {name(sorted), p};
  }
  std::span<const Renaming> automorphisms(HalfId half) override {
    if (!symmetry_) return {};
    auto& found = automorphisms_[half];
    if (!found) {
      found.emplace();
      for (Renaming p = 1; p < permutations_.size(); ++p) {
        if (renamed_state(state(half), p) == state(half)) found->push_back(p);
      }
    }
    return *found;
  }
  MessageId renamed(MessageId message, Renaming p) override {
    if (p == 0) return message;
    return static_cast<MessageId>(message / n_ * n_ + permutations_.images(p)[message % n_]);
  }
  [[nodiscard]] std::size_t renaming_count() const override { return permutations_.size(); }
  [[nodiscard]] const Permutations* permutations() const {
    return symmetry_ ? &permutations_ : nullptr;
  }

 private:
  [[nodiscard]] State renamed_state(const State& before, Renaming p) const {
    State after = before;
    for (std::size_t i = 0; i < n_; ++i) after[permutations_.images(p)[i] + 1U] = before[i + 1];
    return after;
  }

  std::size_t n_;
  int rounds_;
  Bad is_bad_;
  bool symmetry_;
  Permutations permutations_;
  std::map<HalfId, std::optional<std::vector<Renaming>>> automorphisms_;
};

// n players pass a baton on and tell the one who gets it; told by a player who neither has nor gets
// the baton, to one who does not have it either, is a violation. A half is its holder; with
// symmetry every holder is a renaming of player 0, so that passing on leads back to the same half,
// renamed. Message from * n + to.
class Baton final : public ToyModel {
 public:
  explicit Baton(std::uint32_t n, bool symmetry = false)
      : n_(n), symmetry_(symmetry), permutations_(n) {
    for (Renaming p = 1; p < permutations_.size(); ++p) {
      if (permutations_.images(p)[0] == 0) fixing_first_.push_back(p);
    }
  }

  HalfId initial() override { return 0; }
  void internal_steps(HalfId holder, std::vector<Step>& steps) override {
    for (std::uint32_t next = 0; next < n_; ++next) {
      if (next == holder) continue;
      steps.push_back({.next = next, .sends = list({holder * n_ + next}), .label = next});
    }
  }
  Step deliver(HalfId holder, MessageId message, unsigned) override {
    const bool is_stranger = message / n_ != holder && message % n_ != holder;
    return {.next = holder, .action = kDeliver, .violation = is_stranger ? kGoal : 0};
  }
  [[nodiscard]] std::size_t message_count() const override { return std::size_t{n_} * n_; }
  [[nodiscard]] Link link(MessageId message) const override { return {message / n_, message % n_}; }

  Canonical canonical(HalfId holder) override {
    if (!symmetry_ || holder == 0) return {holder, 0};
    Renaming p = 0;
    while (permutations_.images(p)[holder] != 0) ++p;
    return {0, p};
  }
  std::span<const Renaming> automorphisms(HalfId) override {
    if (!symmetry_) return {};
    return fixing_first_;
  }
  MessageId renamed(MessageId message, Renaming p) override {
    const auto images = permutations_.images(p);
    return images[message / n_] * n_ + images[message % n_];
  }
  [[nodiscard]] std::size_t renaming_count() const override { return permutations_.size(); }
  [[nodiscard]] std::string key_of(const PathStep& step) const override {
    PathStep renamed = step;
    if (step.message == kNone) renamed.label = permutations_.images(step.renaming)[step.label];
    return ToyModel::key_of(renamed);
  }
  [[nodiscard]] const Permutations& permutations() const { return permutations_; }

 private:
  std::uint32_t n_;
  bool symmetry_;
  Permutations permutations_;
  std::vector<Renaming> fixing_first_;
};

// Whether each receiver has heard one round.
inline bool all_received(const std::vector<int>& state) {
  return std::all_of(state.begin() + 1, state.end(), [](int rounds) { return rounds == 1; });
}

// Hundreds of halves, tens of thousands of states: several questions whether to go on.
inline Broadcast wide_broadcast(bool symmetry, const Broadcast::Bad& is_bad = never) {
  return symmetry ? Broadcast(5, 3, is_bad, true) : Broadcast(5, 2, is_bad);
}

// Lets a search run to its end.
class NoObserver final : public Observer {
 public:
  std::optional<StopReason> poll(const Progress&) override { return std::nullopt; }
};

}  // namespace engine::toy
