// A folder of exchanges: recorded in one run, read in another with the same result.
#pragma once

#include <cstddef>
#include <expected>
#include <string>
#include <vector>

#include "collect/collect.h"
#include "live/exchange.h"

namespace acr {

// Reads answers as if they lay in a folder that write_snapshot made, after the sources that
// `input` names. Bodies are wiped as they are read.
Collected collect_exchanges(std::vector<Exchange> exchanges, const Input& input);

// Writes one document an exchange and "snapshot.json", which tells when and by what it was
// recorded. The folder is made for its owner alone, as are the files; a document appears whole or
// not at all. In a folder that holds a snapshot, that one is replaced; one that holds anything else
// is left alone. The error is a line that says why nothing, or not all, was written.
struct WrittenSnapshot {
  std::size_t documents = 0;
  std::size_t unread = 0;  // of them: refused, failed, or no answer of the service
  // The same of registries. Whether one answers is the network's doing, and nothing depends on it.
  std::size_t silent = 0;
};
std::expected<WrittenSnapshot, std::string> write_snapshot(const std::string& folder,
                                                           const std::vector<Exchange>& exchanges,
                                                           const Recording& recording,
                                                           std::string_view version);

}  // namespace acr
