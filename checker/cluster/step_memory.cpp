#include "checker/cluster/step_memory.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>

#include "checker/cluster/cluster_model.hpp"
#include "checker/cluster/history_bytes.hpp"
#include "checker/cluster/likeness.hpp"
#include "checker/cluster/step_judge.hpp"
#include "checker/cluster/vocabulary.hpp"

namespace cluster {
namespace {

using spec::Property;
using spec::set_of;

// The properties of states that one server and the history decide, and those that two servers do.
constexpr spec::PropertySet kOfServer =
    set_of(Property::ElectionSafety) | set_of(Property::LeaderCompleteness) |
    set_of(Property::StateMachineSafety) | set_of(Property::ReadsSeeCommitted) |
    set_of(Property::SnapshotMatchesApplied) | set_of(Property::QuorumsOverlap);
constexpr spec::PropertySet kOfPair =
    set_of(Property::LogMatching) | set_of(Property::MatchIndexSound);

// What begins the words of a face.
constexpr std::uint32_t kIsLog = 0;
constexpr std::uint32_t kIsNoLeader = 1;
constexpr std::uint32_t kIsLeader = 2;

constexpr std::uint32_t kIsMessage = 1U << 31U;
constexpr unsigned kNumberBits = 24;

// Beside the bytes themselves, as in ServerModel.
constexpr std::size_t kStateBytes = 1000;
constexpr std::size_t kSentBytes = 200;
constexpr std::size_t kPastBytes = 600;
constexpr std::size_t kStepBytes = 150;
constexpr std::size_t kFactBytes = 20;

std::array<std::uint32_t, 16> packed(const node::Options& o) {
  return {o.servers,           o.no_op,
          o.fast_backtracking, o.entries_per_message,
          o.pre_vote,          o.check_quorum,
          o.vote_lease,        o.lease_reads,
          o.bytes_per_message, o.appends_in_flight,
          o.uncommitted,       o.snapshots,
          o.snapshot_chunk,    static_cast<std::uint32_t>(o.changes),
          o.async_disk,        o.voters};
}

bool holds_all(const spec::ServerView& server, const spec::History& history) {
  return server.log.size() >= history.committed.size() &&
         std::equal(history.committed.begin(), history.committed.end(), server.log.begin(),
                    [](const spec::CommittedEntry& committed, const spec::EntryView& held) {
                      return held == committed.entry;
                    });
}

// Equal words, equal entries.
void put_words(const spec::EntryView& entry, std::vector<std::uint64_t>& words) {
  words.push_back(entry.term);
  words.push_back(entry.command.size() * 4 + (entry.no_op ? 2 : 0) + (entry.is_membership ? 1 : 0));
  for (std::size_t at = 0; at < entry.command.size(); at += sizeof(std::uint64_t)) {
    std::uint64_t word = 0;
    const std::size_t size = std::min(sizeof word, entry.command.size() - at);
    std::memcpy(&word, entry.command.data() + at, size);
    words.push_back(word);
  }
  if (!entry.is_membership) return;
  const spec::MembershipView& members = entry.membership;
  for (const auto* ids : {&members.voters, &members.outgoing, &members.learners}) {
    words.push_back(ids->size());
    words.insert(words.end(), ids->begin(), ids->end());
  }
}

std::uint32_t bits_of(const std::vector<spec::ServerId>& ids) {
  std::uint32_t bits = 0;
  for (const spec::ServerId id : ids) bits |= 1U << (id - 1);
  return bits;
}

bool has_majority(std::uint32_t voters, std::uint32_t servers) {
  return static_cast<std::size_t>(std::popcount(voters & servers)) >=
         spec::majority_of(static_cast<std::size_t>(std::popcount(voters)));
}

node::InputKind input_kind_of(ChoiceKind kind) {
  switch (kind) {
    case ChoiceKind::HeartbeatTimeout:
      return node::InputKind::HeartbeatTimeout;
    case ChoiceKind::LeaseTimeout:
      return node::InputKind::LeaseTimeout;
    case ChoiceKind::Propose:
      return node::InputKind::Propose;
    case ChoiceKind::Read:
      return node::InputKind::Read;
    case ChoiceKind::Crash:
      return node::InputKind::Restart;
    case ChoiceKind::DiskWrite:
      return node::InputKind::DiskWrite;
    case ChoiceKind::Compact:
      return node::InputKind::Compact;
    case ChoiceKind::Transfer:
      return node::InputKind::Transfer;
    case ChoiceKind::ChangeMembership:
      return node::InputKind::ChangeMembership;
    default:
      return node::InputKind::ElectionTimeout;
  }
}

}  // namespace

StepMemory::StepMemory(MakeStates make_states, spec::PropertySet properties)
    : make_states_(std::move(make_states)),
      properties_(properties),
      tables_(std::make_unique<Tables>()) {}
StepMemory::~StepMemory() = default;

void StepMemory::clear() {
  clusters_.clear();
  tables_ = std::make_unique<Tables>();
  locals_.clear();
  seen_.clear();
  changes_.clear();
  messages_.clear();
  histories_.clear();
  quorums_.clear();
  steps_.clear();
  bytes_ = 0;
}

StepMemory::Words StepMemory::words_of(std::uint32_t number, std::string_view bytes) {
  words_.assign(1 + (bytes.size() + 7) / 8, 0);
  words_[0] = engine::pair_key(number, static_cast<std::uint32_t>(bytes.size()));
  if (!bytes.empty()) std::memcpy(words_.data() + 1, bytes.data(), bytes.size());
  return words_;
}

// `handle`: of a state that is kept already; else it is where the last step led.
StepMemory::LocalId StepMemory::intern_local(Cluster& cluster, std::string_view bytes,
                                             const node::StateHandle* handle) {
  const auto [id, added] = tables_->locals.intern(words_of(cluster.number, bytes));
  if (!added) return id;
  const node::StateHandle kept = handle == nullptr ? cluster.states->keep_state() : *handle;
  const spec::ServerView& view = seen_.emplace_back(cluster.states->view(kept));
  locals_.push_back({.handle = kept,
                     .view = &view,
                     .likeness = likeness(view),
                     .outline = outline(view),
                     .bearing = bearing(view),
                     .face = face_of(view)});
  bytes_ += 2 * bytes.size() + kStateBytes;
  return id;
}

StepMemory::MessageId StepMemory::intern_message(Cluster& cluster, const node::Message& message,
                                                 std::size_t position) {
  const auto [id, added] = tables_->messages.intern(words_of(cluster.number, message.bytes));
  if (!added) return id;
  const node::MessageHandle kept = cluster.states->keep_message(position);
  messages_.push_back({kept, message.from, message.to, cluster.states->is_judged(kept),
                       likeness(cluster.states->message_view(kept))});
  bytes_ += 2 * message.bytes.size() + kSentBytes;
  return id;
}

StepMemory::HistoryId StepMemory::intern_history(spec::History history) {
  const std::string bytes = bytes_of(history);
  const auto [id, added] = tables_->histories.intern(words_of(0, bytes));
  if (!added) return id;
  bytes_ += bytes.size() + kPastBytes;
  quorums_.push_back(quorums_of(history));
  histories_.push_back(std::move(history));
  return id;
}

StepMemory::Cluster& StepMemory::cluster(const node::Options& options) {
  std::unique_ptr<Cluster>& made = clusters_[packed(options)];
  if (made) return *made;
  made = std::make_unique<Cluster>(make_states_(options), options,
                                   static_cast<std::uint32_t>(clusters_.size()));
  spec::History history;
  for (spec::ServerId id = 1; id <= options.servers; ++id) {
    const node::StateHandle handle = made->states->initial(id);
    made->initial.push_back(intern_local(*made, made->states->bytes(handle), &handle));
    history = spec::extended(history, *locals_[made->initial.back()].view);
  }
  made->history = intern_history(std::move(history));
  made->violation = judge_whole(made->initial, made->history);
  return *made;
}

const std::vector<std::uint32_t>& StepMemory::changes(const Cluster& cluster, LocalId leader) {
  const auto [found, is_new] = changes_.try_emplace(leader);
  if (is_new) {
    for (const MembershipChange& change : cluster.rules.changes(*locals_[leader].view)) {
      found->second.push_back(change.packed());
    }
  }
  return found->second;
}

// --- steps --------------------------------------------------------------------------------------

StepMemory::StepId StepMemory::step(Cluster& cluster, LocalId local, ChoiceKind kind,
                                    std::uint64_t number) {
  const auto input_key = static_cast<std::uint32_t>(kind) << kNumberBits |
                         (static_cast<std::uint32_t>(number) & ((1U << kNumberBits) - 1));
  const std::uint64_t key = engine::pair_key(local, input_key);
  if (const auto* found = tables_->steps.find(key)) return *found;
  std::string payload;
  if (kind == ChoiceKind::Propose) payload = command_of(static_cast<std::uint32_t>(number));
  if (kind == ChoiceKind::Compact) payload = std::to_string(number);
  if (kind == ChoiceKind::Crash && number > 0) payload = std::to_string(number);
  if (kind == ChoiceKind::ChangeMembership) {
    payload = MembershipChange::unpacked(static_cast<std::uint32_t>(number)).payload();
  }
  const bool is_transfer = kind == ChoiceKind::Transfer;
  const node::Input input{.kind = input_kind_of(kind),
                          .payload = payload,
                          .target = is_transfer ? static_cast<spec::ServerId>(number) : 0,
                          .read = kind == ChoiceKind::Read ? number : 0};
  const node::Stepped& stepped = cluster.states->step(locals_[local].handle, input);
  Step made = step_of(cluster, local, stepped);
  if (made.next != engine::kNone) {
    const bool is_taken = made.next != local || !made.sent.empty() || !made.answered.empty();
    made.asked_read = is_taken ? input.read : 0;
    made.may_extend |= made.asked_read != 0;
    made.violation = judge_step(cluster, local, made, nullptr, kind == ChoiceKind::Crash);
  }
  return remember(key, std::move(made));
}

StepMemory::StepId StepMemory::receipt(Cluster& cluster, LocalId local, MessageId message) {
  const std::uint64_t key = engine::pair_key(local, kIsMessage | message);
  if (const auto* found = tables_->steps.find(key)) return *found;
  const node::Stepped& stepped =
      cluster.states->receive(locals_[local].handle, messages_[message].handle);
  Step made = step_of(cluster, local, stepped);
  if (made.next != engine::kNone) {
    made.violation = judge_step(cluster, local, made, &messages_[message], false);
  }
  return remember(key, std::move(made));
}

StepMemory::StepId StepMemory::remember(std::uint64_t key, Step step) {
  const auto id = static_cast<StepId>(steps_.size());
  steps_.push_back(std::move(step));
  tables_->steps.insert(key, id);
  bytes_ += kStepBytes;
  return id;
}

StepMemory::Step StepMemory::step_of(Cluster& cluster, LocalId local,
                                     const node::Stepped& stepped) {
  ++step_calls_;
  Step step;
  if (stepped.contract) {
    const bool is_checked = (properties_ & set_of(Property::Contract)) != 0;
    step.violation = is_checked ? number_of(Property::Contract) : 0;
    return step;
  }
  step.next = intern_local(cluster, stepped.bytes, nullptr);
  step.sent.reserve(stepped.messages.size());
  for (std::size_t i = 0; i < stepped.messages.size(); ++i) {
    step.sent.push_back(intern_message(cluster, stepped.messages[i], i));
  }
  step.answered = stepped.reads;
  step.applied = stepped.applied;
  step.may_extend =
      may_extend_history(*locals_[local].view, *locals_[step.next].view) || !step.answered.empty();
  return step;
}

std::uint32_t StepMemory::judge_step(Cluster& cluster, LocalId local, const Step& step,
                                     const Message* received, bool restarted) {
  const spec::ServerView& before = *locals_[local].view;
  const spec::ServerView& after = *locals_[step.next].view;
  std::optional<spec::MessageView> received_view;
  if (received != nullptr && received->is_judged) {
    received_view = cluster.states->message_view(received->handle);
  }
  std::vector<spec::MessageView> sent;
  for (const MessageId message : step.sent) {
    if (!messages_[message].is_judged) continue;
    sent.push_back(cluster.states->message_view(messages_[message].handle));
  }
  const spec::Exchange exchange{received_view ? &*received_view : nullptr, sent,
                                step.applied ? &*step.applied : nullptr};
  const auto broken = first_of(spec::check_step(before, after, restarted, properties_),
                               spec::check_exchange(before, after, exchange, properties_));
  return broken ? number_of(broken->property) : 0;
}

StepMemory::HistoryId StepMemory::extended(HistoryId history, StepId id) {
  const Step& step = steps_[id];
  if (!step.may_extend) return history;
  const std::uint64_t key = engine::pair_key(history, id);
  if (const auto* found = tables_->extended.find(key)) return *found;
  const spec::History& before = histories_[history];
  const spec::ServerView& after = *locals_[step.next].view;
  const spec::ReadEvents reads{.asked = step.asked_read, .answered = step.answered};
  const HistoryId made = spec::adds_to(before, after, reads)
                             ? intern_history(spec::extended(before, after, reads))
                             : history;
  tables_->extended.insert(key, made);
  bytes_ += kFactBytes;
  return made;
}

// --- judging ------------------------------------------------------------------------------------

// Nothing is claimed of a follower of a later term than all others, with an empty log.
void StepMemory::set_blank_views(std::size_t servers) {
  while (blanks_.size() < servers) {
    spec::ServerView blank;
    blank.id = static_cast<spec::ServerId>(blanks_.size() + 1);
    blank.current_term = std::numeric_limits<spec::Term>::max();
    blanks_.push_back(std::move(blank));
  }
  views_.clear();
  for (std::size_t i = 0; i < servers; ++i) views_.push_back(&blanks_[i]);
}

std::uint32_t StepMemory::facts_of(LocalId id, HistoryId history_id, std::size_t servers) {
  const std::uint64_t key = engine::pair_key(id, history_id);
  if (const auto* found = tables_->facts.find(key)) return *found;
  const spec::ServerView& view = *locals_[id].view;
  const spec::History& history = histories_[history_id];
  set_blank_views(servers);
  views_[view.id - 1] = &view;
  std::uint32_t found = 0;
  if (!spec::check_state(views_, history, properties_ & kOfServer)) found |= kIsFine;
  if (holds_all(view, history)) {
    found |= kHoldsCommitted;
    const bool is_durable = !view.disk || view.disk->log_index >= history.committed.size();
    if (is_durable) found |= kHasItDurable;
  }
  tables_->facts.insert(key, found);
  bytes_ += kFactBytes;
  return found;
}

// Everything that the properties of kOfPair look at.
StepMemory::Face StepMemory::face_of(const spec::ServerView& view) {
  words_.assign(1, engine::pair_key(kIsLog, view.id));
  for (const spec::EntryView& entry : view.log) put_words(entry, words_);
  Face face{.log = tables_->faces.intern(words_).id, .leads = view.role == spec::Role::Leader};
  words_.assign(
      {engine::pair_key(face.leads ? kIsLeader : kIsNoLeader, face.log), view.current_term});
  if (face.leads) words_.insert(words_.end(), view.match_index.begin(), view.match_index.end());
  face.claims = tables_->faces.intern(words_).id;
  return face;
}

bool StepMemory::agree(LocalId one, LocalId other, std::size_t servers) {
  const Face& left = locals_[one].face;
  const Face& right = locals_[other].face;
  // Where nobody leads, logs alone are compared, whatever the terms are.
  const std::uint64_t key = left.leads || right.leads ? engine::pair_key(left.claims, right.claims)
                                                      : engine::pair_key(left.log, right.log);
  if (const auto* found = tables_->pairs.find(key)) return *found != 0;
  set_blank_views(servers);
  for (const LocalId id : {one, other}) views_[locals_[id].view->id - 1] = locals_[id].view;
  const bool found = !spec::check_state(views_, spec::History{}, properties_ & kOfPair);
  tables_->pairs.insert(key, found ? 1 : 0);
  bytes_ += kFactBytes;
  return found;
}

std::vector<StepMemory::Quorum> StepMemory::quorums_of(const spec::History& history) {
  std::vector<Quorum> quorums;
  const auto add = [&](const spec::MembershipView& membership) {
    if (!membership.is_known()) return;
    quorums.push_back({bits_of(membership.voters), bits_of(membership.outgoing)});
  };
  add(history.first_membership);
  for (const spec::CommittedEntry& committed : history.committed) {
    if (committed.entry.is_membership) add(committed.entry.membership);
  }
  return quorums;
}

bool StepMemory::Quorum::is_in(std::uint32_t servers) const {
  return has_majority(voters, servers) && (outgoing == 0 || has_majority(outgoing, servers));
}

// Whether something committed may be missing at these servers and no property care.
bool StepMemory::can_miss(std::uint32_t missing, std::size_t servers, HistoryId history) const {
  if (histories_[history].first_membership.is_known()) {
    return std::ranges::none_of(quorums_[history],
                                [&](const Quorum& quorum) { return quorum.is_in(missing); });
  }
  const auto others = servers - static_cast<std::size_t>(std::popcount(missing));
  return others >= spec::majority_of(servers);
}

// Whoever agreed with all others when `facts` were last used, and looks as it did then, still does.
bool StepMemory::all_agree(std::span<const LocalId> locals, std::size_t changed, Facts& facts) {
  const auto face_of = [&](std::size_t i) { return locals_[locals[i]].face; };
  if (changed != kAll && facts.faces[changed] == face_of(changed)) return true;
  bool agrees = true;
  for (std::size_t i = 0; i < locals.size(); ++i) {
    facts.faces[i] = face_of(i);
    for (std::size_t j = 0; j < i && agrees; ++j) {
      const bool is_new = changed == kAll || changed == i || changed == j;
      agrees = !is_new || agree(locals[j], locals[i], locals.size());
    }
  }
  return agrees;
}

std::uint32_t StepMemory::judge(std::span<const LocalId> locals, HistoryId history,
                                std::size_t changed, Facts& facts) {
  const std::size_t servers = locals.size();
  facts.shown.resize(servers);
  facts.faces.resize(servers);
  const bool is_same_history = facts.history == history;
  facts.history = history;
  std::uint32_t not_holding = 0;
  std::uint32_t not_durable = 0;
  bool is_fine = all_agree(locals, changed, facts);
  for (std::size_t i = 0; i < servers; ++i) {
    std::uint32_t& shown = facts.shown[i];
    const bool is_new = changed == kAll || changed == i || !is_same_history;
    if (is_new) shown = facts_of(locals[i], history, servers);
    not_holding |= (shown & kHoldsCommitted) == 0 ? 1U << i : 0;
    not_durable |= (shown & kHasItDurable) == 0 ? 1U << i : 0;
    is_fine = is_fine && (shown & kIsFine) != 0;
  }
  is_fine =
      is_fine && can_miss(not_holding, servers, history) && can_miss(not_durable, servers, history);
  return is_fine ? 0 : judge_whole(locals, history);
}

std::uint32_t StepMemory::judge_whole(std::span<const LocalId> locals, HistoryId history) {
  ++whole_judgements_;
  views_.clear();
  for (const LocalId local : locals) views_.push_back(locals_[local].view);
  const auto broken = spec::check_state(views_, histories_[history], properties_);
  return broken ? number_of(broken->property) : 0;
}

}  // namespace cluster
