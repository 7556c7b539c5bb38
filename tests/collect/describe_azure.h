// What Azure documents said, as text: one line an object, in the order they were read. Tests
// compare it; places in documents are left out.
#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "collect/absorb.h"
#include "collect/images.h"

namespace acr {

inline std::string word(const std::string& text) {
  return text.empty() ? "-" : text;
}
inline std::string word(const ResourceId& id) {
  return word(std::string(id.name()));
}
inline std::string word(bool value) {
  return value ? "yes" : "no";
}
inline std::string word(std::uint64_t value) {
  return std::to_string(value);
}

template <class T>
std::string words(const std::vector<T>& values) {
  std::vector<std::string> texts;
  for (const T& value : values) texts.push_back(word(value));
  return fmt::format("[{}]", fmt::join(texts, " "));
}

template <class T, class Print>
std::string fact(const Fact<T>& value, Print print) {
  if (value) return print(*value);
  return value.error().why == Gap::Why::malformed ? "malformed" : "?";
}
template <class T>
std::string fact(const Fact<T>& value) {
  return fact(value, [](const T& known) { return word(known); });
}

inline std::string word(const EndpointConnection& c) {
  return fmt::format("({} from {} {} {})", word(c.id), word(c.private_endpoint), word(c.status),
                     word(c.actions_required));
}
inline std::string word(const NetworkRules& r) {
  return fmt::format("{} {} {} {}", r.default_action, words(r.ip_rules), words(r.subnet_rules),
                     r.subnet_rules_visible ? "visible" : "hidden");
}
inline std::string word(const Identity& i) {
  return fmt::format("({} {} {})", word(i.id), word(i.client_id), word(i.object_id));
}
inline std::string word(const Permission& p) {
  return fmt::format("({} not {} data {} not {})", words(p.actions), words(p.not_actions),
                     words(p.data_actions), words(p.not_data_actions));
}
inline std::string word(const DenyAssignment::Principal& p) {
  return p.type + ":" + p.id;
}
inline std::string word(const DirectoryObject::Credential& c) {
  return fmt::format("({} until {})", word(c.display_name), word(c.end));
}
inline std::string word(const RegistryToken::Password& p) {
  return p.name + " until " + word(p.expiry);
}

inline std::string line(const Registry& r) {
  std::string policies;
  for (const auto& [name, status] : r.policies) policies += fmt::format(" {}={}", name, status);
  return fmt::format(
      "registry {} {} {} {} {} admin {} public {} rules {} anonymous {} abac {} data-endpoint {} "
      "{} connections {};{}",
      word(r.id), word(r.name), word(r.login_server), word(r.location), word(r.sku),
      fact(r.admin_user_enabled), fact(r.public_network_access), fact(r.network_rules),
      fact(r.anonymous_pull_enabled), fact(r.abac_mode), fact(r.data_endpoint_enabled),
      fact(r.data_endpoints, [](const auto& v) { return words(v); }),
      fact(r.connections, [](const auto& v) { return words(v); }), policies);
}
inline std::string line(const Replication& r) {
  return fmt::format("replication {} {} {}", word(r.id), r.location,
                     word(r.region_endpoint_enabled));
}
inline std::string line(const RegistryToken& t) {
  return fmt::format("token {} {} {} {}", word(t.id), t.name, word(t.enabled), words(t.passwords));
}
inline std::string line(const NodePool& p) {
  return fmt::format("pool {} {} {} {} {} subnet {} prefixes {}", p.name, word(p.mode), p.os_type,
                     word(p.os_sku), word(p.vm_size), word(p.subnet),
                     words(p.node_public_ip_prefixes));
}
inline std::string line(const Cluster& c) {
  std::string text = fmt::format(
      "cluster {} {} {} tenant {} nodes-in {} version {} out {} {} kubelet {} control {} principal "
      "{} virtual-node {}",
      word(c.id), c.name, word(c.location), word(c.tenant_id), word(c.node_resource_group),
      word(c.kubernetes_version), word(c.outbound_type), words(c.outbound_public_ips),
      fact(c.kubelet_identity), words(c.control_plane_identities),
      word(c.service_principal_client_id), word(c.virtual_node_addon));
  for (const auto& [name, identity] : c.addon_identities)
    text += fmt::format("; addon {} {}", name, word(identity));
  for (const NodePool& pool : c.pools) text += "; " + line(pool);
  return text;
}
inline std::string line(const RoleAssignment& a) {
  return fmt::format("assignment {} principal {} {} {} role {} {} scope {} condition {} created {}",
                     word(a.id), word(a.principal_id), word(a.principal_name),
                     word(a.principal_type), word(a.role_id), word(a.role_name),
                     word(a.scope.text()), word(a.condition), word(a.created_on));
}
inline std::string line(const RoleDefinition& r) {
  return fmt::format("role {} {} {} {}", r.guid, r.name, r.custom ? "custom" : "built-in",
                     words(r.permissions));
}
inline std::string line(const DenyAssignment& d) {
  return fmt::format("deny {} {} scope {} {} {} principals {} excluded {} condition {}", word(d.id),
                     word(d.name), word(d.scope.text()),
                     d.not_for_child_scopes ? "only" : "and-below", words(d.permissions),
                     words(d.principals), words(d.excluded), word(d.condition));
}
inline std::string line(const Subnet& s) {
  return fmt::format(
      "subnet {} {} {} endpoints {} policies {} nsg {} routes {} nat {} delegated {}", word(s.id),
      word(s.name), words(s.prefixes), words(s.service_endpoints),
      word(s.private_endpoint_network_policies), word(s.nsg), word(s.route_table),
      word(s.nat_gateway), words(s.delegations));
}
inline std::string line(const Peering& p) {
  return fmt::format("peering {} {} to {} {} {} access {} forwarded {} remote {}", word(p.id),
                     word(p.name), word(p.remote), word(p.state), word(p.sync_level),
                     word(p.allow_access), word(p.allow_forwarded_traffic),
                     words(p.remote_prefixes));
}
inline std::string line(const VirtualNetwork& v) {
  std::string text = fmt::format("vnet {} {} {} {} dns {}", word(v.id), v.name, word(v.location),
                                 words(v.prefixes), words(v.dns_servers));
  for (const Subnet& subnet : v.subnets) text += "; " + line(subnet);
  for (const Peering& peering : v.peerings) text += "; " + line(peering);
  return text;
}
inline std::string line(const PrivateEndpoint& e) {
  std::string text = fmt::format("endpoint {} {} subnet {} nics {}", word(e.id), e.name,
                                 word(e.subnet), words(e.nics));
  for (const auto& c : e.connections) {
    text += fmt::format("; {} {} {} {}", c.manual ? "manual" : "auto", word(c.target),
                        words(c.group_ids), word(c.status));
  }
  for (const auto& host : e.custom_dns)
    text += fmt::format("; dns {} {}", host.fqdn, words(host.addresses));
  for (const auto& s : e.static_addresses)
    text += fmt::format("; static {} {}", s.member, s.address);
  return text;
}
inline std::string line(const DnsZoneGroup& g) {
  std::string text = fmt::format("zone-group {} of {}", word(g.id), word(g.private_endpoint));
  for (const auto& config : g.configs) {
    text += fmt::format("; zone {}", word(config.zone));
    for (const auto& r : config.records) {
      text += fmt::format(" {} {} {} {}", r.type, r.name, r.fqdn, words(r.addresses));
    }
  }
  return text;
}
inline std::string line(const NetworkInterface& n) {
  std::string text = fmt::format("nic {} of {}", word(n.id), word(n.private_endpoint));
  for (const auto& c : n.configurations) {
    text += fmt::format("; {} {} {} {} subnet {}{}", word(c.name), word(c.address), word(c.member),
                        words(c.fqdns), word(c.subnet), c.primary ? " primary" : "");
  }
  return text;
}
inline std::string line(const PrivateDnsZone& z) {
  return fmt::format("zone {} {} records {} links {}", word(z.id), z.name, fact(z.record_sets),
                     fact(z.links));
}
inline std::string line(const ZoneLink& l) {
  return fmt::format("link {} in {} to {} {} {}", word(l.id), word(l.zone), word(l.vnet),
                     word(l.state), word(l.resolution_policy));
}
inline std::string line(const RecordSet& r) {
  return fmt::format("record {} in {} {} {}", word(r.id), word(r.zone), r.name, words(r.addresses));
}
inline std::string line(const PublicIp& p) {
  return fmt::format("public-ip {} {}", word(p.id), word(p.address));
}
inline std::string line(const LoadBalancer& b) {
  return fmt::format("balancer {} {}", word(b.id), words(b.outbound_public_ips));
}
inline std::string line(const NatGateway& g) {
  return fmt::format("nat {} {} {}", word(g.id), words(g.public_ips), words(g.public_ip_prefixes));
}
inline std::string line(const NetworkSecurityGroup& g) {
  std::string text = fmt::format("nsg {}", word(g.id));
  for (const SecurityRule& r : g.rules) {
    text += fmt::format("; {} {} {} {} {} {}:{} > {}:{}", r.priority, r.name, r.direction, r.access,
                        r.protocol, words(r.source_prefixes), words(r.source_ports),
                        words(r.destination_prefixes), words(r.destination_ports));
  }
  return text;
}
inline std::string line(const RouteTable& t) {
  std::string text = fmt::format("routes {}", word(t.id));
  for (const auto& r : t.routes) {
    text +=
        fmt::format("; {} {} {} {}", r.name, r.prefix, r.next_hop_type, word(r.next_hop_address));
  }
  return text;
}
inline std::string line(const DirectoryObject& o) {
  return fmt::format(
      "{} {} app {} {} {} passwords {} certificates {}",
      o.kind == DirectoryObject::Kind::application ? "application" : "service-principal",
      word(o.object_id), word(o.app_id), word(o.display_name), o.enabled ? "enabled" : "disabled",
      fact(o.passwords, [](const auto& v) { return words(v); }),
      fact(o.certificates, [](const auto& v) { return words(v); }));
}
inline std::string line(const GroupMembership& m) {
  return fmt::format("member {} of {}", m.member_id, m.group_id);
}

inline std::string describe(const Estate& e) {
  std::string text;
  const auto add = [&text](const auto& objects) {
    for (const auto& object : objects) text += line(object) + "\n";
  };
  const auto add_children = [&text](const auto& pairs) {
    for (const auto& [parent, object] : pairs)
      text += fmt::format("in {}: {}\n", word(parent), line(object));
  };
  add(e.registries);
  add(e.replications);
  for (const auto& c : e.endpoint_connections) {
    text += fmt::format("connection {} on {}\n", word(c), word(c.id.parent()));
  }
  add(e.registry_tokens);
  add(e.clusters);
  add_children(e.node_pools);
  add(e.role_assignments);
  add(e.role_definitions);
  add(e.deny_assignments);
  add(e.vnets);
  add_children(e.subnets);
  add_children(e.peerings);
  add(e.private_endpoints);
  add(e.zone_groups);
  add(e.nics);
  add(e.zones);
  add(e.zone_links);
  add(e.record_sets);
  add(e.public_ips);
  add(e.load_balancers);
  add(e.nat_gateways);
  add(e.nsgs);
  add(e.route_tables);
  add(e.directory_objects);
  add(e.memberships);
  for (const Refusal& r : e.refusals) {
    text += fmt::format("refused {}: {} over {} in {}\n", to_string(r.kind), r.action,
                        word(r.scope), word(r.name_space));
  }
  return text;
}

// The readers' answer about every element of a document.
struct Absorbed {
  Estate estate;
  std::vector<Remark> remarks;
  std::vector<std::string>
      elements;  // the kind, "error", the word of what is left out, or "unknown"

  std::string text() const { return describe(estate); }
  std::string said() const {
    std::string lines;
    for (const Remark& remark : remarks) {
      const char* level = remark.level == Remark::Level::note ? "note" : "warning";
      lines += fmt::format("{} {}: {}\n", level, remark.code, remark.text);
    }
    return lines;
  }
};

inline Absorbed absorb(std::string_view json, const std::string& request_url = {}) {
  Absorbed result;
  result.estate.documents.push_back({"test.json", 0, "", "", request_url});
  const Input input;
  AbsorbContext context{result.estate, input,
                        [&](Remark remark) { result.remarks.push_back(std::move(remark)); }};
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  if (parser.parse(simdjson::padded_string(json)).get(root) != simdjson::SUCCESS) {
    result.elements.emplace_back("no JSON");
    return result;
  }
  const auto absorb_one = [&](simdjson::dom::element element, const std::string& pointer) {
    const Origin origin{0, pointer, false};
    if (absorb_error(context, element, origin)) {
      result.elements.emplace_back("error");
    } else if (const auto kind = absorb_azure(context, element, origin)) {
      result.elements.emplace_back(to_string(*kind));
    } else if (const auto image = absorb_image(context, element, json, origin)) {
      result.elements.emplace_back(to_string(*image));
    } else {
      const std::string_view known = known_and_unused(element);
      result.elements.emplace_back(known.empty() ? "unknown" : known);
    }
  };
  std::string pointer;
  simdjson::dom::element body = root;
  if (root.is_object() && root["status"].error() == simdjson::SUCCESS &&
      root["body"].get(body) == simdjson::SUCCESS) {
    pointer = "/body";
    std::string_view url;
    if (root.at_pointer("/request/url").get(url) == simdjson::SUCCESS)
      result.estate.documents[0].request_url = url;
  }
  simdjson::dom::element list = body;
  for (const char* name : {"value", "data"}) {
    if (!body.is_object() || body[name].get(list) != simdjson::SUCCESS) continue;
    pointer += std::string("/") + name;
    break;
  }
  if (!list.is_array()) {
    absorb_one(body, pointer);
    return result;
  }
  std::size_t index = 0;
  for (const auto element : simdjson::dom::array(list))
    absorb_one(element, fmt::format("{}/{}", pointer, index++));
  return result;
}

// The form that az prints: what is below "properties" lies beside it, at each level on its own.
inline nlohmann::ordered_json flatten(const nlohmann::ordered_json& value) {
  if (value.is_array()) {
    auto result = nlohmann::ordered_json::array();
    for (const auto& item : value) result.push_back(flatten(item));
    return result;
  }
  if (!value.is_object()) return value;
  auto result = nlohmann::ordered_json::object();
  for (const auto& [key, member] : value.items()) {
    if (key != "properties" || !member.is_object()) result[key] = flatten(member);
  }
  if (const auto properties = value.find("properties");
      properties != value.end() && properties->is_object()) {
    for (const auto& [key, member] : properties->items()) {
      if (!result.contains(key)) {
        result[key] = flatten(member);
      } else if (key == "type") {
        result["roleType"] = member;  // of a role definition
      }
    }
  }
  return result;
}

}  // namespace acr
