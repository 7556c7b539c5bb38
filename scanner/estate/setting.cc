#include "estate/setting.h"

#include <utility>

namespace acr {

const Setting& Settings::operator[](std::string_view path) const {
  static const Setting untold;
  const auto found = by_path_.find(path);
  return found == by_path_.end() ? untold : found->second;
}

void Settings::add(Setting setting) {
  std::string path = setting.path;
  by_path_.insert_or_assign(std::move(path), std::move(setting));
}

}  // namespace acr
