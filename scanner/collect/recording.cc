#include "collect/recording.h"

#include <simdjson.h>

#include "collect/arm.h"
#include "collect/pull_secret.h"

namespace acr {

std::optional<Recording> parse_recording(std::string_view json) {
  if (json.size() > kRecordingBytes || !json.contains("\"recordedAt\"")) return std::nullopt;
  simdjson::dom::parser parser;
  simdjson::dom::object object;
  std::string_view tool, at, mode;
  if (parser.parse(json.data(), json.size()).get_object().get(object) != simdjson::SUCCESS ||
      object["tool"].get_string().get(tool) != simdjson::SUCCESS || tool != "acr-doctor" ||
      object["recordedAt"].get_string().get(at) != simdjson::SUCCESS)
    return std::nullopt;
  const auto time = parse_time(at);
  if (!time) return std::nullopt;
  Recording recording;
  recording.at = *time;
  if (object["mode"].get_string().get(mode) == simdjson::SUCCESS)
    recording.mode = cut_text(mode, 64);
  if (object["complete"].get_bool().get(recording.complete) != simdjson::SUCCESS)
    recording.complete = true;
  return recording;
}

std::string to_json(const Recording& recording, std::string_view version) {
  std::string json = R"({"schemaVersion":"1.0","tool":"acr-doctor","version":)";
  append_json_string(json, version);
  json += R"(,"recordedAt":)";
  append_json_string(json, format_time(recording.at));
  json += R"(,"mode":)";
  append_json_string(json, recording.mode);
  if (!recording.complete) json += R"(,"complete":false)";
  return json += "}\n";
}

}  // namespace acr
