// Addresses as kubeconfigs write them.
#pragma once

#include <expected>
#include <string>
#include <string_view>

namespace acr {

// "https://host:port/path" without a slash at its end. No scheme means https; http is for this
// host alone (`kubectl proxy`). The error is one clause that quotes nothing of a user name or
// password in the address.
std::expected<std::string, std::string> read_kube_server(std::string_view server);

// Why we cannot use the proxy; empty when we can or there is none.
std::string check_proxy_url(std::string_view proxy);

// Is the host "localhost" or a loopback address?
bool is_this_host(std::string_view host);
// The host of a URL, without brackets, user information and port; empty when there is none.
std::string_view host_of_url(std::string_view url);

}  // namespace acr
