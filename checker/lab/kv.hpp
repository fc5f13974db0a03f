// The key/value layer above Raft: a replicated map, its servers' handlers and its clients.
//
// A client numbers its requests and asks server after server until one answers. A server that leads
// has the request replicated, waits until it is applied here and answers with what came of it. A
// request that comes to be applied twice, since a client asked again, takes effect once: each
// server's map remembers the last request of every client, and what it was told. A get need not be
// replicated: the core says when it may be answered from the map as it is.
#pragma once

#include <map>
#include <memory>
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

// The state machine of one server. Tests of the tests make it do wrong.
class KvMap {
 public:
  struct Last {
    std::uint32_t number = 0;
    std::string answer;
    bool operator==(const Last&) const = default;
  };
  // All that it is, and what a snapshot of it must hold.
  struct Contents {
    std::map<std::string, std::string> values;
    std::map<std::uint32_t, Last> last;  // by client: its last request that was applied
    bool operator==(const Contents&) const = default;
  };

  KvMap() = default;
  KvMap(const KvMap&) = delete;
  KvMap& operator=(const KvMap&) = delete;
  virtual ~KvMap() = default;

  virtual void apply(const KvRequest& request);
  // What the client was told on that request; nothing if it was not the last one applied.
  [[nodiscard]] std::optional<std::string> answer(std::uint32_t client, std::uint32_t number) const;
  [[nodiscard]] std::string value(const std::string& key) const;
  [[nodiscard]] virtual Contents snapshot() const { return contents_; }
  void restore(Contents contents) { contents_ = std::move(contents); }

 protected:
  // What comes of the request, whether it was seen before or not.
  void take(const KvRequest& request);

 private:
  Contents contents_;
};

using MakeKvMap = std::unique_ptr<KvMap> (*)();

// How a client's get is answered.
enum class KvReads : std::uint8_t {
  Log,    // as a command like any other
  Asked,  // as a read of the core's, by ReadIndex or by lease, at whichever server is asked
};

// The client of commands that no client asked for.
inline constexpr std::uint32_t kNobody = 1'000'000;

class KvService final : public Applier {
 public:
  // Takes the simulator's state machines over. Must outlive the run.
  explicit KvService(Lab& lab, KvReads reads = KvReads::Log, MakeKvMap make_map = nullptr);
  ~KvService() override;

  void on_restart(spec::ServerId server) override;
  void on_restore(spec::ServerId server, spec::Index index) override;
  void on_apply(spec::ServerId server, spec::Index index, EntryId entry) override;
  void on_snapshot(spec::ServerId server, spec::Index index) override;
  void on_read(spec::ServerId server, std::uint64_t read) override;

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
  // What the server's map holds, and after which index.
  [[nodiscard]] KvMap::Contents contents(spec::ServerId server) const {
    return maps_[server - 1]->snapshot();
  }
  [[nodiscard]] spec::Index applied(spec::ServerId server) const { return applied_[server - 1]; }

 private:
  struct PendingRead {
    spec::ServerId server = spec::kNoServer;
    std::string key;
    std::optional<std::string> value;
  };

  // One call of one server: the network's part and the server's. Nothing: it failed.
  Task<std::optional<std::string>> ask(spec::ServerId server, const KvRequest& request);
  Task<std::optional<std::string>> replicate(spec::ServerId server, const KvRequest& request);
  Task<std::optional<std::string>> read(spec::ServerId server, const KvRequest& request);
  void give_something_of_its_term(spec::ServerId server);
  [[nodiscard]] bool reaches(std::uint32_t client, spec::ServerId server) const;
  [[nodiscard]] bool is_asked(const KvRequest& request) const {
    return request.kind == KvKind::Get && reads_ == KvReads::Asked;
  }

  Lab& lab_;
  KvReads reads_;
  MakeKvMap make_map_;
  std::vector<std::unique_ptr<KvMap>> maps_;         // by server
  std::vector<spec::Index> applied_;                 // by server
  std::map<std::uint32_t, spec::ServerId> leaders_;  // by client: who answered last
  std::map<std::uint32_t, std::uint32_t> numbers_;   // by client: of its last request
  std::map<std::uint32_t, std::set<spec::ServerId>> restricted_;
  // The core carries the texts of its own state machine (checker/node/state_machine.hpp), which
  // stand for these: what snapshots hold, by the index through which they were taken.
  std::map<spec::Index, KvMap::Contents> snapshots_;
  std::map<std::uint64_t, PendingRead> pending_reads_;  // by id
  std::uint64_t reads_asked_ = 0;
  std::uint32_t nothings_ = 0;  // commands that nobody asked for
  std::vector<KvOperation> history_;
};

}  // namespace lab
