// Credentials over real connections: what the servers saw, and what was made of their answers.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "live/asking.h"
#include "live/azure_credential.h"
#include "live/base64.h"
#include "live/http_server.h"
#include "live/kube_access.h"
#include "scratch.h"

namespace acr {
namespace {

using test::HttpServer;
using test::Request;
using test::Response;

const Instant kNow = *parse_time("2026-06-01T12:00:00Z");

Response reply(std::string body, int status = 200) {
  Response response;
  response.status = status;
  response.body = std::move(body);
  return response;
}

HttpServer::Options clear() {
  HttpServer::Options options;
  options.tls = false;
  return options;
}

// The token that the sources of this environment give, or the error.
std::string find_token(const Environment& environment, AuthChoice choice) {
  Loop loop(test::quick());
  AzureCredential credential(credential_sources(environment, azure_clouds()[0], choice),
                             azure_clouds()[0],
                             {.ask =
                                  [&](Call call, std::function<void(Answer)> done) {
                                    call.trust = &test::trust();
                                    loop.ask(std::move(call), std::move(done));
                                  },
                              .now = [] { return kNow; },
                              .environment = &environment});
  std::string result = "nothing";
  credential.find(Audience::arm, "", [&](std::expected<const Token*, TokenError> found) {
    result = found ? std::string((*found)->text.view()) : found.error().text;
  });
  loop.run();
  return result;
}

TEST(CredentialLoop, ClientSecret) {
  const HttpServer server([](const Request& request) {
    return reply(request.body.find("client_secret=s%20%2B") == std::string::npos
                     ? "{}"
                     : R"({"access_token":"abc","expires_in":3599})");
  });
  const Environment environment{{{"AZURE_TENANT_ID", "t"},
                                 {"AZURE_CLIENT_ID", "c"},
                                 {"AZURE_CLIENT_SECRET", "s +"},
                                 {"AZURE_AUTHORITY_HOST", server.url("")}}};
  EXPECT_EQ(find_token(environment, AuthChoice::environment), "abc");
  const std::vector<Request> requests = server.requests();
  ASSERT_EQ(requests.size(), 1U);
  EXPECT_EQ(requests[0].method + " " + requests[0].target, "POST /t/oauth2/v2.0/token");
  EXPECT_EQ(requests[0].header("content-type"), "application/x-www-form-urlencoded");
}

TEST(CredentialLoop, MetadataServiceIsProbedThenAsked) {
  const HttpServer server(
      [](const Request& request) {
        return request.header("metadata") == "true"
                   ? reply(R"({"access_token":"abc","expires_in":"3599"})")
                   : reply("{}", 400);
      },
      clear());
  const Environment environment{{{"AZURE_POD_IDENTITY_AUTHORITY_HOST", "http://" + server.host()}}};
  EXPECT_EQ(find_token(environment, AuthChoice::managed_identity), "abc");
  const std::vector<Request> requests = server.requests();
  ASSERT_EQ(requests.size(), 2U);
  EXPECT_EQ(requests[0].header("metadata"), "");
  EXPECT_EQ(requests[1].query.at("resource"), "https://management.azure.com/");
}

TEST(CredentialLoop, AppServiceSeesItsHeader) {
  const HttpServer server(
      [](const Request&) { return reply(R"({"access_token":"abc","expires_on":"1780320000"})"); },
      clear());
  const Environment environment{{{"IDENTITY_ENDPOINT", "http://" + server.host() + "/msi/token"},
                                 {"IDENTITY_HEADER", "guid"}}};
  EXPECT_EQ(find_token(environment, AuthChoice::managed_identity), "abc");
  EXPECT_EQ(server.requests().at(0).header("x-identity-header"), "guid");
}

TEST(CredentialLoop, NobodyAtTheMetadataAddress) {
  unsigned short port = 0;
  {
    const HttpServer gone([](const Request&) { return reply({}); }, clear());
    port = gone.port();
  }
  const Environment environment{
      {{"AZURE_POD_IDENTITY_AUTHORITY_HOST", fmt::format("http://127.0.0.1:{}", port)}}};
  const std::string text = find_token(environment, AuthChoice::managed_identity);
  EXPECT_TRUE(text.starts_with(
      "no source gave a token for Azure Resource Manager:\n  managed identity (IMDS): no metadata "
      "service here ("))
      << text;
}

class KubernetesServer : public testing::Test {
 protected:
  Scratch scratch;
  test::Authority clients{"Clients"};

  // The status that the server answered, or what failed.
  std::string ask(const HttpServer& server, const std::string& cluster, const std::string& user) {
    const std::string text = fmt::format(
        "clusters: [{{name: k, cluster: {{server: \"{}\"{}}}}}]\nusers: [{{name: u, user: {}}}]\n"
        "contexts: [{{name: c, context: {{cluster: k, user: u}}}}]\ncurrent-context: c\n",
        server.url(""), cluster, user);
    const auto config = load_kubeconfig(Environment{}, scratch.write("config", text));
    if (!config) return config.error().text;
    auto access = kube_access(*config, "", kNow);
    if (!access) return access.error().text;
    if (needs_renewal(*access, kNow))
      if (const auto error = renew(*access, Environment{{{"PATH", "/usr/bin:/bin"}}},
                                   {.announce = [](const std::string&) { return true; }}))
        return error->text;
    Call call = kube_call(*access, "/version");
    call.attempts = 1;
    const Answer answer = test::ask_one(std::move(call));
    return answer.failure == Failure::none ? fmt::format("{}", answer.status)
                                           : std::string(to_string(answer.failure));
  }
  static std::string authority() {
    return ", certificate-authority-data: " + encode_base64(test::shared_authority().pem());
  }
};

Response who_comes(const Request& request) {
  const bool known = request.header("authorization") == "Bearer abc" || request.client == "jane";
  return reply("{}", known ? 200 : 401);
}

TEST_F(KubernetesServer, TokensAndPlugins) {
  const HttpServer server(who_comes);
  EXPECT_EQ(ask(server, authority(), "{token: abc}"), "200");
  EXPECT_EQ(ask(server, authority(), "{}"), "401");
  scratch.script(
      "plugin",
      R"(echo '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{"token":"abc"}}')");
  EXPECT_EQ(ask(server, authority(),
                "{exec: {apiVersion: client.authentication.k8s.io/v1, command: ./plugin, "
                "interactiveMode: Never}}"),
            "200");
  EXPECT_EQ(ask(server, "", "{token: abc}"), "tls-untrusted")
      << "without its authority the system's decide";
  EXPECT_EQ(ask(server, authority() + ", tls-server-name: other.example", "{token: abc}"),
            "tls-name");
  EXPECT_EQ(ask(server, authority() + ", tls-server-name: localhost", "{token: abc}"), "200");
}

TEST_F(KubernetesServer, ClientCertificates) {
  HttpServer::Options options;
  options.client_authority = clients.pem();
  const HttpServer server(who_comes, options);
  const test::Identity jane = clients.issue({.common_name = "jane", .for_client = true});
  scratch.write("jane.pem", jane.certificate);
  scratch.write("jane.key", jane.key);
  EXPECT_EQ(ask(server, authority(), "{client-certificate: jane.pem, client-key: jane.key}"),
            "200");
}

}  // namespace
}  // namespace acr
