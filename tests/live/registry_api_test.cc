// Challenges, realms, calls and answers of registries, as tables.
#include "live/registry_api.h"

#include <gtest/gtest.h>

#include <fmt/format.h>

#include "live/azure_registry.h"
#include "live/docker_login.h"
#include "live/registry_answer.h"
#include "live/sighting.h"
#include "live/vantage.h"

namespace acr {
namespace {

std::string told(std::string_view header) {
  std::string text;
  for (const auto& challenge : parse_challenges(header)) {
    text += challenge.scheme + "(";
    for (const auto& [name, value] : challenge.parameters) text += name + "=" + value + ";";
    text += ")";
  }
  return text;
}

TEST(Challenge, IsReadInEveryForm) {
  const struct {
    const char *header, *told;
  } cases[] = {
      {R"(Bearer realm="https://a/t",service="a",scope="repository:x:pull,push")",
       "bearer(realm=https://a/t;scope=repository:x:pull,push;service=a;)"},
      {R"(BEARER  Realm = "r" , SERVICE=s)", "bearer(realm=r;service=s;)"},
      {R"(Basic realm="one \"two\", three", Bearer realm="r")",
       R"(basic(realm=one "two", three;)bearer(realm=r;))"},
      {"Negotiate", "negotiate()"},
      {R"(Negotiate YWJj==, Bearer realm="r")", "negotiate()bearer(realm=r;)"},
      {R"(Negotiate, Basic realm=x)", "negotiate()basic(realm=x;)"},
      {R"(Bearer realm="a",realm="b")", "bearer(realm=a;)"},
      {R"(Bearer realm="never closed)", "bearer(realm=never closed;)"},
      {R"(,, ,Bearer realm="r",,)", "bearer(realm=r;)"},
      {"", ""},
      {"=,=\"\",;;", ""},
      {"\x01\x02 Bearer", ""},
      {"Bearer realm=", "bearer()"},
  };
  for (const auto& c : cases) EXPECT_EQ(told(c.header), c.told) << c.header;
}

TEST(Challenge, HostileLengthsHaveAnEnd) {
  std::string many, parameters = "Bearer ";
  for (int i = 0; i < 1'000; ++i) {
    many += fmt::format("S{} a=b, ", i);
    parameters += fmt::format("p{}=v, ", i);
  }
  EXPECT_EQ(parse_challenges(many).size(), 16U);
  EXPECT_EQ(parse_challenges(parameters).at(0).parameters.size(), 16U);
  EXPECT_EQ(parse_challenges(std::string(10'000'000, '"')).size(), 0U);
  EXPECT_EQ(parse_challenges("Bearer realm=\"" + std::string(1'000'000, '\\')).size(), 1U);
}

TEST(Challenge, OnlyAnHttpsRealmIsATokenService) {
  const auto service = [](std::string_view realm) {
    const auto found =
        token_service(parse_challenges(fmt::format("Bearer realm=\"{}\",service=\"s\"", realm)));
    return found ? found->realm : "";
  };
  EXPECT_EQ(service("https://a.azurecr.io/oauth2/token"), "https://a.azurecr.io/oauth2/token");
  EXPECT_EQ(service("http://a.azurecr.io/oauth2/token"), "");
  EXPECT_EQ(service("http://127.0.0.1/token"), "");
  EXPECT_EQ(service("https://user:word@a.azurecr.io/"), "");
  EXPECT_EQ(service("https://a.azurecr.io\\@evil.com/"), "");
  EXPECT_EQ(service("https://a.azurecr.io/#x"), "");
  EXPECT_EQ(service("https://"), "");
  EXPECT_EQ(service("file:///etc/passwd"), "");
  EXPECT_EQ(service("/oauth2/token"), "");
  EXPECT_FALSE(token_service(parse_challenges("Bearer service=s")));
  EXPECT_FALSE(token_service(parse_challenges("Basic realm=\"https://a.azurecr.io/\"")));
}

TEST(Realm, CredentialsStayWithTheRegistry) {
  const struct {
    const char *realm, *server;
    bool may;
  } cases[] = {
      {"https://contoso.azurecr.io/oauth2/token", "contoso.azurecr.io", true},
      {"https://CONTOSO.azurecr.io/oauth2/token", "Contoso.azurecr.io", true},
      {"https://contoso.azurecr.io:443/t", "contoso.azurecr.io", true},
      {"https://contoso.azurecr.io/t", "contoso.westeurope.geo.azurecr.io", true},
      {"https://contoso-a1b2.azurecr.io/t", "contoso-a1b2.azurecr.io", true},
      {"https://localhost:5445/t", "localhost:5444", true},
      {"https://contoso.azurecr.io/t", "fabrikam.azurecr.io", false},
      {"https://contoso.azurecr.cn/t", "contoso.azurecr.io", false},
      {"https://contoso.azurecr.io.evil.com/t", "contoso.azurecr.io", false},
      {"https://evil.com/contoso.azurecr.io", "contoso.azurecr.io", false},
      {"https://evil.com?contoso.azurecr.io", "contoso.azurecr.io", false},
      {"https://contoso.azurecr.io@evil.com/t", "contoso.azurecr.io", false},
      {"https://contoso.azurecr.io/t", "registry.contoso.com", false},
      {"https://auth.contoso.com/t", "registry.contoso.com", false},
      {"http://contoso.azurecr.io/t", "contoso.azurecr.io", false},
      {"https://contoso.azurecr.io/t", "", false},
      {"", "", false},
  };
  for (const auto& c : cases)
    EXPECT_EQ(may_receive_credential(c.realm, c.server), c.may) << c.realm << " " << c.server;
}

TEST(RegistryCalls, HaveTheirCredentialsInNoUrl) {
  const TokenService service{"https://contoso.azurecr.io/oauth2/token", "contoso.azurecr.io"};
  const Secret secret(std::string("a+b/c=&d"));
  const Call exchange = exchange_call(service, "tenant 1", secret);
  EXPECT_EQ(exchange.url, "https://contoso.azurecr.io/oauth2/exchange");
  EXPECT_EQ(exchange.method, "POST");
  EXPECT_EQ(exchange.secret_body.view(),
            "grant_type=access_token&service=contoso.azurecr.io&tenant=tenant%201&"
            "access_token=a%2Bb%2Fc%3D%26d");
  const Call refresh = refresh_call(service, pull_scope("shop/cart"), secret);
  EXPECT_EQ(refresh.url, service.realm);
  EXPECT_EQ(refresh.secret_body.view(),
            "grant_type=refresh_token&service=contoso.azurecr.io&"
            "scope=repository%3Ashop%2Fcart%3Apull&refresh_token=a%2Bb%2Fc%3D%26d");
  const Call access = access_call({"https://a/t?x=1", "s"}, "r", secret);
  EXPECT_EQ(access.url, "https://a/t?x=1&service=s&scope=repository%3Ar%3Apull");
  EXPECT_EQ(access.authorization.view(), "a+b/c=&d");
  const Call manifest = manifest_call("contoso.azurecr.io", "shop/cart", "1.0", secret);
  EXPECT_EQ(manifest.url, "https://contoso.azurecr.io/v2/shop/cart/manifests/1.0");
  EXPECT_TRUE(redirected_blob_call("https://x/y").authorization.empty());
}

Answer with_body(std::string body, int status = 200) {
  Answer answer;
  answer.status = status;
  answer.body = std::move(body);
  return answer;
}

TEST(RegistryAnswers, Tokens) {
  const auto read = [](std::string body) {
    const auto token = read_registry_token(with_body(std::move(body)), {"access_token", "token"});
    return token ? std::string(token->view()) : "";
  };
  EXPECT_EQ(read(R"({"access_token":"a"})"), "a");
  EXPECT_EQ(read(R"({"token":"b"})"), "b");
  EXPECT_EQ(read(R"({"access_token":"a\nHost: x"})"), "");
  EXPECT_EQ(read(R"({"access_token":7})"), "");
  EXPECT_EQ(read("[]"), "");
  EXPECT_EQ(read(std::string(100'000, '[')), "");
}

TEST(RegistryAnswers, WhatATokenGrants) {
  const auto granted = [](std::string_view access) {
    return grants(test::token_of(fmt::format(R"({{"access":{}}})", access)), "a/b", "pull");
  };
  EXPECT_EQ(granted(R"([{"type":"repository","name":"a/b","actions":["pull"]}])"), Granted::yes);
  EXPECT_EQ(granted(R"([{"type":"repository","name":"a/b","actions":["*"]}])"), Granted::yes);
  EXPECT_EQ(granted(R"([{"type":"repository","name":"a/b","actions":["metadata_read"]}])"),
            Granted::no);
  EXPECT_EQ(granted(R"([{"type":"repository","name":"a/c","actions":["pull"]}])"), Granted::no);
  EXPECT_EQ(granted(R"([{"type":"registry","name":"a/b","actions":["pull"]}])"), Granted::no);
  EXPECT_EQ(granted("[]"), Granted::no);
  EXPECT_EQ(granted("null"), Granted::no);
  EXPECT_EQ(grants(test::token_of("{}"), "a/b", "pull"), Granted::no);
  for (const char* opaque : {"", "opaque", "a.b", "a.!!!.c", "a..c"})
    EXPECT_EQ(grants(opaque, "a/b", "pull"), Granted::unknown) << opaque;
}

TEST(RegistryAnswers, Errors) {
  const auto firewall = read_registry_error(with_body(
      R"({"errors":[{"code":"DENIED","message":"client with IP \u0027203.0.113.7\u0027 is not allowed access. Refer https://aka.ms/acr/firewall to grant access."}]})"));
  EXPECT_EQ(firewall.code, "DENIED");
  EXPECT_EQ(firewall.client_address, "203.0.113.7");
  EXPECT_EQ(
      read_registry_error(
          with_body(R"({"errors":[{"message":"client with IP '$(rm)' is not allowed access"}]})"))
          .client_address,
      "");
  const auto hostile = read_registry_error(
      with_body("{\"errors\":[{\"code\":\"A\\u001b[31m\",\"message\":\"x\\n\\u0007y\"}]}"));
  EXPECT_EQ(hostile.code.find('\x1b'), std::string::npos);
  EXPECT_EQ(hostile.message.find_first_of("\n\x07"), std::string::npos);
  EXPECT_EQ(read_registry_error(with_body("<html>")).code, "");
  EXPECT_EQ(read_registry_error(with_body(R"({"errors":{}})")).code, "");
}

TEST(RegistryAnswers, Manifests) {
  const std::string digest = test::digest_of("x");
  const std::string body = fmt::format(
      R"({{"config":{{"digest":"{0}","size":1}},"layers":[)"
      R"({{"digest":"{1}","urls":["https://elsewhere"]}},{{"digest":"{0}","urls":[],"size":9}}]}})",
      digest, test::digest_of("foreign"));
  const auto image = read_manifest(with_body(body), test::digest_of(body));
  ASSERT_TRUE(image) << image.error();
  EXPECT_FALSE(image->is_index);
  EXPECT_EQ(image->digest, test::digest_of(body));
  EXPECT_EQ(image->config->size, 1);
  EXPECT_EQ(image->layer->digest, digest);
  EXPECT_EQ(image->layer->size, 9);
  EXPECT_FALSE(read_manifest(with_body(body), test::digest_of("other")));
  const auto index = read_manifest(
      with_body(fmt::format(
          R"({{"manifests":[{{"digest":"{0}","platform":{{"os":"linux","architecture":"arm","variant":"v7"}}}},)"
          R"({{"digest":"{0}","platform":{{"os":"unknown","architecture":"unknown"}}}},)"
          R"({{"digest":"../../x","platform":{{"os":"linux","architecture":"amd64"}}}},)"
          R"({{"digest":"{0}","platform":{{"os":"li nux","architecture":"amd64"}}}}]}})",
          digest)),
      "latest");
  ASSERT_TRUE(index);
  EXPECT_TRUE(index->is_index);
  ASSERT_EQ(index->images.size(), 1U);
  EXPECT_EQ(index->images[0].platform, "linux/arm/v7");
  EXPECT_FALSE(read_manifest(with_body("{}"), "latest"));
  EXPECT_FALSE(read_manifest(with_body("<html>"), "latest"));
}

TEST(RegistryAnswers, Digests) {
  EXPECT_TRUE(is_digest(test::digest_of("x")));
  EXPECT_FALSE(is_digest("sha256:"));
  EXPECT_FALSE(is_digest("sha256:" + std::string(64, 'G')));
  EXPECT_FALSE(is_digest("sha256:" + std::string(63, 'a')));
  EXPECT_FALSE(is_digest("md5:" + std::string(64, 'a')));
  EXPECT_TRUE(matches_digest("x", test::digest_of("x")));
  EXPECT_FALSE(matches_digest("y", test::digest_of("x")));
}

TEST(RegistryAnswers, Redirects) {
  const auto read = [](const char* location) {
    Answer answer = with_body("", 307);
    answer.headers["location"] = location;
    const auto place = read_redirect(answer, "contoso.azurecr.io");
    return place ? *place : std::string();
  };
  EXPECT_EQ(read("https://x.blob.core.windows.net/a?sig=b"),
            "https://x.blob.core.windows.net/a?sig=b");
  EXPECT_EQ(read("/v2/x"), "https://contoso.azurecr.io/v2/x");
  EXPECT_EQ(read("https://x/a#b"), "https://x/a");
  EXPECT_EQ(read("//evil.com/x"), "");
  EXPECT_EQ(read("http://x/a"), "");
  EXPECT_EQ(read("https://a:b@x/a"), "");
  EXPECT_EQ(read("file:///etc/passwd"), "");
  EXPECT_EQ(read(""), "");
  EXPECT_FALSE(read_redirect(with_body("", 307), "contoso.azurecr.io"));
}

TEST(DockerLogin, IsTheRegistrysOwnEntry) {
  const std::string config =
      R"({"auths":{"https://contoso.azurecr.io":{"auth":"cHVsbGVyOmNhbmFyeS1h"},)"
      R"("fabrikam.azurecr.io":{"username":"other","password":"canary-b"},)"
      R"("helper.azurecr.io":{}}})";
  const auto login = find_docker_login(config, "contoso.azurecr.io/shop/cart");
  ASSERT_TRUE(login) << login.error();
  EXPECT_EQ(login->user, "puller");
  EXPECT_EQ(login->password.view(), "canary-a");
  for (const char* other : {"nobody.azurecr.io/a", "helper.azurecr.io/a"}) {
    const auto none = find_docker_login(config, other);
    ASSERT_FALSE(none);
    EXPECT_NE(none.error().find(other), std::string::npos);
    EXPECT_EQ(none.error().find("canary"), std::string::npos);
  }
  EXPECT_FALSE(find_docker_login("canary-x", "a.azurecr.io/a"));
  const auto absent = read_docker_login("/nonexistent/config.json", "a.azurecr.io/a");
  ASSERT_FALSE(absent);
  EXPECT_NE(absent.error().find("/nonexistent/config.json"), std::string::npos);
}

TEST(Vantage, IsAPodOnlyWithinACluster) {
  const auto stand = [](std::map<std::string, std::string, std::less<>> values,
                        bool mounted = false, const char* resolver = "nameserver 168.63.129.16\n") {
    return Standpoint{Environment(std::move(values)), resolver, "box", mounted};
  };
  EXPECT_EQ(vantage_of(stand({}), "", false).kind, Vantage::Kind::host);
  EXPECT_EQ(vantage_of(stand({{"NODE_NAME", "n"}}), "", false).kind, Vantage::Kind::host);
  EXPECT_EQ(vantage_of(stand({{"KUBERNETES_SERVICE_HOST", "10.0.0.1"}}), "", false).kind,
            Vantage::Kind::host);
  EXPECT_EQ(vantage_of(stand({{"KUBERNETES_SERVICE_HOST", "10.0.0.1"}}, true), "", false).kind,
            Vantage::Kind::pod);
  const auto job = stand({{"KUBERNETES_SERVICE_HOST", "10.0.0.1"},
                          {"NODE_NAME", "aks-user-1-vmss000000"},
                          {"POD_NAME", "probe\n\x1b[31m"},
                          {"POD_NAMESPACE", "shop"},
                          {"ACR_DOCTOR_CLUSTER", "aks-prod"}});
  const Vantage pod = vantage_of(job, "", false);
  EXPECT_EQ(pod.kind, Vantage::Kind::pod);
  EXPECT_EQ(pod.node, "aks-user-1-vmss000000");
  EXPECT_EQ(pod.name_space, "shop");
  EXPECT_EQ(pod.cluster, "aks-prod");
  EXPECT_EQ(pod.host, "box");
  EXPECT_EQ(pod.pod.find('\x1b'), std::string::npos);
  EXPECT_TRUE(pod.node_resolver);
  EXPECT_EQ(vantage_of(job, "other", false).cluster, "other");
  EXPECT_FALSE(vantage_of(job, "", true).node_resolver);
}

TEST(Vantage, ClusterDnsShowsInTheSearchList) {
  EXPECT_TRUE(asks_cluster_dns(
      "search shop.svc.cluster.local svc.cluster.local cluster.local\nnameserver 10.0.0.10\n"));
  EXPECT_TRUE(asks_cluster_dns("nameserver 10.0.0.10\r\nsearch\ta.svc.corp\r\n"));
  EXPECT_FALSE(asks_cluster_dns("search abc.ax.internal.cloudapp.net\nnameserver 168.63.129.16"));
  EXPECT_FALSE(asks_cluster_dns("# search a.svc.x\n"));
  EXPECT_FALSE(asks_cluster_dns(""));
}

TEST(Sighting, ANameIsSeenByEitherKindOfRecord) {
  using Outcome = DnsAnswer::Outcome;
  const struct {
    Outcome v4, v6;
    const char* outcome;
    bool works;
  } cases[] = {
      {Outcome::addresses, Outcome::no_data, "addresses", true},
      {Outcome::addresses, Outcome::timeout, "addresses", true},
      {Outcome::no_data, Outcome::addresses, "addresses", true},
      {Outcome::timeout, Outcome::addresses, "addresses", true},
      {Outcome::no_data, Outcome::no_data, "no-data", false},
      {Outcome::no_data, Outcome::failed, "failed", false},
      {Outcome::no_name, Outcome::no_name, "no-name", false},
      {Outcome::timeout, Outcome::no_data, "timeout", false},
  };
  for (const auto& c : cases) {
    DnsAnswer v4, v6;
    v4.outcome = c.v4;
    v6.outcome = c.v6;
    if (c.v4 == Outcome::addresses) v4.addresses = {"10.0.0.4"};
    if (c.v6 == Outcome::addresses) v6.addresses = {"fd00::4"};
    const Observation seen = observe_name("a.azurecr.io", v4, v6);
    EXPECT_EQ(seen.outcome, c.outcome);
    EXPECT_EQ(seen.works, c.works) << c.outcome;
    EXPECT_EQ(seen.addresses.empty(), !c.works);
  }
}

}  // namespace
}  // namespace acr
