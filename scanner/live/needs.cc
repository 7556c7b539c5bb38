#include "live/needs.h"

#include "collect/document.h"
#include "estate/image_reference.h"
#include "estate/login_server.h"
#include "estate/resource_id.h"

namespace acr {
namespace {

// "https://contoso.azurecr.io/v2/" -> "contoso.azurecr.io".
std::string host_of_key(std::string_view key) {
  if (const std::size_t scheme = key.find("://"); scheme != std::string_view::npos)
    key.remove_prefix(scheme + 3);
  return lower(key.substr(0, key.find_first_of(":/?#")));
}

}  // namespace

Needs read_needs(std::string_view body) {
  Needs needs;
  Estate estate;
  Input input;
  Remarks remarks(0);
  auto text = SourceText::copy(body);
  if (!text) return needs;
  DocumentReader reader(estate, input, remarks);
  const SourceFile file{"", "answer", ""};
  reader.read(file, *text);
  reader.finish();
  for (const PodClass& pod : estate.pod_classes) {
    const auto image = parse_image(pod.container.image);
    if (!image || !cloud_of(image->domain)) continue;
    needs.registries.insert(lower(image->domain));
    if (pod.failing > 0) needs.images.insert(pod.container.image);
  }
  for (const ServiceAccount& account : estate.service_accounts)
    if (is_guid(account.pull_client_id)) needs.identities.insert(lower(account.pull_client_id));
  for (const PullSecret& secret : estate.secrets) {
    if (!secret.credentials) continue;
    for (const PullCredential& credential : *secret.credentials) {
      const std::string host = host_of_key(credential.host_key);
      if (!cloud_of(host)) continue;
      if (credential.user == PullCredential::User::service_principal)
        needs.applications.insert(lower(credential.user_name));
      else if (credential.user == PullCredential::User::admin_or_named)
        needs.tokens.insert(host);
    }
  }
  return needs;
}

}  // namespace acr
