// From --from to the estate, and what the collector had to say to the report.
#include <algorithm>
#include <ostream>
#include <set>
#include <utility>

#include "cli/commands.h"
#include "cli/terminal.h"
#include "live/azure_plan.h"
#include "live/snapshot.h"

namespace acr {
namespace {

// Documents that only checks off the pull path look at, by their names. A recording for `scan` has
// them, a run of `why` does not: what it says must not depend on them.
std::set<std::string> posture_sources(const Estate& estate) {
  std::set<std::string> posture, others;
  for (const Document& document : estate.documents) {
    const bool only_posture =
        !document.request_url.empty() && asks_for_posture(document.request_url);
    (only_posture ? posture : others).insert(document.source);
  }
  for (const std::string& source : others) posture.erase(source);
  return posture;
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

// The image that `why` was asked about.
std::set<std::string> images_of_target(const Options& options) {
  if (options.command != "why" || options.arguments.size() != 1) return {};
  const auto target = parse_target(options.arguments.front());
  if (!target || target->kind != "image") return {};
  return {target->name};
}

}  // namespace

std::expected<GivenInput, NoInput> collect_input(const Options& options, Input input,
                                                 Streams streams) {
  GivenInput given;
  LiveInput live;
  if (asks_live(options)) {
    auto asked = ask_live(options, images_of_target(options), streams);
    if (!asked) return std::unexpected(asked.error());
    live = *std::move(asked);
    given.live = true;
    given.signal = live.signal;
    given.notifications = std::move(live.notifications);
  }
  input.paths = options.from;
  input.standard_input = &streams.in;
  input.now = now();
  input.keeps_now = given_now().has_value();
  given.collected =
      given.live ? collect_exchanges(std::move(live.exchanges), input) : collect(input);
  if (given.collected.nothing && !given.live) {
    std::string text;
    for (const auto& remark : given.collected.remarks) {
      text += (text.empty() ? "" : "; ") + remark.text;
    }
    return std::unexpected(NoInput{{text.empty() ? "none of the input can be opened" : text, {}}});
  }
  given.collected.estate.expects = options.judge.policy.expects;
  if (given.live)
    given.mode = "live";
  else if (given.collected.recording)
    given.mode = given.collected.recording->mode;
  const std::set<std::string> left_out =
      options.command == "why" ? posture_sources(given.collected.estate) : std::set<std::string>{};
  for (Notification& note : notifications_of(given.collected))
    if (!left_out.contains(note.source)) given.notifications.push_back(std::move(note));
  return given;
}

int exit_code_of(const GivenInput& given, int code) {
  return given.signal == 0 ? code : 128 + given.signal;
}

}  // namespace acr
