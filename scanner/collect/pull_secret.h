// A Kubernetes secret as its members are read, and its reduced form: what the kubelet's decoding
// yields, without any of the data, as snapshots record it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <simdjson.h>

#include "collect/json_fields.h"
#include "estate/workload.h"

namespace acr {

// The members of a Secret that decide, in the order they come. Views go into the text that is read.
struct SecretFields {
  std::string_view type;
  bool has_data = false;
  // Either may stand before the type. `plain` is stringData, which the API server puts over data.
  struct Payload {
    std::optional<std::string_view> json, cfg;
  } data, plain;
  // The member "acrDoctor" of a snapshot: the facts in the place of the data.
  std::optional<PullSecret> reduced;

  // One member of the object; others than those above are passed over.
  void read(JsonFields& fields, const char* key, JsonFields::Value value);
};

// Fills type, credentials, docker_type and aci_error. `source` is named by the gap of a secret
// whose document holds neither data nor facts.
void decode(PullSecret& secret, const SecretFields& fields, const std::string& source);

// The value of "acrDoctor" as JSON. Nothing of it lets its reader in.
void append_facts(std::string& json, const PullSecret& secret);
// Where the facts do not follow from the type alone: only then is "acrDoctor" worth writing.
bool has_facts(const SecretFields& fields);

// The text as a JSON string, quotes included.
void append_json_string(std::string& json, std::string_view text);

}  // namespace acr
