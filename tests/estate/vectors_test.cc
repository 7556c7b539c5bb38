// The reference data: cases of upstream test tables and cases computed from upstream code.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>

#include <nlohmann/json.hpp>

#include "estate/image_reference.h"
#include "estate/keyring.h"
#include "estate/login_server.h"

namespace acr {
namespace {

using nlohmann::json;

std::filesystem::path reference_data() {
  const char* folder = std::getenv("ACR_SHARED_DATA");
  return std::filesystem::path(folder ? folder : ACR_SOURCE_DIR "/../shared/data") / "vectors";
}

// The cases of one file that bind; empty when the reference data is absent.
std::vector<json> read_cases(const char* name) {
  std::ifstream file(reference_data() / name);
  if (!file) return {};
  const json document = json::parse(file);
  std::vector<json> cases;
  for (const json& c : document.at("cases")) {
    if (!c.value("optional", false)) cases.push_back(c);
  }
  return cases;
}

#define CASES_OR_SKIP(cases, name)                  \
  const std::vector<json> cases = read_cases(name); \
  if (cases.empty())                                \
  GTEST_SKIP() << "the reference data is absent: " << (reference_data() / name).string()

std::string text(const json& c, const char* key) {
  return c.value(key, std::string());
}

TEST(Vectors, ReferenceParse) {
  CASES_OR_SKIP(cases, "reference_parse.json");
  std::size_t judged = 0;
  for (const json& c : cases) {
    const std::string api = c.at("api"), input = c.at("input");
    SCOPED_TRACE(api + " " + input);
    if (api == "Parse") {
      const auto parsed = parse_reference(input);
      ++judged;
      // The upstream tests link sha256 only, the kubelet sha384 and sha512 as well.
      if (input.find("@sha512:") != std::string::npos) {
        EXPECT_EQ(text(c, "error"), "ErrDigestUnsupported");
        EXPECT_TRUE(parsed);
      } else if (c.contains("error")) {
        ASSERT_FALSE(parsed);
        EXPECT_EQ(parsed.error().text, text(c, "error_text"));
      } else {
        ASSERT_TRUE(parsed) << parsed.error().text;
        if (c.contains("name")) {
          EXPECT_EQ(parsed->repository(), text(c, "name"));
        }
        if (c.contains("domain")) {
          EXPECT_EQ(parsed->domain, text(c, "domain"));
        }
        if (c.contains("path")) {
          EXPECT_EQ(parsed->path, text(c, "path"));
        }
        EXPECT_EQ(parsed->tag, text(c, "tag"));
        EXPECT_EQ(parsed->digest, text(c, "digest"));
      }
    } else if (api == "ParseNamed" || api == "WithName") {
      // Both take a bare name; ParseNamed only its normal form. We have neither: the same answers
      // follow from Parse.
      ++judged;
      const auto parsed = api == "WithName" ? parse_reference(input) : parse_normalized(input);
      const bool good =
          parsed && parsed->tag.empty() && parsed->digest.empty() && parsed->repository() == input;
      EXPECT_EQ(good, !c.contains("error"));
      if (good) {
        EXPECT_EQ(parsed->domain, text(c, "domain"));
        EXPECT_EQ(parsed->path, text(c, "path"));
      }
    }
  }
  EXPECT_EQ(judged, cases.size());
}

TEST(Vectors, ReferenceGrammar) {
  CASES_OR_SKIP(cases, "reference_regexp.json");
  for (const json& c : cases) {
    const std::string rule = c.at("regexp"), input = c.at("input");
    const bool match = c.at("match");
    SCOPED_TRACE(rule + " " + input);
    const auto submatch = [&c](std::size_t i) {
      return c.contains("submatches") ? c.at("submatches").at(i).get<std::string>() : "";
    };
    if (rule == "anchoredIdentifier") {
      const auto parsed = parse_normalized(input);
      EXPECT_EQ(!parsed && parsed.error().text.find("64-byte") != std::string::npos, match);
    } else if (rule == "^domainAndPort$") {
      const auto parsed = parse_reference(input + "/x");
      EXPECT_EQ(parsed && parsed->domain == input, match);
    } else {
      auto parsed = parse_reference(input);
      // A name alone: what reads as a tag or digest does not belong to it.
      const bool whole = parsed && (rule == "reference" || parsed->repository() == input);
      // Grammar only: the total length is checked elsewhere.
      const bool too_long =
          !parsed && parsed.error().text.find("more than 255") != std::string::npos;
      EXPECT_EQ(whole || too_long, match);
      if (!match || !c.contains("submatches") || too_long) continue;
      if (rule == "anchoredName") {
        EXPECT_EQ(parsed->domain, submatch(0));
        EXPECT_EQ(parsed->path, submatch(1));
      } else {
        ASSERT_EQ(rule, "reference");
        EXPECT_EQ(parsed->repository(), submatch(0));
        EXPECT_EQ(parsed->tag, submatch(1));
        EXPECT_EQ(parsed->digest, submatch(2));
      }
    }
  }
}

// FamiliarName: the short form people write.
std::string familiar_name(const ImageReference& image) {
  if (image.domain != "docker.io") return image.repository();
  const std::string library = "library/";
  const bool official =
      image.path.starts_with(library) && image.path.find('/', library.size()) == std::string::npos;
  return official ? image.path.substr(library.size()) : image.path;
}

// What containerd's CRI makes of an image: the tag goes where a digest is.
std::string containerd_reference(ImageReference image) {
  if (!image.digest.empty()) image.tag.clear();
  return image.canonical();
}

TEST(Vectors, ReferenceNormalize) {
  CASES_OR_SKIP(cases, "reference_normalize.json");
  std::map<std::string, int> skipped;
  for (const json& c : cases) {
    const std::string api = c.at("api"), input = c.at("input");
    SCOPED_TRACE(api + " " + input);
    if (api == "ParseNormalizedNamed") {
      const auto parsed = parse_normalized(input);
      ASSERT_EQ(parsed.has_value(), c.at("valid").get<bool>());
      if (!parsed) continue;
      if (c.contains("domain")) {
        EXPECT_EQ(parsed->domain, text(c, "domain"));
      }
      if (c.contains("path")) {
        EXPECT_EQ(parsed->path, text(c, "path"));
      }
      if (c.contains("canonical")) {
        EXPECT_EQ(parsed->canonical(), text(c, "canonical"));
      }
      if (c.contains("familiar")) {
        EXPECT_EQ(familiar_name(*parsed), text(c, "familiar"));
      }
    } else if (api == "k8s.ParseImageName") {
      const auto parsed = parse_image(input);
      if (c.contains("error_contains")) {
        ASSERT_FALSE(parsed);
        EXPECT_NE(parsed.error().text.find(text(c, "error_contains")), std::string::npos)
            << parsed.error().text;
      } else {
        ASSERT_TRUE(parsed) << parsed.error().text;
        EXPECT_EQ(parsed->repository(), text(c, "repo"));
        EXPECT_EQ(parsed->tag, text(c, "tag"));
        EXPECT_EQ(parsed->digest, text(c, "digest"));
      }
    } else if (api == "ParseDockerRef") {
      ASSERT_TRUE(parse_image(input));
      EXPECT_EQ(containerd_reference(*parse_image(input)), text(c, "canonical"));
    } else if (api == "ParseAnyReference" && !c.value("digest_only", false)) {
      ASSERT_TRUE(parse_normalized(input));
      EXPECT_EQ(parse_normalized(input)->canonical(), text(c, "canonical"));
    } else {
      // The kubelet passes its string on as written; bare digests are no images of a pod.
      ++skipped[api];
    }
  }
  EXPECT_EQ(skipped, (std::map<std::string, int>{{"ParseAnyReference", 2},
                                                 {"kubelet.applyDefaultImageTag", 5}}));
}

TEST(Vectors, ImageNormalizeDerived) {
  CASES_OR_SKIP(cases, "image_normalize_derived.json");
  const std::map<std::string, std::string> texts = {
      {"ErrReferenceInvalidFormat", "invalid reference format"},
      {"ErrDigestInvalidFormat", "invalid checksum digest format"},
      {"ErrNameTooLong", "repository name must not be more than 255 characters"},
  };
  for (const json& c : cases) {
    const std::string input = c.at("input");
    SCOPED_TRACE(input);
    const auto normal = parse_normalized(input);
    const auto image = parse_image(input);
    ASSERT_EQ(normal.has_value(), c.at("valid").get<bool>());
    if (!normal) {
      const std::string error = text(c, "error");
      const auto known = texts.find(error);
      if (known != texts.end()) {
        EXPECT_EQ(image.error().text, known->second);
      } else {
        EXPECT_NE(image.error().text.find(error), std::string::npos) << image.error().text;
      }
      EXPECT_EQ(default_pull_policy(input), text(c, "default_pull_policy"));
      continue;
    }
    EXPECT_EQ(normal->canonical(), text(c, "canonical"));
    EXPECT_EQ(normal->domain, text(c, "domain"));
    EXPECT_EQ(normal->path, text(c, "path"));
    EXPECT_EQ(normal->tag, text(c, "tag"));
    EXPECT_EQ(normal->digest, text(c, "digest"));
    EXPECT_EQ(familiar_name(*normal), text(c, "familiar"));
    EXPECT_EQ(containerd_reference(*image), text(c, "containerd_ref"));
    const json& k8s = c.at("k8s");
    EXPECT_EQ(image->repository(), text(k8s, "repo_for_keyring"));
    EXPECT_EQ(image->tag, text(k8s, "tag"));
    EXPECT_EQ(image->digest, text(k8s, "digest"));
    EXPECT_EQ(default_pull_policy(input), text(k8s, "default_pull_policy"));
  }
}

TEST(Vectors, KeyringMatch) {
  CASES_OR_SKIP(cases, "keyring_match.json");
  for (const json& c : cases) {
    const std::string op = c.at("op"), image = c.at("image");
    SCOPED_TRACE(c.dump());
    if (op == "URLsMatchStr") {
      EXPECT_EQ(urls_match(text(c, "pattern"), image), c.at("expected").get<bool>());
    } else if (op == "isDefaultRegistryMatch") {
      EXPECT_EQ(is_default_registry(image), c.at("expected").get<bool>());
    } else if (op == "Lookup") {
      const std::vector<std::string> entries = c.at("entries");
      std::vector<std::string> found;
      for (const std::size_t i : keyring_lookup(entries, image)) found.push_back(entries[i]);
      EXPECT_EQ(found, c.at("creds").get<std::vector<std::string>>());
      EXPECT_EQ(!found.empty(), c.at("found").get<bool>());
      if (entries.size() == 1 && c.at("found").get<bool>()) {
        EXPECT_EQ(why_no_match(entries[0], image), "");
      }
    } else {
      // Secrets are decoded where their test is: docker_config_test.
      EXPECT_EQ(op, "MakeDockerKeyring");
    }
  }
}

TEST(Vectors, AcrHostMatch) {
  CASES_OR_SKIP(cases, "acr_host_match.json");
  std::map<std::string, int> skipped;
  for (const json& c : cases) {
    const std::string op = c.at("op");
    if (op != "parseACRLoginServerFromImage") {
      ++skipped[op];
      continue;
    }
    if (!text(c, "mirror_source").empty()) {
      ++skipped["mirrored image"];
      continue;
    }
    const std::string image = c.at("image");
    SCOPED_TRACE(image);
    EXPECT_EQ(provider_login_server(image, text(c, "env_suffix")), text(c, "login_server"));
    EXPECT_EQ(!provider_login_server(image, text(c, "env_suffix")).empty(),
              c.at("is_acr").get<bool>());
    if (c.contains("aks_match_images")) {
      EXPECT_EQ(aks_provider_matches(image), c.at("aks_match_images").get<bool>());
    }
  }
  // Registry mirrors and the provider's choice of identity are node configuration, not input of
  // ours.
  EXPECT_EQ(skipped, (std::map<std::string, int>{{"auth_entry_count", 2},
                                                 {"credential_selection", 15},
                                                 {"mirrored image", 3},
                                                 {"parseRegistryMirror", 4}}));
}

TEST(Vectors, MatchImages) {
  CASES_OR_SKIP(cases, "matchimages.json");
  for (const json& c : cases) {
    const std::string image = c.at("image");
    SCOPED_TRACE(c.dump());
    bool match = false;
    if (c.at("matchImages").is_string()) {
      ASSERT_EQ(c.at("matchImages").get<std::string>(), "AKS");
      match = aks_provider_matches(image);
    } else {
      for (const std::string pattern : c.at("matchImages"))
        match = match || urls_match(pattern, image);
    }
    EXPECT_EQ(match, c.at("expected").get<bool>());
  }
}

}  // namespace
}  // namespace acr
