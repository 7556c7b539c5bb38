// Any bytes as a kubeconfig: errors are one short line; what is read can be merged, and no call
// goes in the clear to another host, nor with a line break in a header. Nothing is run, no file is
// read but those that an entry names, which the text cannot choose to be written.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "live/kube_access.h"
#include "live/kube_server.h"

namespace {

bool is_line(const std::string& text) {
  return !text.empty() && std::ranges::none_of(text, [](unsigned char c) { return c < 0x20; });
}

void check_call(const acr::KubeAccess& access) {
  const acr::Call call = acr::kube_call(access, "/version");
  const bool clear = call.url.starts_with("http://");
  if (!clear && !call.url.starts_with("https://")) std::abort();
  if (clear && (!call.authorization.empty() || !acr::is_this_host(acr::host_of_url(call.url))))
    std::abort();
  for (const std::string& header : call.headers)
    if (!is_line(header)) std::abort();
  if (!call.authorization.empty() && !is_line(std::string(call.authorization.view()))) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  auto config = acr::parse_kubeconfig(text, "/nonexistent/config");
  if (!config) {
    if (!is_line(config.error().text) || config.error().text.size() > 2000) std::abort();
    return 0;
  }
  auto again = acr::parse_kubeconfig(text, "/nonexistent/config");
  if (!again) std::abort();
  const auto names = acr::context_names(*config);
  acr::merge_kubeconfig(*config, std::move(*again));
  if (acr::context_names(*config) != names) std::abort();
  for (const std::string& name : names) {
    const auto access = acr::kube_access(*config, name, acr::Instant{});
    if (!access) {
      if (!is_line(access.error().text)) std::abort();
      continue;
    }
    check_call(*access);
    if (access->exec && !is_line(acr::command_text(*access->exec))) std::abort();
  }
  return 0;
}
