#include "live/target.h"

#include <charconv>
#include <memory>

#include <curl/curl.h>
#include <fmt/format.h>

#include "estate/address.h"

namespace acr {
namespace {

constexpr std::size_t kLongestUrl = std::size_t{64} << 10;

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

bool has_control(std::string_view text) {
  for (const char c : text)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return true;
  return false;
}

std::string part(CURLU* url, CURLUPart what, unsigned flags = 0) {
  char* text = nullptr;
  if (curl_url_get(url, what, &text, flags) != CURLUE_OK || text == nullptr) return {};
  std::string copy(text);
  curl_free(text);
  return copy;
}

// Subscriptions have their own buckets in Resource Manager, and so has Resource Graph
// (Microsoft Learn, "Understand how Azure Resource Manager throttles requests").
std::string bucket_of(const std::string& path) {
  static constexpr std::string_view kSubscriptions = "/subscriptions/";
  if (path.starts_with(kSubscriptions)) {
    const auto rest = std::string_view(path).substr(kSubscriptions.size());
    return std::string(rest.substr(0, rest.find('/')));
  }
  if (path.starts_with("/providers/microsoft.resourcegraph/")) return "resource graph";
  return {};
}

std::string objection_to_texts(const Call& call) {
  if (call.method.empty() ||
      call.method.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ") != std::string::npos)
    return "the method is none of HTTP's";
  for (const auto& header : call.headers)
    if (has_control(header) || header.find(':') == header.npos)
      return "a header has a control character in it, or no colon";
  for (const auto& header : call.secret_headers)
    if (has_control(header.view()) || header.view().find(':') == std::string_view::npos)
      return "a credential has a control character in it";
  if (has_control(call.authorization.view()))
    return "the credential has a control character in it, such as a line break at its end";
  for (const auto& address : call.addresses)
    if (!IpAddress::parse(address)) return "an address to dial is not an IP address";
  return {};
}

}  // namespace

bool Target::is_loopback() const {
  if (host == "localhost" || host.ends_with(".localhost")) return true;
  const auto address = IpAddress::parse(host);
  if (!address) return false;
  if (!address->v6) return host.starts_with("127.");
  return address->to_string() == "::1";
}

bool Target::is_link_local() const {
  const auto address = IpAddress::parse(host);
  if (!address) return false;
  return address->v6 ? address->bytes[0] == 0xfe && (address->bytes[1] & 0xc0) == 0x80
                     : host.starts_with("169.254.");
}

std::expected<Target, std::string> target_of(const Call& call) {
  if (call.url.size() > kLongestUrl) return std::unexpected("the URL is too long");
  if (has_control(call.url)) return std::unexpected("the URL has a control character in it");
  const std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> url(curl_url(), &curl_url_cleanup);
  if (!url) return std::unexpected("there is no memory for the call");
  const CURLUcode read =
      curl_url_set(url.get(), CURLUPART_URL, call.url.c_str(), CURLU_DISALLOW_USER);
  if (read == CURLUE_USER_NOT_ALLOWED)
    return std::unexpected("the URL has a user or password in it, which is never sent");
  if (read == CURLUE_UNSUPPORTED_SCHEME) return std::unexpected("the URL is not https");
  if (read != CURLUE_OK)
    return std::unexpected(fmt::format("the URL is none: {}", curl_url_strerror(read)));

  Target target;
  target.host = lower(part(url.get(), CURLUPART_HOST));
  if (target.host.starts_with('[') && target.host.ends_with(']'))
    target.host = target.host.substr(1, target.host.size() - 2);
  if (target.host.empty()) return std::unexpected("the URL names no host");
  const std::string port = part(url.get(), CURLUPART_PORT, CURLU_DEFAULT_PORT);
  std::from_chars(port.data(), port.data() + port.size(), target.port);
  target.peer = fmt::format("{}:{}", target.host, target.port);
  target.lane =
      fmt::format("{} {}", target.peer, bucket_of(lower(part(url.get(), CURLUPART_PATH))));

  const std::string scheme = part(url.get(), CURLUPART_SCHEME);
  if (scheme == "http") {
    target.tls = false;
    if (!call.allow_http && !target.is_loopback() && target.host != "169.254.169.254")
      return std::unexpected("the URL is plain http, where anyone on the way reads along");
  } else if (scheme != "https") {
    return std::unexpected("the URL is not https");
  }
  if (auto objection = objection_to_texts(call); !objection.empty())
    return std::unexpected(std::move(objection));
  return target;
}

}  // namespace acr
