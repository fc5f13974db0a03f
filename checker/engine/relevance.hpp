// What messages can still do: which of a half's messages matter, and which are as good as others.
//
// The covering search keeps sets of messages, and most of what is in them is spent: a vote for an
// election that is over, a request that can only be refused, in the same words as five others.
// States that differ in spent messages only are one state to whoever looks at what they lead to.
// Two facts about a message at a half are enough to see it:
// - it is *dead* if, here and in whatever the half leads to, receiving it leaves the half as it is
//   and sends only messages that are dead themselves;
// - it is *as good as* another if, here and in whatever the half leads to, receiving either leads
// to
//   the same half and sends the same.
// So a set may be searched without its dead messages, and with one of those that are as good as one
// another: every run from the whole set has its twin that moves through the same halves, step by
// step (a step that receives what was left out is a step that stays where it is, or receives its
// equal instead). Sets are compared by their images: dead messages gone, and each other one
// replaced by the least that is as good as it.
//
// How it is found out. A half is made of parts (model.hpp), and what becomes of a message depends
// on the part that it is addressed to. Halves are many, parts are few. The search tells of each
// step what it makes of each part; the graph of those arrows is an abstraction of the search's own.
// Over it, deadness is a least fixpoint and being as good as a greatest one, computed for each part
// from the parts that it may become. An answer to another part matters if it matters there.
//
// All of it rests on the arrows known so far, so it may be too bold: an arrow found later can bring
// a dead message back to life. Hence changed_at(): a search must take a state's steps once more if
// what it thought of what they lead to was too bold. Once nothing changes any more, the graph that
// was searched bears all that was assumed. Meanwhile nothing false is kept: to leave a message out
// can hide a state, but never make one up.
//
// Facts are kept for representatives of parts under renaming, in their names. They hold for all:
// whatever an arrow says is closed under the renamings that leave the representative as it is.
#pragma once

#include <span>
#include <vector>

#include "checker/engine/interner.hpp"
#include "checker/engine/message_names.hpp"

namespace engine {

class Relevance {
 public:
  Relevance(Model& model, MessageNames& names);

  // False: the model does not tell of parts. Then every message is its own image.
  [[nodiscard]] bool is_active() const { return !slots_.empty(); }

  // Makes the parts of a half known.
  std::vector<NamedPart> parts_of(HalfId half);
  // A step turns the one half's parts into the other's, which `renaming` turned into its names.
  void learn_step(std::span<const NamedPart> from, std::span<const NamedPart> to,
                  Renaming renaming);

  // The least message that is as good as this one, in a half with these parts; kNone if dead.
  MessageId image(std::span<const NamedPart> parts, MessageId message);

  // Whether so much was learned since settle() that it is worth its time now.
  [[nodiscard]] bool is_due() const { return news_ * kPatience > arrow_count_ + parts_.size(); }
  [[nodiscard]] bool has_news() const { return news_ != 0; }
  // Draws all conclusions from what was learned. Only here do the images change.
  void settle();
  // How often conclusions changed so far; and when images at a half with these parts did.
  [[nodiscard]] std::uint32_t time() const { return time_; }
  [[nodiscard]] std::uint32_t changed_at(std::span<const NamedPart> parts) const;

 private:
  static constexpr std::uint64_t kPatience = 8;

  // What is concluded of the messages to a part, by their index among those to its slot.
  struct Facts {
    std::vector<std::uint32_t> like;     // index of the least that is as good
    std::vector<std::uint8_t> moves;     // may change something some time
    std::vector<std::uint32_t> answers;  // what it may be answered by without: of lists_
    bool operator==(const Facts&) const = default;
  };
  struct Arrow {
    PartId to = kNone;
    Renaming names = 0;  // from those of `to` to those of the part it starts at
  };
  struct Part {
    std::size_t slot = kNone;  // kNone: not known yet
    std::vector<std::uint32_t> outcomes;
    Facts own;  // by the reactions of this very part
    Facts facts;
    std::vector<Arrow> arrows;
    std::vector<PartId> before;
    std::uint32_t changed_at = 0;
  };

  void learn_messages();
  void learn_part(PartId part);
  // Asks for the reactions to messages that were not asked for yet.
  void react(PartId part);
  void add_arrow(PartId from, PartId to, Renaming names);
  // Draws in what follows from one arrow; whether anything did.
  bool follow(Part& part, const Arrow& arrow);
  // The least of the messages met that have been alike so far and are alike there.
  std::uint32_t least_like(std::uint32_t at, std::uint32_t like, std::uint32_t there);
  std::uint32_t joined(std::uint32_t a, std::uint32_t b, Renaming names);
  void note_changes(std::vector<Facts>& former);
  bool matters(std::span<const NamedPart> parts, MessageId message,
               std::vector<MessageId>& considered);

  Model& model_;
  MessageNames& names_;
  std::vector<std::vector<MessageId>> slots_;  // the messages addressed to each slot
  std::vector<std::uint32_t> index_;           // of a message among those
  std::vector<std::size_t> slot_of_;           // of a message
  std::vector<Part> parts_;
  SequenceInterner<MessageId> lists_;
  FlatMap joined_;  // of two lists and the names of the second
  FlatMap arrow_index_;
  std::uint64_t arrow_count_ = 0;
  std::uint64_t news_ = 0;
  std::uint32_t time_ = 0;

  // Scratch.
  struct Split {
    std::uint32_t there;
    std::uint32_t first;
    std::uint32_t other;  // of the same former class; kNone: none
  };
  std::vector<std::uint32_t> heads_;
  std::vector<Split> splits_;
  std::vector<MessageId> considered_;
  std::vector<MessageId> merged_;
};

}  // namespace engine
