// Times as Azure, Kubernetes and JWTs write them.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace acr {

using Instant = std::chrono::sys_seconds;

// RFC 3339 with any number of fraction digits (dropped) and a numeric offset or Z; no offset is
// read as UTC. nullopt for anything else.
std::optional<Instant> parse_time(std::string_view text);

std::optional<std::chrono::sys_days> parse_day(std::string_view text);  // "2026-12-31"

std::string format_time(Instant instant);  // "2026-05-28T20:26:40Z"

}  // namespace acr
