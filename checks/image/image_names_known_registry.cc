#include <fmt/format.h>

#include <algorithm>

#include "check.h"
#include "estate/login_server.h"

namespace acr {

extern const Check image_reference_is_valid;

namespace {

// Registries that were listed together: only a list may call a name a mistake.
std::vector<std::uint32_t> registry_lists(const Estate& estate) {
  std::vector<std::uint32_t> documents;
  for (const Listing& listing : estate.listings) {
    if (listing.kind == Kind::registry && listing.list)
      documents.push_back(listing.origin.document);
  }
  return documents;
}

bool only_digits_differ(std::string_view a, std::string_view b) {
  const auto without_digits = [](std::string_view text) {
    std::string rest;
    for (const char c : text) {
      if (c < '0' || c > '9') rest += c;
    }
    return lower(rest);
  };
  return without_digits(a) == without_digits(b);
}

Verdict judge(const Estate& estate, const Pull& pull) {
  const Evidence image = cite_image(estate, pull);
  if (!pull.reference) return not_applicable("the image reference is not valid", {image});
  const std::string& host = pull.reference->domain;
  if (pull.registry) {
    return pass(
        fmt::format("{} is the login server of registry {} ({})", host, pull.registry->name,
                    pull.registry->id.resource_group()),
        {image, estate.cite(pull.registry->origin, "loginServer", pull.registry->login_server)},
        Basis::resolved);
  }
  const auto lists = registry_lists(estate);
  // Of a registry that was listed and read by itself, either document may be the one that is kept.
  std::vector<std::string> known;
  for (const Registry& registry : estate.registries)
    if (!lists.empty()) known.push_back(lower(registry.login_server));
  std::sort(known.begin(), known.end());
  const auto nearest = nearest_host(lower(host), known);
  const bool azure = cloud_of(host) != nullptr;
  // prod1 and prod2 are two registries more often than one typing error; an image that was pulled
  // proves its registry.
  const bool mistake = nearest && !only_digits_differ(*nearest, host) && pull.pulled == 0;
  if (mistake) {
    const auto summary = estate.summarise(Kind::registry, lists);
    const std::string repaired =
        *nearest + pull.image.substr(std::min(pull.image.size(), host.size()));
    std::vector<std::string> fix;
    if (pull.image.starts_with(host)) fix = set_image(pull, repaired);
    std::vector<Evidence> evidence{image};
    evidence.insert(evidence.end(), summary.evidence.begin(), summary.evidence.end());
    for (const Registry& registry : estate.registries) {
      const bool listed =
          std::find(lists.begin(), lists.end(), registry.origin.document) != lists.end();
      if (!listed && same_text(registry.login_server, *nearest))
        evidence.push_back(estate.cite(registry.origin, "loginServer", registry.login_server));
    }
    return fail(
        fmt::format("{} is none of the {}; the nearest is {}", host, summary.text, *nearest),
        std::move(evidence), Basis::resolved, std::move(fix));
  }
  if (!azure)
    return not_applicable(fmt::format("{} is not an Azure container registry", host), {image});
  std::vector<Evidence> evidence{image};
  std::string reason = fmt::format("registry {} is not in the input", host);
  if (!estate.registries.empty())
    reason += fmt::format(" ({})", estate.describe_listings(Kind::registry));
  if (nearest) reason += fmt::format("; the nearest known login server is {}", *nearest);
  if (const Refusal* refusal = estate.refusal(Kind::registry)) {
    reason += fmt::format(": {}", refusal->says());
    evidence.push_back(estate.cite(refusal->origin, "", refusal->action, refusal->basis()));
  }
  return unknown(
      std::move(reason), std::move(evidence),
      {fmt::format("az acr list --query \"[?loginServer=='{}']\" --output json", lower(host))});
}

}  // namespace

extern const Check image_names_known_registry;
const Check image_names_known_registry{
    .id = "image-names-known-registry",
    .title = "The image names a known registry",
    .problem = "The image names a registry that does not exist",
    .severity = Severity::high,
    .link = Link::reference,
    .step = 2,
    .why =
        "A mistyped login server fails like a network fault: the name does not resolve, or "
        "resolves to "
        "somebody else's registry. The registry's login server is the only valid host, and with a "
        "domain "
        "name label scope it is not the registry's name.",
    .reads = "the images of pods and workloads; the login servers of the registries",
    .repair =
        "Low risk: correct the image in the workload. Needs edit rights in the namespace; the pods "
        "are made anew.",
    .reference =
        "https://learn.microsoft.com/azure/container-registry/"
        "container-registry-get-started-azure-cli",
    .controls = {},
    .features = "F-091 F-092 B-26 B-27 B-41",
    .after = {&image_reference_is_valid},
    .judge = &judge};

}  // namespace acr
