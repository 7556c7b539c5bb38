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
  int tries = 2;
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
    malformed,    // an answer that is none, or a loop of aliases
    cancelled,
  };
  Outcome outcome = Outcome::timeout;
  std::vector<std::string> chain;      // the aliases followed, in order, without the asked name
  std::vector<std::string> addresses;  // sorted
  std::string server;                  // that answered, as asked or as the system names it
  std::string detail;                  // one clause for people
  bool over_tcp = false;               // the datagram was cut short
};
std::string_view to_string(DnsAnswer::Outcome outcome);

}  // namespace acr
