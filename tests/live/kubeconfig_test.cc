#include "live/kubeconfig.h"

#include <filesystem>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include "scratch.h"

namespace acr {
namespace {

constexpr std::string_view kCanary = "cAnArY-5ecret";

// What a configuration says, in one line a thing.
std::string describe(const Kubeconfig& config) {
  std::string text;
  for (const auto& [name, cluster] : config.clusters)
    text += fmt::format("cluster {} {}{}\n", name, cluster.server,
                        cluster.skip_verify ? " insecure" : "");
  for (const auto& [name, user] : config.users)
    text += fmt::format("user {} {}\n", name, user.token.view());
  for (const auto& [name, context] : config.contexts)
    text += fmt::format("context {} {} {} {}\n", name, context.cluster, context.user,
                        context.name_space);
  return text + "current " + config.current_context;
}

std::string error_of(std::string_view text) {
  const auto config = parse_kubeconfig(text, "/k/config");
  return config ? "" : config.error().text;
}

TEST(Kubeconfig, FilesToRead) {
  struct Case {
    std::string_view variable, named;
    std::vector<std::string> paths;
  };
  const std::vector<Case> cases{
      {"", "", {"/home/u/.kube/config"}},      {"", "/explicit", {"/explicit"}},
      {"/env", "/explicit", {"/explicit"}},    {"/env", "", {"/env"}},
      {"/env:/other", "", {"/env", "/other"}}, {":/a::/b:/a:/c:/b:", "", {"/a", "/b", "/c"}},
  };
  for (const Case& c : cases) {
    Environment environment{{{"HOME", "/home/u"}, {"KUBECONFIG", std::string(c.variable)}}};
    EXPECT_EQ(kubeconfig_paths(environment, c.named), c.paths) << c.variable;
  }
  EXPECT_TRUE(kubeconfig_paths(Environment{}, "").empty());
}

// client-go's example of merging: whole entries, never single fields.
TEST(Kubeconfig, TheFirstFileThatNamesAnEntryWins) {
  const Scratch scratch;
  const std::string first = scratch.write("a/config", R"(
clusters:
- {name: cow, cluster: {server: "https://cow.org:8080"}}
contexts:
- {name: federal, context: {cluster: cow, user: red, namespace: hammer}}
users:
- {name: red, user: {token: red-token}}
current-context: ""
)");
  const std::string second = scratch.write("b/config", R"(
{"clusters": [
  {"name": "cow", "cluster": {"server": "https://other.org", "insecure-skip-tls-verify": true}},
  {"name": "donkey", "cluster": {"server": "https://donkey.org", "insecure-skip-tls-verify": true}}],
 "users": [{"name": "red", "user": {"token": "other"}}, {"name": "yellow", "user": {"token": "y"}}],
 "current-context": "federal"}
)");
  const std::string third = scratch.write("c/config", "current-context: third\n");
  const Environment environment{
      {{"KUBECONFIG", fmt::format("{}:{}:{}:{}", first, scratch.path("none"), second, third)}}};
  const auto config = load_kubeconfig(environment, "");
  ASSERT_TRUE(config) << config.error().text;
  EXPECT_EQ(describe(*config),
            "cluster cow https://cow.org:8080\n"
            "cluster donkey https://donkey.org insecure\n"
            "user red red-token\nuser yellow y\n"
            "context federal cow red hammer\n"
            "current federal");
  EXPECT_EQ(config->files, (std::vector<std::string>{first, second, third}));
  EXPECT_EQ(context_names(*config), std::vector<std::string>{"federal"});

  const auto alone = load_kubeconfig(environment, third);
  ASSERT_TRUE(alone);
  EXPECT_EQ(describe(*alone), "current third");
}

TEST(Kubeconfig, ANamedFileMustBeThereAndADamagedOneIsAnError) {
  const Scratch scratch;
  const Environment environment{{{"KUBECONFIG", scratch.path("none")}}};
  EXPECT_TRUE(load_kubeconfig(environment, "")->files.empty());
  EXPECT_EQ(load_kubeconfig(environment, scratch.path("none")).error().text,
            scratch.path("none") + ": No such file or directory");
  const Environment damaged{{{"KUBECONFIG", scratch.write("damaged", "clusters: [")}}};
  EXPECT_EQ(load_kubeconfig(damaged, "").error().cause, KubeError::Cause::malformed);
  const Environment folder{{{"KUBECONFIG", scratch.path()}}};
  EXPECT_EQ(load_kubeconfig(folder, "").error().cause, KubeError::Cause::unreadable);
}

TEST(Kubeconfig, PathsAreRelativeToTheirFile) {
  const auto config = parse_kubeconfig(R"(
clusters:
- {name: c, cluster: {certificate-authority: ../relative/ca}}
users:
- name: u
  user:
    client-certificate: relative/client/cert
    client-key: ../relative/client/key
    tokenFile: /absolute/token
    exec: {command: ../relative/client/cmd}
- {name: v, user: {exec: {command: cmd}, client-certificate: /absolute/cert}}
- {name: w, user: {exec: {command: /absolute/cmd}}}
)",
                                       "/dir1/config");
  ASSERT_TRUE(config) << config.error().text;
  EXPECT_EQ(config->clusters.at("c").authority_file, "/relative/ca");
  const KubeUser& user = config->users.at("u");
  EXPECT_EQ(user.certificate_file, "/dir1/relative/client/cert");
  EXPECT_EQ(user.key_file, "/relative/client/key");
  EXPECT_EQ(user.token_file, "/absolute/token");
  EXPECT_EQ(user.exec->command, "/relative/client/cmd");
  EXPECT_EQ(config->users.at("v").exec->command, "cmd");
  EXPECT_EQ(config->users.at("v").certificate_file, "/absolute/cert");
  EXPECT_EQ(config->users.at("w").exec->command, "/absolute/cmd");
}

TEST(Kubeconfig, EveryFieldOfAnEntry) {
  const auto config = parse_kubeconfig(R"(
apiVersion: v1
kind: Config
preferences: {}
clusters:
- name: c
  cluster:
    server: https://h
    tls-server-name: api
    proxy-url: http://p:1
    certificate-authority-data: Q0E=
    extensions:
    - {name: other, extension: {a: 1}}
    - {name: client.authentication.k8s.io/exec, extension: {audience: snorlax, n: [1, null]}}
users:
- name: u
  user:
    username: me
    password: pw
    client-certificate-data: Q0VSVA==
    client-key-data: S0VZ
    as: jane
    as-uid: "7"
    as-groups: [dev, ops]
    as-user-extra: {reason: [a, b]}
    auth-provider: {name: azure, config: {}}
    exec:
      apiVersion: client.authentication.k8s.io/v1
      command: kubelogin
      args: [get-token, --login, azurecli]
      env: [{name: A, value: b}]
      installHint: |
        install it
      interactiveMode: Never
      provideClusterInfo: true
- {name: nothing, user: null}
contexts: null
)",
                                       "/k");
  ASSERT_TRUE(config) << config.error().text;
  const KubeCluster& cluster = config->clusters.at("c");
  EXPECT_EQ(cluster.server_name + cluster.proxy + cluster.authority_data, "apihttp://p:1Q0E=");
  EXPECT_EQ(cluster.plugin_config, R"({"audience":"snorlax","n":[1,null]})");
  const KubeUser& user = config->users.at("u");
  EXPECT_EQ(user.user_name + std::string(user.password.view()), "mepw");
  EXPECT_EQ(user.certificate_data + std::string(user.key_data.view()), "Q0VSVA==S0VZ");
  EXPECT_EQ(fmt::format("{} {} {} {}", user.as.user, user.as.uid, fmt::join(user.as.groups, ","),
                        user.as.extra),
            "jane 7 dev,ops [(\"reason\", \"a\"), (\"reason\", \"b\")]");
  EXPECT_EQ(user.auth_provider, "azure");
  const ExecPlugin& plugin = *user.exec;
  EXPECT_EQ(plugin.args.size(), 3U);
  EXPECT_EQ(plugin.args[2].view(), "azurecli");
  EXPECT_EQ(plugin.variables.at(0).name + std::string(plugin.variables.at(0).value.view()), "Ab");
  EXPECT_EQ(plugin.install_hint, "install it\n");
  EXPECT_EQ(plugin.mode, "Never");
  EXPECT_TRUE(plugin.wants_cluster);
}

TEST(Kubeconfig, WrongTypesNameTheirPlace) {
  struct Case {
    std::string_view text, error;
  };
  const std::vector<Case> cases{
      {"[]", "/k/config is no kubeconfig: it holds no map"},
      {"just words", "/k/config is no kubeconfig: it holds no map"},
      {"kind: Pod", "/k/config is no kubeconfig: its kind is Pod"},
      {"clusters: {}", "/k/config is no kubeconfig: clusters is no list"},
      {"clusters: [1]", "/k/config is no kubeconfig: clusters holds what is no map"},
      {"clusters: [{name: [a]}]", "/k/config is no kubeconfig: clusters \"\": name is no string"},
      {"clusters: [{name: a, cluster: 1}]",
       "/k/config is no kubeconfig: clusters \"a\": cluster is no map"},
      {"clusters: [{name: a, cluster: {insecure-skip-tls-verify: maybe}}]",
       "/k/config is no kubeconfig: clusters \"a\": insecure-skip-tls-verify is neither true nor "
       "false"},
      {"users: [{name: u, user: {token: 12}}]",
       "/k/config is no kubeconfig: users \"u\": token is no string"},
      {"users: [{name: u, user: {as-groups: [1]}}]",
       "/k/config is no kubeconfig: users \"u\": as-groups holds what is no string"},
      {"users: [{name: u, user: {exec: {env: [x]}}}]",
       "/k/config is no kubeconfig: users \"u\": env holds what is no map"},
      {"clusters: [{name: c}, {name: c}]",
       "/k/config is no kubeconfig: duplicate name \"c\" in list clusters"},
      {"users: [{name: c}, {name: c}]",
       "/k/config is no kubeconfig: duplicate name \"c\" in list users"},
      {"contexts: [{name: c}, {name: c}]",
       "/k/config is no kubeconfig: duplicate name \"c\" in list contexts"},
      {"clusters: [{name: a, cluster: {extensions: [{name: e}, {name: e}]}}]",
       "/k/config is no kubeconfig: clusters \"a\": duplicate name \"e\" in list extensions"},
      {"a: [\n", "/k/config is no kubeconfig: no YAML at line 2, column 1"},
  };
  for (const Case& c : cases) EXPECT_EQ(error_of(c.text), c.error) << c.text;
}

TEST(Kubeconfig, EmptyFilesSayNothing) {
  for (const std::string_view text : {"", "\n# only a comment\n", "---\n", "{}"}) {
    const auto config = parse_kubeconfig(text, "/k");
    ASSERT_TRUE(config) << text;
    EXPECT_EQ(describe(*config), "current ");
  }
}

TEST(Kubeconfig, HostileFilesAreRefusedAndTheirSecretsNotTold) {
  const std::string canary(kCanary);
  std::string bomb = "a0: &a0 [" + canary + "]\n";
  for (int i = 1; i < 30; ++i) bomb += fmt::format("a{0}: &a{0} [*a{1}, *a{1}, *a{1}]\n", i, i - 1);
  std::string binary = "users: [{name: u, user: {token: \"" + canary + "\xFF\xFE\"}}]";
  const std::vector<std::string> files{
      bomb,
      binary,
      std::string("\x7F"
                  "ELF\0\0\1",
                  7) +
          canary,
      std::string(100'000, '['),
      std::string(100'000, '{'),
      "token: " + canary + "\n  bad: [",
      canary + ": &x [*x]",
      "users: [{name: u, user: {token: [" + canary + "]}}]",
      "users: [{name: u, user: {password: {a: " + canary + "}}}]",
      "users: [{name: u, user: {exec: {args: [{x: " + canary + "}]}}}]",
      "users: [{name: u, user: {exec: {args: [" + canary + "], env: 1}}}]",
      "\"" + canary,
      "*" + canary,
      "!" + canary + " {",
  };
  for (const std::string& file : files) {
    const auto config = parse_kubeconfig(file, "/k");
    ASSERT_FALSE(config) << file.substr(0, 60);
    EXPECT_EQ(config.error().text.find(canary), std::string::npos) << config.error().text;
    EXPECT_LT(config.error().text.size(), 400U);
  }
}

TEST(Kubeconfig, HugeFilesAreRefused) {
  const Scratch scratch;
  const std::string file = scratch.write("huge", std::string((1 << 20) + 1, '#'));
  EXPECT_EQ(load_kubeconfig(Environment{}, file).error().text,
            file + ": larger than 1048576 bytes");
}

}  // namespace
}  // namespace acr
