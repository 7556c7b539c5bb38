#include "live/kube_server.h"

#include <algorithm>

#include <fmt/format.h>

#include "estate/resource_id.h"
#include "live/plain.h"

namespace acr {
namespace {

std::string_view authority_of(std::string_view url) {
  const std::size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) return {};
  url.remove_prefix(scheme + 3);
  return url.substr(0, url.find_first_of("/?#\\"));
}

bool is_url_text(std::string_view url) {
  return is_header_word(url) && url.find_first_of("\"<>\\^`{}|") == std::string_view::npos;
}

}  // namespace

std::string_view host_of_url(std::string_view url) {
  std::string_view authority = authority_of(url);
  if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos)
    authority.remove_prefix(at + 1);
  if (authority.starts_with('[')) {
    const std::size_t end = authority.find(']');
    return end == std::string_view::npos ? std::string_view{} : authority.substr(1, end - 1);
  }
  return authority.substr(0, authority.find(':'));
}

bool is_this_host(std::string_view host) {
  if (lower(host) == "localhost" || host == "::1") return true;
  return host.starts_with("127.") &&
         host.find_first_not_of("0123456789.") == std::string_view::npos;
}

std::expected<std::string, std::string> read_kube_server(std::string_view server) {
  std::string url(server);
  if (url.find("://") == std::string::npos) url = "https://" + url;
  const std::string scheme = lower(url.substr(0, url.find("://")));
  const auto fail = [](std::string text) { return std::unexpected(std::move(text)); };
  if (scheme != "https" && scheme != "http")
    return fail(fmt::format("its server has the scheme {}", plain_name(scheme, 40)));
  if (authority_of(url).find('@') != std::string_view::npos)
    return fail("its server holds a user name or password, which belongs to the user's entry");
  if (!is_url_text(url) || url.find_first_of("?#") != std::string::npos)
    return fail("its server is no address");
  const std::string_view host = host_of_url(url);
  if (host.empty()) return fail("its server names no host");
  if (scheme == "http" && !is_this_host(host))
    return fail(
        fmt::format("its server {} is not https, and nothing is sent in the clear to "
                    "another host",
                    plain_name(url)));
  while (url.ends_with('/')) url.pop_back();
  return scheme + url.substr(url.find("://"));
}

std::string check_proxy_url(std::string_view proxy) {
  if (proxy.empty()) return {};
  const std::size_t end = proxy.find("://");
  const std::string scheme = lower(proxy.substr(0, end));
  if (end == std::string_view::npos ||
      (scheme != "http" && scheme != "https" && scheme != "socks5"))
    return "its proxy-url is no http, https or socks5 address";
  if (authority_of(proxy).find('@') != std::string_view::npos)
    return "its proxy-url holds a user name or password, which acr-doctor does not send to proxies";
  if (!is_url_text(proxy) || host_of_url(proxy).empty()) return "its proxy-url is no address";
  return {};
}

}  // namespace acr
