// What people wrote and have not deployed yet: findings point at their files.
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cli/workspace.h"

namespace acr {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;
using test::Ran;

constexpr std::string_view kCart = R"(apiVersion: apps/v1
kind: Deployment
metadata:
  name: cart
  namespace: shop
spec:
  template:
    spec:
      containers:
        - name: cart
          image: contosoprod.azurecr.io/shop/cart:latest
)";

class Written : public test::Workspace {
 protected:
  void SetUp() override {
    Workspace::SetUp();
    before_ = fs::current_path();
    fs::current_path(folder_);
  }
  void TearDown() override {
    fs::current_path(before_);
    Workspace::TearDown();
  }

  static Ran scan(std::vector<std::string> more, const std::string& input = {}) {
    std::vector<std::string> words{
        "scan", "--check", "image-tag-is-fixed", "--on-incomplete", "warn", "--fail-on", "low"};
    words.insert(words.end(), more.begin(), more.end());
    return run_words(words, input);
  }
  // Of the one finding: "k8s/cart.yaml:11:11".
  static std::string place_of(const std::string& text) {
    const Json report = Json::parse(scan({"--from", "-", "-o", "json"}, text).out);
    const Json& place = report["results"][0]["place"];
    return place["file"].get<std::string>() + ":" + std::to_string(place["line"].get<int>()) + ":" +
           std::to_string(place["column"].get<int>());
  }
  // The same, as code scanning reads it.
  static std::string place_in_sarif(const std::vector<std::string>& input,
                                    const std::string& text = {}) {
    std::vector<std::string> words = input;
    words.insert(words.end(), {"-o", "sarif"});
    const Ran ran = scan(words, text);
    const Json results = Json::parse(ran.out)["runs"][0]["results"];
    if (results.size() != 1) return ran.out;
    const Json& place = results[0]["locations"][0]["physicalLocation"];
    return place["artifactLocation"]["uri"].get<std::string>() + ":" +
           std::to_string(place["region"]["startLine"].get<int>()) + ":" +
           std::to_string(place["region"]["startColumn"].get<int>());
  }

 private:
  fs::path before_;
};

TEST_F(Written, AManifestsFindingIsAtItsKey) {
  write("k8s/cart.yaml", kCart);
  EXPECT_EQ(place_in_sarif({"--from", "k8s"}), "k8s/cart.yaml:11:11");
  EXPECT_EQ(place_in_sarif({"--from", "./k8s/cart.yaml"}), "k8s/cart.yaml:11:11");
  EXPECT_EQ(place_in_sarif({"--from", path("k8s/cart.yaml")}), "k8s/cart.yaml:11:11");

  const Ran github = scan({"--from", "k8s", "-o", "github"});
  EXPECT_EQ(github.code, 1);
  EXPECT_TRUE(github.out.contains(" file=k8s/cart.yaml,line=11,col=11,title=image-tag-is-fixed "))
      << github.out;
  const Ran ado = scan({"--from", "k8s", "-o", "ado"});
  EXPECT_TRUE(ado.out.contains(";sourcepath=k8s/cart.yaml;linenumber=11;columnnumber=11;"))
      << ado.out;
  EXPECT_TRUE(scan({"--from", "k8s", "-o", "junit"}).out.contains("(k8s/cart.yaml:11:11)"));
  EXPECT_TRUE(scan({"--from", "k8s"}).out.contains("(k8s/cart.yaml:11:11)"));
  EXPECT_TRUE(scan({"--from", "k8s", "-o", "csv"}).out.contains(",k8s/cart.yaml,11,11\r\n"));
  EXPECT_TRUE(scan({"--from", "k8s", "-o", "markdown"}).out.contains("`k8s/cart.yaml:11:11`"));
  EXPECT_TRUE(
      scan({"--from", "k8s", "-o", "html"}).out.contains("<code>k8s/cart.yaml:11:11</code>"));
}

TEST_F(Written, ARenderedReportKeepsThePlace) {
  write("k8s/cart.yaml", kCart);
  const Ran made = scan({"--from", "k8s", "-o", "json"});
  EXPECT_EQ(Json::parse(made.out)["results"][0]["place"],
            (Json{{"file", "k8s/cart.yaml"}, {"line", 11}, {"column", 11}}));
  write("report.json", made.out);
  EXPECT_EQ(run_words({"report", "report.json", "-o", "json"}).out, made.out);
}

TEST_F(Written, TheSecondDocumentOfAStreamHasItsOwnLines) {
  const std::string stream = "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n---\n";
  const std::string text = stream + std::string(kCart);
  EXPECT_EQ(place_of(text), "standard input:15:11");
  // Of no file of the checkout, services show nothing.
  EXPECT_EQ(place_in_sarif({"--from", "-"}, text),
            "cluster/unnamed%20cluster/k8s/shop/deploy/cart:1:1");
  EXPECT_FALSE(scan({"--from", "-", "-o", "github"}, text).out.contains("file="));
  EXPECT_FALSE(scan({"--from", "-", "-o", "ado"}, text).out.contains("sourcepath="));
}

TEST_F(Written, WhatHelmRenderedIsAtItsTemplate) {
  write("charts/cart-chart/Chart.yaml", "apiVersion: v2\nname: cart\nversion: 1.0.0\n");
  write("charts/cart-chart/templates/deployment.yaml",
        "{{- if .Values.enabled }}\napiVersion: apps/v1\nkind: Deployment\nmetadata:\n"
        "  name: {{ .Release.Name }}\nspec:\n  template:\n    spec:\n      containers:\n"
        "        - name: cart\n          image: \"{{ .Values.image }}\"\n{{- end }}\n");
  const std::string rendered =
      "---\n# Source: cart/templates/deployment.yaml\n" + std::string(kCart);
  EXPECT_EQ(place_in_sarif({"--from", "-"}, rendered),
            "charts/cart-chart/templates/deployment.yaml:11:11");
  const Json report = Json::parse(scan({"--from", "-", "-o", "json"}, rendered).out);
  EXPECT_EQ(report["results"][0]["place"]["rendered"], "standard input:13");
}

TEST_F(Written, WhatKustomizeBuiltIsAtItsManifest) {
  write("deploy/kustomization.yaml", "resources: [base/cart.yaml]\n");
  write("deploy/base/cart.yaml", kCart);
  std::string built(kCart);
  built.insert(built.find("  namespace"),
               "  annotations:\n    config.kubernetes.io/origin: |\n      path: base/cart.yaml\n");
  EXPECT_EQ(place_in_sarif({"--from", "-"}, built), "deploy/base/cart.yaml:11:11");
}

TEST_F(Written, NoFileOutsideTheWorkingDirectoryIsLookedAt) {
  write("outside/cart.yaml", kCart);
  write("inside/other.yaml", "x: 1\n");
  fs::create_symlink("../outside/cart.yaml", folder_ / "inside/link.yaml");
  fs::current_path(folder_ / "inside");
  for (const std::string source :
       {"../outside/cart.yaml", "link.yaml", "/etc/hostname", ".", "x/.."})
    EXPECT_EQ(place_of("---\n# Source: " + source + "\n" + std::string(kCart)),
              "standard input:13:11")
        << source;
}

TEST_F(Written, WhatAClusterAnsweredIsInNoFile) {
  std::string stored(kCart);
  stored.insert(stored.find("  namespace"), "  uid: 0c5d1d6e-6d0e-4f5c-9f0e-000000000001\n");
  write("cart.yaml", stored);
  const Json report = Json::parse(scan({"--from", "cart.yaml", "-o", "json"}).out);
  ASSERT_EQ(report["results"].size(), 1U);
  EXPECT_EQ(report["results"][0]["outcome"], "fail");
  EXPECT_FALSE(report["results"][0].contains("place"));
}

TEST_F(Written, AManifestIsJudgedForTheClusterItIsMeantFor) {
  write("k8s/cart.yaml", kCart);
  write("clusters.json", R"([
    {"id": "/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/a/providers/Microsoft.ContainerService/managedClusters/aks-prod",
     "name": "aks-prod", "type": "Microsoft.ContainerService/ManagedClusters"},
    {"id": "/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/b/providers/Microsoft.ContainerService/managedClusters/aks-test",
     "name": "aks-test", "type": "Microsoft.ContainerService/ManagedClusters"}])");
  const auto cluster_of = [](const std::vector<std::string>& more) {
    std::vector<std::string> words{"--from", "k8s", "--from", "clusters.json", "-o", "json"};
    words.insert(words.end(), more.begin(), more.end());
    const Json report = Json::parse(scan(words).out);
    return report["results"][0]["subject"].value("cluster", "");
  };
  EXPECT_EQ(cluster_of({}), "");
  EXPECT_EQ(cluster_of({"--for-cluster", "AKS-Test"}), "aks-test");
  const Ran wrong = scan({"--from", "k8s", "--from", "clusters.json", "--for-cluster", "aks-dev"});
  EXPECT_EQ(wrong.code, 2);
  EXPECT_TRUE(wrong.err.contains("no cluster named aks-dev is in the input")) << wrong.err;
}

class Annotated : public Written {
 protected:
  // The manifest with these annotations, on the workload or on its pod template.
  static std::string annotated(const std::string& lines, bool on_template = false) {
    std::string text(kCart);
    if (on_template)
      text.insert(text.find("    spec:\n      containers"),
                  "    metadata:\n      annotations:\n" + lines);
    else
      text.insert(text.find("  namespace"), "  annotations:\n" + lines);
    return text;
  }
  Json report_of(const std::string& manifest, int code, bool counted = true) {
    write("cart.yaml", manifest);
    write("policy.yaml", counted ? "annotations: true\n" : "annotations: false\n");
    const Ran ran = scan({"--from", "cart.yaml", "--config", "policy.yaml", "-o", "json"});
    EXPECT_EQ(ran.code, code) << ran.out << ran.err;
    return Json::parse(ran.out);
  }
};

constexpr const char* kIgnore = "        acr-doctor.dev/ignore: image-is-*, image-tag-is-fixed\n";
constexpr const char* kReason = "        acr-doctor.dev/ignore-reason: follows latest on purpose\n";

TEST_F(Annotated, AFindingIsAcceptedWithAReason) {
  const std::string until = "        acr-doctor.dev/ignore-until: \"2026-12-31\"\n";
  for (const bool on_template : {false, true}) {
    const Json report =
        report_of(annotated(std::string(kIgnore) + kReason + until, on_template), 0);
    const Json& accepted = report["results"][0]["suppression"];
    ASSERT_TRUE(accepted.is_object()) << report.dump(2);
    EXPECT_EQ(accepted["reason"], "follows latest on purpose");
    EXPECT_EQ(accepted["owner"], "shop/deploy/cart");
    EXPECT_EQ(accepted["expires"], "2026-12-31");
    EXPECT_EQ(accepted["source"], "cart.yaml");
  }
}

TEST_F(Annotated, CountsForNothingWithoutLeaveOrReasonOrTime) {
  const std::string whole = std::string(kIgnore) + kReason;
  const auto note_of = [](const Json& report) {
    for (const Json& note : report["notifications"])
      if (note["code"] == "annotation-not-counted") return note["text"].get<std::string>();
    return report.dump(2);
  };
  EXPECT_EQ(note_of(report_of(annotated(whole), 1, false)),
            "the annotation acr-doctor.dev/ignore of shop/deploy/cart is not counted: the policy "
            "file does not say \"annotations: true\"");
  EXPECT_EQ(note_of(report_of(annotated(kIgnore), 1)),
            "the annotation acr-doctor.dev/ignore of shop/deploy/cart is not counted: it needs a "
            "reason, in acr-doctor.dev/ignore-reason");
  EXPECT_TRUE(
      note_of(report_of(annotated(whole + "        acr-doctor.dev/ignore-until: soon\n"), 1))
          .ends_with("is no day like 2026-12-31"));
  EXPECT_TRUE(
      note_of(report_of(annotated(whole + "        acr-doctor.dev/ignore-until: 2026-05-27\n"), 1))
          .ends_with("ended on 2026-05-27: what it accepted is found again"));
}

TEST_F(Annotated, OneThatFitsNothingIsTold) {
  const Json report = report_of(
      annotated(std::string("        acr-doctor.dev/ignore: no-such-check\n") + kReason), 1);
  ASSERT_EQ(report["notifications"].size(), 1U) << report["notifications"].dump(2);
  EXPECT_EQ(report["notifications"][0]["code"], "exception-unused");
}

}  // namespace
}  // namespace acr
