// What an HTTP status says of a request whose answer says no more.
#pragma once

#include <string>

namespace acr {

// One clause: "the credential was not accepted (401)", "the service is throttling (429)".
std::string describe_status(long status);

}  // namespace acr
