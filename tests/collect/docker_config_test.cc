#include "collect/docker_config.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "estate/keyring.h"

namespace acr {
namespace {

using nlohmann::json;

constexpr const char* kConfigJson = "kubernetes.io/dockerconfigjson";
constexpr const char* kConfig = "kubernetes.io/dockercfg";

std::string encode_base64(std::string_view text, bool url = false) {
  const std::string digits = fmt::format(
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789{}", url ? "-_" : "+/");
  std::string result;
  for (std::size_t i = 0; i < text.size(); i += 3) {
    unsigned bits = 0;
    for (std::size_t j = 0; j < 3; ++j) {
      bits = bits << 8 | (i + j < text.size() ? static_cast<unsigned char>(text[i + j]) : 0u);
    }
    for (std::size_t j = 0; j < 4; ++j) {
      if (j <= text.size() - i) {
        result += digits[bits >> (18 - 6 * j) & 63];
      } else if (!url) {
        result += '=';
      }
    }
  }
  return result;
}

std::string jwt(std::string_view payload) {
  return fmt::format("{}.{}.c2lnbmF0dXJl", encode_base64(R"({"alg":"RS256"})", true),
                     encode_base64(payload, true));
}

TEST(DecodeBase64, FollowsGo) {
  struct Case {
    std::string text;
    bool padded;
    std::string decoded;  // of a good text
    int error;            // the byte an error names, or -1
  };
  for (const Case& c : {
           Case{"", true, "", -1},
           Case{"YQ==", true, "a", -1},
           Case{"YWI=", true, "ab", -1},
           Case{"YWJj", true, "abc", -1},
           Case{"YWJj", false, "abc", -1},
           Case{"YQ", false, "a", -1},
           Case{"Y\r\nQ\n=\n=\n", true, "a", -1},
           Case{"YR==", true, "a", -1},  // bits beyond the last byte do not matter
           Case{"\n", true, "", -1},
           Case{"YQ", true, "", 0},
           Case{"YWJjYQ", true, "", 4},
           Case{"YWJjY", false, "", 4},
           Case{"YQ==", false, "", 2},
           Case{"YQ=", true, "", 3},
           Case{"YQ=x", true, "", 2},
           Case{"YQ==\nx", true, "", 5},
           Case{"YQ===", true, "", 4},
           Case{"=", true, "", 0},
           Case{"Y=", true, "", 1},
           Case{"YW Jj", true, "", 2},
           Case{"YW-_", true, "", 2},
           Case{std::string("YW\0j", 4), true, "", 2},
           Case{"Y\nQ", true, "", 1},  // Go counts back from the end, line ends not taken out
       }) {
    const auto decoded = decode_base64(c.text, c.padded);
    if (c.error < 0) {
      ASSERT_TRUE(decoded) << c.text << decoded.error().text;
      EXPECT_EQ(*decoded, c.decoded) << c.text;
    } else {
      ASSERT_FALSE(decoded) << c.text;
      EXPECT_EQ(decoded.error().text, fmt::format("illegal base64 data at input byte {}", c.error))
          << c.text;
    }
  }
}

TEST(DecodeBase64, RoundTrips) {
  std::string text;
  for (int i = 0; i < 600; ++i) {
    EXPECT_EQ(decode_base64(encode_base64(text), true).value(), text);
    EXPECT_EQ(text.size() % 3 == 0 || !decode_base64(encode_base64(text), false), true);
    text += static_cast<char>(i * 7);
  }
}

TEST(DecodeAuthField, SplitsAtTheFirstColon) {
  EXPECT_EQ(decode_auth_field(encode_base64("u:p:q"))->username, "u");
  EXPECT_EQ(decode_auth_field(encode_base64("u:p:q"))->password, "p:q");
  EXPECT_EQ(decode_auth_field(encode_base64("u:p\n"))->password, "p\n");
  EXPECT_EQ(decode_auth_field(encode_base64("u")).error().text,
            "unable to parse auth field, must be formatted as base64(username:password)");
  EXPECT_EQ(decode_auth_field("pants").error().text, "illegal base64 data at input byte 4");
  // A no-break space behind the padding: trimmed for the choice of the decoder, illegal for it.
  EXPECT_EQ(decode_auth_field("dTpw\xC2\xA0").error().text, "illegal base64 data at input byte 4");
  EXPECT_EQ(decode_auth_field("dTpwcQ==\xC2\xA0").error().text,
            "illegal base64 data at input byte 8");
}

std::string names(const std::expected<std::vector<DockerEntry>, DecodeError>& entries) {
  if (!entries) return "error: " + entries.error().text;
  std::string text;
  for (const DockerEntry& entry : *entries) {
    text += fmt::format("{}={}:{};", entry.location, entry.username, entry.password);
  }
  return text;
}

TEST(DecodeDockerConfigJson, FollowsEncodingJson) {
  const std::pair<std::string, std::string> cases[] = {
      {R"({"auths":{"b.io":{"username":"u"},"a.io":{"password":"p"}}})", "b.io=u:;a.io=:p;"},
      {R"({"AUTHS":{"a.io":{"UserName":"u","pAssword":"p"}}})", "a.io=u:p;"},
      {R"({"auths":{"a.io":{"username":"u","username":"v"},"b.io":{},"a.io":{"password":"w"}}})",
       "b.io=:;a.io=:w;"},
      {R"({"auths":{"a.io":{}},"auths":{"b.io":{}}})", "a.io=:;b.io=:;"},
      {R"({"auths":{"a.io":{}},"auths":null})", ""},
      {R"({"auths":{"a.io":{"username":"u","username":null,"extra":[1,{"x":2}]}}})", "a.io=u:;"},
      {R"({"auths":{"a.io":{"username":"\u00e4\ud83d\ude00","password":"\n"}}})",
       "a.io=\xC3\xA4\xF0\x9F\x98\x80:\n;"},
      {"{\"auths\":{\"a.io\":{\"username\":\"\xE4\"}}}", "a.io=\xEF\xBF\xBD:;"},  // Latin-1
      {R"({"auths":{"a.io":{"auth":"dTpw"}},"HttpHeaders":{"A":"b","C":null}})", "a.io=u:p;"},
      {"null", ""},
      {"", "error: unexpected end of JSON input"},
      {"{\"auths\":{\"a.io\":{\"username\":\"u", "error: unexpected end of JSON input"},
      {"[]",
       "error: json: cannot unmarshal array into Go value of type "
       "credentialprovider.DockerConfigJSON"},
      {R"({"auths":"x"})",
       "error: json: cannot unmarshal string into Go struct field DockerConfigJSON.auths of type "
       "credentialprovider.DockerConfig"},
      {R"({"auths":{"a.io":true}})",
       "error: json: cannot unmarshal bool into Go value of type "
       "credentialprovider.dockerConfigEntryWithAuth"},
      {R"({"auths":{"a.io":{"password":5}}})",
       "error: json: cannot unmarshal number into Go struct field "
       "dockerConfigEntryWithAuth.password of type string"},
      {R"({"auths":{"a.io":{"auth":"not base64"}}})", "error: illegal base64 data at input byte 3"},
      {R"({"auths":{}} x)", "error: the text is not valid JSON"},
      {"\xEF\xBB\xBF{}", "error: the text is not valid JSON"},
      {"{'auths':{}}", "error: the text is not valid JSON"},
      {std::string(5000, '['), "error: the text is not valid JSON"},
  };
  for (const auto& [text, expected] : cases) {
    EXPECT_EQ(names(decode_dockerconfigjson(text)), expected) << text.substr(0, 100);
  }
}

TEST(DecodeDockerCfg, IsTheInnerMapAlone) {
  EXPECT_EQ(names(decode_dockercfg(R"({"a.io":{"auth":"dTpw"},"b.io":null})")), "a.io=u:p;b.io=:;");
  EXPECT_EQ(names(decode_dockercfg(R"({"auths":{"a.io":{"auth":"dTpw"}}})")), "auths=:;");
  EXPECT_EQ(names(decode_dockercfg("7")),
            "error: json: cannot unmarshal number into Go value of type "
            "credentialprovider.DockerConfig");
}

TEST(DockerEntry, LeavesNothingBehindWhenMoved) {
  for (const std::size_t length : {5u, 100u}) {  // within the string and on the heap
    DockerEntry from;
    from.password = std::string(length, 'p');
    const char* inside = from.password.data();
    DockerEntry to(std::move(from));
    EXPECT_EQ(to.password, std::string(length, 'p'));
    EXPECT_TRUE(from.password.empty());
    if (length == 5) {
      EXPECT_EQ(std::string_view(inside, length), std::string_view("\0\0\0\0\0", 5));
    }
    DockerEntry third;
    third.password = "older";
    third = std::move(to);
    EXPECT_EQ(third.password, std::string(length, 'p'));
    EXPECT_TRUE(to.password.empty());
  }
}

TEST(Reduce, KeepsNoPassword) {
  using User = PullCredential::User;
  const std::string token_user = "00000000-0000-0000-0000-000000000000";
  const std::string expiring = jwt(R"({"exp":1767225600})");
  struct Case {
    std::string user, password;
    User kind;
    std::string kept, expires;
  };
  for (const Case& c : {
           Case{token_user, expiring, User::token, "", "2026-01-01T00:00:00Z"},
           Case{token_user, "", User::token, "", ""},
           Case{"0A1B2C3D-0000-4000-8000-00000000000f", "s3cret", User::service_principal,
                "0A1B2C3D-0000-4000-8000-00000000000f", ""},
           Case{"0A1B2C3D-0000-4000-8000-00000000000g", "s3cret", User::admin_or_named,
                "0A1B2C3D-0000-4000-8000-00000000000g", ""},
           Case{"contoso", "s3cret", User::admin_or_named, "contoso", ""},
           Case{"ci_reader@x.example", expiring, User::admin_or_named, "ci_reader@x.example", ""},
           Case{"", "", User::anonymous, "", ""},
           Case{"", "s3cret", User::admin_or_named, "", ""},
           Case{"pass word", "", User::admin_or_named, "", ""},
           Case{"a+b/c==", "", User::admin_or_named, "", ""},
           Case{std::string(129, 'a'), "", User::admin_or_named, "", ""},
       }) {
    DockerEntry entry;
    entry.location = "contoso.azurecr.io";
    entry.username = c.user;
    entry.password = c.password;
    const PullCredential credential = reduce(entry);
    EXPECT_EQ(credential.user, c.kind) << c.user;
    EXPECT_EQ(credential.user_name, c.kept) << c.user;
    EXPECT_EQ(credential.expires, c.expires) << c.user;
    EXPECT_EQ(credential.has_password, !c.password.empty()) << c.user;
    EXPECT_EQ(credential.host_key, "contoso.azurecr.io");
    EXPECT_EQ(credential.aci_error, "");
  }
}

TEST(Reduce, SaysWhichHostsContainerInstancesRefuse) {
  for (const char* location : {"https://contoso.azurecr.io", "contoso.azurecr.io:443",
                               "contoso.azurecr.io/team", "contoso.azurecr.io/"}) {
    DockerEntry entry;
    entry.location = location;
    EXPECT_TRUE(reduce(entry).aci_error.starts_with("InvalidImageRegistryServer")) << location;
  }
}

TEST(Reduce, ShowsNoPasswordOfTheHostKey) {
  const std::pair<const char*, const char*> cases[] = {
      {"https://user:CANARY@contoso.azurecr.io/v2/", "https://contoso.azurecr.io/v2/"},
      {"CANARY@contoso.azurecr.io", "contoso.azurecr.io"},
      {"contoso.azurecr.io/team?sig=CANARY", "contoso.azurecr.io/team"},
      {"contoso.azurecr.io#CANARY", "contoso.azurecr.io"},
      {"u:CA NARY@contoso.azurecr.io", ""},
      {"u:1/CANARY@contoso.azurecr.io", ""},
  };
  const std::string image = "contoso.azurecr.io/team/app";
  for (const auto& [location, shown] : cases) {
    DockerEntry entry;
    entry.location = location;
    const PullCredential credential = reduce(entry);
    if (*shown != '\0') {
      EXPECT_EQ(credential.host_key, shown);
    }
    EXPECT_EQ(credential.host_key.find("CANARY"), std::string::npos) << location;
    EXPECT_EQ(credential.aci_error.find("CANARY"), std::string::npos) << location;
    EXPECT_EQ(keyring_lookup({location}, image), keyring_lookup({credential.host_key}, image));
  }
}

TEST(JwtExpiry, ReadsWholeSecondsOnly) {
  const std::pair<std::string, const char*> cases[] = {
      {jwt(R"({"exp":0})"), "1970-01-01T00:00:00Z"},
      {jwt(R"({"aud":"x","exp":1791972305,"iat":1})"), "2026-10-14T10:05:05Z"},
      {jwt(R"({"exp":253402300799})"), "9999-12-31T23:59:59Z"},
      {jwt(R"({"exp":253402300800})"), ""},
      {jwt(R"({"exp":-1})"), ""},
      {jwt(R"({"exp":1.5})"), ""},
      {jwt(R"({"exp":"1791972305"})"), ""},
      {jwt(R"({"exp":18446744073709551615})"), ""},
      {jwt(R"({"exp":null})"), ""},
      {jwt("{}"), ""},
      {jwt("[1]"), ""},
      {jwt("not json"), ""},
      {"a.b", ""},
      {"a.b.c.d", ""},
      {"..", ""},
      {"", ""},
      {"plain-password", ""},
      {"x." + encode_base64(R"({"exp":0,"a":"b"})") + ".y", ""},  // padded: no JWT
  };
  for (const auto& [token, expiry] : cases) EXPECT_EQ(jwt_expiry(token), expiry) << token;
}

TEST(AciRefusal, DiffersFromTheKubelet) {
  struct Case {
    const char* type;
    std::string json, refusal;
  };
  const std::string colon = encode_base64("u:p:q");
  for (const Case& c : {
           Case{kConfigJson, R"({"auths":{"a.io":{"username":"u","password":"p"}}})", ""},
           Case{kConfigJson, R"({"auths":{"a.io":{"auth":"dTpw"}}})",
                "no username present in auth config for server: a.io"},
           Case{kConfigJson, R"({"auths":{"a.io":{"username":"u","auth":"dTpw"}}})", ""},
           Case{kConfigJson, R"({"auths":{"a.io":{"username":"u","auth":"dTpwcQ"}}})",
                "error decoding docker auth: error decoding auth from file: illegal base64 data at "
                "input byte 4"},
           Case{kConfigJson, R"({"auths":{"a.io":{"username":"u","auth":"dXU="}}})",
                "error decoding docker auth: invalid auth string"},
           Case{kConfigJson, R"({"auths":{}})", "malformed dockerconfigjson in secret"},
           Case{kConfig, R"({"a.io":{"auth":")" + colon + R"("}})",
                "malformed auth for server: a.io"},
           Case{kConfig, R"({"a.io":{"username":"u","auth":")" + colon + R"("}})", ""},
           Case{kConfig, R"({"a.io":{"auth":"dTpwcQ"}})",
                "error decoding the auth for server: a.io Error: illegal base64 data at input byte "
                "4"},
           Case{kConfig, R"({})", ""},
           Case{"Opaque", "{}",
                "image pull secret type is not one of kubernetes.io/dockercfg or "
                "kubernetes.io/dockerconfigjson"},
       }) {
    EXPECT_EQ(aci_refusal(c.type, true, c.json), c.refusal) << c.json;
  }
  EXPECT_EQ(aci_refusal(kConfig, false, ""), "no dockercfg present in secret");
}

PullSecret decode(const char* type, const std::optional<std::string>& text) {
  PullSecret secret;
  secret.type = type;
  if (!text) {
    decode_pull_secret(secret, std::nullopt);
  } else {
    decode_pull_secret(secret, encode_base64(*text));
  }
  return secret;
}

TEST(DecodePullSecret, ReducesWhatItReads) {
  const PullSecret secret =
      decode(kConfigJson, R"({"auths":{"contoso.azurecr.io":{"username":"u","auth":"dTpw"}}})");
  ASSERT_TRUE(secret.credentials);
  ASSERT_EQ(secret.credentials->size(), 1u);
  EXPECT_EQ(secret.credentials->at(0).user_name, "u");
  EXPECT_TRUE(secret.docker_type);
  EXPECT_EQ(secret.aci_error, "");
}

TEST(DecodePullSecret, KeepsTheKubeletsWords) {
  struct Case {
    const char* type;
    std::optional<std::string> json;
    bool docker_type;
    const char* detail;
  };
  for (const Case& c : {
           Case{kConfigJson, R"({"auths":{"a.io":{"auth":"pants"}}})", true,
                "illegal base64 data at input byte 4"},
           Case{kConfigJson, R"({"auths":)", true, "the text is not valid JSON"},
           Case{kConfigJson, std::nullopt, false,
                "the kubelet ignores the secret: its key .dockerconfigjson is missing"},
           Case{kConfig, "", false, "the kubelet ignores the secret: its key .dockercfg is empty"},
           Case{"Opaque", "{}", false,
                "the kubelet ignores a secret of type Opaque: it reads "
                "kubernetes.io/dockerconfigjson and kubernetes.io/dockercfg"},
       }) {
    const PullSecret secret = decode(c.type, c.json);
    ASSERT_FALSE(secret.credentials) << c.detail;
    EXPECT_EQ(secret.credentials.error().why, Gap::Why::malformed);
    EXPECT_EQ(secret.credentials.error().detail, c.detail);
    EXPECT_EQ(secret.docker_type, c.docker_type) << c.detail;
    EXPECT_NE(secret.aci_error, "") << c.detail;
  }
  PullSecret secret;
  secret.type = kConfigJson;
  decode_pull_secret(secret, "e30");  // "{}" without its padding
  EXPECT_EQ(secret.credentials.error().detail, "illegal base64 data at input byte 0");
}

// Planted passwords must not come out anywhere, whatever the form of the secret.
TEST(DecodePullSecret, LeaksNoPassword) {
  const std::string canary = "CANARYpassw0rd";
  for (const std::string& text : {
           fmt::format(R"({{"auths":{{"a.io":{{"username":"u","password":"{}"}}}}}})", canary),
           fmt::format(R"({{"auths":{{"a.io":{{"auth":"{}"}}}}}})", encode_base64("u:" + canary)),
           fmt::format(R"({{"auths":{{"a.io":{{"auth":"{}!"}}}}}})", canary),
           fmt::format(R"({{"auths":{{"a.io":{{"auth":"{}"}}}}}})", encode_base64(canary)),
           fmt::format(R"({{"auths":{{"a.io":{{"password":"{}"}}}}}} {})", canary, canary),
           fmt::format(R"({{"auths":{{"u:{}@a.io":{{}}}}}})", canary),
           fmt::format(R"({{"u:{}@a.io":{{}}}})", canary),
           fmt::format(R"({{"auths":{{"a.io":{{"username":"{0} {0}","password":7}}}}}})", canary),
       }) {
    for (const char* type : {kConfigJson, kConfig, "Opaque"}) {
      const PullSecret secret = decode(type, text);
      std::string said = secret.aci_error + secret.name + secret.type;
      if (secret.credentials) {
        for (const PullCredential& c : *secret.credentials) {
          said += c.host_key + c.user_name + c.expires + c.aci_error;
        }
      } else {
        said += secret.credentials.error().detail + secret.credentials.error().source;
      }
      EXPECT_EQ(said.find(canary), std::string::npos) << said;
      EXPECT_EQ(said.find(encode_base64(canary)), std::string::npos) << said;
    }
  }
}

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

TEST(Vectors, DockerConfigDecode) {
  const std::vector<json> cases = read_cases("dockerconfig_decode.json");
  if (cases.empty()) GTEST_SKIP() << "the reference data is absent";
  for (const json& c : cases) {
    SCOPED_TRACE(c.dump());
    const std::string op = c.at("op");
    if (op == "decode_auth_field") {
      const auto entry = decode_auth_field(c.at("input").get<std::string>());
      ASSERT_EQ(!entry.has_value(), c.value("error", false));
      if (entry) {
        EXPECT_EQ(entry->username, c.at("username").get<std::string>());
        EXPECT_EQ(entry->password, c.at("password").get<std::string>());
      } else {
        EXPECT_NE(entry.error().text.find(c.value("error_text", "")), std::string::npos);
      }
      continue;
    }
    std::string text = c.at("json");
    if (op == "decode_entry") text = fmt::format(R"({{"server":{}}})", text);
    const auto entries =
        op == "decode_dockerconfigjson" ? decode_dockerconfigjson(text) : decode_dockercfg(text);
    ASSERT_EQ(!entries.has_value(), c.value("error", false));
    if (!entries) continue;
    const json expected = op == "decode_entry" ? json{{"server", c}} : c.at("entries");
    ASSERT_EQ(entries->size(), expected.size());
    for (const DockerEntry& entry : *entries) {
      const json& e = expected.at(entry.location);
      EXPECT_EQ(entry.username, e.at("username").get<std::string>());
      EXPECT_EQ(entry.password, e.at("password").get<std::string>());
      EXPECT_EQ(entry.email, e.at("email").get<std::string>());
    }
  }
}

TEST(Vectors, AciPullSecret) {
  const std::vector<json> cases = read_cases("aci_pull_secret.json");
  if (cases.empty()) GTEST_SKIP() << "the reference data is absent";
  int skipped = 0;
  for (const json& c : cases) {
    if (c.at("op") != "aci_secret") {
      ++skipped;  // a missing secret is judged where secrets are looked up
      continue;
    }
    SCOPED_TRACE(c.dump());
    const bool present = c.at("data_key_present");
    const std::string refusal =
        aci_refusal(c.at("secret_type").get<std::string>(), present,
                    present ? c.at("json").get<std::string>() : std::string());
    if (c.contains("credentials")) {
      EXPECT_EQ(refusal, "");
    } else if (c.contains("error")) {
      EXPECT_EQ(refusal, c.at("error").get<std::string>());
    } else {
      EXPECT_NE(refusal.find(c.at("error_contains").get<std::string>()), std::string::npos)
          << refusal;
    }
  }
  EXPECT_EQ(skipped, 1);
}

// Pull secrets of a pod, decoded, put into one keyring and looked up; then the node's credentials.
TEST(Vectors, MakeDockerKeyring) {
  const std::vector<json> cases = read_cases("keyring_match.json");
  if (cases.empty()) GTEST_SKIP() << "the reference data is absent";
  int judged = 0;
  for (const json& c : cases) {
    if (c.at("op") != "MakeDockerKeyring") continue;
    ++judged;
    SCOPED_TRACE(c.dump());
    std::vector<std::string> locations;
    std::vector<json> credentials;
    for (const json& secret : c.at("pull_secrets")) {
      const bool config_json = secret.at("type") == kConfigJson;
      const char* key = config_json ? ".dockerconfigjson" : ".dockercfg";
      if (!secret.at("data").contains(key)) continue;
      const std::string text = secret.at("data").at(key);
      const auto entries = config_json ? decode_dockerconfigjson(text) : decode_dockercfg(text);
      ASSERT_TRUE(entries);
      for (const DockerEntry& entry : *entries) {
        locations.push_back(entry.location);
        credentials.push_back(
            {{"username", entry.username}, {"password", entry.password}, {"source", "secret"}});
      }
    }
    json found = json::array();
    for (const std::size_t i : keyring_lookup(locations, c.at("image").get<std::string>())) {
      found.push_back(credentials[i]);
    }
    for (json node : c.at("node_creds")) {
      node["source"] = "node";
      found.push_back(node);
    }
    EXPECT_EQ(found, c.at("expected_creds_in_order"));
  }
  EXPECT_EQ(judged, 10);
}

}  // namespace
}  // namespace acr
