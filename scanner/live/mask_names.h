// The stand-ins of names, and the forms in which names are put together: ids, hosts, image
// references, the names that Kubernetes and AKS derive from others.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace acr {

class MaskNames {
 public:
  explicit MaskNames(std::string_view key) : key_(key) {}

  // One name. `kind` colours the stand-in of a name that is new: "registry" gives "registry1".
  std::string name(std::string_view text, std::string_view kind);
  std::string tag(std::string_view text);
  std::string opaque(std::string_view text);      // a page's token
  std::string host(std::string_view text);        // with or without port
  std::string id(std::string_view text);          // an ARM id or scope: "/subscriptions/…"
  std::string repository(std::string_view text);  // "shop/cart", "shop/*"
  std::string image(std::string_view text);       // "contoso.azurecr.io/shop/cart:1"
  std::string label_key(std::string_view text);
  std::string label_value(std::string_view key, std::string_view value);
  // GUIDs and addresses anywhere in a text, and nothing else.
  std::string patterns(std::string_view text);

  // What decides how later names are taken apart. To be told before the names of the last pass.
  void add_region(std::string_view region);
  void add_hash(std::string_view hash) { hashes_.insert(std::string(hash)); }  // of pod templates
  // The start of names that a condition or scope map gives: "shop/ca" of "shop/cart".
  void add_start(std::string_view start);
  // Hosts that are like one, but not it, have a stand-in that is like its stand-in.
  void add_login_server(std::string_view host);
  bool is_region(std::string_view text) const;

  bool knows(std::string_view text) const;
  // Of a name that was made of known ones by AKS or Kubernetes; empty for others.
  std::string derived_of_known(std::string_view text);
  // Gives every name its last stand-in: none that is an original as well.
  void settle();
  std::map<std::string, std::string> table() const;

 private:
  struct StandIn {
    std::string kind, text;
    std::string original;  // as first written
  };
  std::string key_;
  std::map<std::string, StandIn> known_;  // by the name in lower case
  std::vector<std::string> order_;        // of the keys
  std::map<std::string, std::size_t> counts_;
  std::set<std::string> hashes_, regions_, starts_, registries_, login_servers_;
  std::set<std::string> hosts_, misspelt_;
  std::map<std::string, std::string> addresses_;

  std::string atom(std::string_view text, std::string_view kind);
  std::string stand_in_for(const std::string& kind);
  void keep_likeness();
  std::string guid(std::string_view text);
  std::optional<std::string> address(std::string_view text);
  std::string number(std::string_view digits);
  std::string node_group(std::string_view text);
  std::string node(std::string_view text);
  std::string derived(std::string_view text, std::string_view kind);
  std::string component(std::string_view text);
};

// The word for a resource of this type, as written in an id: "registries" -> "registry".
std::string_view kind_word(std::string_view type);
// Kubernetes' and Azure's own names, that stay.
bool stays(std::string_view name);
// Does it end as a host or a zone does, in a domain that is Azure's, or everybody's?
bool is_host(std::string_view name);

}  // namespace acr
