// The words that options take, for reading the command line, its help and its completion.
#pragma once

#include <array>
#include <string_view>

#include "cli/options.h"

namespace acr {

template <class Value>
struct Word {
  std::string_view word;
  Value value;
};

inline constexpr std::array kFormats{Word<Format>{"text", Format::text},
                                     Word<Format>{"json", Format::json},
                                     Word<Format>{"ndjson", Format::ndjson},
                                     Word<Format>{"markdown", Format::markdown},
                                     Word<Format>{"html", Format::html},
                                     Word<Format>{"csv", Format::csv},
                                     Word<Format>{"junit", Format::junit},
                                     Word<Format>{"sarif", Format::sarif},
                                     Word<Format>{"github", Format::github},
                                     Word<Format>{"ado", Format::ado},
                                     Word<Format>{"openmetrics", Format::openmetrics},
                                     Word<Format>{"policyreport", Format::policyreport}};
// Of what is no report.
inline constexpr std::array kCatalogueFormats{kFormats[0], kFormats[1]};
inline constexpr std::array kSeverities{
    Word<Severity>{"critical", Severity::critical}, Word<Severity>{"high", Severity::high},
    Word<Severity>{"medium", Severity::medium}, Word<Severity>{"low", Severity::low}};
inline constexpr std::array kColours{Word<Colour>{"auto", Colour::automatic},
                                     Word<Colour>{"always", Colour::always},
                                     Word<Colour>{"never", Colour::never}};
inline constexpr std::array kAuth{Word<bool>{"auto", true},
                                  Word<bool>{"environment", true},
                                  Word<bool>{"workload-identity", true},
                                  Word<bool>{"managed-identity", true},
                                  Word<bool>{"azure-cli", true},
                                  Word<bool>{"azd", true}};
inline constexpr std::array kIncomplete{Word<bool>{"fail", false}, Word<bool>{"warn", true}};

// Do the command's outputs show a report, and so take every format?
inline bool shows_report(std::string_view command) {
  return command == "why" || command == "scan" || command == "report";
}

}  // namespace acr
