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
//
// Threads: between two calls of settle(), which is for one thread while no other is here, all may
// ask for images and learn. What is learned of parts and messages is written under a lock and not
// changed until settle(); the arrows that a thread learns wait in its own Lessons.
#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "checker/engine/interner.hpp"
#include "checker/engine/memory_pool.hpp"
#include "checker/engine/message_names.hpp"

namespace engine {

class Relevance {
 public:
  Relevance(HalfGraph& graph, MessageNames& names);

  // The arrows that one thread has learned.
  class Lessons {
    friend class Relevance;
    FlatMap known_;
    std::vector<std::uint64_t> fresh_;  // since settle()
  };
  // What one thread uses while it asks for an image.
  using Considered = std::vector<MessageId>;

  // False: the model does not tell of parts. Then every message is its own image.
  [[nodiscard]] bool is_active() const { return !slots_.empty(); }

  // Makes the parts of a half known. Once a half.
  void learn_half(HalfId half);
  // The parts of a half that was made known.
  [[nodiscard]] std::span<const NamedPart> parts_of(HalfId half) const {
    return half_parts_.span(std::size_t{half} * slots_.size(), slots_.size());
  }
  // A step turns the one half's parts into the other's, which `renaming` turned into its names.
  void learn_step(HalfId from, HalfId to, Renaming renaming, Lessons& lessons);

  // The least message that is as good as this one, in a half with these parts; kNone if dead.
  MessageId image(std::span<const NamedPart> parts, MessageId message, Considered& considered);

  // Whether so much was learned since settle() that it is worth its time now.
  [[nodiscard]] bool is_due() const {
    return news_.load(std::memory_order_relaxed) * kPatience >
           known_.load(std::memory_order_relaxed);
  }
  [[nodiscard]] bool has_news() const { return news_.load(std::memory_order_relaxed) != 0; }
  // Draws all conclusions from what was learned. Only here do the images change. `is_cut_short` is
  // asked for every part that is looked at; where it says true, nothing is concluded yet and the
  // result is false.
  bool settle(std::span<Lessons* const> lessons, const std::function<bool()>& is_cut_short);
  // Checkpoints: `halves` are those that were made known, in an order that load() is given too,
  // after they were made known again. What is not concluded yet goes to `lessons`.
  void save(ArchiveWriter& writer, std::span<const HalfId> halves,
            std::span<Lessons* const> lessons) const;
  void load(ArchiveReader& reader, std::span<const HalfId> halves, Lessons& lessons);

  // How often conclusions changed so far; and when images at a half with these parts did.
  [[nodiscard]] std::uint32_t time() const { return time_; }
  [[nodiscard]] std::uint32_t changed_at(std::span<const NamedPart> parts) const {
    std::uint32_t latest = 0;
    for (const NamedPart& named : parts) latest = std::max(latest, changed_at_[named.part]);
    return latest;
  }

 private:
  static constexpr std::uint64_t kPatience = 3;
  // Two parts, or lists, and a renaming of 10 bits are one key.
  static constexpr std::uint32_t kPartsMax = 1U << 27U;
  static std::uint64_t key_of(std::uint32_t from, std::uint32_t to, Renaming names) {
    return (std::uint64_t{from} << 37U) | (std::uint64_t{to} << 10U) | names;
  }

  // What is concluded of the messages to a part, by their index among those to its slot.
  struct Facts {
    explicit Facts(std::pmr::memory_resource* memory)
        : like(memory), moves(memory), answers(memory) {}
    std::pmr::vector<std::uint32_t> like;     // index of the least that is as good
    std::pmr::vector<std::uint8_t> moves;     // may change something some time
    std::pmr::vector<std::uint32_t> answers;  // what it may be answered by without: of lists_
    bool operator==(const Facts&) const = default;
  };
  struct Arrow {
    PartId to = kNone;
    Renaming names = 0;  // from those of `to` to those of the part it starts at
  };
  struct Part {
    explicit Part(std::pmr::memory_resource* memory) : own(memory), facts(memory), images(memory) {}
    std::size_t slot = kNone;
    std::vector<std::uint32_t> outcomes;
    Facts own;  // by the reactions of this very part
    Facts facts;
    // By index, in this part's names: what `facts` say in short.
    std::pmr::vector<MessageId> images;
    std::vector<Arrow> arrows;
    std::vector<PartId> before;
    std::vector<Renaming> automorphisms;
  };
  // Where a message stands among those to its slot.
  struct Address {
    std::uint32_t slot = 0;
    std::uint32_t index = 0;
  };
  // Among the images: the message matters if one that it may be answered by does.
  static constexpr MessageId kIfAnswersMatter = kNone - 1;
  // A message, told in the names of the part that it is addressed to.
  struct Told {
    const Part& part;
    Renaming renaming = 0;  // from the half's names to the part's
    std::uint32_t index = 0;
    [[nodiscard]] MessageId image() const { return part.images[index]; }
    // News for the part, so that nothing is known of it.
    [[nodiscard]] bool is_news() const { return index >= part.images.size(); }
  };
  [[nodiscard]] Told tell(std::span<const NamedPart> parts, MessageId message) const {
    const NamedPart& named = parts[addresses_[message].slot];
    return {parts_[named.part], named.renaming,
            indices_[std::size_t{message} * names_.renamings() + named.renaming]};
  }

  // These three under mutex_, or in settle().
  void learn_messages();
  void learn_part(PartId id);
  // Asks for the reactions to messages that were not asked for yet.
  void react(PartId id);
  void note_arrow(PartId from, PartId to, Renaming names, Lessons& lessons);
  void add_arrow(std::uint64_t key);
  // By part: what was concluded of it before, where it is looked at again.
  using Former = std::vector<std::optional<Facts>>;
  // The parts to begin with. New arrows can only add to what matters and split what was alike, so
  // the conclusions stand until something follows from them. A new message may be like others
  // that were split from one another before it was there: then all is concluded anew.
  std::vector<PartId> reopen(Former& former);
  // The least fixpoint and the greatest, over all arrows; false if it was cut short.
  bool conclude(std::vector<PartId>& pending, Former& former,
                const std::function<bool()>& is_cut_short);
  // Draws in what follows from one arrow; whether anything did.
  bool follow(Part& part, const Arrow& arrow);
  // The least of the messages met that have been alike so far and are alike there.
  std::uint32_t least_like(std::uint32_t at, std::uint32_t like, std::uint32_t there);
  std::uint32_t joined(std::uint32_t a, std::uint32_t b, Renaming names);
  void note_changes(const Former& former);
  void find_images(Part& part);
  bool do_answers_matter(std::span<const NamedPart> parts, MessageId message, const Told& told,
                         Considered& considered);
  [[nodiscard]] bool is_known(MessageId message) const {
    return message < message_count_.load(std::memory_order_acquire);
  }

  // Apart from the rest, which is read all the time. Taken before the model's, where both are.
  alignas(64) std::mutex mutex_;
  std::atomic<std::uint64_t> known_{0};  // parts and arrows
  std::atomic<std::uint64_t> news_{0};

  alignas(64) HalfGraph& graph_;
  MessageNames& names_;
  std::uint32_t time_ = 0;
  std::vector<ReservedArray<MessageId>> slots_;  // the messages addressed to each slot
  ReservedArray<Address> addresses_;             // of the messages
  ReservedArray<std::uint32_t> indices_;         // of the messages under each renaming
  std::atomic<std::uint32_t> message_count_{0};  // that are known under all their names
  ReservedArray<NamedPart> half_parts_;          // by half and slot
  MemoryPool pool_;                              // of the facts
  ReservedArray<Part> parts_;
  ReservedArray<std::atomic<bool>> is_learned_;  // by part; more than parts_ has: not learned
  ReservedArray<std::uint32_t> changed_at_;      // by part
  SequenceInterner<MessageId> lists_;
  FlatMap joined_;  // of two lists and the names of the second
  FlatMap arrow_index_;
  std::vector<std::uint64_t> unsettled_;  // arrows of which nothing is concluded yet
  std::size_t concluded_messages_ = 0;    // how many there were when conclusions were drawn

  // Scratch.
  struct Split {
    std::uint32_t there;
    std::uint32_t first;
    std::uint32_t other;  // of the same former class; kNone: none
  };
  std::vector<std::uint32_t> heads_;
  std::vector<std::uint32_t> like_before_;
  std::vector<Split> splits_;
  std::vector<MessageId> merged_;
};

}  // namespace engine
