#include "checker/models/catalogue.hpp"

#include <gtest/gtest.h>

#include "checker/models/search_model.hpp"

namespace models {
namespace {

// What the catalogue says of bad input.
std::string complaint(const std::string& model, const std::string& variant,
                      const Settings& settings) {
  try {
    const ModelEntry& entry = model_named(model);
    make_model(entry, settings_of(entry, variant, settings));
  } catch (const BadSetting& bad) {
    return bad.what();
  }
  return "";
}

TEST(Catalogue, EveryVariantOfEveryModelCanBeMade) {
  for (const ModelEntry& entry : catalogue()) {
    EXPECT_EQ(complaint(entry.name, "", {}), "");
    for (const Variant& variant : entry.variants) {
      EXPECT_EQ(complaint(entry.name, variant.name, {}), "") << variant.name;
    }
  }
}

TEST(Catalogue, SettingsOverrideTheVariantWhichOverridesTheDefaults) {
  const ModelEntry& entry = model_named("raft-tla");
  const Settings settings =
      settings_of(entry, "election-3-beyond", {{"max_term", "4"}, {"values", "2"}});
  EXPECT_EQ(settings.at("max_term"), "4");
  EXPECT_EQ(settings.at("max_client_requests"), "0");
  EXPECT_EQ(settings.at("values"), "2");
  EXPECT_EQ(settings.at("servers"), "3");
}

TEST(Catalogue, BadInputIsRefusedWithWhatToGive) {
  EXPECT_EQ(complaint("raft", "", {}),
            "no such model: raft; there are raft-tla, jugs, hanoi, tiles");
  EXPECT_EQ(complaint("jugs", "two", {}), "jugs has no variants, only parameters");
  EXPECT_NE(complaint("raft-tla", "three", {}).find("no variant three; there are replication-3"),
            std::string::npos);
  EXPECT_NE(complaint("raft-tla", "", {{"terms", "2"}}).find("no parameter terms; there are"),
            std::string::npos);
  EXPECT_EQ(complaint("raft-tla", "", {{"servers", "8"}}),
            "servers=8: give a whole number from 1 to 7");
  EXPECT_EQ(complaint("raft-tla", "", {{"servers", "3x"}}),
            "servers=3x: give a whole number from 1 to 7");
  EXPECT_NE(complaint("raft-tla", "", {{"servers", "7"}}).find("symmetry"), std::string::npos);
  EXPECT_EQ(complaint("raft-tla", "", {{"servers", "7"}, {"symmetry", "off"}}), "");
  EXPECT_EQ(complaint("raft-tla", "", {{"quorum", "4"}}),
            "quorum=4: give a whole number from 1 to 3, or majority");
  EXPECT_EQ(complaint("raft-tla", "", {{"restart", "yes"}}), "restart=yes: give on or off");
  for (const char* drop : {"", "votes", "vote-request+", "vote-request,vote-reply", "+"}) {
    EXPECT_NE(complaint("raft-tla", "", {{"drop", drop}}), "") << drop;
  }
  for (const char* drop : {"all", "none", "vote-request", "vote-reply+append-reply"}) {
    EXPECT_EQ(complaint("raft-tla", "", {{"drop", drop}}), "") << drop;
  }
}

}  // namespace
}  // namespace models
