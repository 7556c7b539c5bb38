// What `why` learns of images: the program against Azure, Kubernetes and a registry of the test's,
// which a proxy puts in the place of contosoprod.azurecr.io.
#include <algorithm>
#include <fstream>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "live/azure_registry.h"
#include "live/connect_proxy.h"
#include "live/program.h"
#include "live/registry_access.h"
#include "live/registry_plan.h"

namespace acr::test {
namespace {

TEST(RegistryPlan, AsksForTheImagesOfAzureOnly) {
  RegistryPlan plan;
  std::vector<std::string> urls;
  for (const auto& request : plan.look_into(
           {"contoso.azurecr.io/shop/cart:1.4", "contoso.azurecr.io/shop/cart:1.4",
            "contoso.azurecr.io:443/a:1", "docker.io/library/nginx:1", "azurecr.io.evil.com/x:1",
            fmt::format("contoso.azurecr.io/a@sha256:{}", std::string(64, 'a'))}))
    urls.push_back(request.url);
  EXPECT_EQ(
      urls,
      (std::vector<std::string>{
          fmt::format("https://contoso.azurecr.io/v2/a/manifests/sha256:{}", std::string(64, 'a')),
          "https://contoso.azurecr.io/v2/shop/cart/manifests/1.4"}));
}

Exchange answer_to(const acr::Request& request, int status) {
  Exchange exchange;
  exchange.request = request;
  exchange.status = status;
  return exchange;
}
std::vector<std::string> urls_of(const NextStep& next) {
  std::vector<std::string> urls;
  for (const auto& request : next.requests) urls.push_back(request.url);
  return urls;
}

TEST(RegistryPlan, ListsWhatIsThereOnlyWhereTheImageIsNot) {
  RegistryPlan plan;
  const auto asked = plan.look_into({"contoso.azurecr.io/cart:1"});
  ASSERT_EQ(asked.size(), 1U);
  EXPECT_TRUE(asked[0].accept.contains("oci.image.index"));
  const auto found = answer_to(asked[0], 200);
  EXPECT_EQ(urls_of(RegistryPlan(plan).absorb(found)),
            (std::vector<std::string>{"https://contoso.azurecr.io/acr/v1/cart",
                                      "https://contoso.azurecr.io/acr/v1/cart/_tags/1"}));
  const auto next = plan.absorb(answer_to(asked[0], 404));
  EXPECT_EQ(urls_of(next),
            (std::vector<std::string>{"https://contoso.azurecr.io/acr/v1/cart",
                                      "https://contoso.azurecr.io/acr/v1/cart/_tags/1",
                                      "https://contoso.azurecr.io/v2/cart/tags/list?n=1000"}));
  EXPECT_EQ(urls_of(plan.absorb(answer_to(next.requests[0], 404))),
            std::vector<std::string>{"https://contoso.azurecr.io/v2/_catalog?n=1000"});
  EXPECT_TRUE(plan.absorb(answer_to(asked[0], 403)).requests.empty());
}

TEST(RegistryPlan, FollowsAListOnItsOwnHostOnly) {
  RegistryPlan plan;
  const auto tags =
      plan.absorb(answer_to(plan.look_into({"contoso.azurecr.io/cart:1"})[0], 404)).requests[2];
  const auto follow = [&](const std::string& link) {
    auto exchange = answer_to(tags, 200);
    exchange.headers["link"] = fmt::format("<{}>; rel=\"next\"", link);
    return urls_of(plan.absorb(exchange));
  };
  EXPECT_TRUE(follow("https://evil.com/v2/cart/tags/list?last=a").empty());
  EXPECT_TRUE(follow("/v2/other/tags/list?last=a").empty());
  EXPECT_TRUE(follow("https://contoso.azurecr.io.evil.com/v2/cart/tags/list?last=a").empty());
  EXPECT_EQ(follow("/v2/cart/tags/list?last=a&n=1000"),
            std::vector<std::string>{"https://contoso.azurecr.io/v2/cart/tags/list?last=a&n=1000"});
}

// A registry whose answers are a function of the call.
class Entrance {
 public:
  std::vector<std::string> asked;
  std::string granted = R"(["pull","metadata_read"])";
  std::string realm = "https://contoso.azurecr.io/oauth2/token";
  int ping = 401, exchange = 200, tokens = 0;

  RegistryAccess access{
      {[this](const Call& call, const std::function<void(Answer)>& done) { done(answer(call)); },
       [this](const auto& done) {
         ++tokens;
         done(EntraToken{Secret("entra"), "tenant"});
       }}};

  std::string find(const std::string& url) {
    std::string found = "never";
    access.find(url, [&](const std::expected<const Secret*, std::string>& result) {
      found = result ? std::string((*result)->view()).substr(0, 10) : result.error();
    });
    return found;
  }

 private:
  Answer answer(const Call& call) {
    asked.push_back(call.url);
    Answer answer;
    answer.status = 200;
    if (call.url.ends_with("/v2/")) {
      answer.status = ping;
      answer.headers["www-authenticate"] =
          fmt::format(R"(Bearer realm="{}",service="contoso.azurecr.io")", realm);
      if (ping == 403)
        answer.body =
            R"({"errors":[{"code":"DENIED","message":"client with IP '203.0.113.7' is not allowed access."}]})";
    } else if (call.url.ends_with("/exchange")) {
      answer.status = exchange;
      answer.body = R"({"refresh_token":"refresh"})";
    } else {
      answer.body = fmt::format(
          R"({{"access_token":"{}"}})",
          token_of(fmt::format(
              R"({{"access":[{{"type":"repository","name":"cart","actions":{}}}]}})", granted)));
    }
    return answer;
  }
};
constexpr const char* kCart = "https://contoso.azurecr.io/v2/cart/manifests/1";
constexpr const char* kCartTag = "https://contoso.azurecr.io/acr/v1/cart/_tags/1";

TEST(RegistryAccess, AsksForEachTokenOnce) {
  Entrance registry;
  EXPECT_TRUE(registry.find(kCart).starts_with("Bearer eyJ"));
  EXPECT_TRUE(registry.find(kCartTag).starts_with("Bearer eyJ"));
  EXPECT_EQ(registry.asked, (std::vector<std::string>{"https://contoso.azurecr.io/v2/",
                                                      "https://contoso.azurecr.io/oauth2/exchange",
                                                      "https://contoso.azurecr.io/oauth2/token"}));
  registry.access.forget(kCart);
  EXPECT_TRUE(registry.find(kCart).starts_with("Bearer eyJ"));
  EXPECT_EQ(registry.asked.size(), 6U);
}

TEST(RegistryAccess, SaysWhyThereIsNone) {
  Entrance outside;
  outside.ping = 403;
  EXPECT_EQ(outside.find(kCart),
            "the registry's network rules refuse this machine, which it sees as 203.0.113.7");
  EXPECT_EQ(outside.tokens, 0);
  Entrance stranger;
  stranger.exchange = 401;
  EXPECT_EQ(stranger.find(kCart), "the caller has no role on the registry that lets it sign in");
  Entrance reader;
  reader.granted = R"(["pull"])";
  EXPECT_TRUE(reader.find(kCart).starts_with("Bearer eyJ"));
  EXPECT_EQ(reader.find(kCartTag),
            "the token that the caller gets does not allow reading the tags and manifests of "
            "repository cart");
}

TEST(RegistryAccess, ACredentialGoesToTheRegistryOnly) {
  Entrance registry;
  registry.realm = "https://evil.com/token";
  EXPECT_TRUE(registry.find(kCart).contains("evil.com"));
  EXPECT_EQ(registry.tokens, 0);
  for (const char* url : {"https://evil.com/v2/cart/manifests/1", "http://contoso.azurecr.io/v2/",
                          "https://contoso.azurecr.io:8443/v2/cart/manifests/1"})
    EXPECT_EQ(registry.find(url), "it is no address of an Azure registry") << url;
  EXPECT_EQ(registry.asked.size(), 1U);
}

// contosoprod.azurecr.io for callers whom Entra ID knows: shop/cart has the tags 1.4.0 and 1.4.2.
Response registry(const Request& request) {
  const std::string host = "contosoprod.azurecr.io";
  if (request.path == "/oauth2/exchange")
    return reply_with(request.body.contains("CANARY-registry-entra") ? 200 : 401,
                      R"({"refresh_token":"CANARY-refresh"})");
  if (request.path == "/oauth2/token")
    return reply_with(
        request.body.contains("CANARY-refresh") ? 200 : 401,
        fmt::format(
            R"({{"access_token":"{}"}})",
            token_of(
                R"({"access":[{"type":"repository","name":"shop/cart","actions":["pull","metadata_read"]}]})")));
  if (!request.header("authorization").starts_with("Bearer eyJ")) {
    Response challenge = reply_with(401, R"({"errors":[{"code":"UNAUTHORIZED"}]})");
    challenge.headers = {
        {"WWW-Authenticate",
         fmt::format(R"(Bearer realm="https://{0}/oauth2/token",service="{0}")", host)}};
    return challenge;
  }
  if (request.path == "/v2/shop/cart/tags/list")
    return reply_with(200, R"({"name":"shop/cart","tags":["1.4.0","1.4.2"]})");
  if (request.path == "/acr/v1/shop/cart")
    return reply_with(
        200,
        R"({"registry":"contosoprod.azurecr.io","imageName":"shop/cart","tagCount":2,"changeableAttributes":{"readEnabled":true}})");
  return reply_with(404, R"({"errors":[{"code":"MANIFEST_UNKNOWN","message":"not found"}]})");
}

struct RegistryOutside {
  HttpServer server{registry, [] {
                      HttpServer::Options options;
                      Wanted wanted;
                      wanted.names = {"contosoprod.azurecr.io"};
                      options.identity = shared_authority().issue(wanted);
                      return options;
                    }()};
  ServedEstate estate{"image-tag-missing", options()};

  ServedEstate::Options options() const {
    ServedEstate::Options served;
    served.outside = {{"contosoprod.azurecr.io:443", server.port()}};
    return served;
  }
  RegistryOutside() {
    estate.sign_in = [](const Request& request) {
      return reply_with(
          200, fmt::format(
                   R"({{"expires_in":3599,"access_token":"{}"}})",
                   request.body.contains("containerregistry") ? "CANARY-registry-entra" : kToken));
    };
  }
};

TEST(EndToEndImages, WhySeesThatTheTagIsNotThere) {
  RegistryOutside world;
  const std::string folder = world.estate.folder.path("recording");
  const Ended live = world.estate.run({"why", "-o", "json"});
  const auto report = nlohmann::json::parse(live.out, nullptr, false);
  ASSERT_FALSE(report.is_discarded()) << live.err;
  EXPECT_EQ(report["pulls"][0]["cause"]["check"], "image-exists") << live.out;
  EXPECT_EQ(report["pulls"][0]["cause"]["reason"],
            "repository shop/cart has no tag 1.4.3; nearest: 1.4.2, 1.4.0");
  EXPECT_EQ(live.code, 1);
  for (const Request& request : world.server.requests())
    EXPECT_TRUE(request.method == "GET" || request.path.starts_with("/oauth2/")) << request.path;

  EXPECT_EQ(world.estate.run({"collect", "-d", folder}).code, 0);
  const Ended replayed = world.estate.run({"why", "-o", "json", "--from", folder});
  const auto without_command = [](const std::string& text) {
    auto json = nlohmann::ordered_json::parse(text);
    json["run"].erase("again");
    return json.dump(2);
  };
  EXPECT_EQ(without_command(replayed.out), without_command(live.out));
  const std::string all = live.out + live.err + read_folder(folder);
  for (const char* secret : {"CANARY", "eyJ"})
    EXPECT_FALSE(all.contains(secret)) << all.substr(all.find(secret), 200);
}

TEST(EndToEndImages, APullRequestLearnsThatItsImageIsNotThere) {
  RegistryOutside world;
  const std::string manifest = world.estate.folder.path("cart.yaml");
  std::ofstream(manifest) << R"(apiVersion: apps/v1
kind: Deployment
metadata: {name: next, namespace: shop}
spec:
  template:
    spec:
      containers:
        - name: next
          image: contosoprod.azurecr.io/shop/cart:1.9.0
)";
  std::vector<std::string> command{"scan",    "--from",       manifest, "--for-cluster", "aks-prod",
                                   "--check", "image-exists", "-o",     "json"};
  for (const std::string& id : world.estate.stand_in.subscriptions())
    command.insert(command.end(), {"--subscription", id});
  const Ended live = world.estate.run(command);
  const auto report = nlohmann::json::parse(live.out, nullptr, false);
  ASSERT_FALSE(report.is_discarded()) << live.err;
  std::size_t found = 0;
  for (const auto& result : report["results"]) {
    if (result["subject"].value("workload", "") != "deploy/next") continue;
    ++found;
    EXPECT_EQ(result["outcome"], "fail") << result.dump(2);
    EXPECT_EQ(result["reason"], "repository shop/cart has no tag 1.9.0; nearest: 1.4.0, 1.4.2");
    EXPECT_EQ(result["subject"]["cluster"], "aks-prod");
    EXPECT_EQ(result["place"]["line"], 9) << result.dump(2);
  }
  EXPECT_GT(found, 0U) << live.out;
}

TEST(EndToEndImages, ARegistryThatDoesNotLetUsInIsAGapOfThatImageAlone) {
  RegistryOutside world;
  world.estate.sign_in = [](const Request&) {
    return reply_with(200, fmt::format(R"({{"expires_in":3599,"access_token":"{}"}})", kToken));
  };
  const Ended live = world.estate.run({"why", "-o", "json"});
  EXPECT_TRUE(live.out.contains("the caller has no role on the registry that lets it sign in"))
      << live.out;
  EXPECT_EQ(live.code, 1) << "the kubelet's message still tells that it is not there\n" << live.out;
}

}  // namespace
}  // namespace acr::test
