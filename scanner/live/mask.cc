#include "live/mask.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <simdjson.h>

#include "collect/allow_lists.h"
#include "estate/resource_id.h"
#include "live/json_text.h"
#include "live/mask_json.h"
#include "live/mask_names.h"
#include "live/mask_text.h"
#include "live/reduce.h"

namespace acr {
namespace {

std::string digest_of(std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> hash{};
  unsigned int length = 0;
  EVP_Digest(bytes.data(), bytes.size(), hash.data(), &length, EVP_sha256(), nullptr);
  std::string text = "sha256:";
  for (unsigned int i = 0; i < length; ++i) text += fmt::format("{:02x}", hash.at(i));
  return text;
}

std::string minify(std::string_view body) {
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  const simdjson::padded_string padded(body);
  return parser.parse(padded).get(root) == simdjson::SUCCESS ? simdjson::minify(root)
                                                             : std::string(body);
}

// Of Resource Graph: {"managementGroups":[…],"query":"…"}.
std::string mask_query(MaskNames& names, std::string_view body) {
  simdjson::dom::parser parser;
  simdjson::dom::object object;
  const simdjson::padded_string padded(body);
  if (body.empty() || parser.parse(padded).get_object().get(object) != simdjson::SUCCESS) return {};
  std::string made = "{";
  for (const auto& [key, value] : object) {
    made += made.size() > 1 ? "," : "";
    made += json_text(key) + ':';
    std::string_view text;
    if (value.get(text) == simdjson::SUCCESS) {
      made += json_text(mask_literals(names, text));
    } else if (value.is_array()) {
      made += '[';
      for (const simdjson::dom::element item : simdjson::dom::array(value))
        if (item.get(text) == simdjson::SUCCESS)
          made += (made.back() == '[' ? "" : ",") + json_text(names.name(text, "managementgroup"));
      made += ']';
    } else {
      std::string rest = simdjson::minify(value);
      std::string_view token;
      if (value["$skipToken"].get_string().get(token) == simdjson::SUCCESS && !token.empty())
        if (const std::size_t at = rest.find(token); at != std::string::npos)
          rest.replace(at, token.size(), names.opaque(token));
      made += rest;
    }
  }
  return made + '}';
}

// "</v2/_catalog?last=shop%2Fcart>; rel=\"next\""
std::string mask_link(MaskNames& names, std::string_view link) {
  const std::size_t open = link.find('<'), close = link.find('>');
  if (open != 0 || close == std::string_view::npos) return {};
  const std::string_view target = link.substr(1, close - 1);
  return fmt::format("<{}{}",
                     target.contains("://") ? mask_url(names, target) : mask_target(names, target),
                     link.substr(close));
}

void mask_exchange(MaskNames& names, Exchange& exchange, bool prose) {
  Request& request = exchange.request;
  if (request.audience == Audience::kubernetes)
    request.context = names.name(request.context, "cluster");
  else
    request.context = names.host(request.context);
  request.url = mask_url(names, request.url);
  request.body = mask_query(names, request.body);
  std::string body = mask_body(names, request.audience, exchange.body, prose);
  // A manifest's digest is that of its bytes: they stay where nothing of them had to go, and the
  // digest stays in any case.
  if (request.audience == Audience::registry && request.url.contains("/manifests/") &&
      exchange.status == 200) {
    if (body == minify(exchange.body))
      body = exchange.body;
    else
      exchange.headers.emplace("docker-content-digest", digest_of(exchange.body));
  }
  exchange.body = std::move(body);
  if (const auto link = exchange.headers.find("link"); link != exchange.headers.end())
    link->second = mask_link(names, link->second);
  exchange.failure = prose ? mask_prose(names, exchange.failure) : exchange.failure;
}

// Does the answer say that there is nothing? `discovery`: of what the API server knows.
bool is_empty(std::string_view body, bool discovery) {
  const simdjson::padded_string padded(body);
  if (discovery) return proves_no_rules(padded);
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  if (parser.parse(padded).get(root) != simdjson::SUCCESS) return false;
  for (const std::string_view field : {"value", "items"}) {
    simdjson::dom::array list;
    if (root[field].get_array().get(list) == simdjson::SUCCESS) return list.size() == 0;
  }
  return false;
}

// Lists of allowed images, tasks and trust lie in expressions and sentences with names in them:
// with stand-ins they would say something else. That there are none can be told, and what else is
// said beside that goes.
bool cannot_be_masked(Exchange& exchange) {
  const std::string path = lower(exchange.request.url.substr(0, exchange.request.url.find('?')));
  constexpr std::array<std::string_view, 3> kEnds{"/tasks", "/policyassignments",
                                                  "/federatedidentitycredentials"};
  const std::size_t group = path.find(fmt::format("/apis/{}/", kConstraintGroup));
  const bool constraints = group != std::string::npos;
  // …/apis, …/apis/constraints.gatekeeper.sh/v1beta1
  const bool discovery =
      path.ends_with("/apis") ||
      (constraints && path.find('/', group + 7 + kConstraintGroup.size()) == std::string::npos);
  if (!discovery && !constraints && !path.contains(fmt::format("/apis/{}/", kKyvernoGroup)) &&
      std::ranges::none_of(kEnds, [&](std::string_view end) { return path.ends_with(end); }))
    return false;
  if (exchange.status != 200 || exchange.body.empty()) return false;
  if (!is_empty(exchange.body, discovery)) return true;
  if (path.ends_with("/apis"))
    exchange.body = R"({"kind":"APIGroupList","apiVersion":"v1","groups":[]})";
  else if (discovery)
    exchange.body = fmt::format(
        R"({{"kind":"APIResourceList","apiVersion":"v1","groupVersion":"{}/v1beta1","resources":[]}})",
        kConstraintGroup);
  return false;
}

}  // namespace

Masked mask_exchanges(std::vector<Exchange> exchanges, std::string_view key) {
  std::vector<Exchange> maskable;
  for (Exchange& exchange : exchanges)
    if (!cannot_be_masked(exchange)) maskable.push_back(std::move(exchange));
  exchanges = std::move(maskable);
  for (Exchange& exchange : exchanges) {
    if (exchange.body.empty()) continue;
    if (auto reduced = reduce_body(exchange.request, exchange.body))
      exchange.body = *std::move(reduced);
    else if (exchange.status >= 400)
      exchange.body = reduce_text(exchange.body);
    else
      exchange.body = {}, exchange.failure = reduced.error();
  }
  MaskNames names(key);
  // What is in one answer decides how names in another are taken apart: regions, hashes.
  for (const Exchange& exchange : exchanges) {
    Exchange learnt = exchange;
    mask_exchange(names, learnt, false);
  }
  names.settle();
  for (Exchange& exchange : exchanges) mask_exchange(names, exchange, true);
  return {std::move(exchanges), names.table()};
}

std::optional<std::string> random_mask_key() {
  std::string key(32, '\0');
  if (RAND_bytes(reinterpret_cast<unsigned char*>(key.data()), static_cast<int>(key.size())) != 1)
    return std::nullopt;
  return key;
}

}  // namespace acr
