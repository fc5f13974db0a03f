#include "checker/cli/json_parts.hpp"

#include "spec/witness.hpp"

namespace cli {

Json value_json(const std::string& value) {
  if (value == "unlimited") return nullptr;
  const Json parsed = Json::parse(value, nullptr, /*allow_exceptions=*/false);
  return parsed.is_number() ? parsed : Json(value);
}

Json witnesses_json(spec::WitnessSet fired) {
  Json json = Json::object();
  for (std::size_t i = 0; i < spec::kWitnessCount; ++i) {
    json[to_string(static_cast<spec::Witness>(i))] = (fired >> i & 1U) != 0;
  }
  return json;
}

Json named(const std::vector<std::string>& names, const std::vector<std::uint64_t>& counts) {
  Json json = Json::object();
  for (std::size_t i = 0; i < names.size(); ++i) json[names[i]] = counts[i];
  return json;
}

}  // namespace cli
