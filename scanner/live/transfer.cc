#include "live/transfer.h"

#include <algorithm>

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/ssl.h>

#include "live/ending.h"

namespace acr {
namespace {

constexpr std::size_t kMostHeaderBytes = std::size_t{256} << 10;
constexpr std::size_t kMostHeaders = 256;

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

bool has_header(const Call& call, std::string_view name) {
  return std::any_of(call.headers.begin(), call.headers.end(), [&](const std::string& header) {
    return lower(header.substr(0, header.find(':'))) == name;
  });
}

std::string bracketed(std::string_view host) {
  return host.find(':') == host.npos ? std::string(host) : fmt::format("[{}]", host);
}

curl_blob blob_of(std::string_view pem) {
  // Not copied by this call, nor written to.
  return {const_cast<char*>(pem.data()), pem.size(), CURL_BLOB_NOCOPY};
}

}  // namespace

SystemAuthorities system_authorities(const Environment& environment) {
  SystemAuthorities found;
  found.file = environment.get("CURL_CA_BUNDLE");
  if (!found.file.empty()) return found;
  found.file = environment.get("SSL_CERT_FILE");
  found.directory = environment.get("SSL_CERT_DIR");
  if (found.file.empty() && found.directory.empty())
    found.file = environment.get("REQUESTS_CA_BUNDLE");
  return found;
}

Transfer::Transfer(const Call& call, const Target& target, Surroundings& around,
                   std::string_view dial)
    : call_(call), target_(target), around_(around), curl_(curl_easy_init()) {
  if (curl_ == nullptr) return;
  ready_ = make_ready() && make_request_ready() && make_trust_ready() && make_route_ready(dial);
  if (ready_) return;
  curl_easy_cleanup(curl_);
  curl_ = nullptr;
}

Transfer::~Transfer() {
  if (curl_ != nullptr) curl_easy_cleanup(curl_);
  for (auto& line : lines_) wipe(line);
}

bool Transfer::make_ready() {
  return set(CURLOPT_ERRORBUFFER, words_) && set(CURLOPT_NOSIGNAL, 1L) &&
         // Else a name server that is slow holds up every other call when one is given up.
         set(CURLOPT_QUICK_EXIT, 1L) && set(CURLOPT_FOLLOWLOCATION, 0L) &&
         set(CURLOPT_PROTOCOLS_STR, target_.tls ? "https" : "http") &&
         set(CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED)) &&
         set(CURLOPT_DISALLOW_USERNAME_IN_URL, 1L) && set(CURLOPT_HTTP09_ALLOWED, 0L) &&
         set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS)) &&
         set(CURLOPT_SOCKOPTFUNCTION, &Transfer::on_socket) && set(CURLOPT_ACCEPT_ENCODING, "") &&
         set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L) &&
         set(CURLOPT_TIMEOUT_MS, static_cast<long>(call_.timeout.count())) &&
         set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(call_.connect_timeout.count())) &&
         set(CURLOPT_HEADERFUNCTION, &Transfer::on_header) && set(CURLOPT_HEADERDATA, this) &&
         set(CURLOPT_WRITEFUNCTION, &Transfer::on_body) && set(CURLOPT_WRITEDATA, this);
}

bool Transfer::make_request_ready() {
  // The lines are kept here, and not in a list of libcurl's, so that they can be wiped. (libcurl
  // still writes them into the request that it sends.)
  lines_.reserve(call_.headers.size() + call_.secret_headers.size() + 4);
  for (const auto& header : call_.headers) lines_.push_back(header);
  for (const auto& header : call_.secret_headers) lines_.emplace_back(header.view());
  if (!call_.authorization.empty()) {
    auto& line = lines_.emplace_back();
    line.reserve(call_.authorization.view().size() + 16);
    line.append("Authorization: ").append(call_.authorization.view());
  }
  if (!has_header(call_, "user-agent")) lines_.emplace_back("User-Agent: acr-doctor");
  lines_.emplace_back("Expect:");  // no waiting for "100 Continue"

  const std::string_view body =
      call_.secret_body.empty() ? std::string_view(call_.body) : call_.secret_body.view();
  const bool posts = call_.method == "POST" || !body.empty();
  if (call_.method == "HEAD") return set(CURLOPT_NOBODY, 1L);
  if (posts && !(set(CURLOPT_POST, 1L) &&
                 set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size())) &&
                 set(CURLOPT_POSTFIELDS, body.empty() ? "" : body.data())))
    return false;
  return set(CURLOPT_CUSTOMREQUEST, call_.method.c_str());
}

bool Transfer::make_trust_ready() {
  if (!(set(CURLOPT_SSL_VERIFYPEER, 1L) && set(CURLOPT_SSL_VERIFYHOST, 2L) &&
        set(CURLOPT_PROXY_SSL_VERIFYPEER, 1L) && set(CURLOPT_PROXY_SSL_VERIFYHOST, 2L) &&
        set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2)) &&
        set(CURLOPT_PROXY_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2)) &&
        // A resumed session shows no certificate.
        set(CURLOPT_SSL_SESSIONID_CACHE, 0L) &&
        // An encrypted key fails instead of asking on the terminal.
        set(CURLOPT_KEYPASSWD, "") && set(CURLOPT_SSL_CTX_DATA, this) &&
        set(CURLOPT_SSL_CTX_FUNCTION, &Transfer::on_context)))
    return false;

  const auto& system = around_.authorities;
  if (!system.file.empty() &&
      !(set(CURLOPT_CAINFO, system.file.c_str()) && set(CURLOPT_PROXY_CAINFO, system.file.c_str())))
    return false;
  if (!system.directory.empty() && !(set(CURLOPT_CAPATH, system.directory.c_str()) &&
                                     set(CURLOPT_PROXY_CAPATH, system.directory.c_str())))
    return false;
  const TlsTrust* trust = call_.trust;
  if (trust == nullptr) return true;

  if (!trust->authorities.empty()) {
    curl_blob blob = blob_of(trust->authorities);
    // Only these: neither the system's file nor its directory besides.
    if (!(set(CURLOPT_CAINFO, nullptr) && set(CURLOPT_CAPATH, nullptr) &&
          set(CURLOPT_CAINFO_BLOB, &blob)))
      return false;
  }
  if (trust->client_certificate.empty()) return true;
  curl_blob certificate = blob_of(trust->client_certificate);
  if (!(set(CURLOPT_SSLCERTTYPE, "PEM") && set(CURLOPT_SSLKEYTYPE, "PEM") &&
        set(CURLOPT_SSLCERT_BLOB, &certificate)))
    return false;
  if (trust->client_key.empty()) return set(CURLOPT_SSLKEY, trust->client_key_file.c_str());
  curl_blob key = blob_of(trust->client_key.view());
  return set(CURLOPT_SSLKEY_BLOB, &key);
}

bool Transfer::make_route_ready(std::string_view dial) {
  proxy_ = proxy_of(call_, target_, around_.proxy);
  // Empty strings, because without them libcurl would look at the environment itself.
  if (!(set(CURLOPT_PROXY, proxy_.c_str()) && set(CURLOPT_NOPROXY, ""))) return false;
  if (!proxy_.empty() && !set(CURLOPT_HEADEROPT, static_cast<long>(CURLHEADER_SEPARATE)))
    return false;

  // The URL's host is what libcurl verifies and names in TLS. Where another name is to be verified,
  // that goes into the URL, the real host is dialled, and the Host header tells it too.
  url_ = call_.url;
  const std::string name = call_.trust == nullptr ? "" : call_.trust->server_name;
  const bool renamed = target_.tls && !name.empty() && lower(name) != target_.host;
  if (renamed) {
    const std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> url(curl_url(), &curl_url_cleanup);
    char* text = nullptr;
    if (!url || curl_url_set(url.get(), CURLUPART_URL, call_.url.c_str(), 0) != CURLUE_OK ||
        curl_url_set(url.get(), CURLUPART_HOST, bracketed(name).c_str(), 0) != CURLUE_OK ||
        curl_url_get(url.get(), CURLUPART_URL, &text, 0) != CURLUE_OK)
      return false;
    url_ = text;
    curl_free(text);
    if (!has_header(call_, "host"))
      lines_.push_back(target_.port == 443
                           ? fmt::format("Host: {}", bracketed(target_.host))
                           : fmt::format("Host: {}:{}", bracketed(target_.host), target_.port));
  }
  if (renamed || !dial.empty()) {
    connect_to_ =
        fmt::format("::{}:{}", bracketed(dial.empty() ? target_.host : dial), target_.port);
    connect_list_.data = connect_to_.data();
    if (!set(CURLOPT_CONNECT_TO, &connect_list_)) return false;
  }

  header_list_.resize(lines_.size());
  for (std::size_t i = 0; i < lines_.size(); ++i) {
    header_list_[i].data = lines_[i].data();
    header_list_[i].next = i + 1 < lines_.size() ? &header_list_[i + 1] : nullptr;
  }
  return set(CURLOPT_HTTPHEADER, header_list_.data()) && set(CURLOPT_URL, url_.c_str());
}

std::size_t Transfer::on_header(char* data, std::size_t size, std::size_t count, void* self) {
  const std::size_t length = size * count;
  return static_cast<Transfer*>(self)->take_header({data, length}) ? length : 0;
}

std::size_t Transfer::on_body(char* data, std::size_t size, std::size_t count, void* self) {
  const std::size_t length = size * count;
  // Anything but the length ends the transfer.
  return static_cast<Transfer*>(self)->take_body({data, length}) ? length : length + 1;
}

// Programs that a run starts (credential plugins) inherit no connection.
int Transfer::on_socket(void*, curl_socket_t socket, curlsocktype) {
  return fcntl(socket, F_SETFD, FD_CLOEXEC) == -1 ? CURL_SOCKOPT_ERROR : CURL_SOCKOPT_OK;
}

CURLcode Transfer::on_context(CURL*, void* context, void* self) {
  auto handshake = std::make_shared<Handshake>();
  static_cast<Transfer*>(self)->handshake_ = handshake;
  return watch(static_cast<SSL_CTX*>(context), handshake) ? CURLE_OK : CURLE_ABORTED_BY_CALLBACK;
}

// A call on a connection that another one opened learns its certificate here, while libcurl still
// has the two together.
void Transfer::look_at_peer() {
  if (handshake_ || !target_.tls) return;
  curl_tlssessioninfo* session = nullptr;
  if (curl_easy_getinfo(curl_, CURLINFO_TLS_SSL_PTR, &session) != CURLE_OK || session == nullptr ||
      session->backend != CURLSSLBACKEND_OPENSSL || session->internals == nullptr)
    return;
  handshake_ = handshake_of(static_cast<const SSL*>(session->internals));
}

bool Transfer::take_header(std::string_view line) {
  header_bytes_ += line.size();
  if (header_bytes_ > kMostHeaderBytes || answer_.headers.size() > kMostHeaders) {
    too_large_ = true;
    return false;
  }
  if (line.starts_with("HTTP/")) {  // a new answer; the one before was informational
    look_at_peer();
    answer_.headers.clear();
    return true;
  }
  const auto colon = line.find(':');
  if (colon == line.npos) return true;
  const std::string name = lower(trimmed(line.substr(0, colon)));
  const std::string_view value = trimmed(line.substr(colon + 1));
  if (name == "set-cookie") return true;  // a credential, and never sent back
  std::string& kept = answer_.headers[name];
  if (!kept.empty() && (name == "www-authenticate" || name == "link"))
    kept.append(", ").append(value);
  else
    kept = value;
  return true;
}

bool Transfer::take_body(std::string_view bytes) {
  const std::size_t room = call_.body_limit - answer_.body.size();
  const std::size_t left = around_.total_bytes - std::min(around_.bytes, around_.total_bytes);
  const std::size_t taken = std::min({bytes.size(), room, left});
  answer_.body.append(bytes.substr(0, taken));
  around_.bytes += taken;
  enough_ = call_.head_only && answer_.body.size() == call_.body_limit;
  too_large_ = !enough_ && taken < bytes.size();
  return !enough_ && !too_large_;
}

Answer Transfer::finish(CURLcode code) {
  Ending ending;
  ending.code = enough_ ? CURLE_OK : code;
  ending.words = words_;
  ending.by_proxy = !proxy_.empty();
  ending.too_large = too_large_;
  if (handshake_) {
    ending.verify_error = handshake_->verify_error;
    answer_.certificate = handshake_->certificate;
  }
  long proxy_verdict = 0;
  curl_easy_getinfo(curl_, CURLINFO_PROXY_SSL_VERIFYRESULT, &proxy_verdict);
  ending.proxy_untrusted = proxy_verdict != 0;
  curl_easy_getinfo(curl_, CURLINFO_OS_ERRNO, &ending.os_error);
  curl_easy_getinfo(curl_, CURLINFO_HTTP_CONNECTCODE, &ending.proxy_status);

  long status = 0;
  curl_easy_getinfo(curl_, CURLINFO_RESPONSE_CODE, &status);
  answer_.status = static_cast<int>(status);
  curl_off_t microseconds = 0;
  curl_easy_getinfo(curl_, CURLINFO_TOTAL_TIME_T, &microseconds);
  answer_.took = Milliseconds(microseconds / 1000);

  answer_.failure = failure_of(ending);
  answer_.detail = clause_of(answer_.failure, ending, target_.peer);
  if (answer_.failure == Failure::proxy) answer_.status = 0;  // it was the proxy's
  // libcurl names the address that it tried; it counts when something answered there.
  curl_off_t connected = 0;
  curl_easy_getinfo(curl_, CURLINFO_CONNECT_TIME_T, &connected);
  const char* address = nullptr;
  curl_easy_getinfo(curl_, CURLINFO_PRIMARY_IP, &address);
  if (address != nullptr && (answer_.status != 0 || connected > 0 || handshake_))
    answer_.address = address;
  return std::move(answer_);
}

}  // namespace acr
