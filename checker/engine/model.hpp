// What the engine must be told about a system to search it.
//
// A global state is a pair: a *cluster half* (all that is not on the network, interned as a HalfId)
// and the messages on the network. A step of the system belongs to a cluster half: it consumes at
// most one message, leads to another cluster half and sends messages. That is all the engine knows;
// a system without a network has no messages and is searched the same way.
//
// The engine memoises every answer (half_graph.hpp), so a model is asked once for each distinct
// (half) and (half, message), and may be slow.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "checker/engine/ids.hpp"

namespace engine {

class ArchiveReader;
class ArchiveWriter;

// Bit i: the model's witness i was seen.
using WitnessSet = std::uint64_t;

// One step of a cluster half.
struct Step {
  HalfId next = kNone;  // kNone: not possible here
  SendsId sends = kNoSends;
  // If not 0, `next` is the representative of what the step leads to, and this turns that into
  // `next`. Else canonical() finds the representative of `next`.
  Renaming renaming = 0;
  std::uint16_t action = 0;  // index into Model::action_names(), for coverage
  std::uint32_t label = 0;   // the model's own: what this step is, for the path that is reported
  WitnessSet witnesses = 0;
  // 0, or the model's number of what this step violates, by itself or by the half it leads to.
  std::uint32_t violation = 0;
  bool consumes = true;     // a receipt that takes its message from the network
  bool is_outside = false;  // leads out of a constraint: generated and checked, but not stored
  // Where next is kNone: 0, or 1 + index into Model::bound_names() of the bound that forbids it.
  std::uint16_t cut_off_by = 0;
};

// The ordered link that a message travels on.
struct Link {
  std::uint32_t from = 0;
  std::uint32_t to = 0;
  bool operator==(const Link&) const = default;
};

// A half's representative under renaming of the servers.
struct Canonical {
  HalfId half = kNone;    // the same for all halves that are renamings of one another
  Renaming renaming = 0;  // one that turns the half asked about into `half`; 0 if they are equal
};

// One step of a reported run, in the names of the run: renamings that the search made for symmetry
// are undone.
struct PathStep {
  std::uint32_t label = 0;    // of the model, before renaming
  Renaming renaming = 0;      // what to apply to the servers that the label names
  MessageId message = kNone;  // received by this step, in the run's names; kNone for internal steps
  unsigned alternative = 0;   // in which of its ways the message is received
  std::vector<MessageId> lost{};  // of the messages that this step sends, in the run's names
};

// A part of a half under the names that its representative has.
struct NamedPart {
  PartId part = kNone;    // the same for all parts that are renamings of one another
  Renaming renaming = 0;  // one that turns the part asked about into `part`; 0 if they are equal
};

// What receiving a message comes to at a part, in the part's own names.
struct Reaction {
  // Messages with the same outcome at a part are received alike: in any half that has the part,
  // they lead to the same half, send the same and violate the same.
  std::uint32_t outcome = 0;
  bool is_quiet = false;       // the half stays exactly as it is, and nothing is violated
  SendsId answers = kNoSends;  // of a quiet one: what it sends
};

class Model {
 public:
  Model() = default;
  Model(const Model&) = delete;
  Model& operator=(const Model&) = delete;
  virtual ~Model() = default;

  // Whether several threads may ask at once, whatever they ask but for checkpoints. If not, one
  // thread asks at a time. The ids that new values get then depend on the threads, in either case.
  [[nodiscard]] virtual bool is_for_threads() const { return false; }

  virtual HalfId initial() = 0;
  // 0, or what the initial state violates.
  virtual std::uint32_t initial_violation() = 0;

  // Appends every step of `half` that consumes no message, those that a bound forbids included, in
  // an order that depends on the half alone. Steps that change and send nothing are left out.
  virtual void internal_steps(HalfId half, std::vector<Step>& steps) = 0;
  // The step of receiving `message`, in one of the ways in which it can be received. A message that
  // changes nothing is a step that leads back to `half`; kNone means it can't be received now.
  virtual Step deliver(HalfId half, MessageId message, unsigned alternative) = 0;
  // A measure of how far a run has come that reaches the half: the more seldom a step lessens it,
  // the less the covering search does in vain. Nothing else rests on it. A small number: a list is
  // kept for each up to the largest.
  [[nodiscard]] virtual std::uint32_t progress(HalfId) const { return 0; }
  // How many ways to receive a message there are, at least 1.
  [[nodiscard]] virtual unsigned alternatives() const { return 1; }

  // The messages of a list, in the order of sending. May be asked by any thread that was told of
  // the list, while another computes; the span stays valid. So may link().
  [[nodiscard]] virtual std::span<const MessageId> sends(SendsId id) const = 0;
  // How many distinct messages are known so far.
  [[nodiscard]] virtual std::size_t message_count() const = 0;
  [[nodiscard]] virtual Link link(MessageId message) const = 0;
  // The half after the network lost `count` more messages, where losses are budgeted; kNone if the
  // budget does not allow it.
  virtual HalfId after_losses(HalfId half, unsigned count) = 0;

  // Symmetry. A model without it keeps the defaults.
  virtual Canonical canonical(HalfId half) { return {half, 0}; }
  // The renamings (identity excluded) that map a canonical half to itself.
  virtual std::span<const Renaming> automorphisms(HalfId) { return {}; }
  virtual MessageId renamed(MessageId message, Renaming) { return message; }
  [[nodiscard]] virtual std::size_t renaming_count() const { return 1; }

  // A text that tells the steps of a run apart and orders them, in the names of the run: the same
  // for the same step whatever the ids and the renamings that a search uses.
  [[nodiscard]] virtual std::string key_of(const PathStep& step) const {
    std::string key = std::to_string(step.label) + " " + std::to_string(step.message) + " " +
                      std::to_string(step.alternative);
    std::vector<MessageId> lost = step.lost;
    std::ranges::sort(lost);
    for (const MessageId message : lost) key += " " + std::to_string(message);
    return key;
  }

  // Parts, which tell the covering search what messages can still do (relevance.hpp). A model may
  // say that its halves have parts, one for each of the things that the renamings permute (its
  // servers): a part holds all that decides what receiving a message addressed to it comes to. A
  // model that does not say keeps the defaults: every message is then taken to matter.
  [[nodiscard]] virtual std::size_t part_count() const { return 0; }
  // Writes the parts of a canonical half, by their slots: part_count() of them.
  virtual void parts(HalfId, std::span<NamedPart>) {}
  // The slot to which a message is addressed.
  [[nodiscard]] virtual std::size_t receiver(MessageId) const { return 0; }
  // Of a representative: its slot, and the renamings (identity excluded) that map it to itself.
  [[nodiscard]] virtual std::size_t slot(PartId) const { return 0; }
  virtual std::span<const Renaming> part_automorphisms(PartId) { return {}; }
  // Of a representative. May make messages known that no step has sent (the answers).
  virtual Reaction reaction(PartId, MessageId) { return {}; }

  [[nodiscard]] virtual const std::vector<std::string>& action_names() const = 0;
  [[nodiscard]] virtual const std::vector<std::string>& bound_names() const = 0;

  // Checkpoints (archive.hpp). What save() wrote, load() gives to a model that was made in the same
  // way and was asked nothing yet: every id that the model handed out before means the same after,
  // and what it answered it answers again. Answers need not be saved where they can be computed
  // again from values that are.
  virtual void save(ArchiveWriter&) const {
    throw std::logic_error("this model cannot be saved in a checkpoint");
  }
  virtual void load(ArchiveReader&) {
    throw std::logic_error("this model cannot be loaded from a checkpoint");
  }
};

}  // namespace engine
