// The members of answers: which are names, which are words of Azure's and Kubernetes' own.
#pragma once

#include <string>
#include <string_view>

#include "live/exchange.h"
#include "live/mask_names.h"

namespace acr {

// One pass over a body that was reduced before (reduce.h), in its order. With `prose` false
// messages are left out: the pass that only learns names. Text that is no JSON is a message.
std::string mask_body(MaskNames& names, Audience audience, std::string_view body, bool prose);

}  // namespace acr
