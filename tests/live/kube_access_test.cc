#include "live/kube_access.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include "key_pair.h"
#include "live/base64.h"
#include "live/kube_server.h"
#include "scratch.h"

namespace acr {
namespace {

const Instant kNow = *parse_time("2026-06-01T12:00:00Z");
constexpr std::string_view kCanary = "cAnArY5ecret";

const KeyPair& pair() {
  static const KeyPair made;
  return made;
}

std::expected<KubeAccess, KubeError> access_of(std::string_view cluster, std::string_view user,
                                               std::string_view file = "/k/config") {
  const std::string text = fmt::format(
      "clusters: [{{name: k, cluster: {}}}]\nusers: [{{name: u, user: {}}}]\n"
      "contexts: [{{name: c, context: {{cluster: k, user: u}}}}]\ncurrent-context: c\n",
      cluster, user);
  auto config = parse_kubeconfig(text, std::string(file));
  if (!config) return std::unexpected(config.error());
  return kube_access(*config, "", kNow);
}

std::string error_of(std::string_view cluster, std::string_view user) {
  const auto access = access_of(cluster, user);
  return access ? "" : access.error().text;
}

TEST(KubeAccess, OfTheCurrentAndOfANamedContext) {
  const std::string authority = encode_base64(pair().certificate_pem());
  const auto config = parse_kubeconfig(fmt::format(R"(
clusters:
- {{name: k, cluster: {{server: "https://h.example:443/", certificate-authority-data: {}, tls-server-name: api, proxy-url: "socks5://p:1"}}}}
- {{name: l, cluster: {{server: rancher.example/k8s/clusters/c-1}}}}
users:
- {{name: u, user: {{token: abc}}}}
contexts:
- {{name: c, context: {{cluster: k, user: u, namespace: shop}}}}
- {{name: d, context: {{cluster: l}}}}
current-context: c
)",
                                                   authority),
                                       "/k/config");
  ASSERT_TRUE(config) << config.error().text;
  const auto access = kube_access(*config, "", kNow);
  ASSERT_TRUE(access) << access.error().text;
  EXPECT_EQ(access->context + " " + access->cluster + " " + access->user, "c k u");
  EXPECT_EQ(access->name_space, "shop");
  EXPECT_EQ(access->trust.authorities, pair().certificate_pem());
  EXPECT_FALSE(needs_renewal(*access, kNow));
  const Call call = kube_call(*access, "/api/v1/pods?limit=500");
  EXPECT_EQ(call.url, "https://h.example:443/api/v1/pods?limit=500");
  EXPECT_EQ(call.authorization.view(), "Bearer abc");
  EXPECT_EQ(call.trust, &access->trust);
  EXPECT_EQ(call.trust->server_name, "api");
  EXPECT_EQ(call.proxy, "socks5://p:1");

  const auto other = kube_access(*config, "d", kNow);
  ASSERT_TRUE(other) << other.error().text;
  EXPECT_EQ(other->server, "https://rancher.example/k8s/clusters/c-1");
  EXPECT_EQ(other->name_space, "default");
  EXPECT_TRUE(kube_call(*other, "/version").authorization.empty());
}

TEST(KubeAccess, WhatIsMissingIsNamed) {
  const auto config = parse_kubeconfig(R"(
contexts:
- {name: no-user, context: {cluster: k, user: nope}}
- {name: no-cluster, context: {cluster: nope, user: u}}
clusters: [{name: k, cluster: {server: "https://h"}}]
users: [{name: u, user: {token: t}}]
)",
                                       "/k");
  const auto text = [&](std::string_view context) {
    return kube_access(*config, context, kNow).error().text;
  };
  EXPECT_EQ(text("no-user"), "user \"nope\" was not found for context \"no-user\"");
  EXPECT_EQ(text("no-cluster"), "cluster \"nope\" was not found for context \"no-cluster\"");
  EXPECT_EQ(text("zzz"),
            "context was not found for specified context: zzz; there are no-cluster, no-user");
  EXPECT_EQ(text(""),
            "the kubeconfig has no current-context; choose one with --context: there are "
            "no-cluster, no-user");
}

struct Refusal {
  const char *name, *cluster, *user, *contains;
};
class KubeRefusals : public testing::TestWithParam<Refusal> {};
TEST_P(KubeRefusals, SayWhyAndWhatToDo) {
  EXPECT_NE(error_of(GetParam().cluster, GetParam().user).find(GetParam().contains),
            std::string::npos)
      << error_of(GetParam().cluster, GetParam().user);
}
constexpr const char* kHost = R"({server: "https://h"})";
INSTANTIATE_TEST_SUITE_P(
    Table, KubeRefusals,
    testing::Values(
        Refusal{"NoServer", "{tls-server-name: api}", "{}", "no server found for cluster \"k\""},
        Refusal{"NoVerification", R"({server: "https://h", insecure-skip-tls-verify: true})", "{}",
                "kubectl config set-cluster k --certificate-authority=FILE"},
        Refusal{"ClearText", R"({server: "http://h"})", "{}", "its server http://h is not https"},
        Refusal{"ClearTextToken", R"({server: "http://127.0.0.1:8001"})", "{token: t}",
                "which would be sent in the clear"},
        Refusal{"OtherScheme", R"({server: "file:///etc/passwd"})", "{}", "the scheme file"},
        Refusal{"UserInServer", R"({server: "https://me:cAnArY5ecret@h"})", "{}",
                "belongs to the user's entry"},
        Refusal{"QueryInServer", R"({server: "https://h/?a=b"})", "{}", "is no address"},
        Refusal{"LinesInServer", R"({server: "https://h\r\nX: y"})", "{}", "is no address"},
        Refusal{"UserInProxy", R"({server: "https://h", proxy-url: "http://me:cAnArY5ecret@p"})",
                "{}", "its proxy-url holds a user name or password"},
        Refusal{"OtherProxy", R"({server: "https://h", proxy-url: "ftp://p"})", "{}",
                "no http, https or socks5 address"},
        Refusal{"NoAuthority", R"({server: "https://h", certificate-authority-data: eA==})", "{}",
                "certificate-authority holds no certificate"},
        Refusal{"AuthorityNoBase64", R"({server: "https://h", certificate-authority-data: "!"})",
                "{}", "certificate-authority-data is not base64"},
        Refusal{"AuthorityAbsent", R"({server: "https://h", certificate-authority: none})", "{}",
                "/k/none: No such file or directory"},
        Refusal{"TwoMethods", kHost, "{token: t, username: a, password: cAnArY5ecret}",
                "found [token basicAuth], only one is allowed"},
        Refusal{"CertificateWithoutKey", kHost, "{client-certificate-data: eA==}",
                "client-key-data or client-key must be specified for u"},
        Refusal{"CertificateOfNothing", kHost,
                "{client-certificate-data: eA==, client-key-data: eA==}",
                "the certificate is no PEM certificate"},
        Refusal{"AuthProvider", kHost, "{auth-provider: {name: azure}}",
                "kubelogin convert-kubeconfig"},
        Refusal{"TokenOfLines", kHost, R"({token: "cAnArY5ecret\r\nX-Evil: 1"})",
                "the token of u cannot stand in a header"},
        Refusal{"TokenFileAbsent", kHost, "{tokenFile: none}",
                "token file /k/none: No such file or directory"},
        Refusal{"GroupsWithoutUser", kHost, "{token: t, as-groups: [g]}",
                "without impersonating a user"},
        Refusal{"ImpersonationOfLines", kHost, R"({token: t, as: "a\nb"})",
                "cannot stand in a header"},
        Refusal{"PluginWithoutCommand", kHost,
                "{exec: {apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never}}",
                "command must be specified for u to use exec authentication plugin"},
        Refusal{"PluginOfOldVersion", kHost,
                "{exec: {apiVersion: client.authentication.k8s.io/v1alpha1, command: x}}",
                "v1alpha1, which Kubernetes 1.24 removed"},
        Refusal{"PluginOfNoVersion", kHost, "{exec: {command: x}}", "unknown apiVersion \"\""},
        Refusal{"PluginAsks", kHost,
                "{exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: x, "
                "interactiveMode: Always}}",
                "exec plugin cannot support interactive mode"},
        Refusal{"PluginWithoutMode", kHost,
                "{exec: {apiVersion: client.authentication.k8s.io/v1, command: x}}",
                "exec plugin cannot support interactive mode: unknown interactiveMode: \"\""},
        Refusal{
            "PluginVariableWithoutName", kHost,
            "{exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: x, env: [{value: "
            "v}]}}",
            "env variable name must be specified for u"}),
    [](const auto& test) { return test.param.name; });

TEST_P(KubeRefusals, HoldNoCredential) {
  EXPECT_EQ(error_of(GetParam().cluster, GetParam().user).find(kCanary), std::string::npos);
}

TEST(KubeAccess, PlainHttpToThisHostWithoutACredential) {
  const auto access = access_of(R"({server: "http://127.0.0.1:8001"})", "{}");
  ASSERT_TRUE(access) << access.error().text;
  EXPECT_EQ(access->server, "http://127.0.0.1:8001");
}

TEST(KubeAccess, ClientCertificates) {
  const Scratch scratch;
  const KeyPair expired(false, -3600), other(false);
  scratch.write("cert.pem", pair().certificate_pem());
  scratch.write("key.pem", pair().key_pem());
  scratch.write("other.pem", other.key_pem());
  const auto with = [&](std::string_view user) {
    return access_of(kHost, user, scratch.path("config"));
  };
  const auto files = with("{client-certificate: cert.pem, client-key: key.pem}");
  ASSERT_TRUE(files) << files.error().text;
  EXPECT_EQ(files->trust.client_certificate, pair().certificate_pem());
  EXPECT_EQ(files->trust.client_key.view(), pair().key_pem());
  EXPECT_TRUE(files->remarks.empty());

  const auto data =
      with(fmt::format("{{client-certificate: none, client-key: none, client-certificate-data: {}, "
                       "client-key-data: {}}}",
                       encode_base64(expired.certificate_pem()), encode_base64(expired.key_pem())));
  ASSERT_TRUE(data) << "data is stronger than files: " << data.error().text;
  EXPECT_EQ(data->trust.client_key.view(), expired.key_pem());

  const auto mixed = with("{client-certificate: cert.pem, client-key: other.pem}");
  EXPECT_EQ(mixed.error().text,
            "client certificate of u: the key does not belong to the certificate");
}

TEST(KubeAccess, AnExpiredClientCertificateIsSaid) {
  const KeyPair expired(false, -3600);
  const auto config = parse_kubeconfig(
      fmt::format("clusters: [{{name: k, cluster: {{server: h}}}}]\nusers: [{{name: u, user: "
                  "{{client-certificate-data: {}, client-key-data: {}}}}}]\n"
                  "contexts: [{{name: c, context: {{cluster: k, user: u}}}}]\n",
                  encode_base64(expired.certificate_pem()), encode_base64(expired.key_pem())),
      "/k");
  const Instant now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  const auto access = kube_access(*config, "c", now);
  ASSERT_TRUE(access) << access.error().text;
  ASSERT_EQ(access->remarks.size(), 1U);
  EXPECT_TRUE(access->remarks[0].starts_with("the client certificate of u expired at "));
}

TEST(KubeAccess, CredentialsInTheirOrder) {
  const Scratch scratch;
  scratch.write("token", " from-file \n");
  const std::string file = scratch.path("config");
  const std::string exec = "exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: x}";
  const auto of = [&](const std::string& user) {
    const auto access = access_of(kHost, user, file);
    return access ? std::string(access->authorization.view()) + (access->exec ? " exec" : "")
                  : access.error().text;
  };
  EXPECT_EQ(of("{token: t}"), "Bearer t");
  EXPECT_EQ(of("{token: t, tokenFile: token}"), "Bearer from-file");
  EXPECT_EQ(of("{token: t, tokenFile: none}"), "Bearer t");
  EXPECT_EQ(of("{username: me, password: pw}"), "Basic bWU6cHc=");
  EXPECT_EQ(of("{token: t, " + exec + "}"), "Bearer t");
  EXPECT_EQ(of("{" + exec + "}"), " exec");
  EXPECT_EQ(of("{}"), "");
}

TEST(KubeAccess, TokenFilesAreReadAgain) {
  const Scratch scratch;
  scratch.write("token", "first");
  auto access = access_of(kHost, "{tokenFile: token}", scratch.path("config"));
  ASSERT_TRUE(access) << access.error().text;
  scratch.write("token", "second\n");
  EXPECT_FALSE(renew(*access, Environment{}, {}));
  EXPECT_EQ(access->authorization.view(), "Bearer second");
  scratch.write("token", "");
  const auto error = renew(*access, Environment{}, {});
  ASSERT_TRUE(error);
  EXPECT_EQ(error->text, "the token of " + scratch.path("token") + " is empty");
}

TEST(KubeAccess, Impersonation) {
  const auto access = access_of(
      kHost, "{token: t, as: jane, as-uid: '7', as-groups: [dev, ops], as-user-extra: {a/b: [x]}}");
  ASSERT_TRUE(access) << access.error().text;
  EXPECT_EQ(fmt::format("{}", fmt::join(kube_call(*access, "/").headers, "|")),
            "Impersonate-User: jane|Impersonate-Uid: 7|Impersonate-Group: dev|Impersonate-Group: "
            "ops|Impersonate-Extra-a%2Fb: x|Accept: application/json");
  EXPECT_EQ(access->remarks.at(0), "the cluster is asked as jane, whom user u impersonates");
}

TEST(KubeAccess, PluginIsToldOfTheClusterWhereItAsksForIt) {
  const Scratch scratch;
  scratch.script("plugin", R"(printf '%s' "$KUBERNETES_EXEC_INFO" > ")" + scratch.path("info") +
                               R"("
echo '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{"token":"abc","expirationTimestamp":"2026-06-01T12:30:00Z"}}')");
  auto access = access_of(
      R"({server: "https://h:1/", tls-server-name: api, extensions: [{name: client.authentication.k8s.io/exec, extension: {audience: snorlax}}]})",
      "{exec: {apiVersion: client.authentication.k8s.io/v1, command: ./plugin, interactiveMode: "
      "IfAvailable, provideClusterInfo: true}}",
      scratch.path("config"));
  ASSERT_TRUE(access) << access.error().text;
  EXPECT_TRUE(needs_renewal(*access, kNow));
  std::string announced;
  const Environment environment{{{"PATH", "/usr/bin:/bin"}}};
  const auto error = renew(*access, environment, {.announce = [&](const std::string& command) {
    announced = command;
    return true;
  }});
  ASSERT_FALSE(error) << error->text;
  EXPECT_EQ(announced, scratch.path("plugin"));
  EXPECT_EQ(access->authorization.view(), "Bearer abc");
  EXPECT_FALSE(needs_renewal(*access, kNow));
  EXPECT_TRUE(needs_renewal(*access, kNow + std::chrono::minutes(30)));
  EXPECT_EQ(
      scratch.read("info"),
      R"({"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","spec":{"cluster":{"server":"https://h:1/","tls-server-name":"api","config":{"audience":"snorlax"}},"interactive":false}})");
}

class InCluster : public testing::Test {
 protected:
  Scratch scratch;
  Environment environment{{{"KUBERNETES_SERVICE_HOST", "10.0.0.1"},
                           {"KUBERNETES_SERVICE_PORT", "443"},
                           {"HOME", scratch.path("home")}}};
  void SetUp() override {
    scratch.write("token", "pod-token\n");
    scratch.write("ca.crt", pair().certificate_pem());
    scratch.write("namespace", "shop\n");
  }
};

TEST_F(InCluster, AsTheServiceAccount) {
  const auto access = find_kube_access(environment, {.account_folder = scratch.path()}, kNow);
  ASSERT_TRUE(access) << access.error().text;
  EXPECT_EQ(access->server, "https://10.0.0.1:443");
  EXPECT_EQ(access->name_space, "shop");
  EXPECT_EQ(access->authorization.view(), "Bearer pod-token");
  EXPECT_EQ(access->trust.authorities, pair().certificate_pem());
}

TEST_F(InCluster, SixthVersionAndOtherNamespace) {
  environment.set("KUBERNETES_SERVICE_HOST", "fd00::1");
  environment.set("POD_NAMESPACE", "elsewhere");
  const auto access = in_cluster_access(environment, scratch.path());
  ASSERT_TRUE(access) << access.error().text;
  EXPECT_EQ(access->server, "https://[fd00::1]:443");
  EXPECT_EQ(access->name_space, "elsewhere");
}

TEST_F(InCluster, AKubeconfigIsStronger) {
  scratch.write("home/.kube/config",
                "clusters: [{name: k, cluster: {server: h}}]\ncontexts: [{name: c, context: "
                "{cluster: k}}]\ncurrent-context: c\n");
  const KubeWanted wanted{.name_space = "asked", .account_folder = scratch.path()};
  const auto access = find_kube_access(environment, wanted, kNow);
  ASSERT_TRUE(access) << access.error().text;
  EXPECT_EQ(access->server, "https://h");
  EXPECT_EQ(access->name_space, "asked");
}

TEST_F(InCluster, WithoutAuthorityOrTokenThereIsNoWay) {
  scratch.write("ca.crt", "");
  EXPECT_EQ(in_cluster_access(environment, scratch.path()).error().cause,
            KubeError::Cause::malformed);
  EXPECT_EQ(in_cluster_access(environment, scratch.path("none")).error().cause,
            KubeError::Cause::no_credential);
  const auto nowhere = find_kube_access(Environment{}, {.account_folder = scratch.path()}, kNow);
  EXPECT_EQ(nowhere.error().cause, KubeError::Cause::none);
  EXPECT_NE(nowhere.error().text.find("az aks get-credentials"), std::string::npos);
}

TEST(KubeServer, Hosts) {
  EXPECT_EQ(host_of_url("https://[::1]:6443/x"), "::1");
  EXPECT_EQ(host_of_url("https://evil@127.0.0.1@real:1/x@y"), "real");
  EXPECT_EQ(host_of_url("none"), "");
  EXPECT_TRUE(is_this_host("127.0.0.1"));
  EXPECT_FALSE(is_this_host("127.0.0.1.example.com"));
  EXPECT_FALSE(read_kube_server("http://127.0.0.1@example.com"));
  EXPECT_FALSE(read_kube_server("http://127.evil.example"));
}

}  // namespace
}  // namespace acr
