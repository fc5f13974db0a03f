// What the engine must be told about a system to walk through it at random.
//
// A search that visits every state names whole cluster halves (model.hpp). A long random walk
// seldom comes back to one, so a memory of halves would not help it; but every *part* of the
// cluster (a server) soon has been in all the states it will ever be in. So a walk holds its state
// as a row: an id for each part, and one for the *record*, which is what properties need and no
// part remembers. What a part does depends on the part alone and is remembered by (part, input);
// what a step adds to the record by (step, record).
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "checker/engine/ids.hpp"
#include "checker/engine/model.hpp"

namespace engine {

using PartId = std::uint32_t;    // a state of one part; parts never share one
using RecordId = std::uint32_t;  // dense, from 0, like all ids

class PartModel {
 public:
  PartModel() = default;
  PartModel(const PartModel&) = delete;
  PartModel& operator=(const PartModel&) = delete;
  virtual ~PartModel() = default;

  // One for each part. Links (model.hpp) name parts by their position here.
  [[nodiscard]] virtual std::vector<PartId> initial_parts() = 0;
  [[nodiscard]] virtual RecordId initial_record() = 0;

  // Appends every step that the part takes by itself, those that a bound forbids included
  // (Step::next is a PartId), in an order that depends on the part's value alone. Steps that change
  // and send nothing are left out. `serial`: how often numbered_action() was taken in the walk, for
  // parts that has_numbered_step().
  virtual void internal_steps(PartId part, std::uint32_t serial, std::vector<Step>& steps) = 0;
  // The step of receiving a message that is for this part.
  virtual Step deliver(PartId part, MessageId message) = 0;

  // Whether what a step that changes a part adds to the record, or a witness that it fires, depends
  // on the record. If not, it adds nothing, and Step::witnesses are those it fires.
  [[nodiscard]] virtual bool reads_record(PartId before, const Step& step) const = 0;
  // For those that do: the record after it, and the witnesses it fires.
  struct Observed {
    RecordId record = 0;
    WitnessSet witnesses = 0;
  };
  virtual Observed observe(RecordId record, PartId before, PartId after, std::uint16_t action) = 0;
  // 0, or the model's number of what this state violates.
  virtual std::uint32_t check(std::span<const PartId> parts, RecordId record) = 0;

  // The messages of a list, in the order of sending. Valid until the next call of a step function.
  [[nodiscard]] virtual std::span<const MessageId> sends(SendsId id) const = 0;
  [[nodiscard]] virtual Link link(MessageId message) const = 0;

  [[nodiscard]] virtual const std::vector<std::string>& action_names() const = 0;
  [[nodiscard]] virtual const std::vector<std::string>& bound_names() const = 0;
  // The action whose steps differ with how often it was taken before; kNone if there is none.
  [[nodiscard]] virtual std::uint32_t numbered_action() const { return kNone; }
  [[nodiscard]] virtual bool has_numbered_step(PartId) const { return false; }
  // About how much memory the model's own tables take.
  [[nodiscard]] virtual std::size_t bytes() const = 0;
};

}  // namespace engine
