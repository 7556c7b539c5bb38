// A small HTTP/1.1 server in this process, on 127.0.0.1 and a port of the system's choice, with TLS
// or without, and with faults to order. The handler is a function from a request to a response.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "live/certificates.h"

namespace acr::test {

struct Request {
  std::string method;
  std::string target;                          // "/v2/?n=1", as sent
  std::string path;                            // percent signs as they came
  std::map<std::string, std::string> query;    // decoded; the last of equal names
  std::map<std::string, std::string> headers;  // names in lower case; the last of equal names
  std::string body;
  std::string server_name;  // of TLS (SNI); empty: none was sent
  std::string client;       // common name of the client's certificate; empty: it showed none
  std::string peer;         // its address
  std::size_t connection = 0;

  // The header's value; empty when it did not come.
  std::string header(const std::string& name) const;
};

// What happens instead of, or within, an answer.
enum class Fault {
  none,
  reset_before,  // RST, and not a byte of an answer
  reset_within,  // RST after half of the body
  close_within,  // closed after half of the body, whose whole length was announced
  drip,          // one byte of the body every 100 ms
  no_http,       // "SSH-2.0-OpenSSH_9.2" and closed
  hang,          // no answer at all; the connection stays open
  huge_headers,  // 1 MiB of headers
  endless,       // a body without an end (chunked)
};

struct Response {
  int status = 200;
  std::string body;
  std::string content_type = "application/json";
  std::vector<std::pair<std::string, std::string>> headers;
  std::chrono::milliseconds latency{0};  // before the answer
  Fault fault = Fault::none;
};

class HttpServer {
 public:
  // Calls of one server come one after the other, from its threads.
  using Handler = std::function<Response(const Request&)>;
  struct Options {
    bool tls = true;
    // Without one: issued by shared_authority() for localhost, 127.0.0.1 and ::1.
    std::optional<Identity> identity;
    std::string client_authority;  // PEM; a client must show a certificate of it
    bool speaks = true;            // false: connections are accepted, then nothing
  };

  explicit HttpServer(Handler handler);
  HttpServer(Handler handler, Options options);
  ~HttpServer();  // cuts open connections, waits for its threads
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  unsigned short port() const;
  std::string host() const;                          // "127.0.0.1:PORT"
  std::string url(const std::string& target) const;  // "https://127.0.0.1:PORT" + target

  std::vector<Request> requests() const;  // those read whole, in the order of their arrival
  std::size_t most_at_once() const;       // requests that waited for their answer
  std::size_t connections() const;        // accepted

 private:
  struct Running;
  std::unique_ptr<Running> running_;
};

}  // namespace acr::test
