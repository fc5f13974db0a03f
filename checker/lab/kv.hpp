// The key/value layer above Raft: a replicated map, its servers' handlers and its clients.
//
// A client numbers its requests and asks server after server until one answers. A server that leads
// has the request replicated, waits until it is applied here and answers with what came of it. A
// request that comes to be applied twice, since a client asked again, takes effect once: each
// server's map remembers the last request of every client, and what it was told.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "checker/engine/random.hpp"
#include "checker/lab/scenario.hpp"

namespace lab {

enum class KvKind : std::uint8_t { Get, Put, Append };

struct KvRequest {
  std::uint32_t client = 0;
  std::uint32_t number = 0;  // of the client's requests, from 1
  KvKind kind = KvKind::Get;
  std::string key;
  std::string value;  // Put, Append
};

// A request as its client saw it, from the first time it was asked to the answer.
struct KvOperation {
  KvRequest request;
  std::optional<std::string> answer;  // none yet
  Time invoked = 0;
  Time returned = kNever;
};

// As a command for Raft, and back: "3 17 append k x". Neither key nor value has a blank.
std::string command_of(const KvRequest& request);
KvRequest request_of(const std::string& command);

// The state machine of one server.
class KvMap {
 public:
  void apply(const KvRequest& request);
  // What the client was told on that request; nothing if it was not the last one applied.
  [[nodiscard]] std::optional<std::string> answer(std::uint32_t client, std::uint32_t number) const;

 private:
  struct Last {
    std::uint32_t number = 0;
    std::string answer;
  };
  std::map<std::string, std::string> values_;
  std::map<std::uint32_t, Last> last_;  // by client
};

class KvService final : public Applier {
 public:
  // Takes the simulator's state machines over. Must outlive the run.
  explicit KvService(Lab& lab);
  ~KvService() override;

  void on_restart(spec::ServerId server) override;
  void on_snapshot(spec::ServerId server, const std::vector<EntryId>& entries) override;
  void on_apply(spec::ServerId server, spec::Index index, EntryId entry) override;

  // Which servers the clients of a group can call; all, unless said.
  void restrict(std::uint32_t client, std::set<spec::ServerId> servers);
  void lift_restrictions() { restricted_.clear(); }

  // One request of a client, asked until it is answered. Noted in the history.
  Task<std::string> call(KvRequest request);
  // The same; the client's number is counted here.
  Task<std::string> get(std::uint32_t client, std::string key);
  Task<std::string> put(std::uint32_t client, std::string key, std::string value);
  Task<std::string> append(std::uint32_t client, std::string key, std::string value);

  // What all clients did, in the order of invocation.
  [[nodiscard]] const std::vector<KvOperation>& history() const { return history_; }

 private:
  // One call of one server: the network's part and the server's. Nothing: it failed.
  Task<std::optional<std::string>> ask(spec::ServerId server, const KvRequest& request);
  Task<std::optional<std::string>> handle(spec::ServerId server, const KvRequest& request);
  [[nodiscard]] bool reaches(std::uint32_t client, spec::ServerId server) const;

  Lab& lab_;
  std::vector<KvMap> maps_;                          // by server
  std::vector<spec::Index> applied_;                 // by server
  std::vector<std::uint32_t> starts_;                // by server: how often it was started
  std::map<std::uint32_t, spec::ServerId> leaders_;  // by client: who answered last
  std::map<std::uint32_t, std::uint32_t> numbers_;   // by client: of its last request
  std::map<std::uint32_t, std::set<spec::ServerId>> restricted_;
  std::vector<KvOperation> history_;
};

}  // namespace lab
