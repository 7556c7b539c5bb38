#include "live/http_stream.h"

#include <algorithm>

#include <openssl/ssl.h>
#include <sys/socket.h>

namespace acr::test {
namespace {

std::string lower(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

std::string decoded(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() &&
        text.find_first_not_of("0123456789abcdefABCDEF", i + 1) >= i + 3) {
      out += static_cast<char>(std::stoi(text.substr(i + 1, 2), nullptr, 16));
      i += 2;
    } else {
      out += text[i] == '+' ? ' ' : text[i];
    }
  }
  return out;
}

void read_target(Request& request) {
  const auto mark = request.target.find('?');
  request.path = request.target.substr(0, mark);
  std::string rest = mark == std::string::npos ? "" : request.target.substr(mark + 1);
  while (!rest.empty()) {
    const auto end = rest.find('&');
    const std::string pair = rest.substr(0, end);
    const auto equals = pair.find('=');
    request.query[decoded(pair.substr(0, equals))] =
        equals == std::string::npos ? "" : decoded(pair.substr(equals + 1));
    rest = end == std::string::npos ? "" : rest.substr(end + 1);
  }
}

}  // namespace

bool Stream::fill() {
  char data[16'384];
  const long got = tls != nullptr ? SSL_read(tls, data, sizeof data)
                                  : static_cast<long>(recv(socket, data, sizeof data, 0));
  if (got <= 0) return false;
  rest.append(data, static_cast<std::size_t>(got));
  return true;
}

bool Stream::write_all(std::string_view text) const {
  while (!text.empty()) {
    const std::size_t piece = std::min<std::size_t>(text.size(), 1 << 16);
    const long sent = tls != nullptr
                          ? SSL_write(tls, text.data(), static_cast<int>(piece))
                          : static_cast<long>(send(socket, text.data(), piece, MSG_NOSIGNAL));
    if (sent <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

void Stream::reset_on_close() const {
  const linger now{1, 0};
  setsockopt(socket, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

bool read_request(Stream& stream, Request& request) {
  std::size_t end;
  while ((end = stream.rest.find("\r\n\r\n")) == std::string::npos)
    if (stream.rest.starts_with('\x16') || stream.rest.size() > (1 << 20) || !stream.fill())
      return false;
  std::string head = stream.rest.substr(0, end + 2);
  stream.rest.erase(0, end + 4);
  const std::string line = head.substr(0, head.find("\r\n"));
  const auto first = line.find(' '), last = line.rfind(' ');
  if (first == std::string::npos || first == last) return false;
  request.method = line.substr(0, first);
  request.target = line.substr(first + 1, last - first - 1);
  read_target(request);
  head.erase(0, line.size() + 2);
  while (!head.empty()) {
    const std::string header = head.substr(0, head.find("\r\n"));
    head.erase(0, header.size() + 2);
    const auto colon = header.find(':');
    if (colon == std::string::npos) continue;
    const auto start = header.find_first_not_of(" \t", colon + 1);
    request.headers[lower(header.substr(0, colon))] =
        start == std::string::npos ? "" : header.substr(start);
  }
  const std::string length = request.header("content-length");
  const std::size_t size = length.empty() ? 0 : std::stoul(length);
  while (stream.rest.size() < size)
    if (!stream.fill()) return false;
  request.body = stream.rest.substr(0, size);
  stream.rest.erase(0, size);
  return true;
}

std::string Request::header(const std::string& name) const {
  const auto found = headers.find(lower(name));
  return found == headers.end() ? "" : found->second;
}

}  // namespace acr::test
