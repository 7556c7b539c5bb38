// Who is trusted, what is told about who is not, and how we prove ourselves.
#include <gtest/gtest.h>

#include "live/asking.h"
#include "live/http_server.h"

namespace acr {
namespace {

using test::ask_one;
using test::Authority;
using test::get;
using test::HttpServer;
using test::Request;
using test::Response;
using test::shared_authority;

Response good(const Request&) {
  return {};
}

HttpServer::Options with(test::Identity identity) {
  HttpServer::Options options;
  options.identity = std::move(identity);
  return options;
}

void expect_no_request(const HttpServer& server) {
  EXPECT_TRUE(server.requests().empty()) << "nothing is sent where trust is missing";
}

TEST(LoopTls, UnknownAuthority) {
  const Authority stranger("Stranger");
  const HttpServer server(good, with(stranger.issue({.names = {"127.0.0.1"}, .common_name = "x"})));
  Call call = get(server.url("/"));
  call.authorization = Secret("Bearer canary");
  const Answer answer = ask_one(std::move(call));
  EXPECT_EQ(answer.failure, Failure::tls_untrusted) << answer.detail;
  EXPECT_EQ(answer.status, 0);
  EXPECT_EQ(answer.address, "127.0.0.1");
  EXPECT_EQ(answer.attempts, 1);
  ASSERT_TRUE(answer.certificate.has_value());
  EXPECT_EQ(answer.certificate->issuer, "CN = Stranger");
  EXPECT_EQ(answer.certificate->subject, "CN = x");
  EXPECT_EQ(answer.certificate->names, std::vector<std::string>{"127.0.0.1"});
  expect_no_request(server);
}

TEST(LoopTls, SelfSigned) {
  const HttpServer server(good);
  Call call = get(server.url("/"));
  call.trust = nullptr;  // the system's authorities
  EXPECT_EQ(ask_one(std::move(call)).failure, Failure::tls_untrusted);
  expect_no_request(server);
}

TEST(LoopTls, AnotherName) {
  const HttpServer server(good, with(shared_authority().issue({.names = {"other.example"}})));
  const Answer answer = ask_one(get(server.url("/")));
  EXPECT_EQ(answer.failure, Failure::tls_name) << answer.detail;
  ASSERT_TRUE(answer.certificate.has_value());
  EXPECT_EQ(answer.certificate->names, std::vector<std::string>{"other.example"});
  expect_no_request(server);
}

TEST(LoopTls, Expired) {
  const HttpServer server(
      good, with(shared_authority().issue({.valid_from = -7'000, .valid_until = -3'600})));
  const Answer answer = ask_one(get(server.url("/")));
  EXPECT_EQ(answer.failure, Failure::tls_expired) << answer.detail;
  EXPECT_NE(answer.detail.find("has expired"), std::string::npos) << answer.detail;
  ASSERT_TRUE(answer.certificate.has_value());
  EXPECT_LT(answer.certificate->not_before, answer.certificate->not_after);
  EXPECT_EQ(answer.certificate->not_after.size(), 20U);
  expect_no_request(server);
}

TEST(LoopTls, NotYetValid) {
  const HttpServer server(
      good, with(shared_authority().issue({.valid_from = 3'600, .valid_until = 7'200})));
  const Answer answer = ask_one(get(server.url("/")));
  EXPECT_EQ(answer.failure, Failure::tls_expired) << answer.detail;
  EXPECT_NE(answer.detail.find("not yet valid"), std::string::npos) << answer.detail;
}

TEST(LoopTls, NoTlsWhereItIsExpected) {
  HttpServer::Options options;
  options.tls = false;
  const HttpServer server(good, options);
  const Answer answer = ask_one(get("https://" + server.host() + "/"));
  EXPECT_EQ(answer.failure, Failure::tls_other) << answer.detail;
  EXPECT_FALSE(answer.certificate.has_value());
}

TEST(LoopTls, AuthoritiesOfACallReplaceThoseOfTheSystem) {
  const Authority other("Other");
  const HttpServer server(good);
  TlsTrust wrong;
  wrong.authorities = other.pem();
  Call call = get(server.url("/"));
  call.trust = &wrong;
  EXPECT_EQ(ask_one(std::move(call)).failure, Failure::tls_untrusted);
  TlsTrust broken;
  broken.authorities = "no PEM at all";
  call = get(server.url("/"));
  call.trust = &broken;
  EXPECT_EQ(ask_one(std::move(call)).failure, Failure::tls_other);
}

TEST(LoopTls, VerifiesAndNamesTheServerNameAndKeepsTheHost) {
  const HttpServer server(good, with(shared_authority().issue({.names = {"api.internal"}})));
  TlsTrust named;
  named.authorities = shared_authority().pem();
  named.server_name = "api.internal";
  Call call = get(server.url("/api?x=1"));
  call.trust = &named;
  const Answer answer = ask_one(std::move(call));
  EXPECT_TRUE(answer.ok()) << answer.detail;
  const Request request = server.requests().at(0);
  EXPECT_EQ(request.server_name, "api.internal");
  EXPECT_EQ(request.header("Host"), server.host());
  EXPECT_EQ(request.target, "/api?x=1");

  named.server_name = "api.other";
  call = get(server.url("/"));
  call.trust = &named;
  EXPECT_EQ(ask_one(std::move(call)).failure, Failure::tls_name);
}

TEST(LoopTls, ShowsAClientCertificateFromMemory) {
  HttpServer::Options options;
  options.client_authority = shared_authority().pem();
  const HttpServer server(good, options);
  const auto identity =
      shared_authority().issue({.names = {}, .common_name = "admin", .for_client = true});
  TlsTrust known;
  known.authorities = shared_authority().pem();
  known.client_certificate = identity.certificate;
  known.client_key = Secret(identity.key);
  Call call = get(server.url("/"));
  call.trust = &known;
  const Answer answer = ask_one(std::move(call));
  EXPECT_TRUE(answer.ok()) << answer.detail;
  EXPECT_EQ(server.requests().at(0).client, "admin");

  const Answer without = ask_one(get(server.url("/")));
  EXPECT_EQ(without.failure, Failure::tls_other) << without.detail;

  TlsTrust broken;
  broken.authorities = shared_authority().pem();
  broken.client_certificate = identity.certificate;
  broken.client_key = Secret(shared_authority().issue().key);  // of another certificate
  call = get(server.url("/"));
  call.trust = &broken;
  EXPECT_EQ(ask_one(std::move(call)).failure, Failure::tls_other);
}

TEST(LoopTls, ConnectionsOfOneIdentityAreNotUsedByAnother) {
  HttpServer::Options options;
  options.client_authority = shared_authority().pem();
  const HttpServer server(good, options);
  TlsTrust trusts[2];
  for (int i = 0; i < 2; ++i) {
    const auto identity = shared_authority().issue(
        {.names = {}, .common_name = "user" + std::to_string(i), .for_client = true});
    trusts[i].authorities = shared_authority().pem();
    trusts[i].client_certificate = identity.certificate;
    trusts[i].client_key = Secret(identity.key);
  }
  LoopLimits limits = test::quick();
  limits.calls_a_host = 1;
  Loop loop(limits);
  for (int i = 0; i < 4; ++i) {
    Call call = get(server.url("/" + std::to_string(i % 2)));
    call.trust = &trusts[i % 2];
    loop.ask(std::move(call), [](const Answer& answer) { EXPECT_TRUE(answer.ok()); });
  }
  loop.run();
  const auto requests = server.requests();
  ASSERT_EQ(requests.size(), 4U);
  for (const auto& request : requests) EXPECT_EQ("/" + request.client.substr(4), request.path);
}

TEST(LoopTls, NamesInCertificatesAreMadeFitForALine) {
  const Authority stranger("Evil\x1b[31m\nName");
  const HttpServer server(good, with(stranger.issue({.names = {"a.example"}})));
  const Answer answer = ask_one(get(server.url("/")));
  ASSERT_TRUE(answer.certificate.has_value());
  for (const char c : answer.certificate->issuer) EXPECT_GE(static_cast<unsigned char>(c), 0x20);
}

}  // namespace
}  // namespace acr
