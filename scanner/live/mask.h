// A recording for strangers: every name, id and address in it replaced by a stand-in that says
// nothing of its owner, and every relation between them kept.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "live/exchange.h"

namespace acr {

struct Masked {
  // Reduced (reduce.h) and masked, in the order given, without those that cannot be masked: lists
  // of allowed images, tasks of registries, trust of identities.
  std::vector<Exchange> exchanges;
  std::map<std::string, std::string> names;  // what stood for what: the original, its stand-in
};

// The same name gets the same stand-in everywhere: in ids, URLs, host names, image references and
// the messages of events. Addresses keep their common prefixes, so that what lay in a network still
// lies in it, and stay private or public. Regions, versions, types, times, built-in roles and
// public registries stay; members of Azure's answers that no reader looks at go.
//
// `key` decides which address stands for which; it must be random and is to be forgotten: who knows
// it can tell the addresses again.
Masked mask_exchanges(std::vector<Exchange> exchanges, std::string_view key);

// Random bytes for that; nullopt where the system has none.
std::optional<std::string> random_mask_key();

}  // namespace acr
