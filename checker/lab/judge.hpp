// Judges every step of a run by the properties of spec, at a cost that does not grow with the logs.
//
// For most properties there is a test that proves from what the step changed that the property
// still holds: see the comments in judge.cpp. Where such a test does not settle the matter, spec's
// own rules are asked, on whole views, and theirs is the verdict: so nothing is reported that spec
// does not object to, and each test need only be sound, not complete. Beside that the whole state
// is judged by spec's rules every kWholeEvery steps and when a run ends.
//
// `Manner::Whole` asks spec's rules after every step instead: what the tests compare with.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "checker/lab/mirror.hpp"
#include "checker/node/live.hpp"
#include "spec/history.hpp"
#include "spec/property.hpp"

namespace lab {

// What a step was, as far as it is judged by that.
struct StepCause {
  bool restarted = false;
  std::uint64_t asked_read = 0;                 // 0: none
  const spec::MessageView* received = nullptr;  // of a judged kind
};

class Judge {
 public:
  enum class Manner : std::uint8_t { Incremental, Whole };
  static constexpr std::uint64_t kWholeEvery = 1 << 16;

  // Servers 1..servers have taken no step. `properties` may be none: then only the logs are kept.
  Judge(const node::Live& live, std::uint32_t servers, spec::PropertySet properties, Manner manner);

  // To be called after each step of the server, before the next of any.
  std::optional<spec::Violation> judge(spec::ServerId server, const node::LiveStep& step,
                                       const StepCause& cause);
  // At the end of a run: everything, by spec's own rules.
  std::optional<spec::Violation> judge_whole();

  [[nodiscard]] const node::LiveFacts& facts(spec::ServerId server) const {
    return servers_[server - 1].facts;
  }
  [[nodiscard]] const LogMirror& log(spec::ServerId server) const {
    return servers_[server - 1].log;
  }
  [[nodiscard]] EntryTable& table() { return table_; }
  [[nodiscard]] std::uint64_t steps() const { return steps_; }
  // How many steps spec's own rules were asked about.
  [[nodiscard]] std::uint64_t steps_asked() const { return steps_asked_; }

 private:
  struct Server {
    node::LiveFacts facts;
    LogMirror log;
    spec::Index agrees_with_committed = 0;  // its log is what was committed, through here
    spec::Index complete_through = 0;       // a leader: LeaderCompleteness was seen through here
    std::vector<spec::Index> agrees;        // with the log of each other server, through here
    // How many bytes of its snapshot say what was committed, when it was last looked at whole; and
    // where it was looked at last in its turn.
    std::size_t snapshot_bytes = 0;
    std::size_t snapshot_looked_at = 0;
  };
  struct Committed {
    EntryId entry = 0;
    spec::Term term = 0;
  };
  // Where memberships change: the one that was committed at these indices, to where the next one
  // begins.
  struct Reign {
    spec::Index first = 0;
    node::LiveMembership membership;
  };
  static constexpr std::size_t kSnapshotWindow = 256;

  [[nodiscard]] spec::ServerId id_of(const Server& server) const {
    return static_cast<spec::ServerId>(&server - servers_.data()) + 1;
  }
  [[nodiscard]] std::optional<std::vector<EntryId>> compacted(Server& server, bool is_changed);
  // Whether the snapshot is as it was, as far as this is looked at in each step.
  [[nodiscard]] bool snapshot_seems_unchanged(Server& server) const;
  void extend_history(const Server& server, const StepCause& cause, const node::LiveStep& step);
  void note_reads(const Server& server, const StepCause& cause, const node::LiveStep& step);
  void note_commits(const Server& server);
  void update_agreement(std::size_t server);
  void follow_committed(Server& server) const;
  [[nodiscard]] bool snapshot_is_committed(const Server& server);
  [[nodiscard]] const node::LiveMembership& membership_at(spec::Index index) const;

  // Each proves its properties, or says false (judge_proofs.cpp).
  [[nodiscard]] bool step_is_fine(const Server& server, const StepCause& cause) const;
  [[nodiscard]] bool restart_is_fine(const Server& server) const;
  [[nodiscard]] bool exchange_is_fine(const Server& server, const node::LiveStep& step,
                                      const StepCause& cause) const;
  [[nodiscard]] bool promises_are_kept(const Server& server, const node::LiveStep& step,
                                       const StepCause& cause) const;
  [[nodiscard]] bool logs_match(std::size_t server) const;
  [[nodiscard]] bool is_complete(Server& leader) const;
  [[nodiscard]] bool matches_are_sound(std::size_t server) const;
  [[nodiscard]] bool committed_is_held(const Server& changed) const;
  [[nodiscard]] bool quorums_overlap(const LogMirror& log) const;
  [[nodiscard]] bool state_is_fine(std::size_t server, bool snapshot_changed);

  [[nodiscard]] std::optional<spec::Violation> ask_spec(spec::ServerId server,
                                                        const node::LiveStep& step,
                                                        const StepCause& cause);
  [[nodiscard]] std::optional<spec::Violation> judge_in_whole(spec::ServerId server,
                                                              const node::LiveStep& step,
                                                              const StepCause& cause);
  [[nodiscard]] std::vector<spec::MessageView> judged_messages(const node::LiveStep& step) const;
  // What the properties of steps and exchanges look at, but for the log.
  [[nodiscard]] static spec::ServerView view_of(const node::LiveFacts& facts,
                                                spec::ServerId server);
  [[nodiscard]] spec::ServerView view_before(std::size_t server) const;
  [[nodiscard]] spec::History history() const;
  [[nodiscard]] std::optional<spec::Violation> check_by_spec(spec::ServerId server,
                                                             const spec::ServerView& before,
                                                             const node::LiveStep& step,
                                                             const StepCause& cause);

  const node::Live& live_;
  spec::PropertySet properties_;
  Manner manner_;
  EntryTable table_;
  MirrorUpdate update_;
  std::vector<Server> servers_;
  node::LiveFacts before_;                                // of the server that takes the step
  std::vector<spec::ServerId> leaders_{spec::kNoServer};  // History::leaders
  std::vector<Committed> committed_;
  std::size_t committed_before_ = 0;  // how many there were before the step
  std::vector<Reign> reigns_;         // none: memberships do not change
  std::string committed_text_;        // what a snapshot of all that is committed says
  std::vector<std::size_t> text_ends_{0};
  std::map<std::uint64_t, spec::Index> asked_reads_;  // what each must see; see spec::AskedRead
  std::optional<spec::StaleRead> stale_read_;
  spec::History whole_history_;          // Manner::Whole
  std::vector<spec::ServerView> views_;  // the same
  std::uint64_t steps_ = 0;
  std::uint64_t steps_asked_ = 0;
};

}  // namespace lab
