#include "live/tls_pair.h"

#include <ctime>
#include <limits>

#include "live/openssl_parts.h"

namespace acr {

std::string check_tls_pair(std::string_view certificate, std::string_view key) {
  const X509Ptr leaf = read_certificate(certificate);
  if (!leaf) return "the certificate is no PEM certificate";
  const KeyPtr secret = read_key(key, {});
  if (!secret) return "the key is no PEM key, or it is encrypted";
  if (X509_check_private_key(leaf.get(), secret.get()) != 1) {
    ERR_clear_error();
    return "the key does not belong to the certificate";
  }
  return {};
}

std::optional<Instant> certificate_end(std::string_view pem) {
  const X509Ptr leaf = read_certificate(pem);
  std::tm end{};
  if (!leaf || ASN1_TIME_to_tm(X509_get0_notAfter(leaf.get()), &end) != 1) return std::nullopt;
  return Instant{std::chrono::seconds(timegm(&end))};
}

}  // namespace acr
