#include "live/retry.h"

#include <algorithm>
#include <charconv>
#include <string_view>

#include <curl/curl.h>

namespace acr {
namespace {

constexpr long kLongestSeconds = 7L * 24 * 3600;  // more is not a wait, and would overflow

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// Digits only; more than fit are the longest wait.
std::optional<long> number(std::string_view text) {
  text = trimmed(text);
  if (text.empty() || text.find_first_not_of("0123456789") != text.npos) return std::nullopt;
  long value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() ? std::min(value, kLongestSeconds) : kLongestSeconds;
}

Milliseconds seconds(long count) {
  return std::chrono::seconds(count);
}

std::optional<Milliseconds> from_header(std::string_view text, std::chrono::sys_seconds now) {
  if (const auto count = number(text)) return seconds(*count);
  const std::string copy(trimmed(text));
  if (copy.size() > 64) return std::nullopt;
  const time_t when = curl_getdate(copy.c_str(), nullptr);
  if (when == -1) return std::nullopt;
  const auto wait = std::chrono::seconds(when) - now.time_since_epoch();
  return seconds(std::clamp<long>(wait.count(), 0, kLongestSeconds));
}

std::optional<Milliseconds> from_message(std::string_view body) {
  static constexpr std::string_view kWords = "again after '";
  body = body.substr(0, std::size_t{4} << 10);
  const auto at = body.find(kWords);
  if (at == body.npos) return std::nullopt;
  const auto rest = body.substr(at + kWords.size());
  const auto count = number(rest.substr(0, rest.find('\'')));
  return count ? std::optional(seconds(*count)) : std::nullopt;
}

std::optional<Milliseconds> from_clock(std::string_view text) {
  long total = 0;
  int fields = 0;
  while (true) {
    const auto colon = text.find(':');
    const auto field = number(text.substr(0, colon));
    if (!field || *field > 99 || ++fields > 3) return std::nullopt;
    total = total * 60 + *field;
    if (colon == text.npos) break;
    text.remove_prefix(colon + 1);
  }
  return fields == 3 ? std::optional(seconds(total)) : std::nullopt;
}

const std::string* header(const Answer& answer, const char* name) {
  const auto found = answer.headers.find(name);
  return found == answer.headers.end() ? nullptr : &found->second;
}

}  // namespace

bool is_worth_repeating(const Answer& answer) {
  if (answer.failure == Failure::reset) return true;
  if (answer.failure != Failure::none) return false;
  return answer.status == 429 || answer.status == 500 ||
         (answer.status >= 502 && answer.status <= 504);
}

bool is_throttled(const Answer& answer) {
  if (answer.failure != Failure::none) return false;
  return answer.status == 429 || (answer.status == 503 && header(answer, "retry-after") != nullptr);
}

std::optional<Milliseconds> asked_wait(const Answer& answer, std::chrono::sys_seconds now) {
  std::optional<Milliseconds> wait;
  if (const auto* text = header(answer, "retry-after")) wait = from_header(*text, now);
  if (!wait && answer.status == 429) wait = from_message(answer.body);
  return wait;
}

std::optional<Milliseconds> quota_wait(const Answer& answer) {
  if (const auto* left = header(answer, "x-ms-user-quota-remaining"); left && number(*left) == 0) {
    if (const auto* resets = header(answer, "x-ms-user-quota-resets-after"))
      if (const auto wait = from_clock(trimmed(*resets))) return wait;
    return std::chrono::seconds(5);  // the window
  }
  static constexpr std::string_view kRemaining = "x-ms-ratelimit-remaining-";
  for (auto it = answer.headers.lower_bound(std::string(kRemaining));
       it != answer.headers.end() && it->first.starts_with(kRemaining); ++it)
    if (number(it->second) == 0) return std::chrono::seconds(1);
  return std::nullopt;
}

Milliseconds wait_before_repeat(int attempts, std::optional<Milliseconds> asked, Milliseconds first,
                                Milliseconds longest, double chance) {
  const int doublings = std::clamp(attempts - 1, 0, 20);
  const auto own = std::min(first * (1L << doublings), std::max(longest, first));
  const auto spread = [&](Milliseconds part) {
    return Milliseconds(static_cast<long>(static_cast<double>(part.count()) * chance));
  };
  const Milliseconds jittered = own / 2 + spread(own / 2);
  if (!asked) return jittered;
  // A wait of 0 is recorded with answers that say it again and again: then ours holds.
  return std::max({jittered, first, *asked + spread(*asked / 10)});
}

}  // namespace acr
