// The object itself: what one operation after the other does to it. Everything that the checker
// finds is looked at again with this, which shares nothing with the search.
#pragma once

#include "checker/linearizability/history.hpp"

namespace linearizability {

// A value as the model takes it: nil is empty text in a key/value store.
[[nodiscard]] Value taken_as(const Value& value, Model model);

class Object {
 public:
  explicit Object(Model model) : model_(model), value_(taken_as(Value{}, model)) {}

  // Does what the operation asks for, whatever its client was told.
  void perform(const Operation& operation);
  // Whether its client was told, or may have been, what the object says now.
  [[nodiscard]] bool agrees(const Operation& operation) const;
  [[nodiscard]] const Value& value() const { return value_; }

 private:
  Model model_;
  Value value_;
};

}  // namespace linearizability
