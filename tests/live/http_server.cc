#include "live/http_server.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <csignal>
#include <list>
#include <mutex>
#include <stdexcept>
#include <thread>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "live/http_stream.h"

namespace acr::test {
namespace {

using namespace std::chrono_literals;

SSL_CTX* context_of(const HttpServer::Options& options) {
  const Identity identity = options.identity ? *options.identity : shared_authority().issue();
  SSL_CTX* context = SSL_CTX_new(TLS_server_method());
  BIO* certificate_text = BIO_new_mem_buf(identity.certificate.data(), -1);
  BIO* key_text = BIO_new_mem_buf(identity.key.data(), -1);
  X509* certificate = PEM_read_bio_X509(certificate_text, nullptr, nullptr, nullptr);
  EVP_PKEY* key = PEM_read_bio_PrivateKey(key_text, nullptr, nullptr, nullptr);
  const bool good = SSL_CTX_use_certificate(context, certificate) == 1 &&
                    SSL_CTX_use_PrivateKey(context, key) == 1;
  X509_free(certificate);
  EVP_PKEY_free(key);
  BIO_free(certificate_text);
  BIO_free(key_text);
  if (!good) throw std::runtime_error("the server's certificate or key is not PEM");
  if (!options.client_authority.empty()) {
    BIO* text = BIO_new_mem_buf(options.client_authority.data(), -1);
    X509* authority = PEM_read_bio_X509(text, nullptr, nullptr, nullptr);
    X509_STORE_add_cert(SSL_CTX_get_cert_store(context), authority);
    X509_free(authority);
    BIO_free(text);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  }
  return context;
}

std::string head_of(const Response& response, const std::string& length_line) {
  std::string head = "HTTP/1.1 " + std::to_string(response.status) + " Status\r\n";
  if (!response.content_type.empty()) head += "Content-Type: " + response.content_type + "\r\n";
  for (const auto& [name, value] : response.headers)
    head.append(name).append(": ").append(value).append("\r\n");
  return head + length_line + "\r\n";
}

}  // namespace

struct HttpServer::Running {
  Handler handler;
  Options options;
  SSL_CTX* context = nullptr;
  int listener = -1;
  unsigned short port = 0;
  std::thread acceptor;

  mutable std::mutex mutex;  // of what follows
  std::condition_variable stopped;
  bool stopping = false;
  std::list<std::thread> threads;
  std::vector<int> sockets;
  std::vector<Request> requests;
  std::size_t connections = 0, at_once = 0, most_at_once = 0;
  std::mutex handling;

  // False when the server stops meanwhile.
  bool wait(std::chrono::milliseconds time) {
    std::unique_lock lock(mutex);
    return !stopped.wait_for(lock, time, [&] { return stopping; });
  }

  void listen_on_any_port() {
    listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (bind(listener, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
        listen(listener, 512) != 0 ||
        getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size) != 0)
      throw std::runtime_error("no port to listen on");
    port = ntohs(address.sin_port);
  }

  void accept_all() {
    while (true) {
      const int client = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
      const std::scoped_lock lock(mutex);
      if (stopping || client < 0) {
        if (client >= 0) close(client);
        if (stopping) return;
        continue;
      }
      const int on = 1;
      setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      sockets.push_back(client);
      threads.emplace_back([this, client, number = ++connections] { serve(client, number); });
    }
  }

  void serve(int client, std::size_t number) {
    Stream stream;
    stream.socket = client;
    converse(stream, number);
    if (stream.tls != nullptr) SSL_free(stream.tls);
    const std::scoped_lock lock(mutex);
    std::erase(sockets, client);
    close(client);
  }

  void converse(Stream& stream, std::size_t number) {
    if (!options.speaks) {
      wait(1h);
      return;
    }
    if (options.tls) {
      stream.tls = SSL_new(context);
      SSL_set_fd(stream.tls, stream.socket);
      if (SSL_accept(stream.tls) != 1) return linger(stream);
    }
    while (true) {
      Request request;
      describe(stream, request);
      request.connection = number;
      if (!read_request(stream, request)) {
        if (stream.rest.starts_with('\x16'))  // TLS, where there is none
          stream.write_all("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n");
        break;
      }
      {
        const std::scoped_lock lock(mutex);
        requests.push_back(request);
        most_at_once = std::max(most_at_once, ++at_once);
      }
      Response response;
      {
        const std::scoped_lock lock(handling);
        response = handler(request);
      }
      const bool go_on = response.latency == 0ms || wait(response.latency);
      {
        // Before the answer: the client may ask anew as soon as it has it.
        const std::scoped_lock lock(mutex);
        --at_once;
      }
      if (!go_on || !answer(stream, request, response)) break;
    }
    if (stream.tls != nullptr) SSL_shutdown(stream.tls);
  }

  // Reads on until the client closes: else what is unread would turn our last words into a reset.
  static void linger(const Stream& stream) {
    char data[4'096];
    shutdown(stream.socket, SHUT_WR);
    const timeval most{2, 0};
    setsockopt(stream.socket, SOL_SOCKET, SO_RCVTIMEO, &most, sizeof most);
    while (recv(stream.socket, data, sizeof data, 0) > 0) continue;
  }

  static void describe(const Stream& stream, Request& request) {
    sockaddr_in address{};
    socklen_t size = sizeof address;
    char text[INET_ADDRSTRLEN] = {};
    getpeername(stream.socket, reinterpret_cast<sockaddr*>(&address), &size);
    inet_ntop(AF_INET, &address.sin_addr, text, sizeof text);
    request.peer = text;
    if (stream.tls == nullptr) return;
    if (const char* name = SSL_get_servername(stream.tls, TLSEXT_NAMETYPE_host_name))
      request.server_name = name;
    if (const X509* certificate = SSL_get0_peer_certificate(stream.tls)) {
      char common_name[256] = {};
      X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, common_name,
                                sizeof common_name);
      request.client = common_name;
    }
  }

  // True when the connection goes on.
  bool answer(Stream& stream, const Request& request, const Response& response) {
    const std::string& body = response.body;
    const std::string head =
        head_of(response, "Content-Length: " + std::to_string(body.size()) + "\r\n");
    switch (response.fault) {
      case Fault::none:
        if (request.method == "HEAD" || response.status == 204 || response.status == 304)
          return stream.write_all(head);
        return stream.write_all(head + body);
      case Fault::reset_before:
        stream.reset_on_close();
        return abandon(stream);
      case Fault::reset_within:
        stream.write_all(head + body.substr(0, body.size() / 2));
        wait(50ms);  // a reset would overtake what is not read yet
        stream.reset_on_close();
        return abandon(stream);
      case Fault::close_within:
        stream.write_all(head + body.substr(0, body.size() / 2));
        return false;
      case Fault::drip:
        if (!stream.write_all(head)) return false;
        for (const char c : body)
          if (!stream.write_all({&c, 1}) || !wait(100ms)) return false;
        return true;
      case Fault::no_http:
        stream.write_all("SSH-2.0-OpenSSH_9.2\r\n");
        return false;
      case Fault::hang:
        wait(1h);
        return false;
      case Fault::huge_headers: {
        Response large = response;
        for (int i = 0; i < 1'024; ++i)
          large.headers.emplace_back("X-Filler-" + std::to_string(i), std::string(1'000, 'x'));
        return stream.write_all(head_of(large, "Content-Length: 0\r\n"));
      }
      case Fault::endless: {
        std::string piece = "10000\r\n" + std::string(0x10000, 'x') + "\r\n";
        if (!stream.write_all(head_of(response, "Transfer-Encoding: chunked\r\n"))) return false;
        while (stream.write_all(piece) && wait(0ms)) continue;
        return false;
      }
    }
    return false;
  }

  // Without the farewell of TLS.
  static bool abandon(Stream& stream) {
    if (stream.tls != nullptr) SSL_free(stream.tls);
    stream.tls = nullptr;
    return false;
  }
};

HttpServer::HttpServer(Handler handler) : HttpServer(std::move(handler), Options()) {}

HttpServer::HttpServer(Handler handler, Options options) : running_(std::make_unique<Running>()) {
  running_->handler = std::move(handler);
  running_->options = std::move(options);
  if (running_->options.tls) running_->context = context_of(running_->options);
  running_->listen_on_any_port();
  // Threads inherit this: a client that hangs up must not end the tests.
  sigset_t pipe, before;
  sigemptyset(&pipe);
  sigaddset(&pipe, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &pipe, &before);
  running_->acceptor = std::thread([this] { running_->accept_all(); });
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

HttpServer::~HttpServer() {
  {
    const std::scoped_lock lock(running_->mutex);
    running_->stopping = true;
    for (const int socket : running_->sockets) shutdown(socket, SHUT_RDWR);
  }
  running_->stopped.notify_all();
  shutdown(running_->listener, SHUT_RDWR);
  running_->acceptor.join();
  for (auto& thread : running_->threads) thread.join();
  close(running_->listener);
  if (running_->context != nullptr) SSL_CTX_free(running_->context);
}

unsigned short HttpServer::port() const {
  return running_->port;
}

std::string HttpServer::host() const {
  return "127.0.0.1:" + std::to_string(running_->port);
}

std::string HttpServer::url(const std::string& target) const {
  return (running_->options.tls ? "https://" : "http://") + host() + target;
}

std::vector<Request> HttpServer::requests() const {
  const std::scoped_lock lock(running_->mutex);
  return running_->requests;
}

std::size_t HttpServer::most_at_once() const {
  const std::scoped_lock lock(running_->mutex);
  return running_->most_at_once;
}

std::size_t HttpServer::connections() const {
  const std::scoped_lock lock(running_->mutex);
  return running_->connections;
}

}  // namespace acr::test
