#include "live/azure_credential.h"

#include <deque>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include "scratch.h"

namespace acr {
namespace {

const Instant kNow = *parse_time("2026-06-01T12:00:00Z");
constexpr std::string_view kCanary = "cAnArY-5ecret";

// Answers calls from a function, later than they are asked, as the loop does.
class Finding : public testing::Test {
 protected:
  Scratch scratch;
  Environment environment{{{"PATH", scratch.path("bin") + ":/usr/bin:/bin"}}};
  Instant now = kNow;
  std::function<Answer(const Call&)> answer = [](const Call&) { return silence(); };
  std::deque<std::pair<Call, std::function<void(Answer)>>> open;
  std::vector<std::string> asked;
  std::optional<AzureCredential> credential;

  static Answer silence() {
    Answer answer;
    answer.failure = Failure::timeout;
    answer.detail = "no connection";
    return answer;
  }
  static Answer reply(int status, std::string body) {
    Answer answer;
    answer.status = status;
    answer.body = std::move(body);
    return answer;
  }
  static Answer token(std::string_view text, int seconds = 3600) {
    return reply(200, fmt::format(R"({{"access_token":"{}","expires_in":{}}})", text, seconds));
  }

  void make(AuthChoice choice = AuthChoice::automatic) {
    credential.emplace(
        credential_sources(environment, azure_clouds()[0], choice), azure_clouds()[0],
        AzureCredential::World{.ask =
                                   [this](Call call, std::function<void(Answer)> done) {
                                     asked.push_back(call.url.substr(0, call.url.find('?')));
                                     open.emplace_back(std::move(call), std::move(done));
                                   },
                               .now = [this] { return now; },
                               .environment = &environment});
  }
  void run() {
    while (!open.empty()) {
      auto [call, done] = std::move(open.front());
      open.pop_front();
      done(answer(call));
    }
  }
  // The token, or the error.
  std::string find(Audience audience = Audience::arm, const std::string& tenant = {}) {
    std::string result = "nothing";
    credential->find(audience, tenant, [&](std::expected<const Token*, TokenError> found) {
      result = found ? std::string((*found)->text.view()) : found.error().text;
    });
    run();
    return result;
  }
  void set_application() {
    environment.set("AZURE_TENANT_ID", "t");
    environment.set("AZURE_CLIENT_ID", "c");
    environment.set("AZURE_CLIENT_SECRET", kCanary);
  }
};

TEST_F(Finding, WhenNobodyGivesOneEachSaysWhy) {
  environment.set("PATH", scratch.path("bin"));
  scratch.script("bin/azd",
                 "echo 'ERROR: not logged in, run `azd auth login` to login' >&2; exit 1");
  make();
  EXPECT_EQ(find(),
            "no source gave a token for Azure Resource Manager:\n"
            "  environment (client secret): AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_CLIENT_SECRET "
            "are not set\n"
            "  workload identity: AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_FEDERATED_TOKEN_FILE are "
            "not set\n"
            "  managed identity (IMDS): no metadata service here (no connection)\n"
            "  az: az is not on PATH\n"
            "  azd: nobody is signed in; azd auth login");
  EXPECT_EQ(asked.size(), 1U) << "the probe alone";
  EXPECT_EQ(credential->source(), nullptr);
  find();
  EXPECT_EQ(credential->reasons().size(), 5U) << "those of the last time";
}

TEST_F(Finding, FromTheCommandLine) {
  scratch.script("bin/az", R"(echo "$*" >>")" + scratch.path("log") + R"("
[ "$4" = json ] || exit 9
echo '{"accessToken":"from-az","expires_on":1780319045,"tenant":"T"}')");
  make(AuthChoice::azure_cli);
  EXPECT_EQ(find(), "from-az");
  EXPECT_EQ(find(), "from-az");
  EXPECT_EQ(scratch.read("log"),
            "account get-access-token --output json --resource https://management.azure.com/\n")
      << "asked once, then kept";
  EXPECT_EQ(find(Audience::graph, "other"), "from-az");
  EXPECT_EQ(credential->source()->kind, CredentialSource::Kind::azure_cli);
}

TEST_F(Finding, ARefusedApplicationHidesNobodyBehindIt) {
  set_application();
  make();
  answer = [](const Call&) {
    return reply(
        401,
        R"({"error":"invalid_client","error_description":"AADSTS7000222: The provided client secret keys for app 'c' are expired. Visit x","error_codes":[7000222]})");
  };
  const std::string text = find();
  EXPECT_TRUE(text.starts_with(
      "no source gave a token for Azure Resource Manager:\n"
      "  environment (client secret): AADSTS7000222: The provided client secret keys for app 'c' "
      "are "
      "expired; the client secret has expired: az ad app credential reset --id CLIENT_ID\n"
      "  not asked, since environment (client secret) is set up and gave none: workload identity"))
      << text;
  EXPECT_EQ(asked,
            std::vector<std::string>{"https://login.microsoftonline.com/t/oauth2/v2.0/token"});
  EXPECT_EQ(text.find(kCanary), std::string::npos);
}

TEST_F(Finding, TheSourceThatAnsweredServesTheWholeRun) {
  answer = [&](const Call& call) {
    if (call.url.find('?') == std::string::npos) return reply(400, "");  // the probe
    if (call.url.find("graph") != std::string::npos) return reply(403, "");
    return token("from-imds");
  };
  scratch.script("bin/az", R"(echo '{"accessToken":"from-az"}')");
  make();
  EXPECT_EQ(find(), "from-imds");
  EXPECT_EQ(find(Audience::graph),
            "no token for Microsoft Graph: managed identity (IMDS): it answered 403")
      << "az is somebody else";
  EXPECT_EQ(credential->source()->kind, CredentialSource::Kind::imds);
}

TEST_F(Finding, ManyAskAtOnceAndOneLooks) {
  set_application();
  make();
  answer = [](const Call& call) {
    return token(call.secret_body.view().find("graph") != std::string_view::npos ? "graph" : "arm");
  };
  std::vector<std::string> found;
  for (const Audience audience : {Audience::arm, Audience::graph, Audience::arm, Audience::graph})
    credential->find(audience, "", [&](std::expected<const Token*, TokenError> one) {
      found.emplace_back(one ? (*one)->text.view() : "error");
    });
  EXPECT_EQ(open.size(), 1U);
  run();
  EXPECT_EQ(found, (std::vector<std::string>{"arm", "arm", "graph", "graph"}));
  EXPECT_EQ(asked.size(), 2U);
}

TEST_F(Finding, AllWhoWaitHearOfTheFailure) {
  environment.set("PATH", "");
  make();
  int errors = 0;
  for (const Audience audience : {Audience::arm, Audience::graph, Audience::registry})
    credential->find(audience, "", [&](const std::expected<const Token*, TokenError>& one) {
      errors += one ? 0 : 1;
    });
  run();
  EXPECT_EQ(errors, 3);
}

TEST_F(Finding, TokensAreRenewedBeforeTheirEndAndWhenForgotten) {
  set_application();
  make();
  int count = 0;
  answer = [&](const Call&) { return token(fmt::format("t{}", ++count)); };
  EXPECT_EQ(find(), "t1");
  now += std::chrono::minutes(54);
  EXPECT_EQ(find(), "t1");
  now += std::chrono::minutes(2);
  EXPECT_EQ(find(), "t2");
  credential->forget(Audience::arm, "");
  EXPECT_EQ(find(), "t3");
}

TEST_F(Finding, ArcAsksTwice) {
  environment.set("IDENTITY_ENDPOINT", "http://localhost:40342/metadata/identity/oauth2/token");
  environment.set("IMDS_ENDPOINT", "http://localhost:40342");
  auto sources = credential_sources(environment, azure_clouds()[0], AuthChoice::managed_identity);
  sources[0].key_folder = scratch.path("tokens");
  const std::string key = scratch.write("tokens/a.key", kCanary);
  std::vector<std::string> authorizations;
  credential.emplace(
      std::move(sources), azure_clouds()[0],
      AzureCredential::World{.ask =
                                 [&](Call call, const std::function<void(Answer)>& done) {
                                   authorizations.emplace_back(call.authorization.view());
                                   Answer challenge = reply(401, "");
                                   challenge.headers["www-authenticate"] = "Basic realm=" + key;
                                   done(call.authorization.empty() ? std::move(challenge)
                                                                   : token("from-arc"));
                                 },
                             .now = [this] { return now; }});
  EXPECT_EQ(find(), "from-arc");
  EXPECT_EQ(authorizations, (std::vector<std::string>{"", "Basic " + std::string(kCanary)}));
}

TEST_F(Finding, CancelledIsTheEnd) {
  make();
  answer = [](const Call&) {
    Answer cancelled = silence();
    cancelled.failure = Failure::cancelled;
    return cancelled;
  };
  scratch.script("bin/az", R"(touch ")" + scratch.path("ran") + "\"");
  EXPECT_EQ(find(), "no metadata service here (no connection)");
  EXPECT_FALSE(std::filesystem::exists(scratch.path("ran")));
}

// Whatever a service or a program says: what we know to be secret is told nowhere.
TEST_F(Finding, CredentialsAreInNoError) {
  set_application();
  const std::string canary(kCanary);
  for (const std::string& body :
       {canary, R"({"error":")" + canary + "\"}", R"({"access_token":")" + canary + "\\n\"}",
        R"({"error":"x","error_description":"secret )" + canary + " is wrong\"}",
        R"({"access_token":")" + canary + "\"} x"}) {
    for (const int status : {200, 400}) {
      answer = [&](const Call&) { return reply(status, body); };
      make(AuthChoice::environment);
      EXPECT_EQ(find().find(canary), std::string::npos) << body << status;
    }
  }
}

}  // namespace
}  // namespace acr
