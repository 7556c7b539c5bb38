// The pieces of the canonical report, written alike by `json` and `ndjson`.
#pragma once

#include "judge/report.h"
#include "reports/json_stream.h"

namespace acr {

inline constexpr std::string_view kSchemaVersion = "1.0";

// Each writes the members of one object; the caller opens and closes it.
void write_origin(JsonStream& json, const Report& report);  // schemaVersion, tool, run
void write_check(JsonStream& json, const Check& check);
void write_scope(JsonStream& json, const Scope& scope);
void write_result(JsonStream& json, const Result& result);
// Without its chain.
void write_pull(JsonStream& json, const PullReport& pull);
void write_chain_link(JsonStream& json, const ChainLink& link);
void write_notification(JsonStream& json, const Notification& note);
void write_summary(JsonStream& json, const Report& report);

}  // namespace acr
