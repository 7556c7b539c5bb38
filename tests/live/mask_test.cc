// A masked recording says what the recording says, and nothing of whose it is.
#include "live/mask.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "estate/builtin_roles.h"
#include "estate/resource_id.h"
#include "live/cloud.h"
#include "live/mask_address.h"
#include "live/mask_names.h"
#include "live/mask_text.h"

namespace acr::test {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

// --- addresses ---

unsigned common_bits(const IpAddress& a, const IpAddress& b) {
  unsigned bits = 0;
  while (bits < 32 && ((a.bytes[bits / 8] ^ b.bytes[bits / 8]) >> (7 - bits % 8) & 1U) == 0) ++bits;
  return bits;
}

TEST(MaskAddress, KeepsWhatIsSharedAndWhatIsPrivate) {
  std::minstd_rand random(7);
  const auto any = [&](std::uint8_t first) {
    IpAddress address;
    address.bytes = {first, static_cast<std::uint8_t>(random() % 4),
                     static_cast<std::uint8_t>(random()), static_cast<std::uint8_t>(random())};
    return address;
  };
  std::size_t changed = 0;
  for (int i = 0; i < 2'000; ++i) {
    for (const int first : {10, 20, 172, 192, 100, 168}) {
      const IpAddress a = any(static_cast<std::uint8_t>(first));
      const IpAddress b = any(static_cast<std::uint8_t>(first));
      const IpAddress ma = mask_address(a, "key"), mb = mask_address(b, "key");
      ASSERT_EQ(common_bits(a, b), common_bits(ma, mb)) << a.to_string() << " " << b.to_string();
      ASSERT_EQ(a.is_private(), ma.is_private()) << a.to_string() << " " << ma.to_string();
      changed += a == ma ? 0 : 1;
    }
  }
  EXPECT_GT(changed, 11'000U);
  EXPECT_NE(mask_address(any(10), "key"), mask_address(any(10), "other"));
}

TEST(MaskAddress, PrefixesHoldWhatTheyHeld) {
  std::minstd_rand random(8);
  for (int i = 0; i < 2'000; ++i) {
    const unsigned long length = 8 + random() % 24;
    const std::string address =
        fmt::format("10.{}.{}.{}", random() % 256, random() % 256, random() % 256);
    const std::string text = fmt::format("10.{}.0.0/{}", random() % 256, length);
    const Cidr prefix = Cidr::parse(text).value();
    const Cidr masked = Cidr::parse(mask_address_text(text, "key").value()).value();
    const IpAddress inner = IpAddress::parse(mask_address_text(address, "key").value()).value();
    EXPECT_EQ(prefix.contains(IpAddress::parse(address).value()), masked.contains(inner))
        << text << " " << address;
  }
  for (const char* known : {"168.63.129.16", "0.0.0.0/0", "127.0.0.1", "::1", "0.0.0.0"})
    EXPECT_EQ(mask_address_text(known, "key").value_or("none"), known);
  EXPECT_EQ(mask_address_text("AzureCloud", "key"), std::nullopt);
  EXPECT_NE(mask_address_text("2a01:111::5", "key"), "2a01:111::5");
}

// --- names ---

TEST(MaskNames, TheFormsOfNamesStay) {
  MaskNames names("key");
  EXPECT_EQ(names.host("contosoprod.azurecr.io"), "registry111.azurecr.io");
  EXPECT_EQ(names.host("contosoprod.westeurope.data.azurecr.io"),
            "registry111.westeurope.data.azurecr.io");
  EXPECT_EQ(names.name("contosoprod.westeurope.data", "record"), "registry111.westeurope.data");
  EXPECT_EQ(names.name("privatelink.azurecr.io", "zone").substr(0, 11),
            names.host("privatelink.azurecr.io").substr(0, 11));
  EXPECT_EQ(names.image("contosoprod.azurecr.io/shop/cart:1.4.2"),
            "registry111.azurecr.io/image1/image2:tag1");
  EXPECT_EQ(names.image("contosoprod.azurecr.io/shop/cart@sha256:0a"),
            "registry111.azurecr.io/image1/image2@sha256:0a");
  EXPECT_EQ(names.image("mcr.microsoft.com/oss/kubernetes/pause:3.6"),
            "mcr.microsoft.com/oss/kubernetes/pause:3.6");
  EXPECT_EQ(names.image("contosoprod.azurecr.io/shop/Cart"),
            "registry111.azurecr.io/image1/Image2");
  names.add_hash("6d5f9c7b8");
  const std::string cart = names.name("cart", "workload");
  EXPECT_EQ(names.name("cart-6d5f9c7b8-x2x4q", "pod").substr(0, cart.size() + 1), cart + "-");
  const std::string pool = names.name("user", "pool");
  EXPECT_TRUE(names.name("aks-user-31774812-vmss000001", "node").starts_with("aks-" + pool + "-"));
  EXPECT_TRUE(names.name("aks-user-31774812-vmss000001", "node").ends_with("-vmss000001"));
  names.add_region("westeurope");
  EXPECT_EQ(names.name("MC_rg-a_aks-prod_westeurope", "group"),
            fmt::format("MC_{}_{}_westeurope", names.name("rg-a", "group"),
                        names.name("AKS-prod", "cluster")));
  EXPECT_EQ(names.name("7f951dda-4ed3-4680-a7ca-43fe172d538d", "role"),
            "7f951dda-4ed3-4680-a7ca-43fe172d538d");
  EXPECT_EQ(names.label_key("kubernetes.azure.com/agentpool"), "kubernetes.azure.com/agentpool");
  EXPECT_EQ(names.label_value("kubernetes.azure.com/agentpool", "user"), pool);
  EXPECT_EQ(names.label_value("kubernetes.io/arch", "arm64"), "arm64");
}

TEST(MaskText, MessagesKeepTheirWords) {
  MaskNames names("key");
  names.host("contosoprod.azurecr.io");
  names.name("failed", "namespace");
  names.name("shop", "namespace");
  EXPECT_EQ(
      mask_prose(names,
                 "Failed to pull image \"contosoprod.azurecr.io/shop/cart:1\": rpc error: dial "
                 "tcp 20.1.2.3:443: i/o timeout"),
      fmt::format("Failed to pull image \"registry111.azurecr.io/namespace2/image1:tag1\": rpc "
                  "error: dial tcp {}:443: i/o timeout",
                  mask_address_text("20.1.2.3", "key").value()));
  EXPECT_EQ(mask_prose(names,
                       "secrets is forbidden: User \"ana\" cannot list resource \"secrets\" "
                       "in API group \"\" in the namespace \"shop\""),
            "secrets is forbidden: User \"text1\" cannot list resource \"secrets\" in API group "
            "\"\" in the namespace \"namespace2\"");
  EXPECT_EQ(
      mask_prose(names,
                 "Unable to retrieve some image pull secrets (acr-login); attempting to pull"),
      "Unable to retrieve some image pull secrets (text2); attempting to pull");
  EXPECT_EQ(
      mask_url(names,
               "https://contosoprod.azurecr.io/oauth2/token?scope=repository%3Ashop%2F"
               "cart%3Apull&service=contosoprod.azurecr.io"),
      "https://registry111.azurecr.io/oauth2/token?scope=repository%3Anamespace2%2Fimage1%3Apull"
      "&service=registry111.azurecr.io");
}

// A page's token holds the last name of the page, and a condition the start of a repository's.
TEST(Mask, TokensAndStartsOfNamesTellNothing) {
  Exchange page;
  page.request.audience = Audience::kubernetes;
  page.request.context = "aks";
  page.request.url = "https://10.1.2.3/api/v1/pods?limit=1&continue=c2hvcC9jYXJ0";
  page.status = 200;
  page.body =
      R"({"kind":"PodList","apiVersion":"v1","metadata":{"continue":"c2hvcC9jYXJ0"},"items":[
    {"metadata":{"name":"cart-1","namespace":"shop"},
     "spec":{"containers":[{"name":"c","image":"contoso.azurecr.io/shop/cart:1"}]}}]})";
  Exchange assignment;
  assignment.request.url = "https://management.azure.com/x";
  assignment.status = 200;
  assignment.body =
      R"({"value":[{"properties":{"condition":"@Request[Microsoft.ContainerRegistry/registries/repositories:name] StringStartsWith 'shop/ca'"}}]})";
  const Masked masked = mask_exchanges({assignment, page}, "key");
  const std::string all =
      masked.exchanges[0].body + masked.exchanges[1].request.url + masked.exchanges[1].body;
  EXPECT_FALSE(all.contains("shop")) << all;
  EXPECT_FALSE(all.contains("cart")) << all;
  EXPECT_FALSE(all.contains("c2hv")) << all;
  const std::string condition =
      json::parse(masked.exchanges[0].body)["value"][0]["properties"]["condition"];
  const std::string start = condition.substr(condition.find('\'') + 1);
  const std::string image =
      json::parse(masked.exchanges[1].body)["items"][0]["spec"]["containers"][0]["image"];
  EXPECT_TRUE(image.contains("/" + start.substr(0, start.size() - 1)))
      << image << " does not start with " << start;
  EXPECT_TRUE(masked.names.contains("shop"));
}

TEST(Mask, LongAndDeepTextsEnd) {
  std::string chain, deep;
  for (int i = 0; i < 200'000; ++i) chain += "-1";
  for (int i = 0; i < 200; ++i) deep += R"({"properties":)";
  deep += "1" + std::string(200, '}');
  Exchange pods;
  pods.request.audience = Audience::kubernetes;
  pods.request.url = "https://10.1.2.3/api/v1/pods";
  pods.status = 200;
  pods.body = fmt::format(
      R"({{"kind":"PodList","apiVersion":"v1","items":[{{"metadata":{{"name":"a{0}","namespace":"mc{0}"}},
         "status":{{"message":"a{0}: 1.2.3.4{0} '{0}"}}}}]}})",
      chain);
  Exchange resources;
  resources.request.url = "https://management.azure.com/subscriptions/" + chain;
  resources.status = 200;
  resources.body = deep;
  const Masked masked = mask_exchanges({pods, resources}, "key");
  EXPECT_TRUE(json::accept(masked.exchanges[0].body));
  EXPECT_TRUE(json::accept(masked.exchanges[1].body)) << masked.exchanges[1].body.substr(0, 200);
}

Exchange of_registry(const std::string& target, const std::string& body) {
  Exchange exchange;
  exchange.request.audience = Audience::registry;
  exchange.request.context = "contoso.azurecr.io";
  exchange.request.url = "https://contoso.azurecr.io" + target;
  exchange.status = 200;
  exchange.body = body;
  return exchange;
}

TEST(Mask, WhatARegistryHoldsKeepsItsRelations) {
  const std::string manifest =
      R"({"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json", "layers": []})";
  std::vector<Exchange> given{
      of_registry("/v2/shop/cart/manifests/1.4.2", manifest),
      of_registry("/v2/shop/cart/manifests/1.5.0",
                  R"({"schemaVersion":2,"annotations":{"source":"https://git.contoso.com/cart"}})"),
      of_registry("/acr/v1/shop/cart/_tags/1.4.2",
                  R"({"registry":"contoso.azurecr.io","imageName":"shop/cart","tag":{"name":"1.4.2",
                     "digest":"sha256:00","changeableAttributes":{"readEnabled":true}}})"),
      of_registry("/v2/shop/cart/tags/list?n=1000",
                  R"({"name":"shop/cart","tags":["1.4.2","latest"]})"),
      of_registry("/v2/_catalog?last=shop%2Fcart&n=1000",
                  R"({"repositories":["shop/cart","shop/till"]})")};
  given[3].headers["link"] = R"(</v2/_catalog?last=shop%2Fcart&n=1000>; rel="next")";
  const Masked masked = mask_exchanges(given, "key");
  std::string all;
  for (const Exchange& exchange : masked.exchanges) {
    all += exchange.request.context + exchange.request.url + exchange.body + "\n";
    for (const auto& [name, value] : exchange.headers) all += value + "\n";
  }
  for (const char* name : {"contoso", "shop", "cart", "till", "1.4.2", "1.5.0", "git"})
    EXPECT_FALSE(all.contains(name)) << name << "\n" << all;
  EXPECT_EQ(masked.exchanges[0].request.url,
            "https://registry111.azurecr.io/v2/image1/image2/manifests/tag1");
  EXPECT_EQ(masked.exchanges[0].body, manifest) << "its digest is that of its bytes";
  EXPECT_EQ(masked.exchanges[1].headers.at("docker-content-digest").substr(0, 7), "sha256:");
  const json tag = json::parse(masked.exchanges[2].body);
  EXPECT_EQ(tag["tag"]["name"], "tag1");
  EXPECT_EQ(tag["imageName"], "image1/image2");
  EXPECT_EQ(json::parse(masked.exchanges[3].body)["tags"], json({"tag1", "latest"}));
  EXPECT_EQ(json::parse(masked.exchanges[4].body)["repositories"][0], "image1/image2");
  const std::string link = masked.exchanges[3].headers.at("link");
  const std::string& next = masked.exchanges[4].request.url;
  EXPECT_TRUE(next.ends_with(link.substr(1, link.find('>') - 1))) << link << " " << next;
}

TEST(Mask, AnnotatedIdentitiesAreThoseOfOtherDocuments) {
  constexpr std::string_view kId = "5c9f5b0e-41a5-5a87-9f0e-2d8a6a4f2b10";
  Exchange accounts, identities;
  accounts.request.audience = Audience::kubernetes;
  accounts.status = identities.status = 200;
  accounts.body =
      R"({"apiVersion":"v1","kind":"ServiceAccount","metadata":{"name":"cart","namespace":"shop",
          "annotations":{"kubernetes.azure.com/acr-client-id":"5c9f5b0e-41a5-5a87-9f0e-2d8a6a4f2b10"}}})";
  identities.request.audience = Audience::arm;
  identities.body = R"({"value":[{"clientId":"5c9f5b0e-41a5-5a87-9f0e-2d8a6a4f2b10"}]})";
  const Masked masked = mask_exchanges({accounts, identities}, "key");
  const json account = json::parse(masked.exchanges[0].body);
  const json identity = json::parse(masked.exchanges[1].body);
  const std::string id = account["metadata"]["annotations"]["kubernetes.azure.com/acr-client-id"];
  EXPECT_TRUE(is_guid(id)) << id;
  EXPECT_NE(id, kId);
  EXPECT_EQ(id, identity["value"][0]["clientId"]);
}

// --- whole estates ---

std::vector<std::string> estates() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(fs::path(ACR_SOURCE_DIR) / "fixtures/estates"))
    // One API server cannot be two clusters, and what is planned is not there to be recorded.
    if (entry.path().filename() != "two-clusters" &&
        !entry.path().filename().string().starts_with("planned-"))
      names.push_back(entry.path().filename().string());
  std::ranges::sort(names);
  return names;
}

void find_names(const json& value, const std::string& key, std::set<std::string>& names) {
  static const std::set<std::string> named{"name",
                                           "namespace",
                                           "loginServer",
                                           "resourceGroup",
                                           "nodeName",
                                           "displayName",
                                           "principalName",
                                           "nodeResourceGroup",
                                           "userPrincipalName",
                                           "serviceAccountName",
                                           "hostname",
                                           "dnsPrefix"};
  if (value.is_object()) {
    for (const auto& [name, member] : value.items())
      if (key != "sku" && key != "plan") find_names(member, name, names);
  } else if (value.is_array()) {
    for (const json& item : value) find_names(item, key, names);
  } else if (value.is_string()) {
    const std::string text = value;
    static const std::regex id(
        "/subscriptions/[^\"]*/(?:resourceGroups|virtualNetworks|subnets|registries|"
        "managedClusters|userAssignedIdentities)/([^/\"]+)",
        std::regex::icase);
    for (std::sregex_iterator i(text.begin(), text.end(), id), end; i != end; ++i)
      names.insert((*i)[1]);
    static const std::regex pattern(
        "[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|\\b[0-9]{1,3}(?:\\.[0-9]{1,3}){3}"
        "\\b");
    for (std::sregex_iterator i(text.begin(), text.end(), pattern), end; i != end; ++i)
      names.insert(i->str());
    if (named.contains(key)) names.insert(text);
    if (key == "image" && !text.starts_with("mcr.microsoft.com")) {
      static const std::regex part("[^/:@]+");
      for (std::sregex_iterator i(text.begin(), text.end(), part), end; i != end; ++i)
        names.insert(i->str());
    }
  }
}

// What the fixture's own names are, found in another way than the program finds them.
std::set<std::string> own_names(const std::string& estate) {
  std::set<std::string> names;
  for (const auto& entry : fs::recursive_directory_iterator(
           fs::path(ACR_SOURCE_DIR) / "fixtures/estates" / estate / "input")) {
    if (entry.path().extension() != ".json") continue;
    std::ifstream stream(entry.path());
    const json document = json::parse(stream, nullptr, false);
    if (!document.is_discarded()) find_names(document, {}, names);
  }
  // Azure's and everybody's, and names that are words of the recording as well: a pool "system" has
  // the mode "system", a pool "arm" is called as the audience of Azure's own answers.
  static const std::set<std::string> everybodys{"system",
                                                "user",
                                                "api",
                                                "apps",
                                                "batch",
                                                "http",
                                                "aks",
                                                "arm",
                                                "coredns",
                                                "acr-doctor",
                                                "privatelink.azurecr.io",
                                                "privatelink.azurecr.cn",
                                                "privatelink.azurecr.us",
                                                "system",
                                                "user",
                                                "168.63.129.16",
                                                "0.0.0.0",
                                                "127.0.0.1",
                                                "docker.io",
                                                "westeurope",
                                                "northeurope",
                                                "chinaeast2",
                                                "chinanorth3",
                                                "germanywestcentral",
                                                "eastus",
                                                "swedencentral",
                                                "Premium",
                                                "Standard",
                                                "Basic"};
  std::erase_if(names, [&](const std::string& name) {
    // The stand-in of a short prefix may be another's original.
    return name.size() < 2 || name.ends_with(".0") || stays(name) || everybodys.contains(name) ||
           builtin_role(name) != nullptr || name.find_first_not_of("0-") == std::string::npos ||
           std::ranges::all_of(
               name, [](unsigned char c) { return std::isdigit(c) != 0; }) ||
           std::ranges::any_of(
               builtin_roles(), [&](const RoleDefinition& role) { return role.name == name; });
  });
  return names;
}

bool holds_word(const std::string& text, const std::string& word) {
  const auto is_word = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; };
  for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) {
    const bool before = at > 0 && is_word(text[at - 1]);
    const bool after = at + word.size() < text.size() && is_word(text[at + word.size()]);
    if (!before && !after) return true;
  }
  return false;
}

std::string lowered(std::string text) {
  return lower(text);
}

// Verdicts without names, sorted: names decide the order of a report.
std::vector<std::string> verdicts(const json& report) {
  std::vector<std::string> lines;
  for (const json& result : report["results"])
    lines.push_back(fmt::format(
        "{} {} {} {}", result["check"].get<std::string>(), result["outcome"].get<std::string>(),
        result["severity"].get<std::string>(), result["subject"]["kind"].get<std::string>()));
  for (const json& pull : report["pulls"]) {
    std::string line =
        fmt::format("{} {} {}", pull["verdict"].get<std::string>(), pull["podCount"].dump(),
                    pull["cause"].is_null() ? "none" : pull["cause"]["check"].get<std::string>());
    if (pull["message"].is_object()) line += " " + pull["message"].value("class", "");
    for (const json& link : pull["chain"])
      line += fmt::format("\n  {} {} {} {}", link["check"].get<std::string>(),
                          link["outcome"].get<std::string>(), link["role"].get<std::string>(),
                          link["basis"].get<std::string>());
    lines.push_back(std::move(line));
  }
  for (const json& note : report["notifications"]) lines.push_back(note.value("code", ""));
  std::ranges::sort(lines);
  return lines;
}

class MaskedEstate : public testing::TestWithParam<std::string> {};

TEST_P(MaskedEstate, SaysTheSameWithoutItsNames) {
  const Cloud cloud(GetParam());
  const std::string plain = cloud.folder.path("plain"), masked = cloud.folder.path("masked");
  const std::string table = cloud.folder.path("table.json");
  const auto first = cloud.doctor({"collect", "-d", plain});
  const auto second = cloud.doctor({"collect", "-d", masked, "--mask=" + table});
  ASSERT_TRUE(first.code == 0 || first.code == 3) << first.err;
  ASSERT_EQ(first.code, second.code) << second.err;
  for (const char* command : {"scan", "why"}) {
    const json before =
        json::parse(cloud.doctor({command, "-o", "json", "--from", plain}).out, nullptr, false);
    const json after =
        json::parse(cloud.doctor({command, "-o", "json", "--from", masked}).out, nullptr, false);
    ASSERT_TRUE(before.contains("pulls") && after.contains("pulls"));
    EXPECT_EQ(fmt::format("{}", fmt::join(verdicts(before), "\n")),
              fmt::format("{}", fmt::join(verdicts(after), "\n")));
    EXPECT_EQ(before["summary"], after["summary"]);
  }
  std::string all;
  std::size_t files = 0;
  for (const auto& entry : fs::recursive_directory_iterator(masked)) {
    all += fs::relative(entry.path(), masked).generic_string() + "\n";
    if (!entry.is_regular_file()) continue;
    ++files;
    all += cloud.folder.read("masked/" + fs::relative(entry.path(), masked).generic_string());
  }
  all = lowered(std::move(all));
  ASSERT_GT(files, 5U);
  const auto names = own_names(GetParam());
  ASSERT_GT(names.size(), 5U);
  for (const std::string& name : names)
    EXPECT_FALSE(holds_word(all, lowered(name)))
        << name << " at "
        << all.substr(std::max<std::size_t>(all.find(lowered(name)), 100) - 100, 220);
  // The owner, and he alone, can tell.
  struct stat status{};
  ASSERT_EQ(stat(table.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  const json told = json::parse(cloud.folder.read("table.json"));
  EXPECT_GT(told.size(), 10U);
}

INSTANTIATE_TEST_SUITE_P(Fixtures, MaskedEstate, testing::ValuesIn(estates()),
                         [](const testing::TestParamInfo<std::string>& of) {
                           std::string name = of.param;
                           std::ranges::replace(name, '-', '_');
                           return name;
                         });

}  // namespace
}  // namespace acr::test
