#include "fuzz/describe.hpp"

#include <fmt/format.h>

#include <string_view>
#include <type_traits>
#include <vector>

namespace fuzz {
namespace {

// Of the alternatives of MessageBody, Role and Input, in their order.
constexpr std::string_view kBodies[] = {
    "RequestVote",    "RequestVoteReply", "AppendEntries",       "AppendEntriesReply",
    "PreVote",        "PreVoteReply",     "TimeoutNow",          "ReadIndex",
    "ReadIndexReply", "InstallSnapshot",  "InstallSnapshotReply"};
constexpr std::string_view kRoles[] = {"Follower", "Candidate", "Leader", "PreCandidate"};
constexpr std::string_view kInputs[] = {
    "ElectionTimeout", "HeartbeatTimeout", "Propose",   "Receive",
    "Restart",         "LeaseTimeout",     "Transfer",  "Read",
    "Compact",         "ChangeMembership", "Persisted", "ProposeBatch"};
static_assert(std::size(kBodies) == std::variant_size_v<raft::MessageBody>);
static_assert(std::size(kRoles) == std::variant_size_v<raft::Role>);
static_assert(std::size(kInputs) == std::variant_size_v<raft::Input>);

class Describer {
 public:
  void put(bool value) { text_ += value ? "true" : "false"; }
  template <raft::Number T>
  void put(T value) {
    text_ += fmt::format("{}", static_cast<std::uint64_t>(value));
  }
  void put(raft::Term value) { put(value.value); }
  void put(raft::Index value) { put(value.value); }
  void put(raft::ServerId value) { put(value.value); }
  void put(std::string_view value) { text_ += fmt::format("{:?}", value); }
  void put(raft::ServerSet set) {
    std::vector<std::uint32_t> ids;
    for (std::uint32_t id = 1; id <= raft::kServersMax; ++id) {
      if (set.contains({id})) ids.push_back(id);
    }
    put(ids);
  }
  void put(const raft::EntryMembership& value) { put(value.get()); }
  void put(const raft::Log& log) {
    text_ += fmt::format("behind {}/{} ", log.base_index().value, log.base_term().value);
    put(std::vector<raft::Entry>(log.entries().begin(), log.entries().end()));
  }
  template <class T>
  void put(const std::vector<T>& items) {
    text_ += '[';
    for (std::size_t i = 0; i < items.size(); ++i) {
      if (i > 0) text_ += ", ";
      put(items[i]);
    }
    text_ += ']';
  }
  template <class T>
  void put(const raft::PerServer<T>& items) {
    std::vector<T> all;
    for (std::uint32_t id = 1; id <= items.size(); ++id) all.push_back(items[{id}]);
    put(all);
  }
  template <class T>
  void put(const std::optional<T>& value) {
    if (value) put(*value);
    if (!value) text_ += "none";
  }
  void put(const raft::Role& role) { put_alternative(role, kRoles[role.index()]); }
  void put(const raft::MessageBody& body) { put_alternative(body, kBodies[body.index()]); }
  void put(const raft::Input& input) { put_alternative(input, kInputs[input.index()]); }
  void put(const raft::Receive& receive) { put(receive.message); }
  template <raft::HasFields T>
  void put(const T& value) {
    static const T kPlain{};
    std::string_view names = field_names(&value);
    text_ += '{';
    const std::size_t begin = text_.size();
    const auto put_field = [&](const auto& field, const auto& plain) {
      const std::string_view name = names.substr(0, names.find(','));
      names.remove_prefix(std::min(names.size(), name.size() + 2));
      if (field == plain) return;
      if (text_.size() > begin) text_ += ", ";
      text_ += fmt::format("{}: ", name);
      put(field);
    };
    put_fields(fields(value), fields(kPlain), put_field,
               std::make_index_sequence<std::tuple_size_v<decltype(fields(value))>>());
    text_ += '}';
  }
  [[nodiscard]] std::string text() && { return std::move(text_); }

 private:
  template <class Values, class Plains, class F, std::size_t... kAt>
  static void put_fields(const Values& values, const Plains& plains, F put_field,
                         std::index_sequence<kAt...>) {
    (put_field(std::get<kAt>(values), std::get<kAt>(plains)), ...);
  }
  template <class Variant>
  void put_alternative(const Variant& value, std::string_view name) {
    text_ += name;
    std::visit(
        [this](const auto& alternative) {
          if constexpr (!std::is_empty_v<std::remove_cvref_t<decltype(alternative)>>) {
            text_ += ' ';
            put(alternative);
          }
        },
        value);
  }

  std::string text_;
};

template <class T>
std::string text_of(const T& value) {
  Describer describer;
  describer.put(value);
  return std::move(describer).text();
}

}  // namespace

std::string describe(const raft::Server& server) { return text_of(server); }
std::string describe(const raft::Input& input) { return text_of(input); }

std::string describe(const raft::Effects& effects) {
  const raft::Persist& persist = effects.persist;
  std::string text = to_string(effects.outcome);
  if (persist.hard_state) text += ", persist " + text_of(*persist.hard_state);
  if (persist.log_from) text += fmt::format(", persist the log from {}", persist.log_from->value);
  if (persist.snapshot) text += ", persist the snapshot";
  if (effects.restore) text += ", restore";
  if (effects.apply.last.value > 0) {
    text += fmt::format(", apply {} to {}", effects.apply.first.value, effects.apply.last.value);
  }
  for (const raft::Message& message : effects.messages) text += "\n  send " + text_of(message);
  for (const raft::Message& message : effects.after_persist) {
    text += "\n  send, once that is durable, " + text_of(message);
  }
  return text;
}

}  // namespace fuzz
