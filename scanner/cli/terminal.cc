#include "cli/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <iostream>
#include <optional>

#include "estate/resource_id.h"

namespace acr {
namespace {

std::string_view environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string_view() : std::string_view(value);
}

template <class Number>
std::optional<Number> parse_number(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::size_t width_of(bool terminal) {
  constexpr std::size_t kNarrowest = 60, kWidest = 400, kUsual = 100;
  if (const auto columns = parse_number<std::size_t>(environment("COLUMNS"))) {
    return std::clamp(*columns, kNarrowest, kWidest);
  }
  winsize size{};
  if (terminal && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
    return std::clamp<std::size_t>(size.ws_col, kNarrowest, kWidest);
  }
  return kUsual;
}

bool wants_colour(Colour colour, bool terminal) {
  if (colour != Colour::automatic) return colour == Colour::always;
  if (!environment("NO_COLOR").empty()) return false;
  if (!environment("CLICOLOR_FORCE").empty() || !environment("FORCE_COLOR").empty()) return true;
  return terminal && environment("TERM") != "dumb";
}

bool locale_is_utf8() {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const std::string locale = lower(environment(name));
    if (locale.empty()) continue;
    return locale.find("utf-8") != std::string::npos || locale.find("utf8") != std::string::npos;
  }
  return false;
}

}  // namespace

RenderOptions render_options(const Options& options, const std::ostream* stream) {
  RenderOptions render;
  render.terminal = stream == &std::cout && isatty(STDOUT_FILENO) == 1;
  render.width = width_of(render.terminal);
  render.unicode = !options.ascii && locale_is_utf8();
  render.color = wants_colour(options.colour, render.terminal);
  render.verbose = options.verbose;
  render.quiet = options.quiet;
  render.show_passed = options.show_passed;
  render.severity = options.severity;
  if (const auto host = environment("HOSTNAME"); !host.empty()) render.host = host;
  return render;
}

std::optional<Instant> given_now() {
  const auto seconds = parse_number<std::int64_t>(environment("SOURCE_DATE_EPOCH"));
  if (!seconds) return std::nullopt;
  return Instant{std::chrono::seconds{*seconds}};
}

Instant now() {
  if (const auto given = given_now()) return *given;
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

}  // namespace acr
