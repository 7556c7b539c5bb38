#include "live/ending.h"

#include <cerrno>
#include <string_view>

#include <curl/curl.h>
#include <fmt/format.h>
#include <openssl/x509_vfy.h>

#include "live/clause.h"

namespace acr {
namespace {

bool says(const Ending& ending, std::string_view word) {
  return ending.words.find(word) != std::string::npos;
}

// OpenSSL hands a closed connection on as a system error without a number, or as an early end.
bool is_cut(const Ending& ending) {
  return ending.os_error == ECONNRESET || ending.os_error == EPIPE ||
         says(ending, "SSL_ERROR_SYSCALL") || says(ending, "unexpected eof") ||
         says(ending, "Connection reset");
}

Failure of_certificate(const Ending& ending) {
  switch (ending.verify_error) {
    case X509_V_OK:
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return Failure::tls_name;  // the chain is good: libcurl compares the name afterwards
    case X509_V_ERR_CERT_HAS_EXPIRED:
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return Failure::tls_expired;
    default:
      return Failure::tls_untrusted;
  }
}

std::string_view meaning(Failure failure, const Ending& ending) {
  switch (failure) {
    case Failure::name:
      return "its name was not resolved";
    case Failure::refused:
      return "no connection";
    case Failure::timeout:
      return "no answer in time";
    case Failure::reset:
      return "the connection was cut";
    case Failure::tls_untrusted:
      return "its certificate is from an authority that is not trusted here";
    case Failure::tls_name:
      return "its certificate is for another name";
    case Failure::tls_expired:
      return ending.verify_error == X509_V_ERR_CERT_NOT_YET_VALID
                 ? "its certificate is not yet valid"
                 : "its certificate has expired";
    case Failure::tls_other:
      return "TLS failed";
    case Failure::proxy:
      return "the proxy did not let the call through";
    case Failure::too_large:
      return "the answer is larger than its limit";
    case Failure::malformed:
      return "the answer is not HTTP";
    case Failure::none:
    case Failure::deadline:
    case Failure::cancelled:
      break;
  }
  return "";
}

}  // namespace

Failure failure_of(const Ending& ending) {
  if (ending.code == CURLE_OK) return Failure::none;
  if (ending.too_large) return Failure::too_large;
  if (ending.by_proxy && (ending.proxy_untrusted || ending.proxy_status >= 300))
    return Failure::proxy;
  switch (ending.code) {
    case CURLE_COULDNT_RESOLVE_HOST:
      return Failure::name;
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_PROXY:
      return Failure::proxy;
    case CURLE_COULDNT_CONNECT:
      return ending.by_proxy ? Failure::proxy : Failure::refused;
    case CURLE_OPERATION_TIMEDOUT:
      return says(ending, "Resolving timed out") ? Failure::name : Failure::timeout;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_ISSUER_ERROR:
      return of_certificate(ending);
    case CURLE_SSL_CONNECT_ERROR:
      return is_cut(ending) ? Failure::reset : Failure::tls_other;
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
      // TLS 1.3 learns of a refused client certificate only when it reads.
      return says(ending, "alert") ? Failure::tls_other : Failure::reset;
    case CURLE_SSL_ENGINE_NOTFOUND:
    case CURLE_SSL_ENGINE_SETFAILED:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_USE_SSL_FAILED:
    case CURLE_SSL_ENGINE_INITFAILED:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_SHUTDOWN_FAILED:
    case CURLE_SSL_CRL_BADFILE:
    case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
    case CURLE_SSL_INVALIDCERTSTATUS:
    case CURLE_SSL_CLIENTCERT:
      return Failure::tls_other;
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_URL_MALFORMAT:
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_BAD_CONTENT_ENCODING:
    case CURLE_WRITE_ERROR:
    case CURLE_BAD_FUNCTION_ARGUMENT:
      return Failure::malformed;
    case CURLE_FILESIZE_EXCEEDED:
    case CURLE_OUT_OF_MEMORY:  // also: a header line beyond libcurl's own limit
      return Failure::too_large;
    default:
      return Failure::reset;
  }
}

std::string clause_of(Failure failure, const Ending& ending, const std::string& peer) {
  if (failure == Failure::none) return {};
  const std::string host = one_line(peer);
  if (failure == Failure::proxy && ending.proxy_status == 407)
    return fmt::format("{}: the proxy asks for a user and a password (407)", host);
  if (failure == Failure::proxy && ending.proxy_status >= 300)
    return fmt::format("{}: the proxy refused to connect ({})", host, ending.proxy_status);
  const std::string words =
      one_line(!ending.words.empty() ? ending.words
                                     : curl_easy_strerror(static_cast<CURLcode>(ending.code)));
  return fmt::format("{}: {} ({})", host, meaning(failure, ending), words);
}

}  // namespace acr
