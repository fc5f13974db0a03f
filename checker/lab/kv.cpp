#include "checker/lab/kv.hpp"

#include <fmt/format.h>

#include <charconv>

namespace lab {
namespace {

// How often a handler looks whether its request was applied.
constexpr Time kHandlerPoll = millis(5);
// The same of a read. The sooner its client knows, the less it may have seen.
constexpr Time kReadPoll = micros(500);
// How long it waits for a read that may have been lost.
constexpr Time kReadPatience = millis(300);
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
  const auto last = contents_.last.find(request.client);
  // Asked again, and applied before.
  if (last != contents_.last.end() && request.number <= last->second.number) return;
  take(request);
}

void KvMap::take(const KvRequest& request) {
  std::string answer;
  if (request.kind == KvKind::Get) answer = value(request.key);
  if (request.kind == KvKind::Put) contents_.values[request.key] = request.value;
  if (request.kind == KvKind::Append) contents_.values[request.key] += request.value;
  contents_.last[request.client] = {request.number, std::move(answer)};
}

std::optional<std::string> KvMap::answer(std::uint32_t client, std::uint32_t number) const {
  const auto last = contents_.last.find(client);
  if (last == contents_.last.end() || last->second.number != number) return std::nullopt;
  return last->second.answer;
}

std::string KvMap::value(const std::string& key) const {
  const auto found = contents_.values.find(key);
  return found == contents_.values.end() ? "" : found->second;
}

KvService::KvService(Lab& lab, KvReads reads, MakeKvMap make_map)
    : lab_(lab),
      reads_(reads),
      make_map_(make_map != nullptr ? make_map : [] { return std::make_unique<KvMap>(); }),
      applied_(lab.servers()) {
  for (std::uint32_t i = 0; i < lab.servers(); ++i) maps_.push_back(make_map_());
  lab_.simulator().set_applier(this);
}

KvService::~KvService() { lab_.simulator().set_applier(nullptr); }

void KvService::on_restart(spec::ServerId server) {
  maps_[server - 1] = make_map_();
  applied_[server - 1] = 0;
}

void KvService::on_restore(spec::ServerId server, spec::Index index) {
  const auto snapshot = snapshots_.find(index);
  lab_.require(snapshot != snapshots_.end(),
               fmt::format("server {} takes over a snapshot through index {}, which nobody took",
                           server, index));
  maps_[server - 1] = make_map_();
  maps_[server - 1]->restore(snapshot->second);
  applied_[server - 1] = index;
}

void KvService::on_snapshot(spec::ServerId server, spec::Index index) {
  const auto [at, is_new] = snapshots_.emplace(index, maps_[server - 1]->snapshot());
  if (is_new) return;
  lab_.require(
      at->second == maps_[server - 1]->snapshot(),
      fmt::format("the map of server {} after index {} is not what another's was", server, index));
}

void KvService::on_apply(spec::ServerId server, spec::Index index, EntryId id) {
  applied_[server - 1] = index;
  const spec::EntryView& entry = lab_.simulator().entry(id);
  if (entry.no_op || entry.is_membership) return;
  maps_[server - 1]->apply(request_of(entry.command));
}

void KvService::on_read(spec::ServerId server, std::uint64_t id) {
  const auto read = pending_reads_.find(id);
  if (read == pending_reads_.end() || read->second.server != server) return;  // given up
  read->second.value = maps_[server - 1]->value(read->second.key);
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
Task<std::optional<std::string>> KvService::replicate(spec::ServerId server,
                                                      const KvRequest& request) {
  const auto index = lab_.simulator().propose(server, command_of(request));
  if (!index) co_return std::nullopt;
  const spec::Term term = lab_.term_of(server);
  const std::uint32_t incarnation = lab_.simulator().incarnation(server);
  while (applied_[server - 1] < *index) {
    co_await lab_.sleep(kHandlerPoll);
    const bool is_gone = lab_.simulator().incarnation(server) != incarnation;
    if (is_gone || lab_.term_of(server) != term) co_return std::nullopt;
  }
  co_return maps_[server - 1]->answer(request.client, request.number);
}

// A leader answers no read before it has committed an entry of its own term (dissertation 6.4). One
// that appends no no-op waits for a command, which may never come where all clients read.
void KvService::give_something_of_its_term(spec::ServerId server) {
  const LogMirror& log = lab_.simulator().log(server);
  const bool has_something =
      log.size() > 0 && lab_.simulator().entry(log.at(log.size())).term == lab_.term_of(server);
  if (!lab_.leads(server) || has_something) return;
  lab_.simulator().propose(server, command_of({kNobody, ++nothings_, KvKind::Get, "-", ""}));
}

// Asks the core for a read. One that is lost is not told: it is given up after a while.
Task<std::optional<std::string>> KvService::read(spec::ServerId server, const KvRequest& request) {
  give_something_of_its_term(server);
  const std::uint64_t id = ++reads_asked_;
  pending_reads_[id] = {.server = server, .key = request.key, .value = {}};
  lab_.simulator().read(server, id);
  const Time end = lab_.now() + kReadPatience;
  while (!pending_reads_[id].value && lab_.now() < end) co_await lab_.sleep(kReadPoll);
  const auto value = pending_reads_[id].value;
  pending_reads_.erase(id);
  co_return value;
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
  const std::uint32_t incarnation = lab_.simulator().incarnation(server);
  // Not with ?:, whose temporaries g++ 12 destroys twice in a coroutine.
  std::optional<std::string> answer;
  if (is_asked(request)) {
    answer = co_await read(server, request);
  } else {
    answer = co_await replicate(server, request);
  }
  const Time handler = network.handler_time();
  co_await lab_.sleep(handler);
  const bool is_cut =
      !reaches(request.client, server) || lab_.simulator().incarnation(server) != incarnation;
  const auto late = network.reply_delay();
  if (is_cut || !late) co_return std::nullopt;
  if (*late > 0) co_await lab_.sleep(*late);
  co_return answer;
}

Task<std::string> KvService::call(KvRequest request) {
  const std::size_t place = history_.size();
  history_.push_back({.request = request, .answer = {}, .invoked = lab_.now()});
  const bool is_read = is_asked(request);
  spec::ServerId server = 1;
  if (is_read) server = lab_.random_server();
  if (!is_read && leaders_.contains(request.client)) server = leaders_[request.client];
  std::uint32_t refused = 0;
  std::optional<std::string> answer = co_await ask(server, request);
  while (!answer) {
    server = lab_.after(server, 1);
    // After a round without an answer there may be no leader for a while.
    if (++refused % lab_.servers() == 0) co_await lab_.sleep(millis(20));
    answer = co_await ask(server, request);
  }
  if (!is_read) leaders_[request.client] = server;
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
