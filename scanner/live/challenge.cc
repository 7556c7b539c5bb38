#include "live/challenge.h"

#include <algorithm>
#include <cctype>

#include "estate/login_server.h"
#include "estate/resource_id.h"
#include "live/target.h"

namespace acr {
namespace {

constexpr std::size_t kLongestHeader = std::size_t{16} << 10, kMost = 16;

bool is_token(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
         std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

bool is_token68(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
         std::string_view("-._~+/").find(c) != std::string_view::npos;
}

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  bool at_end() const { return at_ == text_.size(); }
  bool sees(char c) const { return !at_end() && text_[at_] == c; }
  void skip_blanks() {
    take_while([](char c) { return c == ' ' || c == '\t'; });
  }
  void skip_separators() {
    take_while([](char c) { return c == ' ' || c == '\t' || c == ','; });
  }
  void skip_to_comma() {
    take_while([](char c) { return c != ','; });
  }
  std::string_view take_token() { return take_while(&is_token); }

  // A credential in the place of parameters: "Negotiate abc==".
  void skip_token68() {
    const std::size_t start = at_;
    const bool some = !take_while(&is_token68).empty();
    take_while([](char c) { return c == '='; });
    skip_blanks();
    if (!some || !(at_end() || sees(','))) at_ = start;
  }

  // Behind a name: "= value", the value quoted or not. False, and nothing is read, where it is
  // none.
  bool take_value(std::string& value) {
    const std::size_t start = at_;
    skip_blanks();
    if (!sees('=')) {
      at_ = start;
      return false;
    }
    ++at_;
    skip_blanks();
    if (!sees('"')) {
      value = take_token();
      return true;
    }
    for (++at_; !at_end() && !sees('"'); ++at_) {
      if (sees('\\') && at_ + 1 < text_.size()) ++at_;
      value += text_[at_];
    }
    if (!at_end()) ++at_;
    return true;
  }

 private:
  template <class Belongs>
  std::string_view take_while(Belongs belongs) {
    const std::size_t start = at_;
    while (!at_end() && belongs(text_[at_])) ++at_;
    return text_.substr(start, at_ - start);
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

bool is_url_character(char c) {
  return c > 0x20 && c < 0x7f && std::string_view("\"<>\\^`{|}#").find(c) == std::string_view::npos;
}

}  // namespace

std::vector<Challenge> parse_challenges(std::string_view header) {
  std::vector<Challenge> challenges;
  Reader reader(header.substr(0, kLongestHeader));
  while (true) {
    reader.skip_separators();
    if (reader.at_end()) return challenges;
    const std::string name = lower(reader.take_token());
    std::string value;
    if (name.empty()) {
      reader.skip_to_comma();
    } else if (!challenges.empty() && reader.take_value(value)) {
      auto& parameters = challenges.back().parameters;
      if (parameters.size() < kMost) parameters.try_emplace(name, std::move(value));
    } else {
      if (challenges.size() == kMost) return challenges;
      challenges.push_back({name, {}});
      reader.skip_blanks();
      reader.skip_token68();
    }
  }
}

std::optional<TokenService> token_service(std::span<const Challenge> challenges) {
  for (const Challenge& challenge : challenges) {
    const auto realm = challenge.parameters.find("realm");
    if (challenge.scheme != "bearer" || realm == challenge.parameters.end() ||
        authority_of(realm->second).empty())
      continue;
    const auto service = challenge.parameters.find("service");
    return TokenService{realm->second,
                        service == challenge.parameters.end() ? "" : service->second};
  }
  return std::nullopt;
}

bool has_scheme(std::span<const Challenge> challenges, std::string_view scheme) {
  return std::ranges::any_of(
      challenges, [scheme](const Challenge& challenge) { return challenge.scheme == scheme; });
}

bool may_receive_credential(std::string_view realm, std::string_view login_server) {
  const std::string host = host_of(authority_of(realm)), own = host_of(login_server);
  if (host.empty() || own.empty()) return false;
  if (host == own) return true;
  const RegistryCloud* cloud = cloud_of(host);
  return cloud != nullptr && cloud == cloud_of(own) && registry_label(host) == registry_label(own);
}

std::string authority_of(std::string_view url) {
  constexpr std::string_view kScheme = "https://";
  if (!same_text(url.substr(0, kScheme.size()), kScheme) ||
      !std::ranges::all_of(url, is_url_character))
    return {};
  Call call;
  call.url = url;
  // The loop's own reading of URLs: two readings of one URL could name two hosts.
  const auto target = target_of(call);
  if (!target) return {};
  const std::string host =
      target->host.find(':') == std::string::npos ? target->host : "[" + target->host + "]";
  return target->port == 443 ? host : host + ":" + std::to_string(target->port);
}

std::string host_of(std::string_view authority) {
  if (authority.starts_with('[')) {
    const auto end = authority.find(']');
    return end == std::string_view::npos ? std::string() : lower(authority.substr(1, end - 1));
  }
  return lower(authority.substr(0, authority.find(':')));
}

}  // namespace acr
