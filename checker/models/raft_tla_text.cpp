// Words for what the model does and holds.
#include <fmt/format.h>

#include <array>

#include "checker/models/raft_tla.hpp"

namespace models {
namespace {

std::string server_name(std::uint32_t server) { return fmt::format("s{}", server + 1); }

std::string entry_text(Entry entry) { return fmt::format("v{}@{}", entry.value, entry.term); }

std::string log_text(std::span<const Entry> log) {
  std::string text = "<";
  for (const Entry& entry : log) text += (text.size() > 1 ? " " : "") + entry_text(entry);
  return text + ">";
}

std::string set_text(ServerSet set) {
  std::string text = "{";
  for (std::uint32_t i = 0; set >> i != 0; ++i) {
    if ((set >> i & 1U) != 0) text += (text.size() > 1 ? " " : "") + server_name(i);
  }
  return text + "}";
}

std::string row_text(const PerServer<std::uint32_t>& row, std::uint32_t servers) {
  return fmt::format("{}", fmt::join(row.begin(), row.begin() + servers, " "));
}

std::string message_text(const Message& message) {
  std::string text;
  switch (message.kind) {
    case MessageKind::VoteRequest:
      text = fmt::format("last log index {}, last log term {}", message.index, message.index_term);
      break;
    case MessageKind::VoteReply:
      text = message.is_positive ? "granted" : "refused";
      break;
    case MessageKind::AppendRequest:
      text = fmt::format("previous index {}, previous term {}, {}, commit index {}", message.index,
                         message.index_term,
                         message.has_entry ? "entry " + entry_text(message.entry) : "no entry",
                         message.commit);
      break;
    case MessageKind::AppendReply:
      text = message.is_positive ? fmt::format("success, match index {}", message.index)
                                 : std::string("failure");
      break;
  }
  return fmt::format("{} from {} to {} in term {}: {}",
                     kMessageKindNames.at(static_cast<std::size_t>(message.kind)),
                     server_name(message.from), server_name(message.to), message.term, text);
}

}  // namespace

const std::vector<std::string>& RaftTla::action_names() const {
  static const std::vector<std::string> kNames = {"Restart",
                                                  "Timeout",
                                                  "RequestVote",
                                                  "BecomeLeader",
                                                  "ClientRequest",
                                                  "AdvanceCommitIndex",
                                                  "AppendEntries",
                                                  "UpdateTerm",
                                                  "HandleVoteRequest",
                                                  "HandleVoteReply",
                                                  "HandleAppendRequest",
                                                  "HandleAppendReply",
                                                  "DropStaleReply",
                                                  "DropMessage",
                                                  "DuplicateMessage"};
  return kNames;
}

const std::vector<std::string>& RaftTla::bound_names() const {
  static const std::vector<std::string> kNames = {"max_term", "max_become_leader",
                                                  "max_client_requests"};
  return kNames;
}

const std::vector<std::string>& RaftTla::property_names() const {
  static const std::vector<std::string> kNames = [] {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < kRaftTlaProperties; ++i) {
      names.emplace_back(to_string(static_cast<RaftTlaProperty>(i)));
    }
    return names;
  }();
  return kNames;
}

std::string RaftTla::step_text(const engine::PathStep& step) const {
  const Label label = Label::unpacked(step.label);
  const std::string& name = action_names().at(static_cast<std::size_t>(label.action));
  if (step.message != engine::kNone) {
    return fmt::format("{}: {}", name, message_text(values_.message(step.message)));
  }
  const auto named = [&](std::uint32_t server) {
    return server_name(step.renaming == 0 ? server : permutations_.images(step.renaming)[server]);
  };
  switch (label.action) {
    case Action::ClientRequest:
      return fmt::format("{}({}, v{})", name, named(label.server), label.other);
    case Action::RequestVote:
    case Action::AppendEntries:
      return fmt::format("{}({}, {})", name, named(label.server), named(label.other));
    default:
      return fmt::format("{}({})", name, named(label.server));
  }
}

std::string RaftTla::half_text(engine::HalfId half) const {
  constexpr std::array kRoles = {"follower", "candidate", "leader"};
  const Row row = this->row(half);
  std::string text;
  for (std::uint32_t i = 0; i < servers(); ++i) {
    const Local local = values_.local(row.at(i));
    text += fmt::format("{}: {} in term {}, voted for {}, log {}, commit index {}\n",
                        server_name(i), kRoles.at(static_cast<std::size_t>(local.role)), local.term,
                        local.voted_for == kAbsent ? "nobody" : server_name(local.voted_for - 1),
                        log_text(values_.log(local.log)), local.commit);
    text += fmt::format("    responded {}, granted {}, next {}, match {}, leader {} times\n",
                        set_text(local.responded), set_text(local.granted),
                        row_text(local.next, servers()), row_text(local.match, servers()),
                        local.leader_count);
  }
  return text + fmt::format("client requests: {}\n", row.at(slot(kRequests)));
}

}  // namespace models
