// Processes that are alike and talk to each other, for the tests of what messages can still do.
//
// A process is in one of a few states and may have a friend (another process). By itself it may go
// to another state and tell all others something. Being told something, it acts by its state, by
// what it is told, and by whether the teller is its friend.
#pragma once

#include <array>
#include <optional>

#include "checker/engine/toy_models.hpp"

namespace engine::toy {

struct ProcessRules {
  enum class Friend : std::uint8_t { Kept, Teller, Nobody };
  enum class Answer : std::uint8_t { None, Teller, Friend, All };
  struct Alone {
    int next = 0;
    int word = 0;  // told to all others
  };
  struct Told {
    int next = 0;
    Friend who = Friend::Kept;
    Answer answer = Answer::None;
    int word = 0;
  };
  int words = 1;
  std::vector<std::vector<Alone>> alone{};               // by state
  std::vector<std::vector<std::array<Told, 2>>> told{};  // by state, word, whether by the friend
  int bad = -1;  // two processes in this state are a violation; -1: none is
};

// A half is {state, friend} for each process; friend -1: none. Message (word * n + from) * n + to.
class Processes final : public NamedModel<std::vector<int>> {
 public:
  using State = std::vector<int>;
  enum class Parts : std::uint8_t { Hidden, Told };

  Processes(std::uint32_t n, ProcessRules rules, bool symmetry, Parts parts = Parts::Told)
      : n_(n),
        rules_(std::move(rules)),
        symmetry_(symmetry),
        known_words_(rules_.words),
        tells_parts_(parts == Parts::Told),
        permutations_(symmetry ? n : 1) {}

  // For tests in which messages become known one after the other: those of the first words.
  void know_words(int words) { known_words_ = words; }

  HalfId initial() override {
    State state;
    for (std::uint32_t i = 0; i < n_; ++i) state.insert(state.end(), {0, -1});
    return name(state);
  }
  void internal_steps(HalfId half, std::vector<Step>& steps) override {
    const State before = state(half);
    for (std::uint32_t i = 0; i < n_; ++i) {
      for (const auto& alone : rules_.alone[static_cast<std::size_t>(before[2 * i])]) {
        State after = before;
        after[2 * i] = alone.next;
        steps.push_back(step(after, to_all(i, alone.word), kInternal, i));
      }
    }
  }
  Step deliver(HalfId half, MessageId message, unsigned) override {
    const std::uint32_t from = message / n_ % n_;
    const std::uint32_t to = message % n_;
    State after = state(half);
    const std::vector<MessageId> answer =
        tell(after[2 * to], after[2 * to + 1], from, to, static_cast<int>(message / n_ / n_));
    return step(after, answer, kDeliver, message);
  }
  [[nodiscard]] std::size_t message_count() const override {
    return static_cast<std::size_t>(known_words_) * n_ * n_;
  }
  [[nodiscard]] Link link(MessageId message) const override {
    return {message / n_ % n_, message % n_};
  }

  Canonical canonical(HalfId half) override {
    Canonical best{half, 0};
    for (Renaming p = 1; p < permutations_.size(); ++p) {
      State candidate = renamed_state(state(half), p);
      if (candidate < state(best.half)) best = {name(candidate), p};
    }
    return best;
  }
  std::span<const Renaming> automorphisms(HalfId half) override {
    auto& found = automorphisms_[half];
    if (found) return *found;
    found.emplace();
    for (Renaming p = 1; p < permutations_.size(); ++p) {
      if (renamed_state(state(half), p) == state(half)) found->push_back(p);
    }
    return *found;
  }
  MessageId renamed(MessageId message, Renaming p) override {
    if (p == 0) return message;
    const auto images = permutations_.images(p);
    return (message / n_ / n_ * n_ + images[message / n_ % n_]) * n_ + images[message % n_];
  }
  [[nodiscard]] std::size_t renaming_count() const override { return permutations_.size(); }
  [[nodiscard]] const Permutations* permutations() const {
    return symmetry_ ? &permutations_ : nullptr;
  }

  [[nodiscard]] std::size_t part_count() const override { return tells_parts_ ? n_ : 0; }
  void parts(HalfId half, std::span<NamedPart> parts) override {
    for (std::uint32_t i = 0; i < n_; ++i) parts[i] = part_of(state(half), i);
  }
  [[nodiscard]] std::size_t receiver(MessageId message) const override { return message % n_; }
  [[nodiscard]] std::size_t slot(PartId part) const override { return parts_[part].slot; }
  std::span<const Renaming> part_automorphisms(PartId part) override {
    return parts_[part].automorphisms;
  }
  Reaction reaction(PartId part, MessageId message) override {
    Part after = parts_[part];
    const std::uint32_t from = message / n_ % n_;
    const std::vector<MessageId> answer =
        tell(after.state, after.companion, from, message % n_, static_cast<int>(message / n_ / n_));
    const bool is_quiet = after.state == parts_[part].state &&
                          after.companion == parts_[part].companion &&
                          parts_[part].state != rules_.bad;
    const std::vector<int> key{after.state, after.companion, static_cast<int>(list(answer))};
    const auto outcome = outcomes_.emplace(key, outcomes_.size()).first->second;
    return {static_cast<std::uint32_t>(outcome), is_quiet, is_quiet ? list(answer) : kNoSends};
  }

 private:
  struct Part {
    int state = 0;
    int companion = -1;
    std::uint32_t slot = 0;
    std::vector<Renaming> automorphisms{};
  };

  [[nodiscard]] MessageId message_of(int word, std::uint32_t from, std::uint32_t to) const {
    return (static_cast<MessageId>(word) * n_ + from) * n_ + to;
  }
  [[nodiscard]] std::vector<MessageId> to_all(std::uint32_t from, int word) const {
    std::vector<MessageId> messages;
    for (std::uint32_t to = 0; to < n_; ++to) {
      if (to != from) messages.push_back(message_of(word, from, to));
    }
    return messages;
  }
  // What a process with this state and friend becomes and answers.
  [[nodiscard]] std::vector<MessageId> tell(int& state, int& companion, std::uint32_t from,
                                            std::uint32_t to, int word) const {
    if (from == to) return {};
    const bool by_friend = companion == static_cast<int>(from);
    const ProcessRules::Told& rule =
        rules_.told[static_cast<std::size_t>(state)][static_cast<std::size_t>(word)][by_friend];
    state = rule.next;
    if (rule.who == ProcessRules::Friend::Teller) companion = static_cast<int>(from);
    if (rule.who == ProcessRules::Friend::Nobody) companion = -1;
    switch (rule.answer) {
      case ProcessRules::Answer::Teller:
        return {message_of(rule.word, to, from)};
      case ProcessRules::Answer::Friend:
        if (companion < 0) return {};
        return {message_of(rule.word, to, static_cast<std::uint32_t>(companion))};
      case ProcessRules::Answer::All:
        return to_all(to, rule.word);
      default:
        return {};
    }
  }
  Step step(const State& after, const std::vector<MessageId>& sends, std::uint16_t action,
            std::uint32_t label) {
    std::uint32_t bad = 0;
    for (std::uint32_t i = 0; i < n_; ++i) bad += after[2 * i] == rules_.bad ? 1 : 0;
    return {.next = name(after),
            .sends = list(sends),
            .action = action,
            .label = label,
            .violation = bad > 1 ? kGoal : 0};
  }
  [[nodiscard]] State renamed_state(const State& before, Renaming p) const {
    State after = before;
    const auto images = permutations_.images(p);
    for (std::uint32_t i = 0; i < n_; ++i) {
      const int companion = before[2 * i + 1];
      after[2U * images[i]] = before[2 * i];
      after[2U * images[i] + 1] = companion < 0 ? -1 : images[static_cast<std::size_t>(companion)];
    }
    return after;
  }
  NamedPart part_of(const State& before, std::uint32_t i) {
    std::vector<int> least{static_cast<int>(i), before[2 * i], before[2 * i + 1]};
    NamedPart named;
    for (Renaming p = 1; p < permutations_.size(); ++p) {
      const State after = renamed_state(before, p);
      const std::uint32_t image = permutations_.images(p)[i];
      const std::vector<int> candidate{static_cast<int>(image), after[2 * image],
                                       after[2 * image + 1]};
      if (candidate >= least) continue;
      least = candidate;
      named.renaming = p;
    }
    const auto [at, added] = part_ids_.emplace(least, static_cast<PartId>(parts_.size()));
    if (added) parts_.push_back(made_part(least));
    named.part = at->second;
    return named;
  }
  [[nodiscard]] Part made_part(const std::vector<int>& least) const {
    Part part{least[1], least[2], static_cast<std::uint32_t>(least[0]), {}};
    for (Renaming p = 1; p < permutations_.size(); ++p) {
      const auto images = permutations_.images(p);
      const bool fixes_friend =
          part.companion < 0 || images[static_cast<std::size_t>(part.companion)] == part.companion;
      if (images[part.slot] == part.slot && fixes_friend) part.automorphisms.push_back(p);
    }
    return part;
  }

  std::uint32_t n_;
  ProcessRules rules_;
  bool symmetry_;
  int known_words_;
  bool tells_parts_;
  Permutations permutations_;
  std::map<HalfId, std::optional<std::vector<Renaming>>> automorphisms_;
  std::vector<Part> parts_;
  std::map<std::vector<int>, PartId> part_ids_;
  std::map<std::vector<int>, std::size_t> outcomes_;
};

}  // namespace engine::toy
