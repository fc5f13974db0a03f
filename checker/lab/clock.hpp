// Virtual time, in whole microseconds, and what is to happen when. Nothing here waits for anything:
// a run's hours are as short as its events are few.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

namespace lab {

using Time = std::int64_t;  // microseconds since the run began, or between two moments

inline constexpr Time kNever = INT64_MAX;

constexpr Time micros(std::int64_t n) { return n; }
constexpr Time millis(std::int64_t n) { return n * 1000; }
constexpr Time seconds(std::int64_t n) { return n * 1'000'000; }

// Something that will happen: a tag and two numbers, whose meaning is the owner's.
struct Event {
  Time time = 0;
  std::uint64_t order = 0;  // of scheduling: what happens at one time happens in this order
  std::uint64_t payload = 0;
  std::uint32_t about = 0;
  std::uint32_t tag = 0;
};

class Agenda {
 public:
  [[nodiscard]] Time now() const { return now_; }
  [[nodiscard]] bool empty() const { return heap_.empty(); }
  // When the next event is due. Precondition: not empty.
  [[nodiscard]] Time next_time() const { return heap_.front().time; }

  // Not before now: time does not go back.
  void add(Time time, std::uint32_t tag, std::uint32_t about, std::uint64_t payload) {
    heap_.push_back({std::max(time, now_), next_order_++, payload, about, tag});
    std::push_heap(heap_.begin(), heap_.end(), IsLater{});
  }
  // Takes the next event and moves the clock to it. Precondition: not empty.
  Event next() {
    std::pop_heap(heap_.begin(), heap_.end(), IsLater{});
    const Event event = heap_.back();
    heap_.pop_back();
    now_ = event.time;
    return event;
  }

 private:
  struct IsLater {
    bool operator()(const Event& a, const Event& b) const {
      return a.time != b.time ? a.time > b.time : a.order > b.order;
    }
  };

  std::vector<Event> heap_;
  std::uint64_t next_order_ = 0;
  Time now_ = 0;
};

}  // namespace lab
