// One field of a resource's document, told by its path: for the many switches that only a check of
// its own looks at.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "estate/fact.h"

namespace acr {

struct Setting {
  enum class State {
    untold,  // the document is a projection, or there is none: nothing is known
    absent,  // the document is whole and has no such field: Azure's default holds
    given
  };
  State state = State::untold;
  std::string path;   // "autoUpgradeProfile/upgradeChannel"
  std::string value;  // text, number or "true" and "false"; of an object or list what it holds
  Origin origin;      // of the field; of an absent one that of the resource

  bool known() const { return state != State::untold; }
  bool given() const { return state == State::given; }
};

// The fields that the reader of the resource kept.
class Settings {
 public:
  // An untold setting where the path was not kept.
  const Setting& operator[](std::string_view path) const;
  void add(Setting setting);

 private:
  std::map<std::string, Setting, std::less<>> by_path_;
};

}  // namespace acr
