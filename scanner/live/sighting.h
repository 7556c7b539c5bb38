// What an answer says about one step of the way: pure functions from answers to observations.
#pragma once

#include <string>
#include <string_view>

#include "estate/observation.h"
#include "live/call.h"
#include "live/dns.h"

namespace acr {

// One server's two answers about a name: it works when either holds an address.
Observation observe_name(std::string_view host, const DnsAnswer& v4, const DnsAnswer& v6);
// `address` is the one that was dialled; empty: the proxy was.
Observation observe_connection(std::string_view host, std::string_view address,
                               const Answer& answer);
Observation observe_certificate(std::string_view host, const Answer& answer);
// Of an HTTP answer: works when it is one of 200 to 299; otherwise the outcome and the detail say
// what it was. `good` is the outcome where it works.
Observation observe_answer(Observation::Step step, std::string_view host, const Answer& answer,
                           std::string_view good);
// Of GET /v2/: a registry asks for a token, or lets everybody in.
Observation observe_challenge(std::string_view host, const Answer& answer);

// The run itself was over: nothing was seen.
bool is_over(const Answer& answer);
bool is_over(const DnsAnswer& answer);
std::string why_over(const Answer& answer);  // where it is

}  // namespace acr
