// The core of src/raft, stepped in place.
#include <algorithm>
#include <span>
#include <stdexcept>

#include "checker/node/disk_agreement.hpp"
#include "checker/node/live.hpp"
#include "checker/node/machine.hpp"
#include "checker/node/raft_view.hpp"
#include "checker/node/state_machine.hpp"
#include "src/raft/canonical.hpp"
#include "src/raft/contract.hpp"

namespace node {
namespace {

void add_role(const raft::Follower& follower, LiveFacts& facts) {
  facts.role = spec::Role::Follower;
  facts.leader = follower.leader.value;
  facts.lease = follower.lease;
}
void add_role(const raft::Candidate&, LiveFacts& facts) { facts.role = spec::Role::Candidate; }
void add_role(const raft::PreCandidate&, LiveFacts& facts) {
  facts.role = spec::Role::PreCandidate;
}
void add_role(const raft::Leader& leader, LiveFacts& facts) {
  facts.role = spec::Role::Leader;
  facts.transferee = leader.transferee.value;
  facts.lease = leader.reads && leader.reads->lease_round != 0;
  for (std::uint32_t peer = 1; peer <= leader.progress.size(); ++peer) {
    facts.match_index.push_back(leader.progress[{peer}].match_index.value);
  }
}

LiveKind kind_of(const raft::MessageBody& body) {
  struct Visitor {
    LiveKind operator()(const raft::RequestVote&) const { return LiveKind::Request; }
    LiveKind operator()(const raft::RequestVoteReply&) const { return LiveKind::Reply; }
    LiveKind operator()(const raft::AppendEntries&) const { return LiveKind::Request; }
    LiveKind operator()(const raft::AppendEntriesReply&) const { return LiveKind::Reply; }
    LiveKind operator()(const raft::PreVote&) const { return LiveKind::Request; }
    LiveKind operator()(const raft::PreVoteReply&) const { return LiveKind::Reply; }
    LiveKind operator()(const raft::TimeoutNow&) const { return LiveKind::OneWay; }
    LiveKind operator()(const raft::ReadIndex&) const { return LiveKind::Request; }
    LiveKind operator()(const raft::ReadIndexReply&) const { return LiveKind::Reply; }
    LiveKind operator()(const raft::InstallSnapshot&) const { return LiveKind::Request; }
    LiveKind operator()(const raft::InstallSnapshotReply&) const { return LiveKind::Reply; }
  };
  return std::visit(Visitor{}, body);
}

EntryKind kind_of(raft::EntryKind kind) {
  switch (kind) {
    case raft::EntryKind::Command:
      return EntryKind::Command;
    case raft::EntryKind::NoOp:
      return EntryKind::NoOp;
    case raft::EntryKind::Membership:
      return EntryKind::Membership;
  }
  throw std::logic_error("no such kind of entry");
}

LiveMembership sets_of(const raft::Membership& membership) {
  return {membership.voters.bits(), membership.outgoing.bits(), membership.learners.bits()};
}

// Below it the write leaves what the disk has of the log as it is.
spec::Index changed_by(const raft::Write& write) {
  if (write.snapshot) return 1;
  return write.log_from ? write.log_from->value : ~spec::Index{0};
}

// What a snapshot of a machine says (state_machine.hpp), without putting it into words anew for
// each: what was applied stays.
class AppliedText {
 public:
  void forget() {
    text_.clear();
    ends_.assign(1, 0);
  }
  // Of what was applied through `index`.
  std::string through(const Machine& machine, std::size_t index) {
    for (; ends_.size() <= machine.applied.size(); ends_.push_back(text_.size())) {
      text_ += snapshot_text(std::span(machine.applied).subspan(ends_.size() - 1, 1));
    }
    return text_.substr(0, ends_[std::min(index, machine.applied.size())]);
  }

 private:
  std::string text_;
  std::vector<std::size_t> ends_{0};  // of the text of each entry
};

class LiveRaft final : public Live {
 public:
  explicit LiveRaft(const Options& options)
      : driver_(options), disks_(options.servers), texts_(options.servers) {
    for (std::uint32_t id = 1; id <= options.servers; ++id) {
      machines_.push_back(driver_.initial(id));
    }
  }

  const LiveStep& receive(LiveHandle handle) override {
    // What the step sends may move the slots.
    const raft::Input input = std::move(slots_[handle]);
    free_.push_back(handle);
    const raft::Message& message = std::get<raft::Receive>(input).message;
    const auto* append = std::get_if<raft::AppendEntries>(&message.body);
    const spec::Index named = append == nullptr ? kNowhere : append->prev_log_index.value + 1;
    return take(machines_[message.to.value - 1], input, named);
  }

  const LiveStep& step(spec::ServerId server, const Input& input) override {
    Machine& machine = machines_.at(server - 1);
    sent_.clear();
    if (input.kind == InputKind::DiskWrite && machine.pending.empty()) {
      throw std::invalid_argument("no write is pending");
    }
    if (input.kind == InputKind::Compact) return compact(machine, input.payload);
    const bool is_write = input.kind == InputKind::DiskWrite;
    const spec::Index written = is_write ? changed_by(machine.pending.front().write) : kNowhere;
    take(machine, driver_.begin(machine, input, sent_), kNowhere);
    if (is_write && !live_.contract) disks_[server - 1].update(machine, written);
    return live_;
  }

  void drop(LiveHandle handle) override { free_.push_back(handle); }

  void facts(spec::ServerId id, LiveFacts& facts) const override {
    const raft::Server& server = machines_[id - 1].server;
    facts.current_term = server.hard_state.current_term.value;
    facts.voted_for = server.hard_state.voted_for.value;
    facts.base_index = server.log.base_index().value;
    facts.last_index = server.log.last_index().value;
    facts.commit_index = server.commit_index.value;
    facts.last_applied = server.last_applied.value;
    facts.snapshot_index = server.snapshot.index.value;
    facts.snapshot_term = server.snapshot.term.value;
    facts.leader = spec::kNoServer;
    facts.lease = false;
    facts.transferee = spec::kNoServer;
    facts.match_index.clear();
    if (driver_.config().async_disk) add_disk(id, facts);
    if (driver_.config().changes != raft::Changes::None) {
      facts.membership = sets_of(membership_of(server));
      facts.snapshot_membership = sets_of(server.snapshot.membership);
    }
    std::visit([&](const auto& role) { add_role(role, facts); }, server.role);
  }

  [[nodiscard]] LiveEntry entry(spec::ServerId server, spec::Index index) const override {
    const raft::Entry& entry = machines_[server - 1].server.log.at({index});
    return {entry.term.value, kind_of(entry.kind), entry.command, sets_of(entry.membership)};
  }

  [[nodiscard]] std::string_view snapshot_data(spec::ServerId server) const override {
    return machines_[server - 1].server.snapshot.data;
  }

  [[nodiscard]] std::size_t durable_bytes(spec::ServerId server) const override {
    const raft::Durable& durable = machines_[server - 1].durable;
    std::string bytes;
    raft::Encoder encoder(bytes);
    encoder.put(durable.hard_state);
    encoder.put(durable.log);
    return bytes.size();
  }

  [[nodiscard]] spec::ServerView view(spec::ServerId server) const override {
    return server_view(machines_[server - 1]);
  }

  [[nodiscard]] spec::MessageView message_view(LiveHandle message) const override {
    return node::message_view(std::get<raft::Receive>(slots_[message]).message);
  }

  [[nodiscard]] bool is_judged(LiveHandle message) const override {
    return node::is_judged(std::get<raft::Receive>(slots_[message]).message);
  }

 private:
  static constexpr spec::Index kNowhere = ~spec::Index{0};

  // `named`: an index from which on the input speaks of the log.
  const LiveStep& take(Machine& machine, const raft::Input& input, spec::Index named) {
    const raft::Server& server = machine.server;
    const spec::Index last_before = server.log.last_index().value;
    const spec::Index base_before = server.log.base_index().value;
    const spec::Index snapshot_before = server.snapshot.index.value;
    const std::size_t snapshot_size_before = server.snapshot.data.size();
    live_.sent.clear();
    live_.contract.reset();
    try {
      note(driver_.step(machine, input, sent_));
    } catch (const raft::ContractViolation& violation) {
      live_.contract = violation.what();
      sent_.clear();
      return live_;
    }
    const spec::Index last = server.log.last_index().value;
    const bool restarted = std::holds_alternative<raft::Restart>(input);
    if (restarted || driver_.applied(machine).anew) texts_[server.id.value - 1].forget();
    live_.snapshot_changed |= restarted || server.snapshot.index.value != snapshot_before ||
                              server.snapshot.data.size() != snapshot_size_before ||
                              server.log.base_index().value != base_before;
    if (live_.snapshot_changed) named = 1;
    if (last != last_before) named = std::min(named, std::min(last, last_before) + 1);
    live_.log_from = std::min(named, live_.log_from);
    if (live_.log_from == kNowhere) live_.log_from = 0;
    live_.applied = driver_.applied(machine);
    live_.timers = driver_.timers();
    live_.writes_pending = machine.pending.size();
    live_.parts_pending = 0;
    for (const PendingWrite& pending : machine.pending) {
      live_.parts_pending += raft::parts_of(pending.write);
    }
    if (driver_.config().async_disk) {
      // A crash may have brought parts of what was pending onto the disk.
      const spec::Index from = restarted ? 1 : live_.log_from == 0 ? kNowhere : live_.log_from;
      disks_[server.id.value - 1].update(machine, from);
    }
    add_sent();
    return live_;
  }

  const LiveStep& compact(Machine& machine, std::string_view payload) {
    const raft::Index through = compacted_through(payload);
    AppliedText& text = texts_[machine.server.id.value - 1];
    return take(machine, raft::Compact{through, text.through(machine, through.value)}, kNowhere);
  }

  void note(const raft::Effects& effects) {
    live_.outcome = to_string(effects.outcome);
    live_.proposed = effects.proposed.value;
    live_.reads = effects.reads;
    live_.log_from = effects.persist.log_from
                         ? std::max<spec::Index>(effects.persist.log_from->value, 1)
                         : kNowhere;
    live_.snapshot_changed = effects.persist.snapshot || effects.restore;
  }

  void add_disk(spec::ServerId id, LiveFacts& facts) const {
    const raft::HardState& durable = machines_[id - 1].durable.hard_state;
    facts.disk = {durable.current_term.value, durable.voted_for.value, disks_[id - 1].log_index()};
  }

  void add_sent() {
    for (raft::Message& message : sent_) {
      scratch_.clear();
      raft::Encoder(scratch_).put(message);
      live_.sent.push_back({.handle = 0,
                            .from = message.from.value,
                            .to = message.to.value,
                            .kind = kind_of(message.body),
                            .is_judged = node::is_judged(message),
                            .bytes = static_cast<std::uint32_t>(scratch_.size())});
      live_.sent.back().handle = keep(std::move(message));
    }
    sent_.clear();
  }

  LiveHandle keep(raft::Message message) {
    if (free_.empty()) {
      slots_.emplace_back(raft::Receive{std::move(message)});
      return static_cast<LiveHandle>(slots_.size() - 1);
    }
    const LiveHandle handle = free_.back();
    free_.pop_back();
    slots_[handle].emplace<raft::Receive>(std::move(message));
    return handle;
  }

  Driver driver_;
  std::vector<Machine> machines_;     // by id
  std::vector<DiskAgreement> disks_;  // the same; with an asynchronous disk
  std::vector<AppliedText> texts_;    // the same
  std::vector<raft::Input> slots_;
  std::vector<LiveHandle> free_;
  std::vector<raft::Message> sent_;
  std::string scratch_;
  LiveStep live_;
};

}  // namespace

std::unique_ptr<Live> make_live_raft(const Options& options) {
  return std::make_unique<LiveRaft>(options);
}

}  // namespace node
