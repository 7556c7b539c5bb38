// What a probe saw, as a document that `why` and `scan` read, and as one line a step.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "reports/escape.h"
#include "reports/layout.h"
#include "reports/render.h"

namespace acr {
namespace {

using Json = nlohmann::ordered_json;

Json texts(const std::vector<std::string>& values) {
  Json list = Json::array();
  for (const auto& value : values) list.push_back(clean(value));
  return list;
}

// Members that say nothing are left out.
void put(Json& object, const char* name, std::string_view value) {
  if (!value.empty()) object[name] = clean(value);
}
void put(Json& object, const char* name, const std::vector<std::string>& values) {
  if (!values.empty()) object[name] = texts(values);
}

Json json_of(const Vantage& vantage) {
  Json json{{"kind", to_string(vantage.kind)}};
  put(json, "cluster", vantage.cluster);
  put(json, "node", vantage.node);
  put(json, "pod", vantage.pod);
  put(json, "namespace", vantage.name_space);
  put(json, "host", vantage.host);
  json["nodeResolver"] = vantage.node_resolver;
  return json;
}

Json json_of(const Observation& observation) {
  Json json{{"step", to_string(observation.step)}, {"host", clean(observation.host)}};
  put(json, "server", observation.server);
  json["works"] = observation.works;
  put(json, "outcome", observation.outcome);
  put(json, "chain", observation.chain);
  put(json, "addresses", observation.addresses);
  if (observation.status != 0) json["status"] = observation.status;
  put(json, "digest", observation.digest);
  put(json, "platforms", observation.platforms);
  put(json, "clientAddress", observation.client_address);
  put(json, "issuer", observation.issuer);
  if (observation.milliseconds >= 0) json["milliseconds"] = observation.milliseconds;
  put(json, "detail", observation.detail);
  return json;
}

// What the step found, for people.
std::string found_by(const Observation& observation) {
  std::vector<std::string> parts;
  if (!observation.works || observation.addresses.empty()) parts.push_back(observation.outcome);
  if (!observation.addresses.empty())
    parts.push_back(fmt::format("{}", fmt::join(observation.addresses, ", ")));
  if (!observation.chain.empty())
    parts.push_back(fmt::format("via {}", fmt::join(observation.chain, ", ")));
  if (!observation.server.empty()) parts.push_back(fmt::format("by {}", observation.server));
  if (observation.step != Observation::Step::resolve && observation.works &&
      !observation.addresses.empty())
    parts.push_back(observation.outcome);
  if (!observation.platforms.empty())
    parts.push_back(fmt::format("{}", fmt::join(observation.platforms, ", ")));
  if (observation.milliseconds >= 0)
    parts.push_back(fmt::format("{} ms", observation.milliseconds));
  return clean(fmt::format("{}", fmt::join(parts, "  ")));
}

std::string name_of(const Probe& probe) {
  if (probe.repository.empty()) return clean(probe.registry);
  const char joint = probe.reference.find(':') == std::string::npos ? ':' : '@';
  return clean(fmt::format("{}/{}{}{}", probe.registry, probe.repository, joint, probe.reference));
}

// For whom this proves something.
std::string proves(const Probe& probe) {
  const Vantage& vantage = probe.vantage;
  const std::string where = describe(vantage);
  if (vantage.kind == Vantage::Kind::host)
    return fmt::format(
        "This was seen from {}; it says nothing of cluster nodes: run it there with "
        "deploy/probe-job.yaml.",
        where);
  const bool names = vantage.kind == Vantage::Kind::node || vantage.node_resolver;
  return fmt::format(
      "This was seen from {}; it holds for the nodes of that pool{}. Give the answer of -o json to "
      "acr-doctor why with --from.",
      where, names ? "" : ", except for names: the pod asked other DNS servers than its node does");
}

}  // namespace

std::string render_probe_json(const Probe& probe) {
  Json about{{"registry", clean(probe.registry)}};
  put(about, "repository", probe.repository);
  put(about, "reference", probe.reference);
  about["at"] = format_time(probe.at);
  put(about, "credential", probe.credential);
  put(about, "untried", probe.untried);
  about["vantage"] = json_of(probe.vantage);
  Json steps = Json::array();
  for (const auto& observation : probe.observations) steps.push_back(json_of(observation));
  const Json document{{"schemaVersion", "1.0"},
                      {"tool", {{"name", "acr-doctor"}, {"version", ACR_VERSION}}},
                      {"probe", std::move(about)},
                      {"steps", std::move(steps)}};
  return document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string render_probe(const Probe& probe, const RenderOptions& options) {
  Page page(options);
  page.heading(fmt::format("{}  from {}{}  {}", name_of(probe), clean(describe(probe.vantage)),
                           probe.vantage.cluster.empty()
                               ? std::string()
                               : clean(fmt::format(" of {}", probe.vantage.cluster)),
                           format_time(probe.at)));
  std::size_t widest = 0;
  for (const auto& observation : probe.observations)
    widest = std::max(widest, columns(clean(observation.host)));
  for (const auto& observation : probe.observations) {
    const Mark mark = observation.works ? Mark::good : Mark::bad;
    if (options.quiet && observation.works) continue;
    page.line(fmt::format("{} {}{}{}", page.mark(mark), pad(to_string(observation.step), 11),
                          pad(clean(observation.host), widest + 2), found_by(observation)));
    if (observation.works) continue;
    if (!observation.detail.empty()) page.paragraph(4, clean(observation.detail));
    if (!observation.client_address.empty())
      page.paragraph(4, fmt::format("the registry sees this machine as {}",
                                    clean(observation.client_address)));
    if (!observation.issuer.empty())
      page.paragraph(4, fmt::format("the certificate's issuer: {}", clean(observation.issuer)));
  }
  if (!probe.untried.empty()) {
    page.line();
    page.paragraph(0, fmt::format("Not tried: {}.", clean(probe.untried)));
  }
  if (!options.quiet) {
    page.line();
    page.paragraph(0, clean(proves(probe)));
  }
  return page.finish();
}

}  // namespace acr
