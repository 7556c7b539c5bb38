#include "live/exec_plugin.h"

#include <gtest/gtest.h>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "key_pair.h"
#include "scratch.h"

namespace acr {
namespace {

constexpr std::string_view kV1 = "client.authentication.k8s.io/v1";
constexpr std::string_view kBeta = "client.authentication.k8s.io/v1beta1";
constexpr std::string_view kCanary = "cAnArY5ecret";

std::string result_of(std::string_view output, std::string_view version = kV1) {
  const auto credential = read_exec_credential(output, version);
  if (!credential) return credential.error();
  return fmt::format("{}{}{}", credential->token.view(), credential->key.empty() ? "" : " key",
                     credential->expires ? " " + format_time(*credential->expires) : "");
}

std::string status(std::string_view members, std::string_view version = kV1) {
  return fmt::format(R"({{"kind":"ExecCredential","apiVersion":"{}","status":{{{}}}}})", version,
                     members);
}

TEST(ExecCredential, Table) {
  struct Case {
    std::string output, result;
  };
  const std::vector<Case> cases{
      {status(R"("token":"foo-bar")"), "foo-bar"},
      {"\n " + status(R"("expirationTimestamp":"2030-01-01T00:00:00Z","token":"t")") + " \n",
       "t 2030-01-01T00:00:00Z"},
      {status(""), "exec plugin didn't return a token or cert/key pair"},
      {status(R"("token":null)"), "exec plugin didn't return a token or cert/key pair"},
      {status(R"("clientCertificateData":"x")"),
       "exec plugin returned only certificate or key, not both"},
      {status(R"("clientKeyData":"x")"), "exec plugin returned only certificate or key, not both"},
      {status(R"("clientCertificateData":"x","clientKeyData":"y")"),
       "exec plugin returned a certificate and key that do not serve: the certificate is no PEM "
       "certificate"},
      {status(R"("token":"a\r\nX: b")"),
       "exec plugin returned a token that cannot stand in a header"},
      {status(R"("token":"t","expirationTimestamp":"tomorrow")"),
       "decoding stdout: expirationTimestamp is no time"},
      {status(R"("token":"t")", kBeta),
       "exec plugin is configured to use API version client.authentication.k8s.io/v1, plugin "
       "returned version client.authentication.k8s.io/v1beta1"},
      {R"({"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1"})",
       "exec plugin didn't return a status field"},
      {R"({"kind":"ExecCredential","status":{"token":"t"}})",
       "exec plugin is configured to use API version client.authentication.k8s.io/v1, plugin "
       "returned version of another kind"},
      {R"({"kind":"Pod","apiVersion":"v1"})", "decoding stdout: no ExecCredential"},
      {"[]", "decoding stdout: no JSON object"},
  };
  for (const Case& c : cases) EXPECT_EQ(result_of(c.output), c.result) << c.output;
  for (const std::string& output :
       {std::string(), "To sign in, use a web browser\n" + status(R"("token":"t")"),
        std::string("\xFF\xFE")})
    EXPECT_TRUE(result_of(output).starts_with("decoding stdout: ")) << output;
}

TEST(ExecCredential, CertificateAndKey) {
  const KeyPair pair(false);
  const nlohmann::json output{
      {"kind", "ExecCredential"},
      {"apiVersion", kBeta},
      {"status",
       {{"clientCertificateData", pair.certificate_pem()}, {"clientKeyData", pair.key_pem()}}}};
  const auto credential = read_exec_credential(output.dump(), kBeta);
  ASSERT_TRUE(credential) << credential.error();
  EXPECT_EQ(credential->certificate, pair.certificate_pem());
  EXPECT_EQ(credential->key.view(), pair.key_pem());
}

class RunPlugin : public testing::Test {
 protected:
  Scratch scratch;
  Environment environment{{{"PATH", "/usr/bin:/bin"}, {"KEPT", "yes"}}};
  ExecPlugin plugin;
  ExecRules rules;
  std::vector<std::string> announced;

  RunPlugin() {
    plugin.user = "u";
    plugin.api_version = kV1;
    plugin.mode = "Never";
    rules.announce = [this](const std::string& command) {
      announced.push_back(command);
      return true;
    };
  }
  std::string run(std::string_view body) {
    plugin.command = scratch.script("plugin", body);
    const auto credential = run_exec_plugin(plugin, environment, rules);
    return credential ? std::string(credential->token.view()) : credential.error();
  }
};

TEST_F(RunPlugin, ItsEnvironmentIsOursAndItsOwn) {
  plugin.variables.push_back({"OWN", Secret("1")});
  plugin.variables.push_back({"KEPT", Secret("replaced")});
  plugin.args.emplace_back("get-token");
  EXPECT_EQ(run("echo '" + status(R"("token":"'$OWN-$KEPT-$1'")") + "'"), "1-replaced-get-token");
}

TEST_F(RunPlugin, InfoNamesTheVersionAndNoTerminal) {
  EXPECT_EQ(
      exec_info(plugin),
      R"({"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","spec":{"interactive":false}})");
  plugin.cluster = R"({"server":"s"})";
  EXPECT_EQ(exec_info(plugin).find("cluster"), std::string::npos) << "only when it is wanted";
}

TEST_F(RunPlugin, NothingRunsWithoutLeave) {
  const std::string body = "touch '" + scratch.path("ran") + "'";
  rules.announce = nullptr;
  EXPECT_NE(run(body).find("it is not allowed"), std::string::npos);
  rules.announce = [](const std::string&) { return false; };
  EXPECT_NE(run(body).find("it is not allowed"), std::string::npos);
  plugin.mode = "Always";
  rules.announce = [](const std::string&) { return true; };
  EXPECT_NE(run(body).find("interactive"), std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(scratch.path("ran")));
}

TEST_F(RunPlugin, TheCommandIsToldWithoutItsSecrets) {
  plugin.variables.push_back({"AAD_SERVICE_PRINCIPAL_CLIENT_SECRET", Secret(std::string(kCanary))});
  plugin.variables.push_back({"REGION", Secret("west europe")});
  for (const std::string_view word : {"get-token", "--client-secret", kCanary.data(), "--login",
                                      "spn", "--password=cAnArY5ecret", "--x", "a;b\x1b[2J"})
    plugin.args.emplace_back(std::string(word));
  const std::string error =
      run("echo \"bad $3 and $AAD_SERVICE_PRINCIPAL_CLIENT_SECRET\" >&2; exit 73");
  ASSERT_EQ(announced.size(), 1U);
  EXPECT_EQ(announced[0], "AAD_SERVICE_PRINCIPAL_CLIENT_SECRET=*** REGION='west europe' " +
                              scratch.path("plugin") +
                              " get-token --client-secret *** --login spn --password=*** --x "
                              "'a;b?[2J'");
  EXPECT_EQ(error, "getting credentials: exec: executable " + scratch.path("plugin") +
                       " failed with exit code 73: bad *** and ***");
}

TEST_F(RunPlugin, AbsentProgramsComeWithTheHint) {
  plugin.command = "no-such-plugin";
  plugin.install_hint = "some install hint\nsecond line";
  EXPECT_EQ(run_exec_plugin(plugin, environment, rules).error(),
            "getting credentials: exec: executable no-such-plugin not found; the kubeconfig says: "
            "some install hint second line");
  plugin.command = "kubelogin";
  plugin.install_hint.clear();
  environment.set("PATH", scratch.path());
  EXPECT_EQ(run_exec_plugin(plugin, environment, rules).error(),
            "getting credentials: exec: executable kubelogin not found; to install it: az aks "
            "install-cli");
}

TEST_F(RunPlugin, SlowAndLoudPluginsAreEnded) {
  rules.seconds = 1;
  EXPECT_EQ(run("echo 'To sign in, use a web browser' >&2; exec sleep 100"),
            "getting credentials: exec: executable " + scratch.path("plugin") +
                " did not end within 1 seconds: To sign in, use a web browser");
  rules.seconds = 60;
  EXPECT_EQ(run("exec yes"), "getting credentials: exec: executable " + scratch.path("plugin") +
                                 " wrote more than 1048576 bytes");
}

TEST_F(RunPlugin, WhatItPrintsIsNotTold) {
  const std::string canary(kCanary);
  for (const std::string& output :
       {canary, "{\"" + canary + "\":", "{\"kind\":\"" + canary + "\"}",
        R"({"kind":"ExecCredential","apiVersion":")" + canary + "\"}",
        status("\"token\":\"" + canary + "\\n\""),
        status("\"token\":\"t\",\"expirationTimestamp\":\"" + canary + "\"")})
    EXPECT_EQ(run("printf '%s' '" + output + "'").find(canary), std::string::npos) << output;
}

}  // namespace
}  // namespace acr
