// A pull's way from pod to image, drawn twice: from left to right, and from top to bottom for
// narrow screens; the style shows one of them.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

#include "reports/escape.h"
#include "reports/html_sections.h"
#include "reports/html_text.h"
#include "reports/layout.h"

namespace acr {
namespace {

using Role = ChainLink::Role;

// A later state outweighs an earlier one.
enum class Stop { not_judged, no_matter, holds, follows, not_known, broken_too, broken };

struct Station {
  std::string_view label;
  std::string name;  // clean
  Stop state = Stop::not_judged;
  const ChainLink* link = nullptr;  // that gave the state
};

Stop stop_of(Role role) {
  switch (role) {
    case Role::not_applicable:
      return Stop::no_matter;
    case Role::holds:
      return Stop::holds;
    case Role::consequence:
      return Stop::follows;
    case Role::unknown:
      return Stop::not_known;
    case Role::also:
      return Stop::broken_too;
    case Role::cause:
      return Stop::broken;
  }
  return Stop::not_known;
}

std::string_view word_of(Stop state) {
  switch (state) {
    case Stop::not_judged:
      return "not judged";
    case Stop::no_matter:
      return "nothing to judge";
    case Stop::holds:
      return "holds";
    case Stop::follows:
      return "follows";
    case Stop::not_known:
      return "not known";
    case Stop::broken_too:
      return "BROKEN TOO";
    case Stop::broken:
      return "BROKEN HERE";
  }
  return "";
}

HtmlMark mark_of(Stop state) {
  switch (state) {
    case Stop::not_judged:
    case Stop::no_matter:
    case Stop::follows:
      return HtmlMark::skipped;
    case Stop::holds:
      return HtmlMark::good;
    case Stop::not_known:
      return HtmlMark::unsure;
    case Stop::broken_too:
    case Stop::broken:
      return HtmlMark::bad;
  }
  return HtmlMark::unsure;
}

// Where a link of the path stands in the picture; the symptom is the picture's title.
std::size_t station_of(Link link) {
  switch (link) {
    case Link::reference:
      return 0;
    case Link::node:
      return 1;
    case Link::name_resolution:
      return 2;
    case Link::network:
      return 3;
    case Link::tls:
      return 4;
    case Link::credential:
    case Link::authorization:
      return 5;
    case Link::image:
      return 6;
    case Link::symptom:
    case Link::none:
      break;
  }
  return 7;
}

using Stations = std::array<Station, 7>;

Stations stations_of(const PullReport& pull) {
  const SubjectRef& subject = pull.subject;
  // "repository:tag" of the image: the registry has a place of its own.
  std::string image = clean(subject.image);
  if (const auto slash = image.find('/'); slash != std::string::npos) image.erase(0, slash + 1);
  Stations stations{{{"Pod", clean(subject.workload), Stop::not_judged, nullptr},
                     {"Node", clean(pull.nodes), Stop::not_judged, nullptr},
                     {"DNS", "", Stop::not_judged, nullptr},
                     {"Network", "", Stop::not_judged, nullptr},
                     {"Registry", clean(subject.registry), Stop::not_judged, nullptr},
                     {"Credential", "", Stop::not_judged, nullptr},
                     {"Image", std::move(image), Stop::not_judged, nullptr}}};
  for (const ChainLink& link : pull.chain) {
    const std::size_t at = station_of(link.check->link);
    if (at >= stations.size() || is_unseen(pull, link)) continue;
    Station& station = stations.at(at);
    if (const Stop state = stop_of(link.role); state > station.state) {
      station.state = state;
      station.link = &link;
    }
  }
  return stations;
}

// The sign at (x, y): each state has a shape of its own.
void draw_sign(std::string& out, Stop state, int x, int y) {
  switch (mark_of(state)) {
    case HtmlMark::good:
      out += fmt::format(
          "<circle class=\"good\" cx=\"{0}\" cy=\"{1}\" r=\"15\"/>"
          "<path class=\"good\" d=\"M{2} {1}l5 6l9 -11\"/>",
          x, y, x - 7);
      break;
    case HtmlMark::bad:
      out += fmt::format(
          "<path class=\"bad octagon\" d=\"M{} {}h16l11 11v16l-11 11h-16l-11 -11v-16z\"/>"
          "<path class=\"cross\" d=\"M{} {}l14 14m0 -14l-14 14\"/>",
          x - 8, y - 19, x - 7, y - 7);
      break;
    case HtmlMark::unsure:
      out += fmt::format(
          "<circle class=\"unsure dashed\" cx=\"{0}\" cy=\"{1}\" r=\"15\"/>"
          "<text class=\"unsure sign\" x=\"{0}\" y=\"{2}\" text-anchor=\"middle\">?</text>",
          x, y, y + 6);
      break;
    case HtmlMark::skipped:
      out += fmt::format(
          "<circle class=\"skipped dashed\" cx=\"{0}\" cy=\"{1}\" r=\"10\"/>"
          "<path class=\"skipped\" d=\"M{2} {1}h8\"/>",
          x, y, x - 4);
      break;
  }
}

// The way to a station; to the one that is broken it is torn.
void draw_way(std::string& out, const Station& to, int x, int y, int dx, int dy) {
  if (to.state != Stop::broken) {
    out += fmt::format("<path class=\"way\" d=\"M{} {}l{} {}\"/>", x, y, dx, dy);
    return;
  }
  const int half_x = dx * 2 / 5, half_y = dy * 2 / 5;
  out += fmt::format("<path class=\"way bad\" d=\"M{} {}l{} {}M{} {}l{} {}\"/>", x, y, half_x,
                     half_y, x + dx - half_x, y + dy - half_y, half_x, half_y);
  // Two strokes across the gap.
  const int at_x = x + dx / 2, at_y = y + dy / 2;
  out += dx > 0 ? fmt::format("<path class=\"way bad\" d=\"M{} {}l6 -18m4 0l-6 18\"/>", at_x - 5,
                              at_y + 9)
                : fmt::format("<path class=\"way bad\" d=\"M{} {}l18 -6m0 4l-18 6\"/>", at_x - 9,
                              at_y + 2);
}

void draw_words(std::string& out, const Station& station, int x, int y, std::string_view anchor,
                std::size_t widest) {
  out += fmt::format(
      "<text class=\"label\" x=\"{0}\" y=\"{1}\" text-anchor=\"{4}\">{2}</text>"
      "<text class=\"{5}\" x=\"{0}\" y=\"{3}\" text-anchor=\"{4}\">{6}</text>",
      x, y, station.label, y + 17, anchor, html_class(mark_of(station.state)),
      word_of(station.state));
  if (!station.name.empty())
    out += fmt::format("<text class=\"name\" x=\"{}\" y=\"{}\" text-anchor=\"{}\">{}</text>", x,
                       y + 34, anchor, escape_xml(cut_to(station.name, widest, "…")));
}

std::string describe(const Stations& stations) {
  std::string text;
  for (const Station& station : stations) {
    text += fmt::format("{}{}: {}", text.empty() ? "" : " ", station.label, word_of(station.state));
    if (station.state >= Stop::not_known)
      text += fmt::format(", {}", html_text(station.link->verdict->reason));
    text += '.';
  }
  return text;
}

void open_drawing(std::string& out, const PullReport& pull, const Stations& stations,
                  std::string_view id, std::string_view kind, int width, int height) {
  const bool works = pull.diagnosis == PullReport::Diagnosis::pulls;
  out += fmt::format(
      "<svg class=\"path {0}\" viewBox=\"0 0 {1} {2}\" role=\"img\" "
      "aria-labelledby=\"{3}-title {3}-text\">\n<title id=\"{3}-title\">The way of {4} to its "
      "image{5}</title>\n<desc id=\"{3}-text\">{6}</desc>\n",
      kind, width, height, id, escape_xml(name_of_pull(pull)),
      works ? "" : ", which it fails to pull", describe(stations));
}

}  // namespace

void write_html_drawing(std::string& out, const PullReport& pull, std::size_t number) {
  if (pull.chain.empty()) return;
  const Stations stations = stations_of(pull);
  constexpr int kStep = 140, kSignY = 26, kRow = 72, kSignX = 26, kFree = 24;
  constexpr int kCount = static_cast<int>(std::tuple_size_v<Stations>);

  open_drawing(out, pull, stations, fmt::format("way-{}", number), "across", kStep * kCount, 110);
  for (int i = 0; i < kCount; ++i) {
    const Station& station = stations.at(static_cast<std::size_t>(i));
    const int x = kStep * i + kStep / 2;
    if (i > 0) draw_way(out, station, x - kStep + kFree, kSignY, kStep - 2 * kFree, 0);
    draw_sign(out, station.state, x, kSignY);
    draw_words(out, station, x, kSignY + 42, "middle", 18);
    out += '\n';
  }
  out += "</svg>\n";

  open_drawing(out, pull, stations, fmt::format("down-{}", number), "down", 330, kRow * kCount);
  for (int i = 0; i < kCount; ++i) {
    const Station& station = stations.at(static_cast<std::size_t>(i));
    const int y = kRow * i + kSignY;
    if (i > 0) draw_way(out, station, kSignX, y - kRow + kFree, 0, kRow - 2 * kFree);
    draw_sign(out, station.state, kSignX, y);
    draw_words(out, station, kSignX + 32, y - 8, "start", 38);
    out += '\n';
  }
  out += "</svg>\n";
}

}  // namespace acr
