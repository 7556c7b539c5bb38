#include "collect/probe.h"

#include <array>

#include <fmt/format.h>

#include "collect/arm.h"
#include "collect/redact.h"
#include "estate/resource_id.h"

namespace acr {
namespace {

using Step = Observation::Step;
constexpr std::array kSteps{Step::resolve, Step::connect,  Step::tls, Step::challenge,
                            Step::token,   Step::manifest, Step::blob};
constexpr std::array kVantages{Vantage::Kind::host, Vantage::Kind::pod, Vantage::Kind::node};
constexpr std::size_t kMostSteps = 1'000, kMostAddresses = 100;
constexpr std::int64_t kMostNumber = 1'000'000'000;

template <class Words>
auto find_word(const Words& words, std::string_view text)
    -> std::optional<typename Words::value_type> {
  for (const auto word : words)
    if (to_string(word) == text) return word;
  return std::nullopt;
}

Vantage read_vantage(const AzureObject& object) {
  Vantage vantage;
  vantage.kind = find_word(kVantages, object.text("kind")).value_or(Vantage::Kind::host);
  vantage.cluster = object.text("cluster", 256);
  vantage.node = object.text("node", 256);
  vantage.pod = object.text("pod", 256);
  vantage.name_space = object.text("namespace", 256);
  vantage.host = object.text("host", 256);
  vantage.node_resolver = object.flag("nodeResolver").value_or(false);
  return vantage;
}

std::vector<std::string> few(std::vector<std::string> texts, std::size_t most) {
  if (texts.size() > most) texts.resize(most);
  return texts;
}

int number_of(const AzureObject& object, std::string_view field, int otherwise) {
  const auto number = object.number(field);
  return number && *number >= 0 && *number <= kMostNumber ? static_cast<int>(*number) : otherwise;
}

Observation read_observation(const AzureObject& step) {
  Observation observation;
  observation.origin = step.origin();
  observation.host = lower(step.text("host", 256));
  observation.outcome = step.text("outcome", 64);
  observation.addresses = few(step.texts("addresses"), kMostAddresses);
  observation.server = step.text("server", 256);
  observation.detail = hide_credentials(step.text("detail"));
  observation.chain = few(step.texts("chain"), kMostAddresses);
  observation.status = number_of(step, "status", 0);
  observation.digest = step.text("digest", 256);
  observation.platforms = few(step.texts("platforms"), kMostAddresses);
  observation.client_address = step.text("clientAddress", 64);
  observation.issuer = step.text("issuer", 512);
  observation.milliseconds = number_of(step, "milliseconds", -1);
  return observation;
}

}  // namespace

bool absorb_probe(AbsorbContext& context, simdjson::dom::element element, const Origin& origin) {
  const AzureObject root(element, origin);
  const AzureObject about = root.object("probe");
  if (!about.known() || !root.has_list("steps")) return false;
  const auto refuse = [&](std::string why) {
    context.remark(
        {Remark::Level::warning, "probe-not-read", std::move(why), context.estate.source(origin)});
    return true;
  };
  Probe probe;
  probe.origin = origin;
  probe.registry = lower(about.text("registry", 256));
  if (probe.registry.empty())
    return refuse(fmt::format("{}/probe/registry: expected a login server", origin.pointer));
  const auto at = parse_time(about.text("at", 64));
  if (!at) return refuse(fmt::format("{}/probe/at: expected a time (RFC 3339)", origin.pointer));
  probe.at = *at;
  probe.repository = about.text("repository", 256);
  probe.reference = about.text("reference", 256);
  probe.credential = about.text("credential", 64);
  probe.untried = hide_credentials(about.text("untried"));
  probe.vantage = read_vantage(about.object("vantage"));

  for (const AzureObject& step : root.objects("steps")) {
    const std::string word = step.text("step", 64);
    const auto known = find_word(kSteps, word);
    const auto works = step.flag("works");
    if (!known || !works || probe.observations.size() == kMostSteps) {
      refuse(fmt::format("{}: expected one of at most {} steps with \"step\" and \"works\"",
                         step.origin().pointer, kMostSteps));
      continue;
    }
    Observation observation = read_observation(step);
    observation.step = *known;
    observation.works = *works;
    if (observation.host.empty()) observation.host = probe.registry;
    probe.observations.push_back(std::move(observation));
  }
  context.estate.probes.push_back(std::move(probe));
  return true;
}

}  // namespace acr
