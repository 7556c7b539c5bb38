// What `probe` says of every fault on the way to a registry.
#include <csignal>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "live/azure_registry.h"
#include "live/environment.h"
#include "live/program.h"

namespace acr::test {
namespace {

struct Wrong {
  const char* name;
  AzureRegistry::Options options;
  const char* words;             // of the output: what is wrong, as a person reads it
  const char* server = nullptr;  // --dns; else the registry's own
};

void PrintTo(const Wrong& wrong, std::ostream* out) {
  *out << wrong.name;
}

AzureRegistry::Options named(const DnsReply& reply) {
  AzureRegistry::Options options;
  options.names[kLoginServer] = reply;
  return options;
}

AzureRegistry::Options shown(const Identity& identity) {
  AzureRegistry::Options options;
  options.login_identity = identity;
  return options;
}

AzureRegistry::Options answered(const Response& response) {
  AzureRegistry::Options options;
  options.login = [response](const Request&) { return std::optional(response); };
  return options;
}

Identity identity_for(const std::vector<std::string>& names, long from = -3'600,
                      long until = 86'400) {
  Wanted wanted;
  wanted.names = names;
  wanted.valid_from = from;
  wanted.valid_until = until;
  return shared_authority().issue(wanted);
}

Response faulty(Fault fault) {
  Response response = reply_with(200, R"({"repositories":[]})");
  response.fault = fault;
  return response;
}

Response page(int status) {
  Response response = reply_with(status, "<html><title>Blocked by policy</title></html>");
  response.content_type = "text/html";
  return response;
}

std::vector<Wrong> faults() {
  static const Authority stranger("Stranger");
  Wanted ours;
  ours.names = {kLoginServer};
  DnsReply alias;
  alias.chain = {"contoso.privatelink.azurecr.io"};
  alias.code = 3;
  DnsReply none;
  return {
      {"NoSuchName", named({.code = 3}), "✗ resolve    contoso.azurecr.io  no-name  by DNS"},
      {"NoSuchNameBehindAnAlias", named(alias),
       "contoso.privatelink.azurecr.io does not exist (NXDOMAIN)"},
      {"ServerFails", named({.code = 2}),
       "contoso.azurecr.io could not be resolved by the server (SERVFAIL)"},
      {"ServerRefuses", named({.code = 5}),
       "contoso.azurecr.io is not answered by the server (REFUSED)"},
      {"NoAddress", named(none),
       "contoso.azurecr.io has no address: neither an A nor an AAAA record"},
      {"DatagramsDropped", named({.fault = DnsReply::Fault::drop}),
       "contoso.azurecr.io was asked for, and no answer came in time"},
      {"Garbage", named({.fault = DnsReply::Fault::garbage}),
       "contoso.azurecr.io was answered with something that is no answer"},
      {"NoServer", {}, "contoso.azurecr.io was asked for where nobody listens", "127.0.0.1:1"},
      {"WrongName", shown(identity_for({"example.com", "example.org"})),
       "its certificate is for another name ("},
      {"Expired", shown(identity_for({kLoginServer}, -7'200, -60)),
       "its certificate has expired ("},
      {"NotYetValid", shown(identity_for({kLoginServer}, 3'600, 7'200)),
       "its certificate is not yet valid ("},
      {"UnknownAuthority", shown(stranger.issue(ours)), "the certificate's issuer: CN = Stranger"},
      {"Reset", answered(faulty(Fault::reset_before)),
       "contoso.azurecr.io: the connection was cut ("},
      {"NoHttp", answered(faulty(Fault::no_http)), "contoso.azurecr.io: the answer is not HTTP ("},
      {"WebPage", answered(page(200)),
       "no token was asked for: another server answers in the registry's place"},
      {"WebPageOfARefusal", answered(page(403)),
       "HTTP 403 with a web page: a proxy or firewall may have answered in the registry's place"},
      {"Throttled", answered(reply_with(429, "")),
       "✗ challenge  contoso.azurecr.io  throttled  127.0.0.1"},
      {"Failed", answered(reply_with(500, "")), "HTTP 500"},
  };
}

class Prober {
 public:
  explicit Prober(const AzureRegistry::Options& options) : registry(options) {
    folder.write("ca.pem", shared_authority().pem());
  }
  Process start(const std::vector<std::string>& more, const char* server = nullptr) {
    Environment environment{
        {{"LC_ALL", "C.UTF-8"}, {"HOME", folder.path()}, {"SSL_CERT_FILE", folder.path("ca.pem")}}};
    std::vector<std::string> argv{
        ACR_BINARY, "probe", registry.name() + "/shop/cart:1.0", "--dns",
        server == nullptr ? registry.dns().address() : std::string(server)};
    argv.insert(argv.end(), more.begin(), more.end());
    return {argv, environment.lines(), folder.path()};
  }
  std::string readable(std::string text) const {
    const std::pair<std::string, const char*> names[] = {
        {registry.dns().address(), "DNS"}, {fmt::format(":{}", registry.login().port()), ""}};
    for (const auto& [address, name] : names)
      for (std::size_t at = 0; (at = text.find(address, at)) != std::string::npos;)
        text.replace(at, address.size(), name);
    return text;
  }

  AzureRegistry registry;
  Folder folder;
};

class ProbeFault : public testing::TestWithParam<Wrong> {};

TEST_P(ProbeFault, IsToldInWords) {
  Prober prober(GetParam().options);
  const Ended ended = prober.start({}, GetParam().server).wait();
  EXPECT_EQ(ended.code, 1) << ended.err;
  EXPECT_EQ(ended.err, "");
  EXPECT_TRUE(prober.readable(ended.out).contains(GetParam().words)) << prober.readable(ended.out);
}

INSTANTIATE_TEST_SUITE_P(EndToEnd, ProbeFault, testing::ValuesIn(faults()),
                         [](const auto& each) { return std::string(each.param.name); });

class ProbeInterruption : public testing::TestWithParam<int> {};

TEST_P(ProbeInterruption, PrintsWhatWasSeen) {
  AzureRegistry::Options options;
  options.login = [](const Request& request) -> std::optional<Response> {
    if (!request.target.contains("/oauth2/")) return std::nullopt;
    return faulty(Fault::hang);
  };
  Prober prober(options);
  for (const char* format : {"text", "json"}) {
    const std::size_t before = prober.registry.login().requests().size();
    Process process = prober.start({"-o", format});
    ASSERT_TRUE(comes_true([&] {
      const auto asked = prober.registry.login().requests();
      return asked.size() > before && asked.back().target.contains("/oauth2/");
    }));
    process.send(GetParam());
    const Ended ended = process.wait();
    EXPECT_EQ(ended.code, 128 + GetParam()) << ended.err;
    EXPECT_TRUE(ended.out.contains("challenge")) << ended.out;
    EXPECT_TRUE(ended.out.contains("the run was interrupted")) << ended.out;
    EXPECT_FALSE(ended.out.contains("✗")) << ended.out;
    EXPECT_FALSE(ended.out.contains("\"works\": false")) << ended.out;
  }
}

TEST_P(ProbeInterruption, WhileANameIsAsked) {
  Prober prober(named({.fault = DnsReply::Fault::drop}));
  Process process = prober.start({});
  ASSERT_TRUE(comes_true([&] { return !prober.registry.dns().asked().empty(); }));
  process.send(GetParam());
  const Ended ended = process.wait();
  EXPECT_EQ(ended.code, 128 + GetParam()) << ended.err;
  EXPECT_TRUE(ended.out.contains("Not tried: the run was interrupted.")) << ended.out;
  EXPECT_FALSE(ended.out.contains("✗")) << ended.out;
}

INSTANTIATE_TEST_SUITE_P(EndToEnd, ProbeInterruption, testing::Values(SIGINT, SIGTERM));

}  // namespace
}  // namespace acr::test
