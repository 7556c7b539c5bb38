// `probe`: its arguments, and its document as the readers of documents take it back.
#include <gtest/gtest.h>

#include "cli/commands.h"
#include "collect/collect_text.h"

namespace acr {
namespace {

TEST(ProbeTarget, RegistriesAndImages) {
  const struct {
    const char *text, *registry, *repository, *reference;
  } cases[] = {
      {"contoso.azurecr.io", "contoso.azurecr.io", "", ""},
      {"localhost:5000", "localhost:5000", "", ""},
      {"contoso.azurecr.io/cart", "contoso.azurecr.io", "cart", "latest"},
      {"contoso.azurecr.io/shop/cart:1.4.2", "contoso.azurecr.io", "shop/cart", "1.4.2"},
      {"contoso.azurecr.io/a@sha256:"
       "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
       "contoso.azurecr.io", "a",
       "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
  };
  for (const auto& c : cases) {
    const auto request = parse_probe_target(c.text);
    ASSERT_TRUE(request) << c.text << ": " << request.error().text;
    EXPECT_EQ(request->registry, c.registry);
    EXPECT_EQ(request->repository, c.repository);
    EXPECT_EQ(request->reference, c.reference);
  }
  for (const char* wrong :
       {"", "/", "contoso.azurecr.io/", "https://contoso.azurecr.io", "contoso.azurecr.io/Cart",
        "contoso.azurecr.io/a?x=1", "user:word@contoso.azurecr.io", "contoso .azurecr.io",
        "contoso.azurecr.io/a:b:c", "contoso.azurecr.io/../a"})
    EXPECT_FALSE(parse_probe_target(wrong)) << wrong;
  const auto bare = parse_probe_target("contoso/cart:1");
  ASSERT_FALSE(bare);
  EXPECT_EQ(bare.error().hint, "did you mean contoso.azurecr.io/cart:1?");
}

Probe sample() {
  Probe probe;
  probe.registry = "contoso.azurecr.io";
  probe.repository = "shop/cart";
  probe.reference = "1.0";
  probe.credential = "docker-config";
  probe.untried = "no time";
  probe.at = *parse_time("2026-05-28T20:24:10Z");
  probe.vantage = {Vantage::Kind::pod, "aks-prod", "aks-user-1-vmss000000", "probe-x", "default",
                   "probe-x",          true};
  Observation seen;
  seen.step = Observation::Step::resolve;
  seen.works = true;
  seen.host = "contoso.azurecr.io";
  seen.outcome = "addresses";
  seen.server = "168.63.129.16";
  seen.chain = {"contoso.privatelink.azurecr.io"};
  seen.addresses = {"10.1.2.4", "fd00::4"};
  seen.milliseconds = 0;
  probe.observations.push_back(seen);
  Observation bad;
  bad.step = Observation::Step::tls;
  bad.host = "contoso.azurecr.io";
  bad.outcome = "untrusted";
  bad.detail = "its certificate\x1b[31m is not \"trusted\"";
  bad.issuer = "CN = Contoso Firewall";
  bad.client_address = "203.0.113.7";
  bad.status = 403;
  bad.digest = "sha256:00";
  bad.platforms = {"linux/amd64", "linux/arm64"};
  bad.milliseconds = 12;
  probe.observations.push_back(bad);
  return probe;
}

TEST(ProbeDocument, IsReadBackAsItWasSeen) {
  const std::string document = render_probe_json(sample());
  EXPECT_EQ(document.find('\x1b'), std::string::npos);
  const Collected collected = collect_text(document);
  ASSERT_EQ(collected.estate.probes.size(), 1U) << document;
  EXPECT_EQ(render_probe_json(collected.estate.probes[0]), document);
}

TEST(ProbeText, SaysWhatItProvesAndForWhom) {
  RenderOptions options;
  Probe probe = sample();
  const std::string text = render_probe(probe, options);
  EXPECT_NE(text.find("✓ resolve"), std::string::npos) << text;
  EXPECT_NE(text.find("✗ tls"), std::string::npos) << text;
  EXPECT_NE(text.find("203.0.113.7"), std::string::npos);
  EXPECT_NE(text.find("Contoso Firewall"), std::string::npos);
  EXPECT_NE(text.find("Not tried: no time."), std::string::npos);
  EXPECT_NE(text.find("a pod on node aks-user-1-vmss000000"), std::string::npos) << text;
  EXPECT_EQ(text.find("except for names"), std::string::npos);
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  probe.vantage.node_resolver = false;
  options.width = 300;
  EXPECT_NE(render_probe(probe, options).find("except for names"), std::string::npos);
  probe.vantage = {};
  probe.vantage.host = "laptop";
  EXPECT_NE(render_probe(probe, options)
                .find("seen from host laptop; it says nothing of cluster "
                      "nodes: run it there with deploy/probe-job.yaml"),
            std::string::npos);
  options.quiet = true;
  EXPECT_EQ(render_probe(probe, options).find("✓"), std::string::npos);
}

TEST(ProbeCommand, MistakesAreRefusedBeforeAnythingIsAsked) {
  const struct {
    std::vector<std::string> words;
    const char* says;
  } cases[] = {
      {{}, "probe takes a registry or an image"},
      {{"a.azurecr.io", "b.azurecr.io"}, "one registry or image, not 2"},
      {{"a.azurecr.io", "--dns", "ns1.contoso.com"}, "--dns takes the address of a server"},
      {{"a.azurecr.io/a", "--auth", "azd", "--docker-config", "x"}, "two credentials"},
      {{"a.azurecr.io/a", "--docker-config", "/nonexistent"}, "/nonexistent"},
  };
  for (const auto& c : cases) {
    const auto options = parse_options("probe", c.words);
    ASSERT_TRUE(options) << c.says;
    std::istringstream in;
    std::ostringstream out, err;
    EXPECT_EQ(run_probe_command(*options, {in, out, err}), 2) << c.says;
    EXPECT_NE(err.str().find(c.says), std::string::npos) << err.str();
    EXPECT_EQ(out.str(), "");
  }
}

}  // namespace
}  // namespace acr
