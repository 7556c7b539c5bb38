#include "cli/policy_file.h"

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

namespace acr {
namespace {

constexpr std::string_view kWhole = R"(# what team platform decided
checks:
  skip: [image-is-*]
severities:
  admin-user-disabled: medium
fail-on: medium
expects:
  approved-registries: [Contosoprod.azurecr.io, docker.io/library]
  approved-regions: [westeurope]
  private-registries: ["*prod"]
  credential-days-left: 14
  quota-percent: 90
annotations: true
exceptions:
  - check: admin-user-disabled
    resource: "*/registries/contosodev"
    reason: a build agent signs in with it
    owner: team-build
    expires: 2026-12-31
    ticket: OPS-12
)";

TEST(PolicyFile, ReadsAllOfIt) {
  const auto file = parse_policy("acr-doctor.yaml", kWhole);
  ASSERT_TRUE(file) << file.error().text << file.error().hint;
  const Policy& policy = file->policy;
  EXPECT_EQ(policy.skip, std::vector<std::string>{"image-is-*"});
  EXPECT_EQ(policy.severity.at("admin-user-disabled"), Severity::medium);
  EXPECT_EQ(file->fail_on, std::optional(std::optional(Severity::medium)));
  EXPECT_EQ(policy.expects.approved_registries,
            (std::vector<std::string>{"contosoprod.azurecr.io", "docker.io/library"}));
  EXPECT_EQ(policy.expects.credential_days_left, std::chrono::days(14));
  EXPECT_EQ(policy.expects.quota_percent, 90);
  EXPECT_TRUE(policy.annotations);
  ASSERT_EQ(policy.exceptions.size(), 1U);
  const Exception& exception = policy.exceptions[0];
  EXPECT_EQ(exception.owner, "team-build");
  EXPECT_EQ(format_day(exception.expires), "2026-12-31");
  EXPECT_EQ(exception.source, "acr-doctor.yaml:15");
}

TEST(PolicyFile, AMistakeIsALineAWordAndAHint) {
  const struct {
    const char* text;
    const char* error;
    const char* hint;
  } cases[] = {
      {"check:\n  only: []\n", "p.yaml:1: the policy has no key 'check'", "did you mean checks?"},
      {"\n\nexpects:\n  approved-region: [x]\n", "p.yaml:4: expects has no key 'approved-region'",
       "did you mean approved-regions?"},
      {"severities:\n  admin-user-disable: low\n",
       "p.yaml:2: no check is named 'admin-user-disable'", "did you mean admin-user-disabled?"},
      {"severities:\n  admin-user-disabled: grave\n",
       "p.yaml:2: expected critical, high, medium or low", ""},
      {"severities:\n  admin-*: low\n", "p.yaml:2: expected the id of one check, without wildcards",
       ""},
      {"fail-on: nothing\n", "p.yaml:1: expected critical, high, medium or low", ""},
      {"exceptions:\n  - check: admin-user-disabled\n    resource: x\n    reason: because\n    "
       "owner: "
       "z\n",
       "p.yaml:2: an exception needs the key 'expires'", ""},
      {"exceptions:\n  - check: admin-user-disabled\n    resource: x\n    reason: because\n    "
       "owner: z\n"
       "    expires: soon\n",
       "p.yaml:6: expected a day, as 2026-12-31", ""},
      {"exceptions:\n  - check: nonsense-check\n", "p.yaml:2: no check is named 'nonsense-check'",
       "the list: acr-doctor checks"},
      {"expects:\n  approved-registries:\n    - a.azurecr.io\n    - '*.azurecr.io'\n",
       "p.yaml:4: expected a host, with a path where it is narrower, and no wildcard",
       "for example contoso.azurecr.io or docker.io/library"},
      {"expects:\n  quota-percent: 140\n", "p.yaml:2: expected a whole number from 1 to 100", ""},
      {"- a\n", "p.yaml:1: expected the policy to be keys with values", ""},
      {"a: b\n---\nc: d\n", "p.yaml:2: a policy file holds one document", ""},
  };
  for (const auto& test : cases) {
    const auto file = parse_policy("p.yaml", test.text);
    ASSERT_FALSE(file) << test.text;
    EXPECT_EQ(file.error().text, test.error) << test.text;
    EXPECT_EQ(file.error().hint, test.hint) << test.text;
  }
  EXPECT_FALSE(parse_policy("p.yaml", "checks: [\n"));
  EXPECT_TRUE(parse_policy("p.yaml", "# nothing yet\n"));
  EXPECT_FALSE(parse_policy("p.yaml", std::string((1U << 20) + 1, ' ')));
  EXPECT_FALSE(parse_policy("p.yaml", std::string(100'000, '[')));
}

// What editors are told is what is read.
TEST(PolicyFile, TheSchemaKnowsTheSameKeys) {
  std::ifstream stream(ACR_SOURCE_DIR "/docs/acr-doctor.schema.json");
  const auto schema = nlohmann::json::parse(stream, nullptr, false);
  ASSERT_TRUE(schema.is_object());
  const auto keys = [](const nlohmann::json& object) {
    std::set<std::string> names;
    for (const auto& [name, unused] : object["properties"].items()) names.insert(name);
    return names;
  };
  EXPECT_EQ(keys(schema), (std::set<std::string>{"checks", "severities", "fail-on", "expects",
                                                 "exceptions", "annotations"}));
  const auto& parts = schema["properties"];
  EXPECT_EQ(keys(parts["expects"]),
            (std::set<std::string>{"approved-registries", "approved-regions", "private-registries",
                                   "credential-days-left", "quota-percent"}));
  EXPECT_EQ(keys(parts["exceptions"]["items"]),
            (std::set<std::string>{"check", "resource", "reason", "owner", "expires", "ticket"}));
  EXPECT_EQ(keys(parts["checks"]), (std::set<std::string>{"only", "skip"}));
}

}  // namespace
}  // namespace acr
