#include "collect/images.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "collect/collect_text.h"

namespace acr {
namespace {

using What = RegistryRequest::What;

constexpr std::string_view kDigest =
    "sha256:6fa0881c43675829a9c4dfa699b7f5084851d1629c1154d2aa9e9858a2a90ff9";

std::string show(const RegistryRequest& request) {
  return fmt::format("{} {} {} {}", static_cast<int>(request.what), request.host,
                     request.repository, request.reference);
}

TEST(RegistryRequest, PathsOfTheDataPlane) {
  const auto expect = [](std::string_view path, What what, std::string_view repository,
                         std::string_view reference) {
    EXPECT_EQ(
        show(registry_request(fmt::format("https://Contoso.azurecr.io{}", path))),
        fmt::format("{} contoso.azurecr.io {} {}", static_cast<int>(what), repository, reference))
        << path;
  };
  expect("/v2/_catalog?n=100", What::catalog, "", "");
  expect("/acr/v1/_catalog", What::catalog, "", "");
  expect("/v2/shop/cart/tags/list?n=2", What::tags, "shop/cart", "");
  expect("/v2/shop/cart/manifests/1.4", What::content, "shop/cart", "1.4");
  expect("/v2/tags/manifests/latest", What::content, "tags", "latest");
  expect("/acr/v1/shop/cart", What::repository, "shop/cart", "");
  expect("/acr/v1/shop/cart/_tags", What::tags, "shop/cart", "");
  expect("/acr/v1/shop/cart/_tags/1.4", What::tag, "shop/cart", "1.4");
  expect("/acr/v1/shop/cart/_manifests?orderby=", What::manifests, "shop/cart", "");
  expect("/acr/v1/shop/cart/_manifests/sha256:ab", What::manifest, "shop/cart", "sha256:ab");
}

TEST(RegistryRequest, NothingElse) {
  for (const std::string_view url :
       {"", "contoso.azurecr.io/v2/_catalog", "https://management.azure.com/v2/_catalog",
        "https://contoso.azurecr.io/v2/", "https://contoso.azurecr.io/oauth2/token",
        "https://contoso.azurecr.io/acr/v1/_deleted/x/_tags/y/z",
        "https://contoso.azurecr.io/v2/manifests/latest", "https://azurecr.io/v2/_catalog"}) {
    EXPECT_EQ(registry_request(url).what, What::none) << url;
  }
}

TEST(NextPage, FollowsTheLinkHeader) {
  const std::string_view url = "https://contoso.azurecr.io/acr/v1/a/_tags?n=2";
  EXPECT_EQ(next_page(url, "</acr/v1/a/_tags?last=x&n=2>; rel=\"next\""),
            "https://contoso.azurecr.io/acr/v1/a/_tags?last=x&n=2");
  EXPECT_EQ(next_page(url, "<https://b.azurecr.io/x>; rel=next"), "https://b.azurecr.io/x");
  EXPECT_EQ(next_page(url, "</x>; rel=\"prev\""), "");
  EXPECT_EQ(next_page(url, ">;<"), "");
  EXPECT_EQ(next_page(url, ""), "");
}

std::string tag(std::string_view name) {
  return fmt::format(
      R"({{"name":"{}","digest":"{}","lastUpdateTime":"2026-05-01T00:00:00Z",)"
      R"("changeableAttributes":{{"readEnabled":false,"quarantineState":"Passed"}}}})",
      name, kDigest);
}

TEST(Images, TagsOfARepository) {
  const Collected collected = collect_text(
      fmt::format(R"({{"registry":"Contoso.azurecr.io","imageName":"shop/cart","tags":[{},{}]}})",
                  tag("1.4"), tag("1.5")));
  const RepositoryFacts& facts = collected.estate.images.of("contoso.azurecr.io", "shop/cart");
  ASSERT_EQ(facts.tags.size(), 2U);
  const ImageTag& found = *facts.tags.at("1.5");
  EXPECT_EQ(found.digest, kDigest);
  EXPECT_EQ(found.state.read_enabled, false);
  EXPECT_EQ(found.state.quarantine_state, "Passed");
  EXPECT_EQ(found.origin.pointer, "/tags/1");
  ASSERT_EQ(facts.tag_lists.size(), 1U);
  EXPECT_FALSE(facts.tag_lists[0]->whole) << "nothing says that it is";
  EXPECT_EQ(remarks_of(collected), "");
}

TEST(Images, AListWithoutItsRepositoryIsNotGuessed) {
  for (const std::string& text : {tag("1.4"), "[" + tag("1.4") + "]"}) {
    const Collected collected = collect_text(text);
    EXPECT_TRUE(collected.estate.images.tags.empty());
    EXPECT_NE(remarks_of(collected).find("without its registry and repository"), std::string::npos)
        << remarks_of(collected);
  }
}

TEST(Images, ARecordedRequestTellsTheRepository) {
  const Collected collected = collect_text(fmt::format(
      R"({{"request":{{"url":"https://contoso.azurecr.io/acr/v1/shop/cart/_tags"}},"status":200,"body":[{}]}})",
      tag("1.4")));
  EXPECT_EQ(collected.estate.images.of("contoso.azurecr.io", "shop/cart").tags.size(), 1U);
}

std::string page(std::string_view query, std::string_view names, std::string_view link) {
  return fmt::format(
      R"({{"request":{{"url":"https://contoso.azurecr.io/v2/a/tags/list{}"}},"status":200,)"
      R"("headers":{{"link":"{}"}},"body":{{"name":"a","tags":[{}]}}}})",
      query, link, names);
}

TEST(Images, PagesMakeAWholeList) {
  const std::string first = page("?n=1", R"("x")", "</v2/a/tags/list?last=x&n=1>; rel=next");
  const std::string second = page("?last=x&n=1", R"("y")", "");
  const auto whole = [](const std::string& text) {
    const Collected collected = collect_text(text);
    const auto& lists = collected.estate.images.of("contoso.azurecr.io", "a").tag_lists;
    return std::ranges::any_of(lists, &ImageList::whole);
  };
  EXPECT_TRUE(whole(first + "\n" + second));
  EXPECT_TRUE(whole(second + "\n" + first));
  EXPECT_FALSE(whole(first));
  EXPECT_FALSE(whole(second));
  const std::string circle = page("?n=1", R"("x")", "</v2/a/tags/list?n=1>; rel=next");
  EXPECT_FALSE(whole(circle));
}

TEST(Images, ARecordedNotFoundIsAnAnswer) {
  const auto absences = [](std::string_view path, std::string_view code) {
    return collect_text(
               fmt::format(R"({{"request":{{"url":"https://contoso.azurecr.io{}"}},"status":404,)"
                           R"("body":{{"errors":[{{"code":"{}","message":"m","detail":null}}]}}}})",
                           path, code))
        .estate.images.absences.size();
  };
  EXPECT_EQ(absences("/acr/v1/a/_tags/x", "TAG_UNKNOWN"), 1U);
  EXPECT_EQ(absences("/acr/v1/a/_manifests/sha256:x", "MANIFEST_UNKNOWN"), 1U);
  EXPECT_EQ(absences("/acr/v1/a", "NAME_UNKNOWN"), 1U);
  EXPECT_EQ(absences("/v2/a/manifests/x", "MANIFEST_UNKNOWN"), 0U)
      << "depends on the media types that were asked for";
  EXPECT_EQ(absences("/acr/v1/a/_tags/x", "UNAUTHORIZED"), 0U);
}

TEST(Images, AnIndexIsKnownByItsBytes) {
  const std::string index =
      R"({"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[)"
      R"({"digest":"sha256:a","platform":{"os":"linux","architecture":"arm64","variant":"v8"}},)"
      R"({"digest":"sha256:b","platform":{"os":"unknown","architecture":"unknown"}},)"
      R"({"digest":"sha256:c"}]})";
  const Collected collected = collect_text("\n" + index + "\n");
  ASSERT_EQ(collected.estate.images.contents.size(), 1U);
  const ImageContent* content =
      collected.estate.images.content(collected.estate.images.contents[0].digest);
  ASSERT_NE(content, nullptr);
  EXPECT_TRUE(content->is_index);
  ASSERT_EQ(content->entries.size(), 2U);
  EXPECT_EQ(to_string(*content->entries[0].platform), "linux/arm64");
  EXPECT_FALSE(content->entries[1].platform);
}

TEST(Images, BytesAreHashedAsTheRegistryDoes) {
  const Collected collected =
      collect_text(R"({"schemaVersion":2,"config":{"digest":"sha256:x"},"layers":[]})");
  ASSERT_EQ(collected.estate.images.contents.size(), 1U);
  EXPECT_EQ(collected.estate.images.contents[0].digest,
            "sha256:83ca0b5717f11400f88bdc090c39cc9ad8646a2e40dacc10a05e6ac7b3d6579a");
  EXPECT_FALSE(collected.estate.images.contents[0].is_index);
}

TEST(Images, NamesOfRepositoriesNeedTheirRequest) {
  const std::string names = R"(["shop/cart","web"])";
  const Collected bare = collect_text(names);
  EXPECT_TRUE(bare.estate.images.repositories.empty());
  const auto record = [&](std::string_view headers) {
    return collect_text(fmt::format(
        R"({{"request":{{"url":"https://contoso.azurecr.io/acr/v1/_catalog"}},"status":200,{}"body":{}}})",
        headers, names));
  };
  const Collected recorded = record(R"("headers":{"server":"openresty"},)");
  ASSERT_EQ(recorded.estate.images.repositories.size(), 2U);
  ASSERT_EQ(recorded.estate.images.lists.size(), 1U);
  EXPECT_EQ(recorded.estate.images.lists[0].count, 2U);
  EXPECT_TRUE(recorded.estate.images.lists[0].whole);
  EXPECT_FALSE(record("").estate.images.lists[0].whole) << "a Link header may have been left out";
}

TEST(Images, EveryWrongByteIsSurvived) {
  const std::string text =
      page("?n=1", tag("x"), "</v2/a/tags/list?last=x&n=1>; rel=next") + "\n" +
      R"({"registry":"c.azurecr.io","imageName":"a","manifests":[{"digest":")" +
      std::string(kDigest) + R"(","tags":["b"]}]}{"schemaVersion":2,)" +
      R"("manifests":[{"digest":"d","platform":{"os":"linux"}}]})";
  for (std::size_t at = 0; at < text.size(); ++at) {
    for (const char wrong : {'\0', '"', '\\', '{', '}', '[', ']', ',', ':', '\xFF', '\n', '7'}) {
      std::string changed = text;
      changed[at] = wrong;
      collect_text(changed);
    }
  }
}

TEST(CacheRule, FillsByItsTarget) {
  CacheRule rule;
  rule.source = "docker.io/library/*";
  rule.target = "hub/*";
  EXPECT_TRUE(rule.fills("hub/nginx"));
  EXPECT_FALSE(rule.fills("hubs/nginx"));
  EXPECT_EQ(rule.source_of("hub/nginx"), "docker.io/library/nginx");
  rule.source = "quay.io/a/b";
  rule.target = "c";
  EXPECT_TRUE(rule.fills("c"));
  EXPECT_FALSE(rule.fills("c/d"));
  EXPECT_EQ(rule.source_of("c"), "quay.io/a/b");
}

}  // namespace
}  // namespace acr
