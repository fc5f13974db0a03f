// The properties that say what a server may answer to what.
#include <fmt/format.h>

#include "spec/rule.hpp"

namespace spec {
namespace {

bool is_set(const MessageView& message, std::string_view flag) {
  return std::ranges::any_of(message.fields, [&](const auto& field) {
    const bool* value = std::get_if<bool>(&field.second);
    return field.first == flag && value != nullptr && *value;
  });
}

const MessageView* sent_kind(const Exchange& exchange, std::string_view kind) {
  const auto found = std::ranges::find(exchange.sent, kind, &MessageView::kind);
  return found == exchange.sent.end() ? nullptr : &*found;
}

// Neither asking for a pre-vote nor giving or refusing one changes the term or the vote.
Broken changed_by_pre_vote(const ServerView& before, const ServerView& after,
                           const Exchange& exchange) {
  const bool was_asked = exchange.received != nullptr && exchange.received->kind == "pre_vote";
  const bool asks = sent_kind(exchange, "pre_vote") != nullptr;
  if (!was_asked && !asks) return std::nullopt;
  const char* what = was_asked ? "when it was asked for a pre-vote" : "to ask for pre-votes";
  if (before.current_term != after.current_term) {
    return fmt::format("server {} went from term {} to term {} {}", before.id, before.current_term,
                       after.current_term, what);
  }
  if (before.voted_for == after.voted_for) return std::nullopt;
  return fmt::format("server {} changed its vote in term {} {}", before.id, before.current_term,
                     what);
}

Broken pre_vote_promise(const ServerView& before, const ServerView& after,
                        const Exchange& exchange) {
  if (Broken broken = changed_by_pre_vote(before, after, exchange)) return broken;
  const MessageView* reply = sent_kind(exchange, "pre_vote_reply");
  if (reply == nullptr || !is_set(*reply, "vote_granted")) return std::nullopt;
  if (before.role == Role::Leader) {
    return fmt::format("server {} leads term {} and granted a pre-vote to server {}", before.id,
                       before.current_term, reply->to);
  }
  if (!before.lease) return std::nullopt;
  return fmt::format(
      "server {} granted a pre-vote to server {} within the minimum election timeout of hearing "
      "from its leader, server {}",
      before.id, reply->to, before.leader);
}

Broken told_too_early(const ServerView& after, const Exchange& exchange) {
  const MessageView* told = sent_kind(exchange, "timeout_now");
  if (told == nullptr) return std::nullopt;
  if (after.role != Role::Leader) {
    return fmt::format("server {} does not lead term {} and told server {} to stand for election",
                       after.id, after.current_term, told->to);
  }
  const std::size_t slot = told->to - 1;
  const Index match = slot < after.match_index.size() ? after.match_index[slot] : 0;
  if (match == after.log.size()) return std::nullopt;
  return fmt::format(
      "server {}, leader of term {}, told server {} to stand for election, which has its log "
      "through index {} of {}",
      after.id, after.current_term, told->to, match, after.log.size());
}

Broken transfer_promise(const ServerView& before, const ServerView& after,
                        const Exchange& exchange) {
  if (Broken broken = told_too_early(after, exchange)) return broken;
  if (exchange.received == nullptr || exchange.received->kind != "timeout_now") return std::nullopt;
  const auto& fields = exchange.received->fields;
  const auto term = std::ranges::find(fields, "term", &std::pair<std::string, FieldValue>::first);
  const auto* value = term == fields.end() ? nullptr : std::get_if<std::uint64_t>(&term->second);
  if (value == nullptr || *value >= before.current_term) return std::nullopt;
  if (after.current_term == before.current_term) return std::nullopt;
  return fmt::format(
      "server {}, in term {}, stood for election since the leader of term {} said so", before.id,
      before.current_term, *value);
}

Broken applied_in_order(const ServerView& before, const ServerView& after,
                        const Exchange& exchange) {
  if (exchange.applied == nullptr) return std::nullopt;
  const Applied& applied = *exchange.applied;
  const Index stands = applied.anew.value_or(before.last_applied);
  const bool is_none = applied.first == 0 && applied.last == 0;
  if (is_none && after.last_applied == stands) return std::nullopt;
  const bool goes_on = applied.first == stands + 1 && applied.first <= applied.last;
  if (!is_none && goes_on && applied.last == after.last_applied) return std::nullopt;
  const std::string handed =
      is_none ? "nothing" : fmt::format("the entries {} to {}", applied.first, applied.last);
  return fmt::format(
      "the state machine of server {} stood at index {} and was handed {}, while the server calls "
      "all through {} applied",
      after.id, stands, handed, after.last_applied);
}

constexpr std::array<Rule<const ServerView&, const ServerView&, const Exchange&>, 3> kRules = {{
    {Property::PreVotePromise, pre_vote_promise},
    {Property::TransferPromise, transfer_promise},
    {Property::AppliedInOrder, applied_in_order},
}};
static_assert(in_reporting_order(kRules));

}  // namespace

std::optional<Violation> check_exchange(const ServerView& before, const ServerView& after,
                                        const Exchange& exchange, PropertySet properties) {
  return first_broken(kRules, properties, before, after, exchange);
}

bool is_judged(std::string_view message_kind) {
  return message_kind == "pre_vote" || message_kind == "pre_vote_reply" ||
         message_kind == "timeout_now";
}

}  // namespace spec
