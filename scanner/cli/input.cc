// From --from to the estate, and what the collector had to say to the report.
#include <algorithm>
#include <ostream>
#include <utility>

#include "cli/commands.h"
#include "cli/terminal.h"

namespace acr {

std::expected<Collected, UsageError> collect_input(const Options& options, Input input,
                                                   Streams streams) {
  if (options.from.empty()) {
    return std::unexpected(UsageError{
        "no input is named",
        "--from PATH takes files and folders of what az and kubectl print with -o json, - standard "
        "input"});
  }
  input.paths = options.from;
  input.standard_input = &streams.in;
  input.now = now();
  input.keeps_now = given_now().has_value();
  Collected collected = collect(input);
  if (!collected.nothing) return collected;
  std::string text;
  for (const auto& remark : collected.remarks) {
    text += (text.empty() ? "" : "; ") + remark.text;
  }
  return std::unexpected(UsageError{text.empty() ? "none of the input can be opened" : text, {}});
}

std::vector<Notification> notifications_of(const Collected& collected) {
  std::vector<Notification> notifications;
  for (const auto& remark : collected.remarks) {
    Notification note;
    switch (remark.level) {
      case Remark::Level::note:
        note.level = Notification::Level::note;
        break;
      case Remark::Level::warning:
        note.level = Notification::Level::warning;
        break;
      case Remark::Level::error:
        note.level = Notification::Level::error;
        break;
    }
    note.code = remark.code;
    note.text = remark.text;
    note.source = remark.source;
    notifications.push_back(std::move(note));
  }
  // Whatever the collector lost, the exit code must show it: the judge looks at warnings.
  const bool said =
      std::any_of(notifications.begin(), notifications.end(),
                  [](const Notification& note) { return note.level != Notification::Level::note; });
  if (collected.damaged && !said) {
    notifications.push_back(
        {Notification::Level::warning, "input-damaged", "part of the input could not be read", {}});
  }
  return notifications;
}

}  // namespace acr
