// Fingerprints and synthetic URIs: what stays the same from run to run.
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <set>
#include <string>

#include "estate/resource_id.h"
#include "judge/fingerprint.h"
#include "reports/uri.h"
#include "sample.h"

namespace acr {
namespace {

TEST(Fingerprint, IsTheDocumentedHash) {
  // printf 'admin-user-disabled\x1f/subscriptions/s\x1fd' | sha256sum | cut -c1-32
  EXPECT_EQ(fingerprint("admin-user-disabled", "/subscriptions/S/", "d"),
            "48e43d2a9fb3aa1514e5604e13a566e8");
  EXPECT_EQ(fingerprint("a", "b", ""), "023b8059a924f728a2155e4cc8b90738");
}

TEST(Fingerprint, DependsOnEachPartAndOnNothingElse) {
  auto make = [] {
    return sample::result(sample::admin_user_disabled, sample::registry_subject("contosoprod"),
                          "scope", sample::admin_enabled());
  };
  const std::string first = fingerprint(make());
  EXPECT_EQ(first.size(), 32U);
  Result other = make();
  other.verdict.own().reason = "something else";
  other.subject.own().name = "renamed";
  other.subject.own().scope = "elsewhere";
  std::string& id = other.subject.own().id;
  std::transform(id.begin(), id.end(), id.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  EXPECT_EQ(fingerprint(other), first);
  other = make();
  other.subject.own().discriminator = "x";
  EXPECT_NE(fingerprint(other), first);
  other = make();
  other.subject.own().id += "x";
  EXPECT_NE(fingerprint(other), first);
  other = make();
  other.check = &sample::image_is_pulled;
  EXPECT_NE(fingerprint(other), first);
}

bool is_clean_relative_path(const std::string& uri) {
  if (uri.empty() || uri.front() == '/' || uri.find("//") != std::string::npos) return false;
  std::size_t begin = 0;
  while (begin <= uri.size()) {
    const auto end = std::min(uri.find('/', begin), uri.size());
    const std::string segment = uri.substr(begin, end - begin);
    if (segment.empty() || segment == "." || segment == "..") return false;
    for (std::size_t i = 0; i < segment.size(); ++i) {
      const auto c = static_cast<unsigned char>(segment[i]);
      if (c == '%') {
        if (i + 2 >= segment.size() || std::isxdigit(segment[i + 1]) == 0 ||
            std::isxdigit(segment[i + 2]) == 0) {
          return false;
        }
        i += 2;
      } else if (!(std::islower(c) || std::isdigit(c) || c == '-' || c == '.' || c == '_' ||
                   c == '~')) {
        return false;
      }
    }
    begin = end + 1;
  }
  return true;
}

std::string decode(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      out += static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

// azure/S/G/P/type/name back to the ARM id.
std::string arm_id_of(const std::string& uri) {
  std::vector<std::string> parts;
  for (std::size_t begin = 0; begin <= uri.size();) {
    const auto end = std::min(uri.find('/', begin), uri.size());
    parts.push_back(decode(uri.substr(begin, end - begin)));
    begin = end + 1;
  }
  std::string id =
      "/subscriptions/" + parts.at(1) + "/resourcegroups/" + parts.at(2) + "/providers";
  for (std::size_t i = 3; i < parts.size(); ++i) id += "/" + parts[i];
  return id;
}

TEST(SyntheticUri, FollowsTheShapeOfTheId) {
  SubjectRef subject;
  subject.id = sample::kRegistryId;
  EXPECT_EQ(synthetic_uri(subject),
            "azure/11111111-1111-4111-8111-111111111111/rg-acr/microsoft.containerregistry/"
            "registries/contosoprod");
  subject.id = sample::kClusterId + "//shop/deploy/cart";
  EXPECT_EQ(synthetic_uri(subject),
            "azure/11111111-1111-4111-8111-111111111111/rg-aks/microsoft.containerservice/"
            "managedclusters/aks-prod/k8s/shop/deploy/cart");
  subject.id = "/subscriptions/S";
  EXPECT_EQ(synthetic_uri(subject), "azure/_/subscriptions/s");
  subject.id = "kind-dev//shop/deploy/cart";
  EXPECT_EQ(synthetic_uri(subject), "cluster/kind-dev/k8s/shop/deploy/cart");
  subject.id = "//shop/deploy/cart";
  EXPECT_EQ(synthetic_uri(subject), "k8s/shop/deploy/cart");
  subject = {};
  EXPECT_EQ(synthetic_uri(subject), "input/_");
}

TEST(SyntheticUri, SurvivesAnyName) {
  std::set<std::string> seen;
  for (const std::string& name :
       {std::string("a:b"), std::string("100%"), std::string("with space"), std::string("a#b"),
        std::string("a?b"), std::string("größe图"), std::string(255, 'x'),
        std::string("a\x1b[31mb"), std::string("\xFF\xFE"), std::string("%2e%2e"),
        std::string("a\\b"), std::string("a+b&c=d")}) {
    SubjectRef subject;
    subject.id = sample::kSubscription +
                 "/resourceGroups/rg/providers/Microsoft.ContainerRegistry/registries/" + name;
    const std::string uri = synthetic_uri(subject);
    EXPECT_TRUE(is_clean_relative_path(uri)) << uri;
    EXPECT_EQ(arm_id_of(uri), lower(subject.id));
    EXPECT_TRUE(seen.insert(uri).second) << uri;
  }
}

TEST(SyntheticUri, LeavesNoDotSegments) {
  for (const char* name : {".", "..", "a/../../b"}) {
    SubjectRef subject;
    subject.id = std::string("/subscriptions/s/") + name;
    EXPECT_TRUE(is_clean_relative_path(synthetic_uri(subject))) << synthetic_uri(subject);
    subject.id = std::string("//") + name;
    EXPECT_TRUE(is_clean_relative_path(synthetic_uri(subject))) << synthetic_uri(subject);
  }
}

}  // namespace
}  // namespace acr
