#include "live/token_call.h"

#include <filesystem>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include "live/base64.h"
#include "scratch.h"

namespace acr {
namespace {

using Kind = CredentialSource::Kind;
using Cause = TokenError::Cause;

const Instant kNow = *parse_time("2026-06-01T12:00:00Z");
constexpr std::string_view kSecret = "s3cr+t~ =&";
constexpr std::string_view kEncoded = "s3cr%2Bt~%20%3D%26";

const AzureCloud& cloud() {
  return azure_clouds()[0];
}

CredentialSource source_of(Kind kind) {
  CredentialSource source;
  source.kind = kind;
  source.authority = "https://login.microsoftonline.com";
  source.tenant = "t";
  source.client_id = "c";
  source.secret = Secret(std::string(kSecret));
  source.endpoint = "http://localhost:1/msi";
  return source;
}

Call call_of(const CredentialSource& source, Audience audience = Audience::arm,
             std::string_view tenant = {}) {
  auto call = token_call(source, {}, cloud(), audience, tenant, kNow);
  EXPECT_TRUE(call);
  return call ? std::move(*call) : Call{};
}

std::string headers_of(const Call& call) {
  std::string text = fmt::format("{}", fmt::join(call.headers, "|"));
  for (const Secret& line : call.secret_headers) text += fmt::format("|{}", line.view());
  return text;
}

Answer answer_of(int status, std::string body) {
  Answer answer;
  answer.status = status;
  answer.body = std::move(body);
  return answer;
}

std::string token_of(std::string_view payload) {
  return "eyJhbGciOiJub25lIn0." + encode_base64url(payload) + ".sig";
}

TEST(TokenCall, ClientSecret) {
  const Call call = call_of(source_of(Kind::client_secret));
  EXPECT_EQ(call.method, "POST");
  EXPECT_EQ(call.url, "https://login.microsoftonline.com/t/oauth2/v2.0/token");
  EXPECT_EQ(call.secret_body.view(),
            fmt::format("client_id=c&scope=https%3A%2F%2Fmanagement.azure.com%2F.default&"
                        "grant_type=client_credentials&client_secret={}",
                        kEncoded));
  EXPECT_TRUE(call.body.empty());
  EXPECT_TRUE(call.by_proxy);
  EXPECT_FALSE(call.allow_http);
  EXPECT_EQ(call_of(source_of(Kind::client_secret), Audience::graph, "other").url,
            "https://login.microsoftonline.com/other/oauth2/v2.0/token");
}

TEST(TokenCall, WorkloadIdentityReadsItsFileAnew) {
  const Scratch scratch;
  CredentialSource source = source_of(Kind::workload_identity);
  source.file = scratch.write("token", "  eyJ.first.x\n");
  const auto body = [&] {
    const auto proof = read_proof(source);
    EXPECT_TRUE(proof);
    return std::string(
        token_call(source, *proof, cloud(), Audience::arm, "", kNow)->secret_body.view());
  };
  EXPECT_TRUE(body().ends_with(
      "&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer&"
      "client_assertion=eyJ.first.x"));
  scratch.write("token", "eyJ.second.x");
  EXPECT_TRUE(body().ends_with("client_assertion=eyJ.second.x"));
  scratch.write("token", "two words");
  EXPECT_EQ(read_proof(source).error().text, "AZURE_FEDERATED_TOKEN_FILE holds no token");
  source.file = scratch.path("none");
  EXPECT_EQ(read_proof(source).error().cause, Cause::missing);
}

TEST(TokenCall, MetadataService) {
  CredentialSource source = source_of(Kind::imds);
  source.endpoint = "http://169.254.169.254";
  const Call call = call_of(source);
  EXPECT_EQ(call.url,
            "http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01&resource="
            "https%3A%2F%2Fmanagement.azure.com%2F&client_id=c");
  EXPECT_EQ(headers_of(call), "Metadata: true");
  EXPECT_FALSE(call.by_proxy);
  EXPECT_TRUE(call.allow_http);
  const auto probe = probe_call(source);
  ASSERT_TRUE(probe);
  EXPECT_TRUE(probe->headers.empty()) << "without the header nothing is given away";
  EXPECT_EQ(probe->timeout, Milliseconds{1000});
  EXPECT_EQ(probe->attempts, 1);
  EXPECT_FALSE(probe->by_proxy);
}

TEST(TokenCall, OtherManagedIdentities) {
  EXPECT_EQ(call_of(source_of(Kind::app_service), Audience::graph).url,
            "http://localhost:1/msi?api-version=2019-08-01&resource=https%3A%2F%2Fgraph.microsoft."
            "com&client_id=c");
  const Call service = call_of(source_of(Kind::app_service));
  EXPECT_EQ(headers_of(service), fmt::format("|X-IDENTITY-HEADER: {}", kSecret));
  EXPECT_EQ(service.url.find(kEncoded), std::string::npos);
  const Call old = call_of(source_of(Kind::app_service_2017));
  EXPECT_NE(old.url.find("api-version=2017-09-01"), std::string::npos);
  EXPECT_NE(old.url.find("&clientid=c"), std::string::npos);
  EXPECT_EQ(headers_of(old), fmt::format("|secret: {}", kSecret));
  const Call shell = call_of(source_of(Kind::cloud_shell));
  EXPECT_EQ(shell.method + " " + shell.url + " " + shell.body,
            "POST http://localhost:1/msi resource=https%3A%2F%2Fmanagement.azure.com%2F");
  const Call arc = call_of(source_of(Kind::arc));
  EXPECT_NE(arc.url.find("api-version=2019-11-01"), std::string::npos);
  EXPECT_EQ(headers_of(arc), "Metadata: true");
}

TEST(TokenCall, ArcChallengeReadsOnlyItsOwnKeys) {
  const Scratch scratch;
  CredentialSource source = source_of(Kind::arc);
  source.key_folder = scratch.path("tokens");
  const std::string key = scratch.write("tokens/a.key", "the-key");
  scratch.write("tokens/deep/b.key", "no");
  scratch.write("outside.key", "no");
  scratch.write("tokens/c.txt", "no");
  scratch.write("tokens/long.key", std::string(4097, 'x'));
  scratch.write("tokens/lines.key", "a\r\nb");
  const auto challenge = [&](const std::string& realm, int status = 401) {
    Answer answer = answer_of(status, "");
    answer.headers["www-authenticate"] = "Basic realm=" + realm;
    const auto secret = read_challenge(source, answer);
    return secret ? std::string(secret->view()) : secret.error().text;
  };
  EXPECT_EQ(challenge(key), "Basic the-key");
  EXPECT_EQ(challenge("\"" + key + "\""), "Basic the-key");
  const std::string outside =
      fmt::format("the Arc agent names a key file outside {}", source.key_folder);
  EXPECT_EQ(challenge(scratch.path("tokens/../outside.key")), outside);
  EXPECT_EQ(challenge(scratch.path("outside.key")), outside);
  EXPECT_EQ(challenge(scratch.path("tokens/deep/b.key")), outside);
  EXPECT_EQ(challenge(scratch.path("tokens/c.txt")), outside);
  EXPECT_EQ(challenge("/etc/shadow"), outside);
  EXPECT_NE(challenge(scratch.path("tokens/long.key")).find("larger than 4096"), std::string::npos);
  EXPECT_EQ(challenge(scratch.path("tokens/lines.key")), "the Arc agent's key file holds no key");
  EXPECT_EQ(challenge(key, 200), "the Arc agent asked for no key file");
}

TEST(ReadToken, Shapes) {
  struct Case {
    Kind kind;
    std::string body, expires;
  };
  const std::vector<Case> cases{
      {Kind::client_secret,
       R"({"token_type":"Bearer","expires_in":3599,"ext_expires_in":3599,"access_token":"abc"})",
       "2026-06-01T12:59:59Z"},
      {Kind::imds,
       R"({"access_token":"abc","refresh_token":"","expires_in":"3599","expires_on":"1506484173"})",
       "2026-06-01T12:59:59Z"},
      {Kind::app_service, R"({"access_token":"abc","expires_on":"1780320000"})",
       "2026-06-01T13:20:00Z"},
      {Kind::app_service_2017,
       R"({"access_token":"abc","expires_on":"6/1/2026 1:00:00 PM +00:00"})",
       "2026-06-01T12:05:00Z"},
      {Kind::imds, R"({"access_token":"abc","expires_in":"999999999999"})", "2026-06-02T12:00:00Z"},
      {Kind::imds, R"({"access_token":"abc","expires_in":"-5"})", "2026-06-01T12:05:00Z"},
  };
  for (const Case& c : cases) {
    const auto token = read_token(source_of(c.kind), answer_of(200, c.body), kNow);
    ASSERT_TRUE(token) << c.body << ": " << token.error().text;
    EXPECT_EQ(token->text.view(), "abc");
    EXPECT_EQ(format_time(token->expires), c.expires) << c.body;
  }
}

TEST(ReadToken, WhoItSpeaksFor) {
  const auto token = make_token(
      token_of(
          R"({"tid":"T","oid":"O","appid":"A","idtyp":"app","app_displayname":"scan","exp":1})"),
      kNow);
  ASSERT_TRUE(token);
  EXPECT_EQ(fmt::format("{} {} {} {} {}", token->tenant, token->who.object_id, token->who.client_id,
                        token->who.name, token->who.application),
            "T O A scan true");
  const Who person =
      read_who(token_of("{\"oid\":\"O\",\"azp\":\"Z\",\"upn\":\"jane\\u001b[2J@contoso\"}"));
  EXPECT_EQ(person.client_id + " " + person.name, "Z jane?[2J@contoso");
  EXPECT_EQ(token_end(token_of(R"({"exp":1780315200})")), kNow);
  for (const std::string& text : {std::string("opaque"), std::string("a.b"), token_of("[]"),
                                  token_of("{"), std::string("a.!.c"), token_of(R"({"oid":5})")}) {
    EXPECT_EQ(read_who(text).object_id, "") << text;
    EXPECT_EQ(token_end(text), std::nullopt);
  }
}

TEST(ReadToken, WhatIsNoToken) {
  const CredentialSource source = source_of(Kind::client_secret);
  for (const std::string_view body :
       {"", "[]", "<html>", "{}", R"({"access_token":5})", R"({"access_token":"a\r\nX: b"})"}) {
    const auto token = read_token(source, answer_of(200, std::string(body)), kNow);
    ASSERT_FALSE(token) << body;
    EXPECT_EQ(token.error().cause, Cause::malformed);
  }
  EXPECT_FALSE(make_token(std::string((64 << 10) + 1, 'x'), kNow));
}

TEST(ReadToken, EntraErrors) {
  const auto error = [](std::string_view body) {
    return read_token(source_of(Kind::client_secret), answer_of(401, std::string(body)), kNow)
        .error();
  };
  const TokenError wrong = error(
      R"({"error":"invalid_client","error_description":"AADSTS7000215: Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app 'a8fdfbd0'.\r\nTrace ID: 6f6c4645\r\nTimestamp: 2023-05-06 06:03:00Z","error_codes":[7000215]})");
  EXPECT_EQ(wrong.cause, Cause::refused);
  EXPECT_EQ(wrong.code, "AADSTS7000215");
  EXPECT_EQ(wrong.text, "AADSTS7000215: Invalid client secret provided");
  EXPECT_EQ(wrong.next, "give the secret's value, not its id, in AZURE_CLIENT_SECRET");
  EXPECT_EQ(error(R"({"error":"x","error_description":"odd","error_codes":[90002]})").code,
            "AADSTS90002");
  EXPECT_EQ(error(R"({"error":"x","error_description":"odd \u001b[1m","error_codes":"y"})").text,
            "odd ?[1m");
  EXPECT_EQ(error("<html>").text, "it answered 401");
  for (const int code :
       {7000215, 7000222, 700016, 90002, 50076, 50079, 65001, 700024, 70043, 500011, 700027})
    EXPECT_FALSE(entra_error(fmt::format("AADSTS{}: Words.", code), 0).next.empty()) << code;
  EXPECT_EQ(entra_code("AADSTS"), 0);
  EXPECT_EQ(entra_code("AADSTS-5: x"), 0);
  EXPECT_EQ(entra_code("AADSTS99999999999999999999: x"), 999999999999);
}

TEST(ReadToken, MetadataServiceErrors) {
  CredentialSource source = source_of(Kind::imds);
  const std::string body =
      R"({"error":"invalid_request","error_description":"Identity not found"})";
  TokenError error = read_token(source, answer_of(400, body), kNow).error();
  EXPECT_EQ(error.text,
            "this machine has no identity with the client id of AZURE_CLIENT_ID (Identity not "
            "found)");
  source.client_id.clear();
  error = read_token(source, answer_of(400, body), kNow).error();
  EXPECT_EQ(error.text, "this machine has no system-assigned identity (Identity not found)");
  EXPECT_EQ(error.code, "invalid_request");
  EXPECT_EQ(read_token(source, answer_of(404, ""), kNow).error().text, "it answered 404");
  Answer silent;
  silent.failure = Failure::timeout;
  silent.detail = "no answer within 1 s";
  error = read_token(source, silent, kNow).error();
  EXPECT_EQ(error.cause, Cause::unavailable);
  EXPECT_EQ(error.text, "no metadata service here (no answer within 1 s)");
}

TEST(CliToken, Commands) {
  const auto words = [](Kind kind, Audience audience, std::string_view tenant) {
    return fmt::format("{}",
                       fmt::join(token_command(source_of(kind), cloud(), audience, tenant), " "));
  };
  EXPECT_EQ(words(Kind::azure_cli, Audience::arm, ""),
            "az account get-access-token --output json --resource https://management.azure.com/");
  EXPECT_EQ(words(Kind::azure_cli, Audience::graph, "contoso.com"),
            "az account get-access-token --output json --resource https://graph.microsoft.com "
            "--tenant contoso.com");
  EXPECT_EQ(words(Kind::azd, Audience::arm, "t"),
            "azd auth token -o json --no-prompt --scope https://management.azure.com/.default "
            "--tenant-id t");
  for (const std::string_view tenant : {"-x", "a b", "a;b", "a/b"})
    EXPECT_EQ(words(Kind::azd, Audience::arm, tenant), words(Kind::azd, Audience::arm, ""));
}

TEST(CliToken, Outputs) {
  const auto az = read_cli_token(
      source_of(Kind::azure_cli),
      R"({"accessToken":"abc","expiresOn":"2026-08-21 15:04:05.000000","expires_on":1780319045,"subscription":"s","tenant":"T","tokenType":"Bearer"})",
      kNow);
  ASSERT_TRUE(az) << az.error().text;
  EXPECT_EQ(format_time(az->expires) + " " + az->tenant, "2026-06-01T13:04:05Z T");
  const std::string token = token_of(R"({"exp":1780317000,"tid":"J"})");
  const auto old = read_cli_token(
      source_of(Kind::azure_cli),
      fmt::format(R"({{"accessToken":"{}","expiresOn":"2026-06-01 20:00:00.000000"}})", token),
      kNow);
  ASSERT_TRUE(old);
  EXPECT_EQ(format_time(old->expires) + " " + old->tenant, "2026-06-01T12:30:00Z J")
      << "the token's own end where az tells a local time only";
  const auto azd = read_cli_token(source_of(Kind::azd),
                                  R"({"token":"abc","expiresOn":"2026-06-01T13:04:05Z"})", kNow);
  ASSERT_TRUE(azd);
  EXPECT_EQ(format_time(azd->expires), "2026-06-01T13:04:05Z");
  EXPECT_EQ(read_cli_token(source_of(Kind::azd), "hello", kNow).error().text,
            "azd printed no JSON object");
}

TEST(CliToken, Failures) {
  const auto text = [](Kind kind, ChildEnd::How how, int code, std::string complaint) {
    ChildEnd end;
    end.how = how;
    end.code = code;
    end.complaint = std::move(complaint);
    const TokenError error = cli_error(source_of(kind), end, Child{});
    return error.text + "|" + error.next;
  };
  using How = ChildEnd::How;
  EXPECT_EQ(text(Kind::azure_cli, How::not_found, 0, ""), "az is not on PATH|");
  EXPECT_EQ(text(Kind::azure_cli, How::exited, 1, "ERROR: Please run 'az login' to setup account."),
            "nobody is signed in|az login");
  EXPECT_EQ(text(Kind::azd, How::exited, 1, "ERROR: not logged in, run `azd auth login` to login"),
            "nobody is signed in|azd auth login");
  EXPECT_EQ(
      text(Kind::azure_cli, How::exited, 1,
           "ERROR: AADSTS70043: The refresh token has expired. Please run: az login"),
      "az: AADSTS70043: The refresh token has expired|the sign-in has expired by a policy: az "
      "login, for this tenant");
  EXPECT_EQ(text(Kind::azure_cli, How::exited, 2, "odd"), "az exited with code 2: odd|");
}

}  // namespace
}  // namespace acr
