// Credentials that stand in the middle of other people's messages.
#pragma once

#include <string>
#include <string_view>

namespace acr {

// The text with "***" for what would let its reader in: the signature of a signed storage URL (the
// kubelet quotes the whole address when a layer fails), tokens, passwords and secrets among the
// parameters of a URL or form, and the password before a host ("http://user:password@proxy").
std::string hide_credentials(std::string_view text);

}  // namespace acr
