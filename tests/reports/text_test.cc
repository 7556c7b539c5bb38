// What people see, word for word. Change it with care, and read it as they would.
#include <gtest/gtest.h>

#include <string>

#include "reports/render.h"
#include "sample.h"

namespace acr {
namespace {

RenderOptions plain_options() {
  return {};
}

TEST(Text, WhyBroken) {
  RenderOptions options = plain_options();
  EXPECT_EQ(render_text_why(sample::why_report({sample::broken_pull()}, 1), options),
            R"(shop/deploy/cart   2 of 3 pods cannot pull: ErrImagePull
  image      contosoprod.azurecr.io/shop/cart:1.4
  container  main
  cluster    aks-prod
  nodes      pool/user (linux/arm64)
  pods       cart-7d9-x2x and 2 more

Pull path                                                                             how we know
  ✓ reference        contosoprod.azurecr.io is registry contosoprod in rg-acr         the reference
  ✗ name resolution  zone privatelink.azurecr.io has no link to vnet-aks; the nodes   ARM
                     of aks-prod resolve the public address
                     (private-dns-zone-is-linked)
  ? authorization    no role assignments were given (kubelet-identity-can-pull)
  - symptom          2 of 3 pods wait for the image (image-is-pulled)                 Kubernetes API

Evidence
  kubelet    Failed to pull image "contosoprod.azurecr.io/shop/cart:1.4": failed to do request: dial
             tcp 20.62.1.1:443: i/o timeout
  zone-links.json#/0/virtualNetwork/id  vnet-hub

Fix
  Low risk. Needs Private DNS Zone Contributor on the zone. Takes effect at once.

  az network private-dns link vnet create --resource-group rg-dns --zone-name privatelink.azurecr.io --name aks-prod --virtual-network /subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/rg-net/providers/Microsoft.Network/virtualNetworks/vnet-aks --registration-enabled false

Then, with the documents collected again
  acr-doctor why deploy/cart -n shop --from ./docs

✗ CAUSE  zone privatelink.azurecr.io has no link to vnet-aks; the nodes of aks-prod resolve the
         public address (private-dns-zone-is-linked)
  more       acr-doctor explain private-dns-zone-is-linked
)");
}

TEST(Text, WhyUnexplained) {
  RenderOptions options = plain_options();
  EXPECT_EQ(render_text_why(sample::why_report({sample::unexplained_pull()}, 3), options),
            R"(shop/sts/ledger   2 of 3 pods cannot pull: ErrImagePull
  image      contosoprod.azurecr.io/shop/cart:1.4
  container  main
  cluster    aks-prod
  nodes      pool/user (linux/arm64)
  pods       cart-7d9-x2x and 2 more

Pull path                                                                             how we know
  ✓ reference        contosoprod.azurecr.io is registry contosoprod in rg-acr         the reference
  ✓ name resolution  zone privatelink.azurecr.io is linked to vnet-aks                ARM
  ?                  no record sets of the zone were given
                     (private-dns-record-exists)
  ? authorization    no role assignments were given (kubelet-identity-can-pull)
  - symptom          2 of 3 pods wait for the image (image-is-pulled)                 Kubernetes API

Evidence
  kubelet    Failed to pull image "contosoprod.azurecr.io/shop/cart:1.4": failed to do request: dial
             tcp 20.62.1.1:443: i/o timeout

To find out
  az network private-dns record-set a list -g rg-dns -z privatelink.azurecr.io -o json > records.json
  az role assignment list --all -o json > role-assignments.json

Then, with the documents collected again
  acr-doctor why deploy/cart -n shop --from ./docs

? UNEXPLAINED  shop/sts/ledger cannot pull, and no link is known to be broken
  not judged  private-dns-record-exists, kubelet-identity-can-pull
)");
}

TEST(Text, WhyUnknown) {
  RenderOptions options = plain_options();
  EXPECT_EQ(render_text_why(sample::why_report({sample::unknown_pull()}, 3), options),
            R"(shop/cronjob/report   no pods
  image      contosoprod.azurecr.io/shop/cart:1.4
  container  main
  cluster    aks-prod
  nodes      pool/user (linux/arm64)

Pull path                                                                             how we know
  ✓ reference        contosoprod.azurecr.io is registry contosoprod in rg-acr         the reference
  ✓ name resolution  zone privatelink.azurecr.io is linked to vnet-aks                ARM
  ?                  no record sets of the zone were given
                     (private-dns-record-exists)
  ? authorization    no role assignments were given (kubelet-identity-can-pull)

To find out
  az network private-dns record-set a list -g rg-dns -z privatelink.azurecr.io -o json > records.json
  az role assignment list --all -o json > role-assignments.json

Then, with the documents collected again
  acr-doctor why deploy/cart -n shop --from ./docs

? UNKNOWN  whether shop/cronjob/report can work is not known
  not judged  private-dns-record-exists, kubelet-identity-can-pull
)");
}

TEST(Text, WhyPulls) {
  RenderOptions options = plain_options();
  EXPECT_EQ(render_text_why(sample::why_report({sample::working_pull()}, 0), options),
            R"(shop/ds/agent   2 pods
  image      contosoprod.azurecr.io/shop/cart:1.4
  container  main
  cluster    aks-prod
  nodes      pool/system (linux/amd64)
  pods       agent-a, agent-b

Pull path                                                                             how we know
  ✓ reference        contosoprod.azurecr.io is registry contosoprod in rg-acr         the reference
  ✓ symptom          2 of 2 pods run the image                                        observed

✓ PULLS  shop/ds/agent pulls contosoprod.azurecr.io/shop/cart:1.4: 2 of 2 pods run the image
)");
}

TEST(Text, Scan) {
  RenderOptions options = plain_options();
  EXPECT_EQ(render_text_scan(sample::scan_report(), options),
            R"(acr-doctor 0.1.0 · 1 cluster · 1 registry · 2 pulls · 6 checks
2 passed · 3 failed · 2 not judged · 1 not applicable

SEVERITY  FAILED
critical       0
high           2
medium         1
low            0

WHO CAN PULL   contosoprod   shared
aks-dev        -             ?
aks-prod       ✗ 1           -
aks-test       -             ✓
  1 private-dns-zone-is-linked: The private DNS zone is not linked to the cluster's network

FINDINGS (3)
SEVERITY  CHECK                       RESOURCE                 FINDING
high      private-dns-zone-is-linked  aks-prod -> contosoprod  zone privatelink.azurecr.io has no link to vnet-aks; the nodes of aks-prod resolve the public address
high      admin-user-disabled         contosoprod              the admin user is enabled
medium    image-names-known-registry  shop/deploy/cart [main]  contosopord.azurecr.io is no registry of the input; contosoprod.azurecr.io is

NOT JUDGED (2)
  no role assignments were given
    2 results: kubelet-identity-can-pull
    az role assignment list --all -o json > role-assignments.json

NOT READ (1)
  warning  nodes.json: not JSON, line 3 column 7: a comma is missing

Next  acr-doctor explain private-dns-zone-is-linked  or  acr-doctor why

✗ FAILED  3 findings, 2 at or above high; 2 results not judged; exit code 1
)");
}

TEST(Text, WhyInAsciiAndNarrow) {
  RenderOptions options = plain_options();
  options.unicode = false;
  options.width = 80;
  EXPECT_EQ(render_text_why(sample::why_report({sample::broken_pull()}, 1), options),
            R"(shop/deploy/cart   2 of 3 pods cannot pull: ErrImagePull
  image      contosoprod.azurecr.io/shop/cart:1.4
  container  main
  cluster    aks-prod
  nodes      pool/user (linux/arm64)
  pods       cart-7d9-x2x and 2 more

Pull path                                                         how we know
  [ok]   reference        contosoprod.azurecr.io is registry      the reference
                          contosoprod in rg-acr
  [FAIL] name resolution  zone privatelink.azurecr.io has no      ARM
                          link to vnet-aks; the nodes of
                          aks-prod resolve the public address
                          (private-dns-zone-is-linked)
  [??]   authorization    no role assignments were given
                          (kubelet-identity-can-pull)
  [--]   symptom          2 of 3 pods wait for the image          Kubernetes API
                          (image-is-pulled)

Evidence
  kubelet    Failed to pull image "contosoprod.azurecr.io/shop/cart:1.4": failed
             to do request: dial tcp 20.62.1.1:443: i/o timeout
  zone-links.json#/0/virtualNetwork/id  vnet-hub

Fix
  Low risk. Needs Private DNS Zone Contributor on the zone. Takes effect at
  once.

  az network private-dns link vnet create --resource-group rg-dns --zone-name privatelink.azurecr.io --name aks-prod --virtual-network /subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/rg-net/providers/Microsoft.Network/virtualNetworks/vnet-aks --registration-enabled false

Then, with the documents collected again
  acr-doctor why deploy/cart -n shop --from ./docs

[FAIL] CAUSE  zone privatelink.azurecr.io has no link to vnet-aks; the nodes of
              aks-prod resolve the public address (private-dns-zone-is-linked)
  more       acr-doctor explain private-dns-zone-is-linked
)");
}

TEST(Text, WhyVerbose) {
  RenderOptions options = plain_options();
  options.verbose = true;
  EXPECT_EQ(render_text_why(sample::why_report({sample::unknown_pull()}, 3), options),
            R"(shop/cronjob/report   no pods
  image      contosoprod.azurecr.io/shop/cart:1.4
  container  main
  cluster    aks-prod
  nodes      pool/user (linux/arm64)

Pull path                                                                             how we know
  ✓ reference        contosoprod.azurecr.io is registry contosoprod in rg-acr         the reference
                     (image-names-known-registry)
  ✓ name resolution  zone privatelink.azurecr.io is linked to vnet-aks                ARM
                     (private-dns-zone-is-linked)
  ?                  no record sets of the zone were given
                     (private-dns-record-exists)
  ? authorization    no role assignments were given (kubelet-identity-can-pull)

To find out
  az network private-dns record-set a list -g rg-dns -z privatelink.azurecr.io -o json > records.json
  az role assignment list --all -o json > role-assignments.json

Then, with the documents collected again
  acr-doctor why deploy/cart -n shop --from ./docs

? UNKNOWN  whether shop/cronjob/report can work is not known
  not judged  private-dns-record-exists, kubelet-identity-can-pull
)");
}

TEST(Text, ScanOnANarrowTerminal) {
  RenderOptions options = plain_options();
  options.terminal = true;
  options.width = 80;
  EXPECT_EQ(render_text_scan(sample::scan_report(), options),
            R"(acr-doctor 0.1.0 · 1 cluster · 1 registry · 2 pulls · 6 checks
2 passed · 3 failed · 2 not judged · 1 not applicable

SEVERITY  FAILED
critical       0
high           2
medium         1
low            0

WHO CAN PULL   contosoprod   shared
aks-dev        -             ?
aks-prod       ✗ 1           -
aks-test       -             ✓
  1 private-dns-zone-is-linked: The private DNS zone is not linked to the cluster's network

FINDINGS (3)
SEVERITY  CHECK                       RESOURCE
high      private-dns-zone-is-linked  aks-prod -> contosoprod
          zone privatelink.azurecr.io has no link to vnet-aks; the nodes of
          aks-prod resolve the public address
high      admin-user-disabled         contosoprod
          the admin user is enabled
medium    image-names-known-registry  shop/deploy/cart [main]
          contosopord.azurecr.io is no registry of the input;
          contosoprod.azurecr.io is

NOT JUDGED (2)
  no role assignments were given
    2 results: kubelet-identity-can-pull
    az role assignment list --all -o json > role-assignments.json

NOT READ (1)
  warning  nodes.json: not JSON, line 3 column 7: a comma is missing

Next  acr-doctor explain private-dns-zone-is-linked  or  acr-doctor why

✗ FAILED  3 findings, 2 at or above high; 2 results not judged; exit code 1
)");
}

TEST(Text, Explanation) {
  RenderOptions options = plain_options();
  EXPECT_EQ(render_explanation(sample::admin_user_disabled, options), R"(admin-user-disabled   high
  Healthy   The registry's admin user is disabled
  Broken    The registry's admin user is enabled
  Why       The admin user is one shared password with push and pull rights on every repository.
  Reads     The registry: adminUserEnabled.
  Repair    Safe once no secret and no script logs in with the registry's name.
  Maps to   CKV CKV_AZURE_137, MCSB IM-1
  Source    https://learn.microsoft.com/azure/container-registry/container-registry-authentication
)");
}

TEST(Text, Catalogue) {
  RenderOptions options = plain_options();
  EXPECT_EQ(render_catalogue(sample::make_report("scan").checks, options),
            R"(LINK             CHECK                       SEVERITY  TITLE
reference        image-names-known-registry  medium    The image names a registry that is known
name resolution  private-dns-zone-is-linked  high      The private DNS zone is linked to the cluster's network
name resolution  private-dns-record-exists   high      The private DNS zone holds the registry's record
authorization    kubelet-identity-can-pull   critical  The kubelet identity may pull from the registry
symptom          image-is-pulled             high      The image was pulled
compliance       admin-user-disabled         high      The registry's admin user is disabled
)");
}

TEST(Text, QuietIsTheVerdict) {
  RenderOptions options = plain_options();
  options.quiet = true;
  EXPECT_EQ(render_text_scan(sample::scan_report(), options),
            "✗ FAILED  3 findings, 2 at or above high; 2 results not judged; exit code 1\n");
  EXPECT_EQ(
      render_text_why(sample::why_report({sample::working_pull()}, 0), options),
      "✓ PULLS  shop/ds/agent pulls contosoprod.azurecr.io/shop/cart:1.4: 2 of 2 pods run the "
      "image\n");
}

TEST(Text, WhyGroupsPullsByCause) {
  std::vector<PullReport> pulls;
  for (int i = 1; i <= 7; ++i) {
    pulls.push_back(sample::broken_pull("deploy/web-" + std::to_string(i)));
  }
  PullReport other = sample::broken_pull("job/other");
  other.chain[1].verdict.own().reason = "zone privatelink.azurecr.io has no link to vnet-b";
  pulls.push_back(other);
  const std::string text = render_text_why(sample::why_report(pulls, 1), plain_options());
  EXPECT_NE(text.find("7 pulls fail for one cause\n  shop/deploy/web-1  "), std::string::npos);
  EXPECT_NE(text.find("  shop/deploy/web-5  "), std::string::npos);
  EXPECT_EQ(text.find("  shop/deploy/web-6  "), std::string::npos);
  EXPECT_NE(text.find("  and 2 more\n"), std::string::npos);
  EXPECT_NE(text.find("  also hits  shop/job/other\n"), std::string::npos);
  EXPECT_NE(text.find("  also hits  shop/deploy/web-1, shop/deploy/web-2, shop/deploy/web-3,"),
            std::string::npos);
  EXPECT_NE(text.find("\n             shop/deploy/web-5 and 2 more\n"), std::string::npos) << text;
  // The first group, the gravest, stands last.
  EXPECT_LT(text.find("shop/job/other   2 of 3"), text.find("7 pulls fail for one cause"));
}

TEST(Text, WhySaysSoWhenNothingFails) {
  EXPECT_EQ(render_text_why(sample::why_report({}, 0), {}),
            "✓ PULLS  no pull in the input fails\n");
  EXPECT_EQ(render_text_why(sample::why_report({}, 3), {}),
            "? UNKNOWN  no pull is seen to fail, but the input is not complete\n");
}

TEST(Text, ChecksOfOneLinkThatSayTheSameShareALine) {
  PullReport pull = sample::unexplained_pull();
  pull.chain[1].verdict = pull.chain[2].verdict;
  pull.chain[1].role = ChainLink::Role::unknown;
  const std::string text = render_text_why(sample::why_report({pull}, 3), {});
  const auto first = text.find("no record sets of the zone were given");
  ASSERT_NE(first, std::string::npos);
  EXPECT_EQ(text.find("no record sets of the zone were given", first + 1), std::string::npos);
}

// Commands are copied from the screen: exact, on one line, whatever the width.
TEST(Text, CommandsAreNeverBroken) {
  RenderOptions options;
  options.width = 60;
  options.terminal = true;
  const std::string text = render_text_why(sample::why_report({sample::broken_pull()}, 1), options);
  EXPECT_NE(text.find("\n  " + sample::kLinkCommand + "\n"), std::string::npos);
}

TEST(Text, ScanLimitsLongListsOnATerminalOnly) {
  Report report = sample::make_report("scan");
  for (int i = 0; i < 100; ++i) {
    report.results.push_back(sample::result(sample::admin_user_disabled,
                                            sample::registry_subject("r" + std::to_string(i)), "s",
                                            sample::admin_enabled()));
  }
  RenderOptions options;
  EXPECT_NE(render_text_scan(report, options).find(" r99 "), std::string::npos);
  options.terminal = true;
  const std::string text = render_text_scan(report, options);
  EXPECT_EQ(text.find(" r99 "), std::string::npos);
  EXPECT_NE(text.find("and 60 more: -v, or -o json"), std::string::npos);
  options.verbose = true;
  EXPECT_NE(render_text_scan(report, options).find(" r99 "), std::string::npos);
}

TEST(Text, ScanShowsWhatIsAsked) {
  RenderOptions options;
  options.severity = Severity::high;
  std::string text = render_text_scan(sample::scan_report(), options);
  EXPECT_NE(text.find("FINDINGS (2)"), std::string::npos);
  EXPECT_NE(text.find("3 findings, 2 at or above high"), std::string::npos);  // shown, not counted
  EXPECT_EQ(text.find("PASSED ("), std::string::npos);
  options = {};
  options.show_passed = true;
  text = render_text_scan(sample::scan_report(), options);
  EXPECT_NE(text.find("PASSED (2)"), std::string::npos);
}

TEST(Text, ScanMatrixFoldsTheHealthyAndWrapsTheWide) {
  Report report = sample::make_report("scan");
  for (int i = 0; i < 30; ++i) {
    for (int k = 0; k < 20; ++k) {
      Verdict verdict = sample::passed("fine", Basis::arm);
      if (i == 7 && k == 3) verdict = sample::zone_not_linked();
      report.results.push_back(
          sample::result(sample::private_dns_zone_is_linked,
                         sample::attachment_subject("cluster-" + std::to_string(i),
                                                    "registry-" + std::to_string(k)),
                         "s", verdict));
    }
  }
  const std::string text = render_text_scan(report, {});
  EXPECT_NE(text.find("and 29 clusters in which every pull works"), std::string::npos);
  EXPECT_NE(text.find("cluster-7      ✓"), std::string::npos);
  EXPECT_EQ(text.find("cluster-8 "), std::string::npos);
  EXPECT_NE(text.find("registry-19"), std::string::npos);
  EXPECT_GT(text.find("WHO CAN PULL", text.find("WHO CAN PULL") + 1), 0U);
  EXPECT_NE(text.find("✗ 1"), std::string::npos);
}

TEST(Text, HoldsNoControlCharacters) {
  Report why = sample::why_report({sample::broken_pull(), sample::unknown_pull()}, 1);
  Report scan = sample::scan_report();
  const std::string hostile =
      "x\x1b]0;owned\x07\x1b[2J\xC2\x9B"
      "1m\ry\n\x01\xFF";
  for (auto& pull : why.pulls) {
    pull.subject.own().workload = pull.subject.own().image = pull.subject.own().cluster =
        pull.nodes = hostile;
    pull.subject.own().container = hostile;
    pull.pods = {hostile};
    for (auto& link : pull.chain) {
      link.verdict.own().reason = hostile;
      link.verdict.own().evidence = {{hostile, hostile, hostile, Basis::arm}};
      link.verdict.own().fix = link.verdict.own().supply = {hostile};
    }
  }
  for (auto& result : scan.results) {
    result.subject.own().name = result.subject.own().cluster = result.subject.own().registry =
        hostile;
    result.verdict.own().reason = hostile;
    result.verdict.own().supply = {hostile};
  }
  for (auto* report : {&why, &scan}) {
    for (auto& note : report->notifications) note.text = note.source = hostile;
  }
  RenderOptions options;
  options.verbose = true;
  for (const auto& text : {render_text_why(why, options), render_text_scan(scan, options)}) {
    for (const char c : text) {
      EXPECT_TRUE(c == '\n' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7F))
          << static_cast<int>(c);
    }
    EXPECT_EQ(text.find("owned"), std::string::npos);
    EXPECT_EQ(text.find('\xFF'), std::string::npos);
  }
}

}  // namespace
}  // namespace acr
