#include "live/dns_message.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <string_view>

#include <ares.h>
#include <fmt/format.h>

#include "estate/address.h"

namespace acr {
namespace {

constexpr std::size_t kHeader = 12;
constexpr std::size_t kMostRecords = 1'000;
constexpr std::size_t kLongestChain = 32;
constexpr int kNoError = 0, kServerFailure = 2, kNameError = 3, kRefused = 5;
constexpr unsigned kClassInternet = 1, kTypeA = 1, kTypeAlias = 5, kTypeAaaa = 28;

struct Reader {
  std::span<const unsigned char> bytes;
  std::size_t at = 0;
  bool good = true;

  unsigned number() {
    if (!good || bytes.size() - at < 2) {
      good = false;
      return 0;
    }
    at += 2;
    return static_cast<unsigned>(bytes[at - 2] << 8 | bytes[at - 1]);
  }
  void skip(std::size_t count) {
    if (!good || bytes.size() - at < count)
      good = false;
    else
      at += count;
  }
  // ares_expand_name bounds pointers and escapes what is not printable.
  std::string name() {
    char* text = nullptr;
    long length = 0;
    if (good && at < bytes.size() &&
        ares_expand_name(bytes.data() + at, bytes.data(), static_cast<int>(bytes.size()), &text,
                         &length) == ARES_SUCCESS) {
      std::string copy = lower_name(text);
      ares_free_string(text);
      skip(static_cast<std::size_t>(length));
      return copy;
    }
    good = false;
    return {};
  }
};

std::optional<std::string> address_in(std::span<const unsigned char> data, bool v6) {
  if (data.size() != (v6 ? 16U : 4U)) return std::nullopt;
  IpAddress address;
  address.v6 = v6;
  std::memcpy(address.bytes.data(), data.data(), data.size());
  return address.to_string();
}

bool read_record(Reader& reader, RecordType type, DnsMessage& message) {
  const std::string owner = reader.name();
  const unsigned kind = reader.number();
  const unsigned category = reader.number();
  reader.skip(4);  // time to live
  const std::size_t length = reader.number();
  const std::size_t start = reader.at;
  reader.skip(length);
  if (!reader.good) return false;
  if (category != kClassInternet) return true;
  const unsigned wanted = type == RecordType::aaaa ? kTypeAaaa : kTypeA;
  if (kind == kTypeAlias) {
    Reader inner{reader.bytes, start, true};
    std::string target = inner.name();
    if (!inner.good || inner.at != start + length) return false;
    message.aliases.emplace(owner, std::move(target));
  } else if (kind == wanted) {
    auto address = address_in(reader.bytes.subspan(start, length), type == RecordType::aaaa);
    if (!address) return false;
    message.addresses[owner].push_back(std::move(*address));
  }
  return true;
}

}  // namespace

std::string_view to_string(DnsAnswer::Outcome outcome) {
  switch (outcome) {
    case DnsAnswer::Outcome::addresses:
      return "addresses";
    case DnsAnswer::Outcome::no_data:
      return "no-data";
    case DnsAnswer::Outcome::no_name:
      return "no-name";
    case DnsAnswer::Outcome::failed:
      return "failed";
    case DnsAnswer::Outcome::refused:
      return "refused";
    case DnsAnswer::Outcome::timeout:
      return "timeout";
    case DnsAnswer::Outcome::unreachable:
      return "unreachable";
    case DnsAnswer::Outcome::malformed:
      return "malformed";
    case DnsAnswer::Outcome::cancelled:
      return "cancelled";
  }
  return "failed";
}

std::string lower_name(std::string name) {
  for (char& c : name)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  if (name.ends_with('.')) name.pop_back();
  return name;
}

bool is_dns_name(const std::string& name) {
  std::string_view rest = name;
  if (rest.ends_with('.')) rest.remove_suffix(1);
  if (rest.empty() || rest.size() > 253) return false;
  while (true) {
    const auto label = rest.substr(0, rest.find('.'));
    if (label.empty() || label.size() > 63) return false;
    for (const char c : label)
      if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
            c == '-' || c == '_'))
        return false;
    if (label.size() == rest.size()) return true;
    rest.remove_prefix(label.size() + 1);
  }
}

std::optional<DnsMessage> read_dns_message(std::span<const unsigned char> bytes, RecordType type) {
  if (bytes.size() < kHeader || bytes.size() > 65'535 || (bytes[2] & 0x80) == 0)
    return std::nullopt;
  DnsMessage message;
  message.code = bytes[3] & 0x0f;
  Reader reader{bytes, 4, true};
  const unsigned questions = reader.number();
  const unsigned answers = reader.number();
  reader.skip(4);  // authority and additional records are not read
  for (unsigned i = 0; i < questions && reader.good; ++i) {
    reader.name();
    reader.skip(4);
  }
  for (unsigned i = 0; i < answers && i < kMostRecords && reader.good; ++i)
    if (!read_record(reader, type, message)) return std::nullopt;
  if (!reader.good) return std::nullopt;
  return message;
}

std::string follow(const DnsMessage& message, const std::string& asked, DnsAnswer& answer) {
  using Outcome = DnsAnswer::Outcome;
  if (message.code == kServerFailure || message.code == kRefused) {
    answer.outcome = message.code == kRefused ? Outcome::refused : Outcome::failed;
    return {};
  }
  if (message.code != kNoError && message.code != kNameError) {
    answer.outcome = Outcome::failed;
    answer.detail = fmt::format("the server answered with code {}", message.code);
    return {};
  }
  const std::string start = answer.chain.empty() ? lower_name(asked) : answer.chain.back();
  std::string name = start;
  for (auto alias = message.aliases.find(name); alias != message.aliases.end();
       alias = message.aliases.find(name)) {
    name = alias->second;
    const bool seen =
        name == lower_name(asked) || std::ranges::find(answer.chain, name) != answer.chain.end();
    answer.chain.push_back(name);
    if (seen || answer.chain.size() > kLongestChain) {
      answer.outcome = Outcome::malformed;
      answer.detail = seen ? "the aliases lead back to one of them" : "there is no end of aliases";
      return {};
    }
  }
  if (const auto found = message.addresses.find(name); found != message.addresses.end()) {
    answer.outcome = Outcome::addresses;
    answer.addresses = found->second;
    std::ranges::sort(answer.addresses);
    const auto rest = std::ranges::unique(answer.addresses);
    answer.addresses.erase(rest.begin(), rest.end());
    return {};
  }
  answer.outcome = message.code == kNameError ? Outcome::no_name : Outcome::no_data;
  // A server that holds only the first name's zone ends there, some with NXDOMAIN.
  return name == start ? std::string() : name;
}

std::optional<DnsServer> read_dns_server(const std::string& text) {
  DnsServer server;
  server.address = text;
  const auto colon = text.rfind(':');
  const bool bracketed = text.starts_with('[');
  if (bracketed || (colon != text.npos && text.find(':') == colon)) {
    const auto close = bracketed ? text.find(']') : colon;
    if (close == text.npos) return std::nullopt;
    server.address = bracketed ? text.substr(1, close - 1) : text.substr(0, close);
    std::string_view port = std::string_view(text).substr(bracketed ? close + 1 : close);
    if (!port.empty()) {
      port.remove_prefix(1);
      const auto [end, error] =
          std::from_chars(port.data(), port.data() + port.size(), server.port);
      if (text[bracketed ? close + 1 : close] != ':' || error != std::errc() ||
          end != port.data() + port.size() || server.port == 0)
        return std::nullopt;
    }
  }
  const auto address = IpAddress::parse(server.address);
  if (!address || (bracketed && !address->v6)) return std::nullopt;
  return server;
}

}  // namespace acr
