#include "checker/lab/kv.hpp"

#include <fmt/format.h>

#include <charconv>

namespace lab {
namespace {

// How often a handler looks whether its request was applied.
constexpr Time kHandlerPoll = millis(5);
constexpr std::array kKindNames = {"get", "put", "append"};

std::string_view take_word(std::string_view& rest) {
  const std::size_t end = std::min(rest.find(' '), rest.size());
  const std::string_view word = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return word;
}

std::uint32_t take_number(std::string_view& rest) {
  const std::string_view word = take_word(rest);
  std::uint32_t number = 0;
  std::from_chars(word.data(), word.data() + word.size(), number);
  return number;
}

}  // namespace

std::string command_of(const KvRequest& request) {
  return fmt::format("{} {} {} {} {}", request.client, request.number,
                     kKindNames[static_cast<std::size_t>(request.kind)], request.key,
                     request.value);
}

KvRequest request_of(const std::string& command) {
  std::string_view rest = command;
  KvRequest request;
  request.client = take_number(rest);
  request.number = take_number(rest);
  const std::string_view kind = take_word(rest);
  request.kind = kind == "put" ? KvKind::Put : kind == "append" ? KvKind::Append : KvKind::Get;
  request.key = take_word(rest);
  request.value = rest;
  return request;
}

void KvMap::apply(const KvRequest& request) {
  Last& last = last_[request.client];
  if (request.number <= last.number) return;  // asked again, and applied before
  std::string& value = values_[request.key];
  if (request.kind == KvKind::Put) value = request.value;
  if (request.kind == KvKind::Append) value += request.value;
  last = {request.number, request.kind == KvKind::Get ? value : ""};
}

std::optional<std::string> KvMap::answer(std::uint32_t client, std::uint32_t number) const {
  const auto last = last_.find(client);
  if (last == last_.end() || last->second.number != number) return std::nullopt;
  return last->second.answer;
}

KvService::KvService(Lab& lab)
    : lab_(lab), maps_(lab.servers()), applied_(lab.servers()), starts_(lab.servers()) {
  lab_.simulator().set_applier(this);
}

KvService::~KvService() { lab_.simulator().set_applier(nullptr); }

void KvService::on_restart(spec::ServerId server) {
  maps_[server - 1] = {};
  applied_[server - 1] = 0;
  ++starts_[server - 1];
}

void KvService::on_snapshot(spec::ServerId server, const std::vector<EntryId>& entries) {
  maps_[server - 1] = {};
  applied_[server - 1] = 0;
  for (const EntryId entry : entries) on_apply(server, applied_[server - 1] + 1, entry);
}

void KvService::on_apply(spec::ServerId server, spec::Index index, EntryId id) {
  applied_[server - 1] = index;
  const spec::EntryView& entry = lab_.simulator().entry(id);
  if (entry.no_op || entry.is_membership) return;
  maps_[server - 1].apply(request_of(entry.command));
}

void KvService::restrict(std::uint32_t client, std::set<spec::ServerId> servers) {
  restricted_[client] = std::move(servers);
}

bool KvService::reaches(std::uint32_t client, spec::ServerId server) const {
  const auto found = restricted_.find(client);
  return lab_.simulator().is_up(server) &&
         (found == restricted_.end() || found->second.contains(server));
}

// Has the request replicated by this server, and waits until it is applied here. Nothing: the
// server does not lead, or no longer.
Task<std::optional<std::string>> KvService::handle(spec::ServerId server,
                                                   const KvRequest& request) {
  KvMap& map = maps_[server - 1];
  const auto index = lab_.simulator().propose(server, command_of(request));
  if (!index) co_return std::nullopt;
  const spec::Term term = lab_.term_of(server);
  const std::uint32_t start = starts_[server - 1];
  while (applied_[server - 1] < *index) {
    co_await lab_.sleep(kHandlerPoll);
    const bool is_gone = !lab_.simulator().is_up(server) || starts_[server - 1] != start;
    if (is_gone || lab_.term_of(server) != term) co_return std::nullopt;
  }
  co_return map.answer(request.client, request.number);
}

Task<std::optional<std::string>> KvService::ask(spec::ServerId server, const KvRequest& request) {
  Network& network = lab_.simulator().network();
  if (!reaches(request.client, server)) {
    co_await lab_.sleep(network.fail_delay());
    co_return std::nullopt;
  }
  const auto delay = network.request_delay();
  co_await lab_.sleep(delay.value_or(kRequestDelayMax));
  if (!delay || !lab_.simulator().is_up(server)) co_return std::nullopt;
  const std::uint32_t start = starts_[server - 1];
  auto answer = co_await handle(server, request);
  const Time handler = network.handler_time();
  co_await lab_.sleep(handler);
  const bool is_cut = !reaches(request.client, server) || starts_[server - 1] != start;
  const auto late = network.reply_delay();
  if (is_cut || !late) co_return std::nullopt;
  if (*late > 0) co_await lab_.sleep(*late);
  co_return answer;
}

Task<std::string> KvService::call(KvRequest request) {
  const std::size_t place = history_.size();
  history_.push_back({.request = request, .answer = {}, .invoked = lab_.now()});
  spec::ServerId server = leaders_.contains(request.client) ? leaders_[request.client] : 1;
  std::uint32_t refused = 0;
  std::optional<std::string> answer = co_await ask(server, request);
  while (!answer) {
    server = lab_.after(server, 1);
    // After a round without an answer there may be no leader for a while.
    if (++refused % lab_.servers() == 0) co_await lab_.sleep(millis(20));
    answer = co_await ask(server, request);
  }
  leaders_[request.client] = server;
  history_[place].answer = *answer;
  history_[place].returned = lab_.now();
  co_return *answer;
}

Task<std::string> KvService::get(std::uint32_t client, std::string key) {
  return call({client, ++numbers_[client], KvKind::Get, std::move(key), ""});
}

Task<std::string> KvService::put(std::uint32_t client, std::string key, std::string value) {
  return call({client, ++numbers_[client], KvKind::Put, std::move(key), std::move(value)});
}

Task<std::string> KvService::append(std::uint32_t client, std::string key, std::string value) {
  return call({client, ++numbers_[client], KvKind::Append, std::move(key), std::move(value)});
}

}  // namespace lab
