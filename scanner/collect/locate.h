// From evidence to the line that people edit.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "collect/collect.h"
#include "collect/yaml.h"
#include "estate/place.h"

namespace acr {

// Finds the places of evidence in written documents. Of what Helm or Kustomize made, that is the
// template or manifest that it was made of, where that file lies in the working directory: as the
// document names it, or below the folder of a chart or kustomization. No file outside the working
// directory is looked at, whatever a document names.
class Locator {
 public:
  explicit Locator(const Collected& collected) : collected_(collected) {}

  // nullopt where the evidence is in no written document.
  std::optional<Place> find(const Evidence& evidence);

 private:
  struct OriginFile {
    std::string path, text;
  };

  const Collected& collected_;
  std::map<std::string, std::vector<YamlPart>, std::less<>> parts_;  // of sources in YAML, by name
  std::map<std::pair<std::uint32_t, std::string>, std::optional<Place>> found_;
  std::map<std::string, std::optional<OriginFile>, std::less<>> origins_;  // by made_of
  std::optional<std::vector<std::string>> roots_;  // folders of charts and kustomizations

  std::optional<Place> look_up(std::uint32_t number, const std::string& pointer);
  const std::optional<OriginFile>& origin_of(const std::string& made_of);
  const std::vector<std::string>& roots();
};

// Where the line of a made text stands in what it was made of: the same line, or else the line with
// the same key; of several the one with the same number among its like. 0: nowhere.
std::size_t line_of_origin(std::string_view made, std::size_t line, std::string_view origin);

}  // namespace acr
