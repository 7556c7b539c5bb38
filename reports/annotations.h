// What a build shows beside its log: the gravest findings, one line each.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "judge/report.h"

namespace acr {

// GitHub Actions and Azure Pipelines show so many of a step and level, and drop the others without
// a word.
inline constexpr std::size_t kAnnotations = 10;

struct Annotation {
  enum class Level { error, warning, notice };
  Level level = Level::error;
  std::string code;                         // the check; "incomplete"
  std::string title;                        // whom it is about
  std::string text;                         // "[HIGH] the admin user is enabled"
  std::string fix;                          // the first command; may be empty
  std::shared_ptr<const Place> place = {};  // of the file to be changed, where one is known
};

struct Annotations {
  std::vector<Annotation> shown;  // gravest first; at most kAnnotations a level, notices one less
  std::uint64_t total = 0;        // findings, shown or not
  std::uint64_t left = 0;         // of them not shown
};

// `scan`: what failed; the causes of failing pulls before the pulls that fail of them. `why`: a
// cause once, whatever number of pulls has it, and the pulls that nothing explains. Where not all
// could be judged, one of the warnings says so. Where there are no notices, warnings take their
// place.
Annotations annotate(const Report& report, bool has_notices);

}  // namespace acr
