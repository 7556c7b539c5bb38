// What a snapshot says of itself: the file "snapshot.json" beside its documents.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "collect/collect.h"

namespace acr {

inline constexpr std::string_view kRecordingFile = "snapshot.json";
inline constexpr std::size_t kRecordingBytes = 4096;  // longer texts are none

// {"schemaVersion": …, "tool": "acr-doctor", "version": …, "recordedAt": …, "mode": …}; nullopt for
// any other text.
std::optional<Recording> parse_recording(std::string_view json);
std::string to_json(const Recording& recording, std::string_view version);

}  // namespace acr
