#include "live/mask_names.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <vector>

#include <fmt/format.h>

#include "estate/builtin_roles.h"
#include "estate/login_server.h"
#include "estate/resource_id.h"
#include "live/mask_address.h"

namespace acr {
namespace {

constexpr std::size_t kLongName = 512;   // longer ones are nobody's, and not taken apart
constexpr std::size_t kShortNumber = 4;  // ordinals and the like say nothing

constexpr std::array kStays = std::to_array<std::string_view>({"default",
                                                               "kube-system",
                                                               "kube-public",
                                                               "kube-node-lease",
                                                               "gatekeeper-system",
                                                               "calico-system",
                                                               "tigera-operator",
                                                               "app-routing-system",
                                                               "aks-command",
                                                               "flux-system",
                                                               "default-scheduler",
                                                               "kubernetes",
                                                               "library",
                                                               "latest",
                                                               "*",
                                                               "@",
                                                               "null",
                                                               "none",
                                                               "true",
                                                               "false",
                                                               "linux",
                                                               "windows",
                                                               "amd64",
                                                               "arm64",
                                                               "virtual-kubelet",
                                                               "virtual-node-aci-linux",
                                                               "virtual-node-aci-windows",
                                                               "virtualnode",
                                                               "virtual-node",
                                                               "msi",
                                                               "localhost",
                                                               "system:anonymous",
                                                               "system:unauthenticated",
                                                               "allowvnetinbound",
                                                               "allowvnetoutbound",
                                                               "allowinternetoutbound",
                                                               "allowazureloadbalancerinbound",
                                                               "denyallinbound",
                                                               "denyalloutbound",
                                                               "_repositories_pull",
                                                               "_repositories_push",
                                                               "_repositories_pull_metadata_read",
                                                               "_repositories_push_metadata_write",
                                                               "_repositories_admin"});
// Behind the first dot of a name: record sets of a registry's hosts, interfaces of an endpoint.
constexpr std::array<std::string_view, 3> kParts{"data", "geo", "nic"};

bool is_digits(std::string_view text) {
  return !text.empty() &&
         std::ranges::all_of(text, [](unsigned char c) { return std::isdigit(c); });
}
bool is_alnum(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0;
}

// The ending that the API server gives the pods of a ReplicaSet (apimachinery, util/rand).
bool is_pod_ending(std::string_view text) {
  return text.size() == 5 &&
         text.find_first_not_of("bcdfghjklmnpqrstvwxz2456789") == std::string_view::npos;
}

// A GUID at `at`, with nothing of a word around it.
bool guid_at(std::string_view text, std::size_t at) {
  return at + 36 <= text.size() && is_guid(text.substr(at, 36)) &&
         (at == 0 || !is_alnum(text[at - 1])) &&
         (at + 36 == text.size() || !is_alnum(text[at + 36]));
}

bool is_address_byte(char c) {
  return std::isxdigit(static_cast<unsigned char>(c)) != 0 || c == '.' || c == ':';
}

}  // namespace

bool stays(std::string_view name) {
  return name.empty() || std::ranges::find(kStays, lower(name)) != kStays.end();
}

std::string_view kind_word(std::string_view type) {
  static const std::map<std::string, std::string_view> words{
      {"registries", "registry"},
      {"managedclusters", "cluster"},
      {"virtualnetworks", "vnet"},
      {"subnets", "subnet"},
      {"privateendpoints", "endpoint"},
      {"privatednszones", "zone"},
      {"virtualnetworklinks", "link"},
      {"userassignedidentities", "identity"},
      {"networksecuritygroups", "nsg"},
      {"securityrules", "rule"},
      {"defaultsecurityrules", "rule"},
      {"routetables", "routes"},
      {"routes", "route"},
      {"natgateways", "nat"},
      {"publicipaddresses", "publicip"},
      {"loadbalancers", "balancer"},
      {"virtualmachinescalesets", "scaleset"},
      {"networkinterfaces", "nic"},
      {"agentpools", "pool"},
      {"tokens", "token"},
      {"scopemaps", "scopemap"},
      {"cacherules", "cacherule"},
      {"credentialsets", "credentialset"},
      {"virtualnetworkpeerings", "peering"},
      {"privatednszonegroups", "zonegroup"},
      {"namespaces", "namespace"},
      {"pods", "pod"},
      {"secrets", "secret"},
      {"serviceaccounts", "account"},
      {"nodes", "node"},
      {"a", "record"}};
  const auto found = words.find(lower(type));
  return found == words.end() ? "name" : found->second;
}

void MaskNames::add_region(std::string_view region) {
  std::string plain = lower(region);
  std::erase(plain, ' ');
  if (!plain.empty() && std::ranges::all_of(plain, is_alnum)) regions_.insert(plain);
}

void MaskNames::add_login_server(std::string_view host) {
  login_servers_.insert(lower(host));
}

bool MaskNames::is_region(std::string_view text) const {
  return regions_.contains(lower(text));
}

void MaskNames::add_start(std::string_view start) {
  const std::string_view last = start.substr(start.rfind('/') + 1);
  if (!last.empty() && std::ranges::all_of(last, is_alnum)) starts_.insert(lower(last));
}

bool MaskNames::knows(std::string_view text) const {
  return known_.contains(lower(text));
}

std::string MaskNames::stand_in_for(const std::string& kind) {
  const std::size_t number = ++counts_[kind];
  if (kind == "guid") return fmt::format("a{:07x}-0000-4000-8000-000000000000", number);
  if (kind.starts_with("number")) {
    const std::size_t width = std::stoul(kind.substr(6));
    return fmt::format("{:0>{}}", number, width).replace(0, 1, "9");
  }
  // Login servers count as misspelt for each other within two edits: three lie between these.
  std::string digits;
  for (const char digit : std::to_string(number)) digits.append(kind == "registry" ? 3 : 1, digit);
  return kind + digits;
}

std::string MaskNames::atom(std::string_view text, std::string_view kind) {
  const std::string key =
      kind == "tag" && lower(text) != text ? ':' + std::string(text) : lower(text);
  if (const auto found = known_.find(key); found != known_.end()) return found->second.text;
  // Longest first: starts are sorted, and a longer one of the same letters comes later.
  for (auto start = starts_.rbegin(); start != starts_.rend(); ++start)
    if (key.starts_with(*start) && key != *start)
      return atom(*start, kind) + atom(std::string_view(key).substr(start->size()), kind);
  StandIn made{std::string(kind), {}, std::string(text)};
  do {
    made.text = stand_in_for(made.kind);
  } while (known_.contains(made.text));
  order_.push_back(key);
  return known_.emplace(key, std::move(made)).first->second.text;
}

void MaskNames::settle() {
  counts_.clear();
  for (const std::string& key : order_) {
    StandIn& each = known_.at(key);
    do {
      each.text = stand_in_for(each.kind);
    } while (known_.contains(each.text));
  }
  keep_likeness();
}

// "contosprod.azurecr.io" beside contosoprod.azurecr.io: a mistake that must stay one.
void MaskNames::keep_likeness() {
  const std::vector<std::string> servers(login_servers_.begin(), login_servers_.end());
  char letter = 'a';
  for (const std::string& host : hosts_) {
    const auto meant = login_servers_.contains(host) ? std::nullopt : nearest_host(host, servers);
    if (!meant) continue;
    misspelt_.insert(host);
    const auto wrong = known_.find(std::string(registry_label(host)));
    const auto right = known_.find(std::string(registry_label(*meant)));
    if (wrong == known_.end() || right == known_.end() || wrong == right) continue;
    wrong->second.text = right->second.text + letter;
    letter = letter == 'z' ? 'a' : static_cast<char>(letter + 1);
  }
}

std::map<std::string, std::string> MaskNames::table() const {
  std::map<std::string, std::string> table;
  for (const auto& [key, each] : known_)
    if (key.front() != ':' || each.kind == "tag") table.emplace(each.original, each.text);
  table.insert(addresses_.begin(), addresses_.end());
  return table;
}

std::string MaskNames::guid(std::string_view text) {
  // Roles that are the same everywhere, and the one that says "no user name".
  if (builtin_role(lower(text)) != nullptr ||
      text.find_first_not_of("0-") == std::string_view::npos)
    return std::string(text);
  return atom(text, "guid");
}

std::optional<std::string> MaskNames::address(std::string_view text) {
  auto masked = mask_address_text(text, key_);
  if (masked && *masked != text) addresses_.insert_or_assign(std::string(text), *masked);
  return masked;
}

std::string MaskNames::number(std::string_view digits) {
  if (digits.size() <= kShortNumber) return std::string(digits);
  return atom(digits, fmt::format("number{}", digits.size()));
}

std::string MaskNames::opaque(std::string_view text) {
  return text.empty() ? std::string() : atom(fmt::format(":{}", text), "page");
}

std::string MaskNames::tag(std::string_view text) {
  return stays(text) ? std::string(text) : atom(text, "tag");
}

// "MC_group_cluster_region", the group of a cluster's nodes.
std::string MaskNames::node_group(std::string_view text) {
  const std::size_t first = text.find('_'), last = text.rfind('_');
  const std::size_t middle = last == first ? last : text.rfind('_', last - 1);
  if (!lower(text).starts_with("mc_") || middle <= first || middle == std::string_view::npos)
    return {};
  const std::string_view region = text.substr(last + 1);
  return fmt::format("{}{}_{}_{}", text.substr(0, 3),
                     name(text.substr(first + 1, middle - first - 1), "group"),
                     name(text.substr(middle + 1, last - middle - 1), "cluster"),
                     is_region(region) ? std::string(region) : name(region, "name"));
}

// "aks-user-12345678-vmss000001", "aks-user-12345678-vmss": a node of a pool, and its scale set.
std::string MaskNames::node(std::string_view text) {
  const std::string low = lower(text);
  const std::size_t set = low.rfind("-vmss");
  if (!low.starts_with("aks-") || set == std::string::npos || set < 5) return {};
  const std::size_t dash = low.rfind('-', set - 1);
  if (dash == std::string::npos || dash < 5) return {};
  const std::string digits = low.substr(dash + 1, set - dash - 1);
  const std::string ending = low.substr(set + 5);
  if (!is_digits(digits) || !std::ranges::all_of(ending, is_alnum)) return {};
  return fmt::format("aks-{}-{}-vmss{}", name(low.substr(4, dash - 4), "pool"), number(digits),
                     ending);
}

// "cart-6d5f9c7b8-x2x4q", "cart-6d5f9c7b8", "db-0", "nightly-29123456": what is named after
// another.
std::string MaskNames::derived(std::string_view text, std::string_view kind) {
  const std::size_t dash = text.rfind('-');
  if (dash == std::string_view::npos || dash == 0) return {};
  const std::string_view base = text.substr(0, dash), ending = text.substr(dash + 1);
  const std::size_t before = base.rfind('-');
  const bool of_replica_set = before != std::string_view::npos && is_pod_ending(ending) &&
                              hashes_.contains(std::string(base.substr(before + 1)));
  if (hashes_.contains(std::string(ending)) || of_replica_set)
    return name(base, kind) + '-' + atom(ending, "hash");
  // The login server of a registry with a domain name label scope.
  if (registries_.contains(lower(text.substr(0, text.find('-')))))
    return name(text.substr(0, text.find('-')), "registry") + '-' +
           atom(text.substr(text.find('-') + 1), "hash");
  if (is_digits(ending)) return name(base, kind) + '-' + number(ending);
  return {};
}

std::string MaskNames::name(std::string_view text, std::string_view kind) {
  if (stays(text)) return std::string(text);
  if (text.size() > kLongName) return atom(text, kind);
  if (is_guid(text)) return guid(text);
  if (auto masked = address(text)) return *std::move(masked);
  if (is_digits(text)) return number(text);
  if (std::string made = node_group(text); !made.empty()) return made;
  if (std::string made = node(text); !made.empty()) return made;
  if (is_host(text)) return host(text);
  const std::size_t at = text.find_first_of("./:");
  if (at != std::string_view::npos && at > 0 && at + 1 < text.size()) {
    // "contoso.westeurope.data" of a record, "pe.nic.GUID", "cart-x2x4q.17a", "shop/cart".
    std::string made;
    std::string_view rest = text;
    while (true) {
      const std::size_t end = std::min(rest.find_first_of("./:"), rest.size());
      const std::string_view part = rest.substr(0, end);
      const bool fixed = rest.data() != text.data() &&
                         (is_region(part) || std::ranges::find(kParts, part) != kParts.end());
      made += fixed ? std::string(part) : name(part, kind);
      if (end == rest.size()) return made;
      made += rest[end];
      rest.remove_prefix(end + 1);
    }
  }
  if (std::string made = derived(text, kind); !made.empty()) return made;
  return atom(text, kind);
}

std::string MaskNames::derived_of_known(std::string_view text) {
  const std::size_t dash = text.find_last_of("-_");
  if (dash == std::string_view::npos || dash == 0 || text.size() > kLongName) return {};
  if (std::string made = node_group(text); !made.empty()) return made;
  if (std::string made = node(text); !made.empty()) return made;
  const std::string_view base = text.substr(0, dash), ending = text.substr(dash + 1);
  const bool named = knows(base) || !derived_of_known(base).empty();
  const bool made_up = is_digits(ending) || is_pod_ending(ending) || knows(ending);
  return named && made_up && text[dash] == '-' ? name(text, "name") : std::string();
}

std::string MaskNames::patterns(std::string_view text) {
  std::string made;
  for (std::size_t i = 0; i < text.size();) {
    if (guid_at(text, i)) {
      made += guid(text.substr(i, 36));
      i += 36;
      continue;
    }
    const bool begins =
        i == 0 || !(is_alnum(text[i - 1]) || text[i - 1] == '.' || text[i - 1] == ':');
    if (begins && is_address_byte(text[i])) {
      std::size_t end = i;
      while (end < text.size() && is_address_byte(text[end])) ++end;
      std::size_t stop = end;
      while (stop > i && (text[stop - 1] == '.' || text[stop - 1] == ':')) --stop;
      // "10.0.0.4:53": the port is no part of it.
      std::string_view run = text.substr(i, stop - i);
      auto found = mask_address_text(run, key_);
      if (const std::size_t colon = run.rfind(':'); !found && colon != std::string_view::npos) {
        run = run.substr(0, colon);
        found = mask_address_text(run, key_);
      }
      std::size_t behind = i + run.size();
      if (found && behind < text.size() && text[behind] == '/') {
        std::size_t digits = behind + 1;
        while (digits < text.size() && is_digits(text.substr(digits, 1))) ++digits;
        if (auto prefix = mask_address_text(text.substr(i, digits - i), key_)) {
          found = std::move(prefix);
          behind = digits;
        }
      }
      if (found && (behind == text.size() || !is_alnum(text[behind]))) {
        made += address(text.substr(i, behind - i)).value_or("");
        i = behind;
        continue;
      }
    }
    // On to the end of the word.
    made += text[i++];
    while (i < text.size() && is_alnum(text[i - 1]) && is_alnum(text[i])) made += text[i++];
  }
  return made;
}

}  // namespace acr
