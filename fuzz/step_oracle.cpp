#include "fuzz/step_oracle.hpp"

#include <algorithm>
#include <string_view>

#include "checker/node/raft_view.hpp"
#include "checker/rapidcheck/test_invariants.hpp"
#include "spec/property.hpp"

namespace fuzz {
namespace {

using raft::Effects;
using raft::Index;
using raft::Input;
using raft::Leader;
using raft::Message;
using raft::Outcome;
using raft::Server;

struct Step {
  const Server& before;
  const Input& input;
  const Server& after;
  const Effects& effects;
};

template <class T>
const T* received(const Input& input) {
  const auto* receive = std::get_if<raft::Receive>(&input);
  return receive == nullptr ? nullptr : std::get_if<T>(&receive->message.body);
}

bool leads_on(const Step& step) {
  return std::holds_alternative<Leader>(step.before.role) &&
         std::holds_alternative<Leader>(step.after.role) &&
         step.before.current_term() == step.after.current_term();
}

// The first index at which the logs are not the same; past the end of both if they are. What is
// compacted in one of them is not looked at.
Index first_difference(const Server& one, const Server& other) {
  Index index = std::max(one.log.base_index(), other.log.base_index()).next();
  while (one.log.has(index) && other.log.has(index) && one.log.at(index) == other.log.at(index)) {
    index = index.next();
  }
  return index;
}

const char* of_hard_state(const Step& step) {
  const raft::HardState& before = step.before.hard_state;
  const raft::HardState& after = step.after.hard_state;
  if (after.current_term < before.current_term) return "the term went back";
  const bool votes_again = after.current_term == before.current_term &&
                           !before.voted_for.is_none() && before.voted_for != after.voted_for;
  if (votes_again) return "a vote was given twice or forgotten";
  const auto& persist = step.effects.persist.hard_state;
  if (persist && *persist != after) return "another term or vote was to be durable";
  return before != after && !persist ? "a term or a vote is not to be durable" : nullptr;
}

const char* of_commit(const Step& step) {
  const Server& before = step.before;
  const Server& after = step.after;
  if (after.commit_index < before.commit_index) return "the commit index went back";
  const raft::Apply& apply = step.effects.apply;
  if (step.effects.restore) {
    if (apply != raft::Apply{}) return "a snapshot was restored and entries applied";
    return after.last_applied == after.snapshot.index ? nullptr : "more applied than was restored";
  }
  if (after.last_applied == before.last_applied) {
    return apply == raft::Apply{} ? nullptr : "something applied, and nothing new";
  }
  if (apply.first != before.last_applied.next()) return "an entry was applied twice or left out";
  return apply.last == after.last_applied ? nullptr : "applied is not what was to be applied";
}

const char* of_log(const Step& step) {
  const Server& before = step.before;
  const Server& after = step.after;
  const Index differs = first_difference(before, after);
  const bool is_same = !before.log.has(differs) && !after.log.has(differs);
  const bool has_all = !before.log.has(differs);
  if (!step.effects.restore && differs <= before.commit_index) return "a committed entry changed";
  if (leads_on(step) && !has_all) return "a leader changed its own log";
  const raft::Persist& persist = step.effects.persist;
  const bool is_compacted = after.log.base_index() != before.log.base_index();
  if (is_compacted && !persist.snapshot) return "a log was cut without a snapshot to be durable";
  if (persist.snapshot || is_same) return nullptr;
  if (!persist.log_from) return "a log changed that is not to be durable";
  return *persist.log_from > differs ? "less of the log is to be durable than changed" : nullptr;
}

const char* of_snapshot(const Step& step) {
  const bool is_same = step.before.snapshot == step.after.snapshot;
  if (!is_same && !step.effects.persist.snapshot) return "a snapshot is not to be durable";
  return step.after.snapshot.index < step.before.snapshot.index ? "a snapshot went back" : nullptr;
}

const char* of_matches(const Step& step) {
  if (!leads_on(step)) return nullptr;
  const auto& before = std::get<Leader>(step.before.role).progress;
  const auto& after = std::get<Leader>(step.after.role).progress;
  for (std::uint32_t id = 1; id <= before.size(); ++id) {
    if (after[{id}].match_index < before[{id}].match_index) return "a match index went back";
  }
  return nullptr;
}

const char* of_append(const Server& server, const raft::AppendEntries& request) {
  const raft::Config& config = server.config;
  if (config.entries_per_message > 0 && request.entries.size() > config.entries_per_message) {
    return "too many entries were sent";
  }
  std::size_t bytes = 0;
  for (const raft::Entry& entry : request.entries) bytes += entry.command.size();
  const bool is_long = config.bytes_per_message > 0 && bytes > config.bytes_per_message;
  if (is_long && request.entries.size() > 1) return "too many bytes were sent";
  Index index = request.prev_log_index;
  if (index >= server.log.base_index() && server.log.term_at(index) != request.prev_log_term) {
    return "entries were sent behind an entry that the leader does not have";
  }
  for (const raft::Entry& entry : request.entries) {
    index = index.next();
    if (!server.log.has(index) || server.log.at(index) != entry) {
      return "an entry was sent that the leader does not have";
    }
  }
  return nullptr;
}

const char* of_message(const Step& step, const Message& message) {
  const Server& server = step.after;
  if (message.from != server.id) return "a message from somebody else";
  const bool is_to_server = message.to.value >= 1 && message.to.value <= server.config.servers;
  if (!is_to_server || message.to == server.id) return "a message to nobody or to itself";
  const auto* pre_vote = std::get_if<raft::PreVoteReply>(&message.body);
  const bool grants = pre_vote != nullptr && pre_vote->vote_granted;
  if (!grants && term_of(message) != server.current_term()) return "a message of another term";
  const auto* append = std::get_if<raft::AppendEntries>(&message.body);
  if (append != nullptr && std::holds_alternative<Leader>(server.role)) {
    return of_append(server, *append);
  }
  const auto* vote = std::get_if<raft::RequestVoteReply>(&message.body);
  if (vote != nullptr && vote->vote_granted && server.hard_state.voted_for != message.to) {
    return "a vote was granted that was not given";
  }
  const auto* accepted = std::get_if<raft::AppendEntriesReply>(&message.body);
  if (accepted != nullptr && accepted->success && accepted->match_index > server.log.last_index()) {
    return "more was acknowledged than is there";
  }
  const auto* snapshot = std::get_if<raft::InstallSnapshot>(&message.body);
  const std::uint32_t chunk = server.config.snapshot_chunk;
  const bool is_long = snapshot != nullptr && chunk > 0 && snapshot->data.size() > chunk;
  return is_long ? "too long a piece of a snapshot was sent" : nullptr;
}

const char* of_messages(const Step& step) {
  for (const auto* messages : {&step.effects.messages, &step.effects.after_persist}) {
    for (const Message& message : *messages) {
      if (const char* complaint = of_message(step, message)) return complaint;
    }
  }
  return nullptr;
}

template <class Request, class Reply>
bool is_pair(const Message& asked, const Message& sent) {
  return std::holds_alternative<Request>(asked.body) && std::holds_alternative<Reply>(sent.body);
}

bool is_answer_to(const Message& asked, const Message& sent) {
  return sent.to == asked.from &&
         (is_pair<raft::RequestVote, raft::RequestVoteReply>(asked, sent) ||
          is_pair<raft::PreVote, raft::PreVoteReply>(asked, sent) ||
          is_pair<raft::AppendEntries, raft::AppendEntriesReply>(asked, sent) ||
          is_pair<raft::InstallSnapshot, raft::InstallSnapshotReply>(asked, sent));
}

// What is asked is answered, once.
const char* of_answer(const Step& step) {
  const auto* receive = std::get_if<raft::Receive>(&step.input);
  if (receive == nullptr || step.effects.outcome == Outcome::MalformedIgnored) return nullptr;
  const Message& asked = receive->message;
  const auto* vote = received<raft::RequestVote>(step.input);
  const bool is_request = vote != nullptr || received<raft::PreVote>(step.input) != nullptr ||
                          received<raft::AppendEntries>(step.input) != nullptr ||
                          received<raft::InstallSnapshot>(step.input) != nullptr;
  if (!is_request) return nullptr;
  std::size_t answers = 0;
  for (const auto* messages : {&step.effects.messages, &step.effects.after_persist}) {
    answers += static_cast<std::size_t>(std::ranges::count_if(
        *messages, [&](const Message& sent) { return is_answer_to(asked, sent); }));
  }
  // A refusal of an earlier term than the candidate's would say nothing to it.
  if (vote != nullptr && vote->term > step.after.current_term()) {
    return answers == 0 ? nullptr : "a vote was refused in an earlier term";
  }
  return answers == 1 ? nullptr : "a request was not answered, or twice";
}

const char* of_malformed(const Step& step) {
  if (step.effects.outcome != Outcome::MalformedIgnored) return nullptr;
  if (step.before != step.after) return "a malformed message changed something";
  const bool asks = step.effects != Effects{.outcome = Outcome::MalformedIgnored};
  return asks ? "a malformed message made the server ask for something" : nullptr;
}

}  // namespace

std::string_view complaint_about(const Server& before, const Input& input, const Server& after,
                                 const Effects& effects) {
  if (effects.outcome == Outcome::None) return "the step has no outcome";
  const Step step{before, input, after, effects};
  for (const auto rule : {of_hard_state, of_commit, of_log, of_snapshot, of_matches, of_messages,
                          of_answer, of_malformed}) {
    if (const char* complaint = rule(step)) return complaint;
  }
  return raft::rapid::broken_invariant(after);
}

std::string complaint_about_contract(const Server& before, const Input& input,
                                     const std::string& contract) {
  const bool leads = std::holds_alternative<Leader>(before.role);
  const auto* append = received<raft::AppendEntries>(input);
  const auto* snapshot = received<raft::InstallSnapshot>(input);
  if (leads && append != nullptr && append->term == before.current_term()) return "";
  if (leads && snapshot != nullptr && snapshot->term == before.current_term()) return "";
  if (append != nullptr && append->term >= before.current_term()) {
    Index index = append->prev_log_index;
    for (const raft::Entry& entry : append->entries) {
      index = index.next();
      const bool is_committed = index <= before.commit_index && index >= before.log.base_index();
      if (is_committed && before.log.term_at(index) != entry.term) return "";
    }
  }
  return "a contract was broken that the input does not break: " + contract;
}

std::string complaint_of_spec(const Server& before, const Input& input, const Server& after,
                              const Effects& effects) {
  const auto view = [](const Server& server) {
    node::Machine machine{.server = server, .durable = {}};
    machine.durable = {server.hard_state, server.log, server.snapshot};
    return node::server_view(machine);
  };
  const spec::ServerView was = view(before);
  const spec::ServerView is = view(after);
  std::optional<spec::MessageView> asked;
  if (const auto* receive = std::get_if<raft::Receive>(&input)) {
    asked = node::message_view(receive->message);
  }
  std::vector<spec::MessageView> sent;
  for (const auto* messages : {&effects.messages, &effects.after_persist}) {
    for (const Message& message : *messages) sent.push_back(node::message_view(message));
  }
  const spec::Exchange exchange{asked ? &*asked : nullptr, sent, nullptr};
  // A snapshot that somebody made up is none of this state machine: its entries are not compared.
  const bool is_made_up = before.log.base_index().value > 0 || after.log.base_index().value > 0;
  const spec::PropertySet of_logs =
      spec::set_of(spec::Property::LeaderAppendOnly) | spec::set_of(spec::Property::OwnTermCommit);
  const spec::PropertySet properties =
      is_made_up ? spec::kAllProperties & ~of_logs : spec::kAllProperties;
  if (const auto broken = spec::check_step(was, is, false, properties)) return broken->message;
  const auto broken = spec::check_exchange(was, is, exchange, properties);
  return broken ? broken->message : "";
}

}  // namespace fuzz
