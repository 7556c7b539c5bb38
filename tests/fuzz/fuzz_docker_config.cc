// The decoder ends, keeps its promises about names, and agrees with itself on what it refuses.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "collect/docker_config.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const char* type : {"kubernetes.io/dockerconfigjson", "kubernetes.io/dockercfg", "Opaque"}) {
    acr::PullSecret secret;
    secret.type = type;
    acr::decode_pull_secret(secret, text);
    if (!secret.credentials && secret.credentials.error().detail.empty()) std::abort();
    acr::aci_refusal(type, true, text);
  }
  for (const auto& entries : {acr::decode_dockerconfigjson(text), acr::decode_dockercfg(text)}) {
    if (!entries) continue;
    for (const acr::DockerEntry& entry : *entries) {
      const acr::PullCredential credential = acr::reduce(entry);
      if (credential.user_name.size() > 128) std::abort();
      if (credential.has_password == entry.password.empty()) std::abort();
    }
  }
  acr::decode_auth_field(text);
  acr::jwt_expiry(text);
  return 0;
}
