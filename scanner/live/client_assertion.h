// A client certificate in the place of a client secret: a JSON Web Token that its key signs.
// https://learn.microsoft.com/entra/identity-platform/certificate-credentials
#pragma once

#include <expected>
#include <memory>
#include <string>
#include <string_view>

#include "estate/time.h"
#include "live/secret.h"

namespace acr {

// A certificate with its RSA key, and the chain that came with it.
class SigningCertificate {
 public:
  // `content` is PEM or PKCS#12, whatever its name; `password` opens an encrypted key. The error is
  // one clause without anything of either.
  static std::expected<SigningCertificate, std::string> read(std::string_view content,
                                                             std::string_view password);
  SigningCertificate(SigningCertificate&&) noexcept;
  SigningCertificate& operator=(SigningCertificate&&) noexcept;
  ~SigningCertificate();

  struct Claims {
    std::string audience, client_id;
    std::string id;  // jti: never the same twice
    Instant now{};
  };
  // PS256 with x5t#S256, for ten minutes; with x5c where the chain is wanted. Empty when OpenSSL
  // would not sign.
  Secret sign(const Claims& claims, bool send_chain) const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
  SigningCertificate();
};

// A GUID of random bytes; empty when the system has none.
std::string random_guid();

}  // namespace acr
