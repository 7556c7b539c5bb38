#include "cli/options.h"

#include <gtest/gtest.h>

#include "cli/commands.h"
#include "cli/nearest.h"

namespace acr {
namespace {

using Words = std::vector<std::string>;

TEST(Options, Defaults) {
  const auto options = parse_options("why", Words{"--from", "docs"});
  ASSERT_TRUE(options) << options.error().text;
  EXPECT_EQ(options->from, Words{"docs"});
  ASSERT_EQ(options->outputs.size(), 1U);
  EXPECT_EQ(options->outputs[0].format, Format::text);
  EXPECT_EQ(options->outputs[0].file, "");
  EXPECT_EQ(options->judge.fail_on, Severity::high);
  EXPECT_EQ(options->severity, Severity::low);
  EXPECT_FALSE(options->judge.incomplete_is_ok);
}

TEST(Options, AllOfThem) {
  const auto scan = parse_options("scan", Words{"--from",
                                                "a",
                                                "--from=-",
                                                "-ojson",
                                                "-o",
                                                "sarif=x=y.sarif",
                                                "--output=junit=j.xml",
                                                "--fail-on",
                                                "none",
                                                "--severity",
                                                "medium",
                                                "--on-incomplete",
                                                "warn",
                                                "--check",
                                                "*",
                                                "--color",
                                                "never",
                                                "--ascii",
                                                "-qv",
                                                "--show-passed"});
  ASSERT_TRUE(scan) << scan.error().text;
  EXPECT_EQ(scan->from, (Words{"a", "-"}));
  ASSERT_EQ(scan->outputs.size(), 3U);
  EXPECT_EQ(scan->outputs[1].format, Format::sarif);
  EXPECT_EQ(scan->outputs[1].file, "x=y.sarif");  // the first '=' splits
  EXPECT_EQ(scan->outputs[2].file, "j.xml");
  EXPECT_EQ(scan->judge.fail_on, std::nullopt);
  EXPECT_EQ(scan->severity, Severity::medium);
  EXPECT_TRUE(scan->judge.incomplete_is_ok);
  EXPECT_EQ(scan->judge.check_globs, Words{"*"});
  EXPECT_EQ(scan->colour, Colour::never);
  EXPECT_TRUE(scan->ascii && scan->quiet && scan->verbose && scan->show_passed);

  const auto why = parse_options(
      "why", Words{"pod/x", "-n", "shop", "--cluster", "c", "--from", "a", "-o", "text=-"});
  ASSERT_TRUE(why) << why.error().text;
  EXPECT_EQ(why->arguments, Words{"pod/x"});
  EXPECT_EQ(why->name_space, "shop");
  EXPECT_EQ(why->cluster, "c");
  EXPECT_EQ(why->outputs[0].file, "");
}

TEST(Options, ClustersAndRegistriesAreNamedApart) {
  for (const char* command : {"scan", "collect", "permissions"}) {
    const auto options =
        parse_options(command, Words{"--cluster", "a", "--registry", "r", "--cluster", "b"});
    ASSERT_TRUE(options) << command << ": " << options.error().text;
    EXPECT_EQ(options->live.clusters, (Words{"a", "b"})) << command;
    EXPECT_EQ(options->live.registries, Words{"r"}) << command;
    EXPECT_TRUE(options->live.names_azure()) << command;
  }
  // Of files, too, `why` may be asked about one cluster.
  const auto why = parse_options("why", Words{"--from", "a", "--cluster", "c"});
  ASSERT_TRUE(why) << why.error().text;
  EXPECT_FALSE(why->live.names_azure());
  EXPECT_FALSE(parse_options("why", Words{"--cluster", "a", "--cluster", "b"}));
}

TEST(Options, AMaskMayHaveATable) {
  const auto bare = parse_options("collect", Words{"--mask", "-d", "folder"});
  ASSERT_TRUE(bare) << bare.error().text;
  EXPECT_TRUE(bare->mask);
  EXPECT_EQ(bare->mask_table, "");
  EXPECT_EQ(bare->folder, "folder");
  const auto kept = parse_options("collect", Words{"-d", "folder", "--mask=names.json"});
  ASSERT_TRUE(kept) << kept.error().text;
  EXPECT_TRUE(kept->mask);
  EXPECT_EQ(kept->mask_table, "names.json");
  EXPECT_FALSE(parse_options("collect", Words{"-d", "folder"})->mask);
}

TEST(Options, MistakesAreNamedAndGuessed) {
  const struct {
    const char* command;
    Words words;
    const char* text;
    const char* hint;
  } cases[] = {
      {"why", {"--nmespace", "x"}, "why has no option --nmespace", "did you mean --namespace?"},
      {"why", {"-x"}, "why has no option -x", ""},
      {"why", {"--fail-on", "low"}, "why has no option --fail-on", "scan has it"},
      {"scan", {"--namespace", "n"}, "scan has no option --namespace", "why has it"},
      {"scan",
       {"-o", "jsn"},
       "--output does not know 'jsn'; it takes one of text, json, ndjson, markdown, html, "
       "csv, junit, sarif, github, ado, openmetrics, policyreport",
       "did you mean json?"},
      {"checks", {"-o", "sarif"}, "--output does not know 'sarif'; it takes one of text, json", ""},
      {"completion", {"-o", "json"}, "completion has no option -o", ""},
      {"scan",
       {"-o", "json", "-o", "text"},
       "only one output can go to standard output",
       "give the others a file: -o sarif=report.sarif"},
      {"scan", {"-o", "json=a", "-o", "text=a"}, "two outputs go to a", ""},
      {"scan",
       {"-o", "json="},
       "--output json= names no file behind '='",
       "for standard output leave '=' away"},
      {"scan",
       {"--fail-on", "hihg"},
       "--fail-on does not know 'hihg'; it takes one of critical, high, medium, low, none",
       "did you mean high?"},
      {"scan",
       {"--severity", "none"},
       "--severity does not know 'none'; it takes one of critical, high, medium, low",
       ""},
      {"scan",
       {"--on-incomplete", "x"},
       "--on-incomplete does not know 'x'; it takes one of fail, warn",
       ""},
      {"scan",
       {"--color", "sometimes"},
       "--color does not know 'sometimes'; it takes one of auto, always, never",
       ""},
      {"scan", {"--color", "auto", "--color", "never"}, "--color is given more than once", ""},
      {"scan", {"--from"}, "--from needs a value", ""},
      {"scan", {"--quiet=1"}, "--quiet takes no value", ""},
      {"scan", {"--check", "zzz-*"}, "no check is named 'zzz-*'", "the list: acr-doctor checks"},
      {"scan", {"--sev", "low"}, "scan has no option --sev", ""},  // no abbreviations
  };
  for (const auto& c : cases) {
    const auto options = parse_options(c.command, c.words);
    ASSERT_FALSE(options) << c.text;
    EXPECT_EQ(options.error().text, c.text);
    EXPECT_EQ(options.error().hint, c.hint) << c.text;
  }
}

TEST(Options, HelpNamesEveryOptionAndNoOther) {
  for (const auto& command : command_names()) {
    if (command == "help" || command == "version") continue;
    const auto help = help_text(command);
    ASSERT_TRUE(help) << command;
    const auto names = option_names(command);
    for (const auto& name : names) {
      const bool said = help->contains("--" + name + " ") || help->contains("--" + name + "[=");
      EXPECT_TRUE(said) << command << " --" << name;
    }
    for (auto at = help->find("\n  "); at != std::string_view::npos;
         at = help->find("\n  ", at + 1)) {
      const auto line = help->substr(at + 1, help->find('\n', at + 1) - at - 1);
      const auto dash = line.find("--");
      if (line.find("acr-doctor") != std::string_view::npos || dash == std::string_view::npos ||
          dash > 6)
        continue;
      const std::string name(line.substr(dash + 2, line.find_first_of(" [", dash) - dash - 2));
      EXPECT_NE(std::find(names.begin(), names.end(), name), names.end())
          << command << " --" << name;
    }
  }
}

TEST(Options, Targets) {
  const struct {
    const char *text, *kind, *name;
  } cases[] = {
      {"cart-7d9-x2x", "pod", "cart-7d9-x2x"},
      {"pod/cart", "pod", "cart"},
      {"deploy/cart", "deploy", "cart"},
      {"deployment/cart", "deploy", "cart"},
      {"deployments/cart", "deploy", "cart"},
      {"statefulset/db", "sts", "db"},
      {"daemonset/a", "ds", "a"},
      {"rs/a", "rs", "a"},
      {"job/a", "job", "a"},
      {"cj/a", "cronjob", "a"},
      {"contoso.azurecr.io/cart", "image", "contoso.azurecr.io/cart"},
      {"contoso.azurecr.io/shop/cart:1.4", "image", "contoso.azurecr.io/shop/cart:1.4"},
      {"nginx:1", "image", "nginx:1"},
      {"nginx@sha256:0", "image", "nginx@sha256:0"},
      {"library/nginx", "image", "library/nginx"},
  };
  for (const auto& c : cases) {
    const auto target = parse_target(c.text);
    ASSERT_TRUE(target) << c.text;
    EXPECT_EQ(target->kind, c.kind) << c.text;
    EXPECT_EQ(target->name, c.name) << c.text;
  }
  EXPECT_FALSE(parse_target("pod/"));
  EXPECT_FALSE(parse_target(""));
  EXPECT_FALSE(parse_target("pod/a/b"));
  const auto other = parse_target("shop/deploy/cart");
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().hint, "did you mean deploy/cart -n shop?");
}

TEST(Nearest, FindsWhatWasMeant) {
  const Words words{"why", "scan", "explain", "checks", "version", "help"};
  EXPECT_EQ(nearest("wyh", words), "why");
  EXPECT_EQ(nearest("SCAN", words), "scan");
  EXPECT_EQ(nearest("explian", words), "explain");
  EXPECT_EQ(nearest("check", words), "checks");
  EXPECT_EQ(nearest("deploy", words), std::nullopt);
  EXPECT_EQ(nearest("", words), std::nullopt);
  EXPECT_EQ(nearest(std::string(100'000, 'x'), words), std::nullopt);
}

}  // namespace
}  // namespace acr
