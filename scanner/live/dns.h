// One DNS question and what was answered.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "live/call.h"

namespace acr {

enum class RecordType { a, aaaa };

struct DnsQuery {
  std::string name;
  RecordType type = RecordType::a;
  std::string server;  // "168.63.129.16" or "127.0.0.1:5353", "[::1]:53"; empty: the system's
  Milliseconds timeout{2'000};  // of the first try; the second waits twice as long
  int tries = 2;                // of each server
};

struct DnsAnswer {
  enum class Outcome {
    addresses,    // at least one
    no_data,      // the name is there, without a record of this type
    no_name,      // NXDOMAIN
    failed,       // SERVFAIL
    refused,      // REFUSED
    timeout,      // no answer
    unreachable,  // nobody listens there
    malformed,    // an answer or a question that is none, or a loop of aliases
    cancelled,    // or the run's time was over: `detail` says which
  };
  Outcome outcome = Outcome::timeout;
  // The aliases followed, in order, without the asked name; also where no address came of it. Lower
  // case, without the dot at the end.
  std::vector<std::string> chain;
  std::vector<std::string> addresses;  // sorted
  std::string server;                  // that answered, as asked or as the system names it
  std::string detail;                  // one clause for people
  bool over_tcp = false;               // the datagram was cut short
};
std::string_view to_string(DnsAnswer::Outcome outcome);

}  // namespace acr
