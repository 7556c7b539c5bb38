#include "coverage.h"

#include <algorithm>

namespace acr {

std::string_view to_string(Decision decision) {
  switch (decision) {
    case Decision::checks:
      return "checks";
    case Decision::elsewhere:
      return "answered elsewhere";
    case Decision::obsolete:
      return "obsolete";
    case Decision::contradictory:
      return "contradictory";
    case Decision::not_observable:
      return "not observable";
    case Decision::out_of_scope:
      return "out of scope";
  }
  return "";
}

namespace {

bool names(std::string_view list, std::string_view id) {
  while (!list.empty()) {
    const std::string_view word = list.substr(0, list.find(' '));
    if (word == id) return true;
    list.remove_prefix(std::min(word.size() + 1, list.size()));
  }
  return false;
}

bool is_called(const Control& control, std::string_view id) {
  if (same_text(control.id, id)) return true;
  return id.size() == 8 && is_guid(control.id) && same_text(control.id.substr(0, 8), id);
}

}  // namespace

std::vector<const Check*> checks_of(const Feature& feature) {
  std::vector<const Check*> found;
  for (const Check* check : all_checks()) {
    if (names(check->features, feature.id)) found.push_back(check);
  }
  return found;
}

Answers find_control(std::string_view id) {
  Answers answers;
  for (const Check* check : all_checks()) {
    const bool answered = std::ranges::any_of(
        check->controls, [&](const Control& control) { return is_called(control, id); });
    if (answered) answers.checks.push_back(check);
  }
  for (const Feature& feature : features()) {
    const bool decided = std::ranges::any_of(
        feature.controls, [&](const Control& control) { return is_called(control, id); });
    if (decided) answers.decisions.push_back(&feature);
  }
  return answers;
}

}  // namespace acr
