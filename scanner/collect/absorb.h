// What the readers of document elements share. An element is one object: a resource, a pod, a row.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include <simdjson.h>

#include "collect/collect.h"
#include "estate/estate.h"

namespace acr {

// Where an element goes to, and where it came from.
struct AbsorbContext {
  Estate& estate;
  const Input& input;
  std::function<void(Remark)> remark;
};

// Azure and Graph resources, in ARM, az-flattened and Resource Graph form (arm.cc, graph.cc).
// Returns what the element was; nullopt when it is nothing we read. Error envelopes are absorbed as
// refusals by absorb_error. `origin` is the element's place; readers set `nested` themselves.
std::optional<Kind> absorb_azure(AbsorbContext& context, simdjson::dom::element element,
                                 Origin origin);

// Any of the error envelopes of Azure, Graph and Kubernetes (ARM, Graph and registry forms, Status
// objects). A 403 becomes a Refusal, other errors a remark. False when the element is no error.
bool absorb_error(AbsorbContext& context, simdjson::dom::element element, const Origin& origin);

// The same for text that is no JSON: "ERROR: (AuthorizationFailed) …" of az, "Error from server
// (Forbidden): …" of kubectl, as left in a file by a redirect.
bool absorb_error_text(AbsorbContext& context, std::string_view text, const Origin& origin);

// Azure types that are known and left out on purpose (webhooks, usages, …): a word for the
// notification, or empty.
std::string_view known_and_unused(simdjson::dom::element element);

}  // namespace acr
