// One attempt of one call: a libcurl handle made ready, and what came of it.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <curl/curl.h>

#include "live/call.h"
#include "live/environment.h"
#include "live/handshake.h"
#include "live/proxy.h"
#include "live/target.h"

namespace acr {

// Where trusted authorities are when a call brings none.
struct SystemAuthorities {
  std::string file;       // empty: libcurl's own
  std::string directory;  // likewise
};
// CURL_CA_BUNDLE, else SSL_CERT_FILE and SSL_CERT_DIR, as curl; else REQUESTS_CA_BUNDLE, which az
// users set behind proxies that open TLS.
SystemAuthorities system_authorities(const Environment& environment);

// The same for every transfer of a run.
struct Surroundings {
  ProxySettings proxy;
  SystemAuthorities authorities;
  std::size_t bytes = 0;        // of bodies, so far
  std::size_t total_bytes = 0;  // at most
};

class Transfer {
 public:
  // `call`, `target` and `around` outlive the transfer. `dial` is an address instead of the host's.
  Transfer(const Call& call, const Target& target, Surroundings& around, std::string_view dial);
  ~Transfer();
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  CURL* handle() const { return curl_; }  // null: no memory
  // After libcurl has ended it with `code`, before the handle is taken from the multi handle.
  Answer finish(CURLcode code);

 private:
  static std::size_t on_header(char* data, std::size_t size, std::size_t count, void* self);
  static std::size_t on_body(char* data, std::size_t size, std::size_t count, void* self);
  static int on_socket(void* self, curl_socket_t socket, curlsocktype purpose);
  static CURLcode on_context(CURL* curl, void* context, void* self);

  bool make_ready();
  bool make_request_ready();
  bool make_trust_ready();
  bool make_route_ready(std::string_view dial);
  bool take_header(std::string_view line);
  bool take_body(std::string_view bytes);
  void look_at_peer();

  template <class Value>
  bool set(CURLoption option, Value value) {
    return curl_easy_setopt(curl_, option, value) == CURLE_OK;
  }

  const Call& call_;
  const Target& target_;
  Surroundings& around_;
  CURL* curl_ = nullptr;
  bool ready_ = false;
  std::string url_;
  std::string proxy_;
  std::vector<std::string> lines_;  // of the request; wiped
  std::vector<curl_slist> header_list_;
  std::string connect_to_;
  curl_slist connect_list_{};
  char words_[CURL_ERROR_SIZE] = {};
  std::shared_ptr<const Handshake> handshake_;
  Answer answer_;
  std::size_t header_bytes_ = 0;
  bool too_large_ = false;
  bool enough_ = false;  // all that was wanted of the body is there
};

}  // namespace acr
