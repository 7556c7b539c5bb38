// The way to a registry as a probe walks it, against servers with faults.
#include "live/probe.h"

#include <gtest/gtest.h>

#include <fmt/format.h>
#include <cstdlib>

#include "live/asking.h"
#include "live/azure_registry.h"

namespace acr {
namespace {

using test::AzureRegistry;
using test::DnsReply;
using test::Fault;
using test::Request;
using test::Response;

// "resolve+ connect+ tls- untrusted": each step, and how the last one ended.
std::string story(const Probe& probe) {
  std::string text;
  for (const auto& seen : probe.observations)
    text += fmt::format("{}{} ", to_string(seen.step), seen.works ? '+' : '-');
  return text + (probe.observations.empty() ? "" : probe.observations.back().outcome);
}

std::string all_text(const Probe& probe) {
  std::string text = probe.untried;
  for (const auto& seen : probe.observations)
    text += fmt::format("{} {} {} {} {} {} {}\n", seen.host, seen.outcome, seen.detail, seen.server,
                        seen.issuer, seen.client_address, fmt::join(seen.addresses, " "));
  return text;
}

class ProbeRun : public testing::Test {
 protected:
  void SetUp() override {
    for (const char* name : {"HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"})
      unsetenv(name);
  }

  enum class With { nothing, login, wrong_login, entra };

  static Probe run(const AzureRegistry& registry, With with = With::login,
                   const std::string& reference = "1.0",
                   Milliseconds deadline = Milliseconds(20'000)) {
    ProbeRequest request;
    request.registry = registry.name();
    request.repository = reference.empty() ? "" : "shop/cart";
    request.reference = reference;
    request.servers = {registry.dns().address()};
    request.trust = &test::trust();
    request.deadline = deadline;
    if (with == With::login || with == With::wrong_login)
      request.login = DockerLogin{
          "puller",
          Secret(with == With::login ? std::string(test::kPassword) : "canary-wrong-51c7")};
    if (with == With::entra)
      request.entra = [](const auto& done) {
        done(EntraToken{Secret(std::string(test::kEntraToken)), "contoso-tenant"});
      };
    LoopLimits limits = test::quick();
    limits.deadline = deadline;
    Loop loop(limits);
    Probe probe = run_probe(loop, std::move(request));
    EXPECT_EQ(all_text(probe).find("51c7"), std::string::npos) << all_text(probe);
    for (const Request& seen : registry.data().requests())
      EXPECT_EQ(seen.header("Authorization"), "") << "the data endpoint saw a credential";
    return probe;
  }

  static AzureRegistry::Options answering(const std::string& path, Response response) {
    AzureRegistry::Options options;
    options.login = [path, response](const Request& request) {
      return request.path.starts_with(path) ? std::optional(response) : std::nullopt;
    };
    return options;
  }
};

constexpr const char* kWay = "resolve+ connect+ tls+ challenge+ ";

TEST_F(ProbeRun, WalksTheWholeWayWithAPullSecret) {
  const AzureRegistry registry;
  const Probe probe = run(registry);
  EXPECT_EQ(story(probe), std::string(kWay) + "token+ manifest+ resolve+ connect+ tls+ blob+ bytes")
      << all_text(probe);
  EXPECT_EQ(probe.untried, "");
  EXPECT_EQ(probe.credential, "docker-config");
  const auto& name = probe.observations[0];
  EXPECT_EQ(name.host, test::kLoginServer);
  EXPECT_EQ(name.chain, std::vector<std::string>{"contoso.privatelink.azurecr.io"});
  EXPECT_EQ(name.addresses, std::vector<std::string>{"127.0.0.1"});
  EXPECT_EQ(name.server, registry.dns().address());
  EXPECT_EQ(probe.observations[3].outcome, "bearer");
  EXPECT_EQ(probe.observations[3].status, 401);
  const auto& manifest = probe.observations[5];
  EXPECT_EQ(manifest.platforms, (std::vector<std::string>{"linux/amd64", "linux/arm64"}));
  EXPECT_TRUE(manifest.digest.starts_with("sha256:"));
  EXPECT_EQ(probe.observations[9].host, registry.data_name());
  const auto asked = registry.login().requests();
  EXPECT_EQ(asked[0].header("Authorization"), "");
  EXPECT_EQ(asked[1].query.at("scope"), "repository:shop/cart:pull");
  EXPECT_EQ(asked[1].query.at("service"), test::kLoginServer);
}

TEST_F(ProbeRun, ASingleImageTellsItsPlatformByItsConfiguration) {
  const AzureRegistry registry;
  const Probe probe = run(registry, With::login, "arm64");
  EXPECT_EQ(story(probe),
            std::string(kWay) + "token+ manifest+ resolve+ connect+ tls+ blob+ bytes");
  EXPECT_EQ(probe.observations[5].platforms, std::vector<std::string>{"linux/arm64"});
}

TEST_F(ProbeRun, WalksTheWholeWayWithAnEntraToken) {
  const AzureRegistry registry;
  const Probe probe = run(registry, With::entra);
  EXPECT_EQ(story(probe),
            std::string(kWay) + "token+ manifest+ resolve+ connect+ tls+ blob+ bytes");
  const auto asked = registry.login().requests();
  EXPECT_EQ(asked[1].path, "/oauth2/exchange");
  EXPECT_EQ(asked[1].target, "/oauth2/exchange");
  EXPECT_NE(asked[1].body.find("&tenant=contoso-tenant&"), std::string::npos);
  EXPECT_EQ(asked[2].target, "/oauth2/token") << "a refresh token stands in no URL";
}

TEST_F(ProbeRun, WithoutCredentialTheImageIsLeftUntriedUnlessItIsOpen) {
  const AzureRegistry closed;
  const Probe probe = run(closed, With::nothing);
  EXPECT_EQ(story(probe), std::string(kWay) + "bearer");
  EXPECT_NE(probe.untried.find("--docker-config"), std::string::npos);
  AzureRegistry::Options options;
  options.anonymous = true;
  const AzureRegistry open(std::move(options));
  const Probe all = run(open, With::nothing);
  EXPECT_EQ(story(all), std::string(kWay) + "token+ manifest+ resolve+ connect+ tls+ blob+ bytes");
  EXPECT_EQ(all.untried, "");
  Response response;
  response.status = 401;
  const AzureRegistry refusing(answering("/oauth2/token", response));
  EXPECT_EQ(story(run(refusing, With::nothing)), std::string(kWay) + "bearer");
}

TEST_F(ProbeRun, ARegistryAloneEndsWithItsChallenge) {
  const AzureRegistry registry;
  const Probe probe = run(registry, With::nothing, "");
  EXPECT_EQ(story(probe), std::string(kWay) + "bearer");
  EXPECT_EQ(probe.untried, "");
}

TEST_F(ProbeRun, NamesThatDoNotResolve) {
  const struct {
    DnsReply reply;
    const char* story;
  } cases[] = {
      {{.code = 3}, "resolve- no-name"},
      {{.code = 2}, "resolve- failed"},
      {{.code = 5}, "resolve- refused"},
      {{}, "resolve- no-data"},
      {{.fault = DnsReply::Fault::drop}, "resolve- timeout"},
  };
  for (const auto& c : cases) {
    AzureRegistry::Options options;
    options.names[test::kLoginServer] = c.reply;
    const AzureRegistry registry(std::move(options));
    const Probe probe = run(registry);
    EXPECT_EQ(story(probe), c.story);
    EXPECT_NE(probe.observations[0].detail, "");
    EXPECT_EQ(registry.login().connections(), 0U);
  }
}

TEST_F(ProbeRun, AnAddressWithoutListenerDoesNotHideOneThatWorks) {
  AzureRegistry::Options options;
  options.names[test::kLoginServer].addresses = {"127.0.0.1", "127.0.0.2"};
  const AzureRegistry registry(std::move(options));
  const Probe probe = run(registry, With::nothing, "");
  EXPECT_EQ(story(probe), "resolve+ connect+ tls+ connect- challenge+ bearer");
  EXPECT_EQ(probe.observations[3].addresses, std::vector<std::string>{"127.0.0.2"});
  EXPECT_EQ(probe.observations[3].outcome, "refused");
}

TEST_F(ProbeRun, CertificatesThatAreNotTrusted) {
  test::Wanted wanted;
  wanted.names = {test::kLoginServer};
  const test::Authority stranger("Contoso Firewall");
  test::Wanted expired = wanted, other = wanted;
  expired.valid_from = -7'200;
  expired.valid_until = -3'600;
  other.names = {"proxy.contoso.com"};
  const struct {
    test::Identity identity;
    const char *outcome, *issuer;
  } cases[] = {
      {stranger.issue(wanted), "untrusted", "Contoso Firewall"},
      {test::shared_authority().issue(expired), "expired", "Test Authority"},
      {test::shared_authority().issue(other), "wrong-name", "Test Authority"},
  };
  for (const auto& c : cases) {
    AzureRegistry::Options options;
    options.login_identity = c.identity;
    const AzureRegistry registry(std::move(options));
    const Probe probe = run(registry);
    EXPECT_EQ(story(probe), std::string("resolve+ connect+ tls- ") + c.outcome);
    EXPECT_NE(probe.observations[2].issuer.find(c.issuer), std::string::npos)
        << probe.observations[2].issuer;
    EXPECT_TRUE(registry.login().requests().empty());
  }
}

TEST_F(ProbeRun, AServerThatSaysNothingFailsAtTls) {
  AzureRegistry::Options options;
  options.login_speaks = false;
  const AzureRegistry registry(std::move(options));
  EXPECT_EQ(story(run(registry, With::login, "1.0", Milliseconds(3'000))),
            "resolve+ connect+ tls- timeout");
}

TEST_F(ProbeRun, AFirewallTellsTheAddressItSees) {
  Response denied;
  denied.status = 403;
  denied.body =
      R"({"errors":[{"code":"DENIED","message":"client with IP \u0027203.0.113.7\u0027 is not allowed access. Refer https://aka.ms/acr/firewall to grant access."}]})";
  const AzureRegistry registry(answering("/v2/", denied));
  const Probe probe = run(registry);
  EXPECT_EQ(story(probe), "resolve+ connect+ tls+ challenge- denied");
  EXPECT_EQ(probe.observations[3].client_address, "203.0.113.7");
  EXPECT_NE(probe.observations[3].detail.find("is not allowed access"), std::string::npos);
  const AzureRegistry later(answering("/oauth2/token", denied));
  EXPECT_EQ(story(run(later, With::nothing)), std::string(kWay) + "token- denied");
}

TEST_F(ProbeRun, WhatIsNoRegistry) {
  Response page;
  page.body = "<html>Welcome</html>";
  page.content_type = "text/html";
  EXPECT_EQ(story(run(AzureRegistry(answering("/v2/", page)))),
            "resolve+ connect+ tls+ challenge- no-challenge");
  Response login;
  login.status = 401;
  login.headers = {{"WWW-Authenticate", "Negotiate"}};
  EXPECT_EQ(story(run(AzureRegistry(answering("/v2/", login)))),
            "resolve+ connect+ tls+ challenge- no-challenge");
  Response cut;
  cut.fault = Fault::reset_before;
  EXPECT_EQ(story(run(AzureRegistry(answering("/v2/", cut)))),
            "resolve+ connect+ tls+ challenge- reset");
}

TEST_F(ProbeRun, CredentialsThatAreRefused) {
  EXPECT_EQ(story(run(AzureRegistry(), With::wrong_login)),
            std::string(kWay) + "token- unauthorized");
  Response refused;
  refused.status = 401;
  refused.body = R"({"errors":[{"code":"UNAUTHORIZED","message":"authentication required"}]})";
  refused.headers = {{"x-ms-correlation-request-id", "4711-0815"}};
  const Probe exchange = run(AzureRegistry(answering("/oauth2/exchange", refused)), With::entra);
  EXPECT_EQ(story(exchange), std::string(kWay) + "token- unauthorized");
  EXPECT_NE(exchange.observations.back().detail.find("exchange"), std::string::npos);
  EXPECT_NE(exchange.observations.back().detail.find("4711-0815"), std::string::npos);
  AzureRegistry::Options options;
  options.granted = "metadata_read";
  EXPECT_EQ(story(run(AzureRegistry(std::move(options)))),
            std::string(kWay) + "token- not-granted");
}

TEST_F(ProbeRun, ARealmOfAnotherHostNeverSeesACredential) {
  const test::HttpServer thief([](const Request&) { return Response{}; });
  Response challenge;
  challenge.status = 401;
  challenge.headers = {
      {"WWW-Authenticate", fmt::format(R"(Bearer realm="{}",service="x")", thief.url("/token"))}};
  for (const With with : {With::login, With::entra}) {
    const AzureRegistry registry(answering("/v2/", challenge));
    const Probe probe = run(registry, with);
    EXPECT_EQ(story(probe), std::string(kWay) + "token- foreign-realm");
    EXPECT_EQ(thief.connections(), 0U);
  }
}

TEST_F(ProbeRun, AnEntraTokenGoesToRegistriesOfAzureOnly) {
  std::string realm;
  const test::HttpServer other([&](const Request&) {
    Response response;
    response.status = 401;
    response.headers = {{"WWW-Authenticate", "Bearer realm=\"" + realm + "\""}};
    return response;
  });
  realm = other.url("/token");
  ProbeRequest request;
  request.registry = other.host();
  request.repository = "shop/cart";
  request.reference = "1.0";
  request.trust = &test::trust();
  bool asked = false;
  request.entra = [&](const auto&) { asked = true; };
  Loop loop(test::quick());
  EXPECT_EQ(story(run_probe(loop, std::move(request))),
            "connect+ tls+ challenge+ token- foreign-realm");
  EXPECT_FALSE(asked);
  EXPECT_EQ(other.requests().size(), 1U);
}

TEST_F(ProbeRun, AnImageThatIsNotThere) {
  const Probe probe = run(AzureRegistry(), With::login, "9.9");
  EXPECT_EQ(story(probe), std::string(kWay) + "token+ manifest- not-found");
  EXPECT_NE(probe.observations.back().detail.find("MANIFEST_UNKNOWN"), std::string::npos);
}

TEST_F(ProbeRun, AManifestThatIsNotTheOneOfItsDigest) {
  Response other;
  other.body = R"({"schemaVersion":2,"layers":[]})";
  other.headers = {{"Docker-Content-Digest", test::digest_of("something else")}};
  EXPECT_EQ(story(run(AzureRegistry(answering("/v2/shop/cart/manifests/", other)))),
            std::string(kWay) + "token+ manifest- malformed");
}

TEST_F(ProbeRun, LayersThatDoNotCome) {
  const std::string before = std::string(kWay) + "token+ manifest+ ";
  AzureRegistry::Options no_name;
  no_name.names[test::kDataEndpoint].code = 3;
  EXPECT_EQ(story(run(AzureRegistry(std::move(no_name)))), before + "resolve- no-name");
  AzureRegistry::Options no_way;
  no_way.names[test::kDataEndpoint].addresses = {"127.0.0.2"};
  EXPECT_EQ(story(run(AzureRegistry(std::move(no_way)))), before + "resolve+ connect- refused");
  const auto with_data = [&](Response response) {
    AzureRegistry::Options options;
    options.data = [response](const Request&) { return std::optional(response); };
    return story(run(AzureRegistry(std::move(options)), With::login, "amd64"));
  };
  Response half;
  half.body = std::string(1'000, 'x');
  half.fault = Fault::close_within;
  EXPECT_EQ(with_data(half), before + "resolve+ connect+ tls+ blob- reset");
  Response small;
  small.body = "x";
  EXPECT_EQ(with_data(small), before + "resolve+ connect+ tls+ blob- short");
  Response denied;
  denied.status = 403;
  denied.headers = {{"x-ms-error-code", "AuthorizationFailure"}};
  EXPECT_EQ(with_data(denied), before + "resolve+ connect+ tls+ blob- denied");
  Response forged;
  forged.body = R"({"os":"linux","architecture":"xmd64"})";  // as long as the real one
  EXPECT_EQ(with_data(forged), before + "resolve+ connect+ tls+ blob- malformed");
}

TEST_F(ProbeRun, ARedirectToPlainHttpIsNotFollowed) {
  const test::HttpServer plain([](const Request&) { return Response{}; },
                               {.tls = false, .identity = {}, .client_authority = {}});
  Response redirect;
  redirect.status = 307;
  redirect.headers = {{"Location", plain.url("/x").replace(0, 5, "http")}};
  const Probe probe = run(AzureRegistry(answering("/v2/shop/cart/blobs/", redirect)));
  EXPECT_EQ(story(probe), std::string(kWay) + "token+ manifest+ blob- redirect");
  EXPECT_EQ(plain.connections(), 0U);
}

TEST_F(ProbeRun, TheTimeOfTheRunIsNoObservation) {
  Response slow;
  slow.fault = Fault::hang;
  const Probe probe =
      run(AzureRegistry(answering("/oauth2/token", slow)), With::login, "1.0", Milliseconds(1'500));
  EXPECT_EQ(story(probe), std::string(kWay) + "bearer");
  EXPECT_NE(probe.untried.find("time"), std::string::npos);
}

}  // namespace
}  // namespace acr
