// Words of others, made fit for one line of ours.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace acr {

// One line without control characters or broken UTF-8 (each becomes "?", spaces in a row one), cut
// after `most` bytes; user and password of URLs in it are left out.
std::string one_line(std::string_view text, std::size_t most = 200);

}  // namespace acr
