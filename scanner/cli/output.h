#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace acr {

// Puts `text` in place of the file's content through a temporary file beside it, so that a reader
// sees the old file or the new one, and a failure leaves the old one. Devices and pipes are written
// to directly. Returns what went wrong, in one line.
enum class Readers { usual, owner };  // owner: nobody else may read it, whoever could before
std::optional<std::string> replace_file(const std::string& path, std::string_view text,
                                        Readers readers = Readers::usual);

}  // namespace acr
