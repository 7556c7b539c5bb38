#include "estate/secret_injection.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <nlohmann/json.hpp>

namespace acr {
namespace {

using nlohmann::json;
using Names = std::vector<std::string>;

ServiceAccount make_account(std::string name, Names secrets) {
  ServiceAccount account;
  account.name_space = "shop";
  account.name = std::move(name);
  account.pull_secrets = std::move(secrets);
  return account;
}

PodRequest make_pod(std::string account, Names secrets) {
  PodRequest pod;
  pod.name_space = "shop";
  pod.service_account = std::move(account);
  pod.pull_secrets = std::move(secrets);
  return pod;
}

TEST(AccountName, DefaultStandsForNone) {
  EXPECT_EQ(account_name(""), "default");
  EXPECT_EQ(account_name("builder"), "builder");
}

TEST(Admit, TheAccountsSecretsReplaceAnEmptyList) {
  const ServiceAccount account = make_account("default", {"a", "b"});
  EXPECT_EQ(admit(make_pod("", {}), &account).value(), (AdmittedPod{"default", {"a", "b"}}));
  EXPECT_EQ(admit(make_pod("", {"own"}), &account).value(), (AdmittedPod{"default", {"own"}}));
  const ServiceAccount builder = make_account("builder", {});
  EXPECT_EQ(admit(make_pod("builder", {}), &builder).value(), (AdmittedPod{"builder", {}}));
}

TEST(Admit, UpdatesAndMirrorPodsStayAsTheyAre) {
  const ServiceAccount account = make_account("default", {"a"});
  PodRequest update = make_pod("", {});
  update.created = false;
  EXPECT_EQ(admit(update, &account).value(), (AdmittedPod{"", {}}));
  PodRequest mirror = make_pod("", {});
  mirror.mirror = true;
  EXPECT_EQ(admit(mirror, &account).value(), (AdmittedPod{"", {}}));
  mirror.pull_secrets = {"a"};
  EXPECT_EQ(admit(mirror, &account).error(), "a mirror pod may not reference secrets");
  mirror.service_account = "default";
  EXPECT_EQ(admit(mirror, &account).error(), "a mirror pod may not reference service accounts");
}

TEST(Admit, RefusesWhatTheAccountDoesNotAllow) {
  EXPECT_EQ(admit(make_pod("nope", {}), nullptr).error(),
            "error looking up service account shop/nope: serviceaccount \"nope\" not found");
  const ServiceAccount account = make_account("default", {"a"});
  EXPECT_TRUE(admit(make_pod("", {"a"}), &account, true));
  EXPECT_TRUE(admit(make_pod("", {}), &account, true));
  EXPECT_TRUE(admit(make_pod("", {"a", "b"}), &account, false));
  EXPECT_EQ(admit(make_pod("", {"a", "b"}), &account, true).error(),
            "imagePullSecrets[1].name=\"b\" is not allowed because service account default does "
            "not reference that imagePullSecret");
}

TEST(AdmitVectors, ServiceAccountAdmission) {
  const char* folder = std::getenv("ACR_SHARED_DATA");
  const std::filesystem::path root = folder ? folder : ACR_SOURCE_DIR "/../shared/data";
  std::ifstream file(root / "vectors" / "sa_image_pull_secrets.json");
  if (!file) GTEST_SKIP() << "the reference data is absent: sa_image_pull_secrets.json";
  const json document = json::parse(file);
  for (const json& c : document.at("cases")) {
    SCOPED_TRACE(c.at("name").get<std::string>());
    const json& given = c.at("pod");
    PodRequest pod =
        make_pod(given.value("serviceAccountName", ""), given.value("imagePullSecrets", Names()));
    pod.mirror = given.value("annotations", json::object()).contains("kubernetes.io/config.mirror");
    pod.created = c.at("operation") == "CREATE";

    const std::string name(account_name(pod.service_account));
    ServiceAccount account;
    const ServiceAccount* found = nullptr;
    bool only_listed = false;
    if (const json& accounts = c.at("service_accounts"); accounts.contains(name)) {
      const json& entry = accounts.at(name);
      account = make_account(name, entry.value("imagePullSecrets", Names()));
      found = &account;
      only_listed = entry.value("annotations", json::object())
                        .value("kubernetes.io/enforce-mountable-secrets", "") == "true";
    }
    const auto admitted = admit(pod, found, only_listed);
    if (c.contains("error_contains")) {
      ASSERT_FALSE(admitted);
      EXPECT_NE(admitted.error().find(c.at("error_contains").get<std::string>()), std::string::npos)
          << admitted.error();
    } else {
      ASSERT_TRUE(admitted) << admitted.error();
      EXPECT_EQ(admitted->pull_secrets, c.at("imagePullSecrets_after").get<Names>());
      EXPECT_EQ(admitted->service_account, c.at("serviceAccountName_after").get<std::string>());
    }
  }
}

}  // namespace
}  // namespace acr
