// The program as scripts see it: standard output, standard error, files, exit codes.
#include "cli/run.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <sstream>

#include "cli/output.h"
#include "cli/workspace.h"

namespace acr {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr std::string_view kRegistry = R"([{
  "id": "/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/rg/providers/Microsoft.ContainerRegistry/registries/contosoprod",
  "type": "Microsoft.ContainerRegistry/registries", "name": "contosoprod", "location": "westeurope",
  "loginServer": "contosoprod.azurecr.io", "adminUserEnabled": true, "publicNetworkAccess": "Enabled",
  "provisioningState": "Succeeded", "sku": {"name": "Premium", "tier": "Premium"}
}])";

using test::Ran;

class Cli : public test::Workspace {
 protected:
  void SetUp() override {
    Workspace::SetUp();
    std::ofstream(folder_ / "acr.json") << kRegistry;
  }

  Ran scan(std::vector<std::string> more) {
    std::vector<std::string> words{"scan", "--from", (folder_ / "acr.json").string(),
                                   "--on-incomplete", "warn"};
    words.insert(words.end(), more.begin(), more.end());
    return run_words(words);
  }

  std::size_t files() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder_), {}));
  }
};

TEST_F(Cli, HelpAndVersion) {
  EXPECT_EQ(run_words({"version"}).out, run_words({"--version"}).out);
  EXPECT_EQ(run_words({"version"}).out.substr(0, 11), "acr-doctor ");
  EXPECT_EQ(run_words({"help"}).code, 0);
  EXPECT_EQ(run_words({"help", "why"}).out, run_words({"why", "--help"}).out);
  EXPECT_EQ(run_words({"scan", "-h", "--nonsense"}).code, 0);
  const Ran none = run_words({});
  EXPECT_EQ(none.code, 2);
  EXPECT_EQ(none.out, "");
  EXPECT_NE(none.err.find("Usage"), std::string::npos);
}

TEST_F(Cli, UsageErrorsAreOneLineAndTwo) {
  const struct {
    std::vector<std::string> words;
    const char* err;
  } cases[] = {
      {{"wyh"}, "acr-doctor: there is no command 'wyh'; did you mean why?\n"},
      {{"frobnicate"}, "acr-doctor: there is no command 'frobnicate'; the list: acr-doctor help\n"},
      {{"help", "scna"}, "acr-doctor: there is no command 'scna'; did you mean scan?\n"},
      {{"-o", "json", "scan"},
       "acr-doctor: '-o' stands before the command; the command comes first: acr-doctor why …\n"},
      {{"why", "a", "b", "--from", "x"},
       "acr-doctor: why takes one TARGET, not 2; without a TARGET it explains every pull that "
       "fails\n"},
      {{"scan", "docs"}, "acr-doctor: scan takes no argument 'docs'; for its input: --from docs\n"},
      {{"explain"},
       "acr-doctor: explain takes the name of one check; the list: acr-doctor checks\n"},
      {{"explain", "admin-user-disabeld"},
       "acr-doctor: there is no check 'admin-user-disabeld'; did you mean admin-user-disabled?\n"},
      {{"checks", "x"},
       "acr-doctor: checks takes no argument 'x'; for one check: acr-doctor explain x\n"},
      {{"evil\x1b[31m\n"}, "acr-doctor: there is no command 'evil '; the list: acr-doctor help\n"},
  };
  for (const auto& c : cases) {
    const Ran ran = run_words(c.words);
    EXPECT_EQ(ran.code, 2) << c.err;
    EXPECT_EQ(ran.err, c.err);
    EXPECT_EQ(ran.out, "") << c.err;
  }
}

TEST_F(Cli, NoInputIsAUsageError) {
  for (const char* command : {"why", "scan"}) {
    const Ran ran = run_words({command, "--kubeconfig", path("absent")});
    EXPECT_EQ(ran.code, 2);
    EXPECT_NE(ran.err.find("absent"), std::string::npos) << ran.err;
  }
  const Ran missing = run_words({"scan", "--from", path("absent")});
  EXPECT_EQ(missing.code, 2);
  EXPECT_NE(missing.err.find("absent"), std::string::npos) << missing.err;
  EXPECT_EQ(std::count(missing.err.begin(), missing.err.end(), '\n'), 1) << missing.err;
}

TEST_F(Cli, ErrorsAreJsonWhereJsonIsExpected) {
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"scan", "-o", "json", "--kubeconfig", path("absent")},
        {"scan", "-ojson", "--nonsense"},
        {"why", "--output=json", "--from", path("absent")},
        {"explain", "--output", "json", "nonsense"}}) {
    const Ran ran = run_words(words);
    EXPECT_EQ(ran.code, 2);
    const Json json = Json::parse(ran.out, nullptr, false);
    ASSERT_FALSE(json.is_discarded()) << ran.out;
    EXPECT_EQ(json["error"]["exitCode"], 2);
    EXPECT_FALSE(json["error"]["message"].get<std::string>().empty());
    EXPECT_FALSE(ran.err.empty());
  }
}

TEST_F(Cli, ScanReadsJudgesAndReports) {
  const Ran ran = scan({"--check", "admin-user-*", "-o", "json"});
  EXPECT_EQ(ran.code, 1) << ran.out << ran.err;
  const Json json = Json::parse(ran.out);
  ASSERT_EQ(json["results"].size(), 1U);
  EXPECT_EQ(json["results"][0]["check"], "admin-user-disabled");
  EXPECT_EQ(json["results"][0]["outcome"], "fail");
  EXPECT_EQ(json["results"][0]["fingerprint"].get<std::string>().size(), 32U);
  EXPECT_EQ(json["summary"]["exitCode"], 1);
  EXPECT_EQ(json["run"]["startedAt"], "2026-05-28T20:26:40Z");
}

TEST_F(Cli, ExitCodeDoesNotDependOnFormatOrOnWhatIsShown) {
  for (const char* format : {"text", "json", "junit", "sarif"}) {
    EXPECT_EQ(scan({"--check", "admin-user-disabled", "-o", format}).code, 1) << format;
    EXPECT_EQ(scan({"--check", "admin-user-disabled", "-o", format, "--fail-on", "critical"}).code,
              0)
        << format;
    EXPECT_EQ(scan({"--check", "admin-user-disabled", "-o", format, "--fail-on", "none"}).code, 0)
        << format;
  }
  EXPECT_EQ(scan({"--check", "admin-user-disabled", "--severity", "critical"}).code, 1);
  EXPECT_EQ(scan({"--check", "admin-user-disabled", "-q"}).code, 1);
}

TEST_F(Cli, StandardInputIsAnInput) {
  const Ran ran = run_words({"scan", "--from", "-", "--check", "admin-user-disabled", "-o", "json"},
                            std::string(kRegistry));
  EXPECT_EQ(ran.code, 1) << ran.err;
  EXPECT_EQ(Json::parse(ran.out)["results"].size(), 1U);
}

TEST_F(Cli, SeveralOutputsAtOnce) {
  const Ran ran = scan({"-o", "sarif=" + path("x.sarif"), "-o", "junit=" + path("x.xml"), "-o",
                        "json=" + path("x.json"), "-o", "text"});
  EXPECT_EQ(ran.out.substr(0, 11), "acr-doctor ");
  EXPECT_EQ(Json::parse(read(folder_ / "x.sarif"))["version"], "2.1.0");
  EXPECT_EQ(Json::parse(read(folder_ / "x.json"))["schemaVersion"], "1.0");
  EXPECT_EQ(read(folder_ / "x.xml").substr(0, 5), "<?xml");
  EXPECT_EQ(files(), 4U);  // no temporary file is left
}

TEST_F(Cli, UnwritableOutputsAreFiveAndKeepTheOldFile) {
  fs::create_directory(folder_ / "taken");
  const Ran ran = scan({"-o", "json=" + path("taken"), "-o", "junit=" + path("absent/x.xml"), "-o",
                        "sarif=" + path("good.sarif"), "-o", "text"});
  EXPECT_EQ(ran.code, 5);
  EXPECT_NE(ran.err.find("cannot write " + path("taken") + ": Is a directory"), std::string::npos)
      << ran.err;
  EXPECT_NE(ran.err.find("cannot write " + path("absent/x.xml") + ": No such file or directory"),
            std::string::npos)
      << ran.err;
  EXPECT_TRUE(fs::exists(folder_ / "good.sarif"));
  EXPECT_FALSE(ran.out.empty());
}

TEST_F(Cli, FullStandardOutputIsFive) {
  std::ofstream full("/dev/full");
  if (!full) GTEST_SKIP() << "there is no /dev/full";
  const char* argv[] = {"acr-doctor", "checks"};
  std::istringstream in;
  std::ostringstream err;
  EXPECT_EQ(run(2, argv, in, full, err), 5);
  EXPECT_NE(err.str().find("cannot write to standard output"), std::string::npos);
}

TEST_F(Cli, ColourAndGlyphsFollowTheEnvironment) {
  EXPECT_EQ(scan({}).out.find('\x1b'), std::string::npos);  // not a terminal
  EXPECT_NE(scan({"--color", "always"}).out.find('\x1b'), std::string::npos);
  setenv("CLICOLOR_FORCE", "1", 1);
  EXPECT_NE(scan({}).out.find('\x1b'), std::string::npos);
  setenv("NO_COLOR", "1", 1);
  EXPECT_EQ(scan({}).out.find('\x1b'), std::string::npos);
  EXPECT_NE(scan({"--color", "always"}).out.find('\x1b'), std::string::npos);  // an option wins
  unsetenv("CLICOLOR_FORCE");
  EXPECT_NE(scan({}).out.find("✗"), std::string::npos);
  const auto is_ascii = [](const std::string& text) {
    return std::all_of(text.begin(), text.end(),
                       [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  };
  EXPECT_TRUE(is_ascii(scan({"--ascii"}).out));
  setenv("LC_ALL", "C", 1);
  const std::string ascii = scan({}).out;
  EXPECT_TRUE(is_ascii(ascii));
  EXPECT_NE(ascii.find("[FAIL] FAILED"), std::string::npos);
}

TEST_F(Cli, CatalogueInTextAndJson) {
  const Ran text = run_words({"checks"});
  EXPECT_EQ(text.code, 0);
  const Json json = Json::parse(run_words({"checks", "-o", "json"}).out);
  EXPECT_EQ(static_cast<std::size_t>(std::count(text.out.begin(), text.out.end(), '\n')),
            json["checks"].size() + 1);
  for (const Json& check : json["checks"]) {
    const std::string id = check["id"];
    EXPECT_EQ(run_words({"explain", id}).out.substr(0, id.size()), id);
    EXPECT_EQ(Json::parse(run_words({"explain", id, "-o", "json"}).out), check);
  }
}

TEST_F(Cli, WhyOfSomethingAbsentIsAUsageError) {
  const Ran ran =
      run_words({"why", "pod/absent", "-n", "shop", "--from", path("acr.json"), "-o", "json"});
  EXPECT_EQ(ran.code, 2);
  EXPECT_NE(Json::parse(ran.out)["error"]["message"].get<std::string>().find("absent"),
            std::string::npos);
}

TEST_F(Cli, ReplaceFileKeepsModeAndLinks) {
  std::ofstream(folder_ / "real") << "old";
  fs::permissions(folder_ / "real", fs::perms::owner_read | fs::perms::owner_write);
  fs::create_symlink("real", folder_ / "link");
  EXPECT_EQ(replace_file(path("link"), "new"), std::nullopt);
  EXPECT_TRUE(fs::is_symlink(folder_ / "link"));
  EXPECT_EQ(read(folder_ / "real"), "new");
  EXPECT_EQ(fs::status(folder_ / "real").permissions(),
            fs::perms::owner_read | fs::perms::owner_write);
  const mode_t mask = umask(022);
  EXPECT_EQ(replace_file(path("fresh"), "x"), std::nullopt);
  umask(mask);
  EXPECT_EQ(static_cast<unsigned>(fs::status(folder_ / "fresh").permissions()), 0644U);
}

TEST_F(Cli, ReplaceFileWritesThroughDevices) {
  EXPECT_EQ(replace_file("/dev/null", "x"), std::nullopt);
  EXPECT_TRUE(fs::is_character_file("/dev/null"));
  if (fs::exists("/dev/full")) {
    EXPECT_NE(replace_file("/dev/full", "x"), std::nullopt);
  }
}

TEST_F(Cli, AFindingIsAcceptedUntilItsDayIsOver) {
  const auto accept_until = [&](const char* day) {
    std::ofstream(folder_ / "policy.yaml") << "exceptions:\n"
                                              "  - check: admin-user-disabled\n"
                                              "    resource: contosoprod\n"
                                              "    reason: a build agent signs in with it\n"
                                              "    owner: team-build\n"
                                              "    expires: "
                                           << day << "\n";
    return scan({"--check", "admin-user-disabled", "-o", "json", "--config", path("policy.yaml")});
  };
  const Ran accepted = accept_until("2026-05-28");  // the run's own day
  EXPECT_EQ(accepted.code, 0) << accepted.err;
  const Json report = Json::parse(accepted.out);
  EXPECT_EQ(report["results"][0]["outcome"], "fail");
  EXPECT_EQ(report["results"][0]["suppression"]["owner"], "team-build");
  EXPECT_EQ(report["results"][0]["suppression"]["expires"], "2026-05-28");
  EXPECT_EQ(report["summary"]["suppressed"], 1);
  EXPECT_EQ(report["summary"]["failBySeverity"]["high"], 0);
  EXPECT_EQ(report["notifications"][0]["code"], "exception-ends-soon");

  const Ran over = accept_until("2026-05-27");
  EXPECT_EQ(over.code, 1);
  const Json again = Json::parse(over.out);
  EXPECT_EQ(again["results"][0]["suppression"], nullptr);
  EXPECT_EQ(again["notifications"][0]["code"], "exception-expired");

  std::ofstream(folder_ / "policy.yaml") << "exceptions:\n  - chek: x\n";
  const Ran wrong = scan({"--config", path("policy.yaml")});
  EXPECT_EQ(wrong.code, 2);
  EXPECT_TRUE(
      wrong.err.contains("policy.yaml:2: an exception has no key 'chek'; did you mean check?"))
      << wrong.err;
}

TEST_F(Cli, ThePolicySetsSeveritiesAndThreshold) {
  std::ofstream(folder_ / "policy.yaml") << "severities: {admin-user-disabled: low}\n";
  EXPECT_EQ(scan({"--check", "admin-user-disabled", "--config", path("policy.yaml")}).code, 0);
  std::ofstream(folder_ / "policy.yaml")
      << "severities: {admin-user-disabled: low}\nfail-on: low\n";
  EXPECT_EQ(scan({"--check", "admin-user-disabled", "--config", path("policy.yaml")}).code, 1);
  EXPECT_EQ(
      scan({"--check", "admin-user-disabled", "--config", path("policy.yaml"), "--fail-on", "high"})
          .code,
      0);
  EXPECT_EQ(scan({"--config", path("none.yaml")}).code, 2);
}

TEST_F(Cli, ABaselineTellsNewFromOld) {
  const std::vector<std::string> only{"--check", "admin-user-disabled"};
  const auto with = [&](std::vector<std::string> more) {
    more.insert(more.end(), only.begin(), only.end());
    return scan(std::move(more));
  };
  std::ofstream(path("report.json")) << with({"-o", "json"}).out;
  const Ran old = with({"--baseline", path("report.json"), "--fail-on-new"});
  EXPECT_EQ(old.code, 0) << old.out;
  EXPECT_TRUE(old.out.contains("since the baseline: 0 new · 1 as before · 0 no more")) << old.out;
  EXPECT_TRUE(old.out.contains("and new (1 not new)")) << old.out;

  // One more registry with the same fault, and the first one mended.
  std::string two(kRegistry);
  two.replace(two.find("\"adminUserEnabled\": true"), 24, "\"adminUserEnabled\": false");
  std::string second(kRegistry);
  for (std::size_t at = 0; (at = second.find("contosoprod", at)) != std::string::npos;)
    second.replace(at, 11, "contosodev");
  std::ofstream(path("acr.json")) << two;
  std::ofstream(path("more.json")) << second;
  const Ran fresh = with({"--from", path("more.json"), "--baseline", path("report.json"),
                          "--fail-on-new", "-o", "json"});
  EXPECT_EQ(fresh.code, 1);
  const Json report = Json::parse(fresh.out);
  EXPECT_EQ(report["results"][0]["subject"]["name"], "contosodev");
  EXPECT_EQ(report["results"][0]["baseline"], "new");
  ASSERT_EQ(report["absent"].size(), 1U);
  EXPECT_EQ(report["absent"][0]["subject"]["name"], "contosoprod");
  EXPECT_EQ(report["absent"][0]["baseline"], "absent");

  // Gone from the input is not mended.
  std::filesystem::remove(path("acr.json"));
  const Ran unseen = run_words({"scan", "--from", path("more.json"), "--baseline",
                                path("report.json"), "-o", "json", "--on-incomplete", "warn"});
  const Json other = Json::parse(unseen.out);
  EXPECT_EQ(other["absent"], Json::array());
  EXPECT_TRUE(unseen.out.contains("1 of the baseline's findings could not be looked at again"));

  EXPECT_EQ(run_words({"scan", "--from", path("more.json"), "--fail-on-new"}).code, 2);
  EXPECT_EQ(with({"--baseline", path("more.json"), "--from", path("more.json")}).code, 2);
}

TEST_F(Cli, ExplainFindsRulesOfOtherCatalogues) {
  Ran ran = run_words({"explain", "ckv_azure_137"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_TRUE(ran.out.starts_with("admin-user-disabled")) << ran.out;

  ran = run_words({"explain", "CKV_AZURE_233"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_NE(ran.out.find("obsolete"), ran.out.npos) << ran.out;

  ran = run_words({"explain", "dc921057-6b28-4fbe-9b83-f7bec05db6c2", "-o", "json"});
  const Json json = Json::parse(ran.out);
  EXPECT_EQ(json["checks"][0]["id"], "admin-user-disabled");
  EXPECT_TRUE(json["decisions"].empty());

  ran = run_words({"explain", "CKV_AZURE_99999"});
  EXPECT_EQ(ran.code, 2);
}

// What an unknown off the pull path means to the exit code depends on its severity alone.
TEST_F(Cli, UnknownPostureCountsFromItsSeverityOn) {
  const std::vector<std::string> scan{"scan", "--from", folder_.string(), "--check",
                                      "images-are-scanned"};
  const auto with = [&](const char* level) {
    std::vector<std::string> words = scan;
    words.insert(words.end(), {"--fail-on", level});
    return run_words(words).code;
  };
  EXPECT_EQ(with("high"), 0);
  EXPECT_EQ(with("medium"), 3);
}

}  // namespace
}  // namespace acr
