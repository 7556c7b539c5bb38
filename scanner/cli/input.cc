// From --from to the estate, and what the collector had to say to the report.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <ostream>
#include <set>
#include <sstream>
#include <utility>

#include "cli/commands.h"
#include "cli/terminal.h"
#include "collect/locate.h"
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

// The images that manifests of the input name: what is to be deployed is asked about like what
// fails.
std::set<std::string> images_of_manifests(const Input& input) {
  constexpr std::size_t kImages = 500;
  const Collected collected = collect(input);
  std::set<std::string> images;
  for (const PodClass& pod : collected.estate.pod_classes) {
    const bool written = pod.document < collected.estate.documents.size() &&
                         collected.estate.documents[pod.document].written;
    if (written && images.size() < kImages) images.insert(pod.container.image);
  }
  return images;
}

// Of the first evidence in a written document whose pointer ends so.
std::shared_ptr<const Place> find_place(Locator& locator, const std::vector<Evidence>& evidence,
                                        std::string_view ending) {
  for (const Evidence& item : evidence) {
    if (!item.pointer.ends_with(ending)) continue;
    if (auto place = locator.find(item)) return std::make_shared<const Place>(*std::move(place));
  }
  return nullptr;
}

}  // namespace

std::expected<GivenInput, NoInput> collect_input(const Options& options, Input input,
                                                 Streams streams) {
  GivenInput given;
  LiveInput live;
  input.paths = options.from;
  input.meant_for = options.for_cluster.empty() ? options.cluster : options.for_cluster;
  input.standard_input = &streams.in;
  std::istringstream kept_input;  // read twice
  if (asks_live(options)) {
    std::set<std::string> images = images_of_target(options);
    if (!input.paths.empty()) {
      if (std::ranges::find(input.paths, "-") != input.paths.end()) {
        kept_input.str(std::string(std::istreambuf_iterator<char>(streams.in), {}));
        input.standard_input = &kept_input;
      }
      images.merge(images_of_manifests(input));
      kept_input.clear();
      kept_input.seekg(0);
    }
    auto asked = ask_live(options, images, streams);
    if (!asked) return std::unexpected(asked.error());
    live = *std::move(asked);
    given.live = true;
    given.signal = live.signal;
    given.notifications = std::move(live.notifications);
  }
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
  const Estate& estate = given.collected.estate;
  const bool known = options.for_cluster.empty() ||
                     std::ranges::any_of(estate.clusters, [&](const Cluster& cluster) {
                       return same_text(cluster.name, options.for_cluster);
                     });
  if (!known)
    return std::unexpected(NoInput{
        {fmt::format("--for-cluster: no cluster named {} is in the input", options.for_cluster),
         "give the documents that show it, or a recording"}});
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

void locate(Report& report, const Collected& collected) {
  if (collected.written.empty()) return;
  Locator locator(collected);
  for (Result& result : report.results)
    if (result.verdict->outcome == Outcome::fail)
      result.place = find_place(locator, result.verdict->evidence, "");
  // What keeps a written image from being pulled lies elsewhere: it is told where the image stands.
  for (const PullReport& pull : report.pulls) {
    const ChainLink* cause = pull.cause();
    if (cause == nullptr) continue;
    std::shared_ptr<const Place> image;
    for (const ChainLink& link : pull.chain)
      if (!image) image = find_place(locator, link.verdict->evidence, "/image");
    if (!image) continue;
    for (Result& result : report.results) {
      const bool same = result.subject->kind == "pull"
                            ? result.subject->id == pull.subject->id
                            : result.subject->kind == "attachment" &&
                                  result.subject->cluster == pull.subject->cluster &&
                                  result.subject->registry == pull.subject->registry;
      if (result.check == cause->check && same && !result.place &&
          result.verdict->outcome == Outcome::fail)
        result.place = image;
    }
  }
}

int exit_code_of(const GivenInput& given, int code) {
  return given.signal == 0 ? code : 128 + given.signal;
}

}  // namespace acr
