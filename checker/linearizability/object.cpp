#include "checker/linearizability/object.hpp"

namespace linearizability {

Value taken_as(const Value& value, Model model) {
  const bool is_nil = std::holds_alternative<std::monostate>(value);
  return is_nil && model == Model::KeyValue ? Value(std::string()) : value;
}

void Object::perform(const Operation& operation) {
  switch (operation.kind) {
    case Kind::Read:
      break;
    case Kind::Write:
      value_ = taken_as(operation.argument, model_);
      break;
    case Kind::Append:
      std::get<std::string>(value_) += std::get<std::string>(taken_as(operation.argument, model_));
      break;
    case Kind::Cas:
      if (value_ == operation.expected) value_ = operation.argument;
      break;
  }
}

bool Object::agrees(const Operation& operation) const {
  if (operation.outcome == Outcome::Unknown) return true;
  if (operation.kind == Kind::Read) {
    return !operation.result || taken_as(*operation.result, model_) == value_;
  }
  if (operation.kind != Kind::Cas) return true;
  return (value_ == operation.expected) == (operation.outcome == Outcome::Ok);
}

}  // namespace linearizability
