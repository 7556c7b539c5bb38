// What the environment says about how to write: terminal, width, colour, glyphs, time.
#pragma once

#include <iosfwd>
#include <optional>

#include "cli/options.h"
#include "reports/render.h"

namespace acr {

// For one output: `stream` is where it goes, nullptr for a file. COLUMNS, NO_COLOR, CLICOLOR_FORCE,
// FORCE_COLOR, TERM, LC_ALL, LC_CTYPE, LANG and HOSTNAME are read.
RenderOptions render_options(const Options& options, const std::ostream* stream);

// SOURCE_DATE_EPOCH (reproducible-builds.org) where it is set to a number.
std::optional<Instant> given_now();
// That, or else the clock.
Instant now();

}  // namespace acr
