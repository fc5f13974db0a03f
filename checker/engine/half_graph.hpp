// The memoised steps of cluster halves: the graph that both searches walk.
//
// A search takes the same few thousand steps millions of times. Each is computed once by the model,
// canonicalised, and kept as an Edge of 20 bytes; the rest of what is known of it (what a report
// needs, not a search) lies apart.
#pragma once

#include <vector>

#include "checker/engine/model.hpp"
#include "checker/engine/search.hpp"

namespace engine {

struct Edge {
  HalfId next = kNone;       // canonical; kNone: not possible
  SendsId sends = kNoSends;  // in the names before `renaming`
  Renaming renaming = 0;     // turns what the step leads to into the canonical names
  std::uint16_t action = 0;
  bool is_loop = false;   // the half stays exactly as it is
  bool has_ties = false;  // the next half has automorphisms
  bool is_news = false;   // taking it fires a witness for the first time, or violates something
};

// What only reports need.
struct EdgeDetail {
  std::uint32_t label = 0;
  MessageId message = kNone;
  bool keep_copy = false;
  std::uint32_t witnesses = 0;
  std::uint32_t violation = 0;
  std::uint16_t cut_off_by = 0;
};

class HalfGraph {
 public:
  explicit HalfGraph(Model& model) : model_(model) {}

  [[nodiscard]] Model& model() { return model_; }

  // The steps of `half` that consume no message; a range of edge ids. Canonical halves only.
  struct EdgeRange {
    EdgeId first = 0;
    EdgeId last = 0;  // one past the end
  };
  EdgeRange internal(HalfId half) {
    if (half >= rows_.size() || !rows_[half].expanded) expand(half);
    return rows_[half].internal;
  }
  // The step of receiving a message. Precondition: internal(half) was called.
  EdgeId delivery(HalfId half, MessageId message) {
    const auto& known = rows_[half].deliveries;
    if (message < known.size() && known[message] != kNone) return known[message];
    return add_delivery(rows_[half].deliveries, half, message, false);
  }
  // The same, a copy staying on the network.
  EdgeId duplicate_delivery(HalfId half, MessageId message) {
    const auto& known = rows_[half].duplicates;
    if (message < known.size() && known[message] != kNone) return known[message];
    return add_delivery(rows_[half].duplicates, half, message, true);
  }

  [[nodiscard]] const Edge& edge(EdgeId id) const { return edges_[id]; }
  [[nodiscard]] const EdgeDetail& detail(EdgeId id) const { return details_[id]; }

  // Notes that a step was taken whose `is_news` is set. Returns what it violates, or 0.
  std::uint32_t take_news(EdgeId id);
  [[nodiscard]] std::uint32_t witnesses() const { return witnesses_; }

  // Adds `times` to the counts of the bounds that forbid internal steps of `half`.
  void count_cut_off(HalfId half, std::uint64_t times, std::vector<std::uint64_t>& counts) const {
    for (const std::uint16_t bound : rows_[half].cut_off) counts[bound] += times;
  }

 private:
  struct Row {
    EdgeRange internal;
    bool expanded = false;
    std::vector<EdgeId> deliveries;  // by message; kNone: not asked yet
    std::vector<EdgeId> duplicates;
    std::vector<std::uint16_t> cut_off;  // bounds that forbid internal steps, once for each step
  };

  void expand(HalfId half);
  EdgeId add(HalfId half, const Step& step, MessageId message, bool keep_copy);
  EdgeId add_delivery(std::vector<EdgeId>& row, HalfId half, MessageId message, bool keep_copy);

  Model& model_;
  std::vector<Row> rows_;
  std::vector<Edge> edges_;
  std::vector<EdgeDetail> details_;
  std::vector<Step> scratch_;
  std::uint32_t witnesses_ = 0;
};

}  // namespace engine
