// Names within URLs, conditions, queries and the sentences of people and programs.
#pragma once

#include <string>
#include <string_view>

#include "live/mask_names.h"

namespace acr {

std::string mask_url(MaskNames& names, std::string_view url);
std::string mask_target(MaskNames& names,
                        std::string_view target);  // "/v2/shop/cart/tags/list?n=1"
// Of a role assignment or a Resource Graph query: what stands in quotes.
std::string mask_literals(MaskNames& names, std::string_view text);
// A message: what has the form of a name in it, what is known as one, what stands in quotes. Words
// by which messages are told apart stay.
std::string mask_prose(MaskNames& names, std::string_view text);

}  // namespace acr
