// What servers do, remembered across runs: for whoever takes millions of runs that have much in
// common, as fuzzers do (remembered_run.hpp).
//
// Distinct server states, messages and histories are interned, and a server's step is a look-up
// once it was computed, as in the models of the searches. The properties of cluster states are
// judged piece by piece, and each piece is remembered: what one server shows against a history,
// what the logs and claims of two servers show of each other; how many hold what is committed is
// counted each time. Where pieces leave a doubt, spec's rules are asked about the whole: theirs is
// the verdict.
//
// Not for threads.
#pragma once

#include <array>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "checker/cluster/choice_rules.hpp"
#include "checker/cluster/likeness.hpp"
#include "checker/engine/interner.hpp"
#include "checker/node/states.hpp"
#include "spec/history.hpp"
#include "spec/property.hpp"

namespace cluster {

class StepMemory {
 public:
  using LocalId = std::uint32_t;
  using MessageId = std::uint32_t;
  using HistoryId = std::uint32_t;
  using StepId = std::uint32_t;
  // Shared with whatever keeps their code in memory.
  using MakeStates = std::function<std::shared_ptr<node::States>(const node::Options&)>;

  // What of a server its agreement with others depends on, by numbers: equal faces, equal numbers.
  // Most steps change none of it.
  struct Face {
    std::uint32_t log = 0;     // and whose
    std::uint32_t claims = 0;  // that, the term and, of a leader, what it takes others to hold
    bool leads = false;
    bool operator==(const Face&) const = default;
  };
  struct Local {
    node::StateHandle handle = 0;
    const spec::ServerView* view = nullptr;  // stays where it is until clear()
    std::uint64_t likeness = 0;              // likeness.hpp
    std::uint64_t outline = 0;
    Bearing bearing{};
    Face face{};
  };
  struct Message {
    node::MessageHandle handle = 0;
    spec::ServerId from = spec::kNoServer;
    spec::ServerId to = spec::kNoServer;
    bool is_judged = false;
    std::uint64_t likeness = 0;
  };
  struct Step {
    LocalId next = engine::kNone;  // kNone: a contract was broken
    std::uint32_t violation = 0;   // of the step by itself: 1 + Property
    bool may_extend = false;       // what is history
    std::uint64_t asked_read = 0;  // that was begun; 0: none
    std::vector<MessageId> sent{};
    std::vector<std::uint64_t> answered{};  // reads
    std::optional<spec::Applied> applied{};
  };
  // Clusters of the same options. Valid until clear().
  struct Cluster {
    Cluster(std::shared_ptr<node::States> made, const node::Options& options, std::uint32_t count)
        : states(std::move(made)), rules(options), number(count) {}
    std::shared_ptr<node::States> states;
    ChoiceRules rules;
    std::uint32_t number;          // among the clusters of this memory
    std::vector<LocalId> initial;  // of each server
    HistoryId history = 0;
    std::uint32_t violation = 0;  // of the initial state
  };

  explicit StepMemory(MakeStates make_states, spec::PropertySet properties = spec::kAllProperties);
  ~StepMemory();
  StepMemory(const StepMemory&) = delete;
  StepMemory& operator=(const StepMemory&) = delete;

  Cluster& cluster(const node::Options& options);

  // A step on an input that is no message. `number`: Decision::number; of ChangeMembership,
  // MembershipChange::packed(). Below 2^24.
  StepId step(Cluster& cluster, LocalId local, ChoiceKind kind, std::uint64_t number);
  StepId receipt(Cluster& cluster, LocalId local, MessageId message);
  HistoryId extended(HistoryId history, StepId step);
  // What a judgement knows of each server, for the next one.
  struct Facts {
    HistoryId history = 0;
    std::vector<std::uint32_t> shown{};
    std::vector<Face> faces{};
  };
  // 0, or what the state violates: 1 + Property. `changed`: the place of the one server in which it
  // may differ from the last state that was judged with these facts, whatever the history; else
  // kAll.
  static constexpr std::size_t kAll = ~std::size_t{0};
  std::uint32_t judge(std::span<const LocalId> locals, HistoryId history, std::size_t changed,
                      Facts& facts);
  const std::vector<std::uint32_t>& changes(const Cluster& cluster, LocalId leader);

  [[nodiscard]] const Local& local(LocalId id) const { return locals_[id]; }
  [[nodiscard]] const Message& message(MessageId id) const { return messages_[id]; }
  [[nodiscard]] const Step& operator[](StepId id) const { return steps_[id]; }
  [[nodiscard]] const spec::History& history(HistoryId id) const { return histories_[id]; }

  [[nodiscard]] std::size_t bytes() const { return bytes_; }
  // Forgets everything: all ids and clusters.
  void clear();

  // Calls of the step function, and of spec::check_state about whole states.
  [[nodiscard]] std::uint64_t step_calls() const { return step_calls_; }
  [[nodiscard]] std::uint64_t whole_judgements() const { return whole_judgements_; }

 private:
  using Words = std::span<const std::uint64_t>;
  static constexpr std::size_t kOptionWords = 16;
  struct Tables {
    engine::SequenceInterner<std::uint64_t> locals;
    engine::SequenceInterner<std::uint64_t> messages;
    engine::SequenceInterner<std::uint64_t> histories;
    engine::FlatMap steps;     // (local, input)
    engine::FlatMap extended;  // (history, step)
    engine::FlatMap facts;     // (local, history)
    engine::SequenceInterner<std::uint64_t> faces;
    engine::FlatMap pairs;  // (face, face)
  };
  // The servers of a membership, bit i for server i + 1.
  struct Quorum {
    std::uint32_t voters = 0;
    std::uint32_t outgoing = 0;
    bool operator==(const Quorum&) const = default;
    // Whether these servers decide.
    [[nodiscard]] bool is_in(std::uint32_t servers) const;
  };
  static std::vector<Quorum> quorums_of(const spec::History& history);
  // What one server shows against a history: bits of a number.
  static constexpr std::uint32_t kIsFine = 1;
  static constexpr std::uint32_t kHoldsCommitted = 2;
  static constexpr std::uint32_t kHasItDurable = 4;

  Words words_of(std::uint32_t number, std::string_view bytes);
  LocalId intern_local(Cluster& cluster, std::string_view bytes, const node::StateHandle* handle);
  MessageId intern_message(Cluster& cluster, const node::Message& message, std::size_t position);
  HistoryId intern_history(spec::History history);
  // `key`: of the server and its input.
  StepId remember(std::uint64_t key, Step step);
  Step step_of(Cluster& cluster, LocalId local, const node::Stepped& stepped);
  // `received`: nullptr where the step received nothing.
  std::uint32_t judge_step(Cluster& cluster, LocalId local, const Step& step,
                           const Message* received, bool restarted);
  Face face_of(const spec::ServerView& view);
  std::uint32_t facts_of(LocalId local, HistoryId history, std::size_t servers);
  bool agree(LocalId one, LocalId other, std::size_t servers);
  bool all_agree(std::span<const LocalId> locals, std::size_t changed, Facts& facts);
  std::uint32_t judge_whole(std::span<const LocalId> locals, HistoryId history);
  // Blank servers that break nothing, for those that are not looked at.
  void set_blank_views(std::size_t servers);
  [[nodiscard]] bool can_miss(std::uint32_t missing, std::size_t servers, HistoryId history) const;

  MakeStates make_states_;
  spec::PropertySet properties_;
  std::map<std::array<std::uint32_t, kOptionWords>, std::unique_ptr<Cluster>> clusters_;
  std::unique_ptr<Tables> tables_;
  std::vector<Local> locals_;
  std::deque<spec::ServerView> seen_;  // by local; addresses stay
  // What a leader can be asked for (ChoiceRules::changes), of those of whom somebody asked.
  std::map<LocalId, std::vector<std::uint32_t>> changes_;
  std::vector<Message> messages_;
  std::vector<spec::History> histories_;
  std::vector<std::vector<Quorum>> quorums_;  // by history: of the memberships committed
  std::vector<Step> steps_;
  std::vector<spec::ServerView> blanks_;
  std::vector<const spec::ServerView*> views_;  // scratch
  std::vector<std::uint64_t> words_;            // scratch
  std::size_t bytes_ = 0;
  std::uint64_t step_calls_ = 0;
  std::uint64_t whole_judgements_ = 0;
};

}  // namespace cluster
