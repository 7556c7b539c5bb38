#include <fmt/format.h>

#include <algorithm>

#include "estate/command.h"
#include "network_verdict.h"

namespace acr {

namespace {

constexpr std::string_view kAzureDns = "168.63.129.16";

// Resolvers of the Internet, which no private zone answers.
constexpr std::string_view kPublicResolvers[] = {
    "1.0.0.1",        "1.1.1.1", "149.112.112.112", "208.67.220.220",
    "208.67.222.222", "8.8.4.4", "8.8.8.8",         "9.9.9.9",
};

bool is_public_resolver(const std::string& server) {
  return std::ranges::find(kPublicResolvers, server) != std::end(kPublicResolvers);
}

// What a node's failed pull tells about its name resolution.
struct Sighting {
  const Pull* pull = nullptr;
  std::string resolver;       // the DNS server asked; empty when the message does not say
  bool no_such_host = false;  // that server knows no such name
  std::string public_way;     // "dialled the public address 20.62.1.1"
  std::vector<Evidence> evidence;
};

// The stub on the node itself says nothing about the server behind it.
bool is_on_node(std::string_view address) {
  return address.starts_with("127.") || address.starts_with("169.254.") || address == "::1";
}

std::vector<Sighting> sightings_of(const Estate& estate, const Attachment& attachment) {
  std::vector<Sighting> sightings;
  for (const Pull* pull : attachment.pulls) {
    if (pull->failing == 0 || !pull->symptom) continue;
    const PullError& error = pull->symptom->error;
    const std::string& host = error.host.empty() ? error.registry : error.host;
    if (!same_text(host, attachment.registry->login_server)) continue;
    Sighting sighting;
    sighting.pull = pull;
    std::string words;
    if (error.error == PullErrorClass::network_dns && !error.resolver.empty() &&
        !is_on_node(error.resolver)) {
      sighting.resolver = error.resolver;
      sighting.no_such_host =
          lower(pull->symptom->message).find("no such host") != std::string::npos;
      words =
          fmt::format("asked {}{}", error.resolver, sighting.no_such_host ? ": no such host" : "");
    } else if (!error.address.empty() && !error.private_address &&
               error.error != PullErrorClass::network_proxy) {
      sighting.public_way = fmt::format("dialled the public address {}", error.address);
    } else if (const auto client = IpAddress::parse(error.client_address);
               client && !client->is_private()) {
      sighting.public_way = fmt::format("came to the public endpoint as {}", error.client_address);
    }
    if (words.empty()) words = sighting.public_way;
    if (words.empty()) continue;
    sighting.evidence.push_back(
        estate.cite(pull->symptom->origin, "", std::move(words), Basis::observed));
    sightings.push_back(std::move(sighting));
  }
  return sightings;
}

// The DNS servers of the node where the pull failed.
std::vector<std::string> show_node_dns(const Pull& pull) {
  std::string node;
  if (pull.source) {
    for (const NodeTally& tally : pull.source->nodes) {
      if (tally.failing > 0 && !tally.node.empty()) node = tally.node;
    }
  }
  if (node.empty()) return {"kubectl get nodes --output json"};
  return {
      fmt::format("kubectl debug {} --image=mcr.microsoft.com/cbl-mariner/busybox:2.0 "
                  "--attach -- cat /host/run/systemd/resolve/resolv.conf",
                  quote("node/" + node))};
}

Verdict judge(const Estate& estate, const Attachment& attachment) {
  const std::string host = lower(attachment.registry->login_server);
  return judge_networks(estate, attachment, [&](const NodeNetwork& network) -> Verdict {
    const Path path = path_of(estate, attachment, network);
    if (path.endpoints.exists.holds == Tri::unknown) return unknown(path.endpoints.exists);
    if (path.endpoints.exists.holds == Tri::no)
      return not_applicable(path.why_not_private, path.evidence);
    const NodeResolver resolver = resolver_of(estate, network);
    auto evidence = together(path.endpoints.exists.evidence, resolver.known.evidence);
    if (!network.vnet) return unknown(resolver.known);
    const std::vector<std::string>& servers = network.vnet->dns_servers;
    const std::string named =
        servers.empty() ? "Azure DNS" : fmt::format("{}", fmt::join(servers, ", "));
    const auto is_named = [&](const std::string& server) {
      return servers.empty() ? server == kAzureDns
                             : std::find(servers.begin(), servers.end(), server) != servers.end();
    };

    const std::vector<Sighting> sightings = sightings_of(estate, attachment);
    for (const Sighting& sighting : sightings) {
      if (sighting.resolver.empty() || is_named(sighting.resolver)) continue;
      return unknown(
          fmt::format("a node asked the DNS server {}, but VNet {} names {}: a node keeps the "
                      "servers it started with until it is restarted, and which ones the nodes "
                      "use now is not in the input",
                      sighting.resolver, network.vnet->name, named),
          together(evidence, sighting.evidence), show_node_dns(*sighting.pull));
    }
    if (!resolver.custom) {
      return pass(fmt::format("VNet {} uses Azure DNS, which answers from linked private zones",
                              network.vnet->name),
                  evidence, Basis::configuration);
    }

    if (std::ranges::all_of(servers, is_public_resolver)) {
      evidence = together(std::move(evidence), path.access.accepts.evidence);
      const std::string answer = fmt::format(
          "VNet {} uses the public DNS server {}, which never answers from a private zone but with "
          "the public address of registry {}",
          network.vnet->name, servers.front(), attachment.registry->name);
      if (path.access.accepts.holds == Tri::yes)
        return not_applicable(fmt::format("{}; {}", answer, path.access.accepts.reason), evidence);
      if (path.access.accepts.holds == Tri::no)
        return fail(fmt::format("{}; {}", answer, path.access.accepts.reason), evidence,
                    Basis::configuration, {});
    }
    if (resolver.known.holds != Tri::yes) {
      std::string reason = fmt::format(
          "VNet {} uses the DNS server {}, which stands neither in it nor in a peer that is in the "
          "input: whether it forwards {} to Azure DNS ({}) is not known",
          network.vnet->name, servers.front(), host.substr(host.find('.') + 1), kAzureDns);
      for (const Sighting& sighting : sightings) {
        if (!sighting.no_such_host) continue;
        reason += fmt::format("; a node asked {} and was told that there is no such host",
                              sighting.resolver);
        evidence = together(std::move(evidence), sighting.evidence);
        break;
      }
      std::vector<std::string> supply = resolver.known.supply;
      supply.push_back(fmt::format("nslookup {} {}", quote(host), quote(servers.front())));
      return unknown(std::move(reason), evidence, std::move(supply));
    }

    const std::string server_vnet(resolver.vnet_id.name());
    const std::string& first = servers.front();
    if (resolver.vnet_id != network.vnet_id) {
      const VnetPath way = vnet_path(estate, network, resolver.vnet_id);
      evidence = together(std::move(evidence), way.open.evidence);
      if (way.open.holds == Tri::no) {
        return fail(fmt::format("the nodes' DNS server {} stands in VNet {}, which they do not "
                                "reach: {}",
                                first, server_vnet, way.open.reason),
                    evidence, Basis::configuration, way.fix);
      }
      if (way.open.holds == Tri::unknown) {
        return unknown(fmt::format("the nodes' DNS server {} stands in VNet {}: {}", first,
                                   server_vnet, way.open.reason),
                       evidence, way.open.supply);
      }
    }
    // The zone holds the record and is linked where the server stands. If a node was still told
    // otherwise, the server does not ask Azure DNS.
    if (path.zone.linked.holds == Tri::yes && path.record.exists.holds == Tri::yes) {
      for (const Sighting& sighting : sightings) {
        if (!sighting.no_such_host && sighting.public_way.empty()) continue;
        return fail(
            fmt::format(
                "the nodes' DNS server {} in VNet {} does not forward {} to Azure DNS ({}): "
                "the zone linked there holds the registry's record, but a node {}",
                first, server_vnet, host.substr(host.find('.') + 1), kAzureDns,
                sighting.no_such_host ? std::string("was told that there is no such host")
                                      : sighting.public_way),
            together(together(evidence, sighting.evidence),
                     together(path.zone.linked.evidence, path.record.exists.evidence)),
            Basis::observed, {});
      }
    }
    // Whether the server forwards is its own configuration; nothing speaks against it.
    return not_applicable(
        fmt::format("the nodes' DNS server {} stands in VNet {}, which they reach: what it answers "
                    "follows from the zones linked there",
                    first, server_vnet),
        evidence);
  });
}

}  // namespace

extern const Check node_dns_reaches_azure_dns;
const Check node_dns_reaches_azure_dns{
    .id = "node-dns-reaches-azure-dns",
    .title = "The nodes' DNS servers stand where Azure's private zones answer",
    .problem = "The nodes' DNS servers do not get their answers from Azure's private zones",
    .severity = Severity::high,
    .link = Link::name_resolution,
    .step = 1,
    .why =
        "Private zones answer through Azure DNS only. A VNet with DNS servers of its own depends "
        "on "
        "them: they must be reachable from the nodes, stand in a VNet, and forward the registry's "
        "domain to 168.63.129.16. Nodes keep the servers they started with: a change in the VNet "
        "reaches them with the next restart.",
    .reads =
        "dnsServers of the nodes' VNet; the VNet that holds the server's address, and the peering "
        "with it; the DNS server and the address that messages of failing pulls name",
    .repair =
        "Medium risk: a DNS server serves more than one cluster. Let it forward the domain "
        "azurecr.io (not privatelink.azurecr.io) to 168.63.129.16, or repair the peering with its "
        "VNet. Needs access to the server, or Network Contributor on both VNets. Takes effect when "
        "cached answers end.",
    .reference = "https://learn.microsoft.com/azure/private-link/private-endpoint-dns-integration",
    .controls = {},
    .features = "F-031 B-10 B-43",
    .after = {},
    .judge = &judge};

}  // namespace acr
