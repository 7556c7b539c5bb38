// Where a key stands in a file that people edit.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace acr {

struct Place {
  std::string file;  // as it was given, "/" between its parts; relative to the working directory
                     // where it lies within
  std::size_t line = 1, column = 1;  // of the key, or of the entry of a list; from 1
  // Where it stands in what a tool made of that file: "standard input:45"; empty where nothing did.
  std::string rendered = {};

  // A file below the working directory. Of others, services that show a checkout know nothing.
  bool in_checkout() const;

  friend bool operator==(const Place&, const Place&) = default;
};

inline constexpr std::string_view kStandardInput = "standard input";  // as the name of a file

std::string to_string(const Place& place);  // "deploy/cart.yaml:12:9"

}  // namespace acr
