// Which waiting call goes next: limits in all and to one host, fairness between lanes, and quiet
// where a server asked for it. A lane is what is throttled together (Target::lane).
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "live/target.h"

namespace acr {

class Lanes {
 public:
  using Clock = std::chrono::steady_clock;
  using Ticket = std::size_t;  // a call, by a number of the caller's

  Lanes(std::size_t in_all, std::size_t a_host);

  // `first`: before the others of its lane, for a call that has waited its turn already.
  void wait(Ticket ticket, const Target& target, bool first);
  // The next that may go now; it counts as in flight until it has landed.
  std::optional<Ticket> next(Clock::time_point now);
  void landed(const Target& target);

  // Nobody leaves the lane before then (a pause is never made shorter).
  void pause(const Target& target, Clock::time_point until);
  Clock::time_point paused_until(const Target& target) const;
  // A throttled host gets half as many calls at a time, at least one; each answer adds one again.
  void slow_down(const Target& target);
  void speed_up(const Target& target);

  // When a paused lane with waiting calls opens; nullopt: none is paused.
  std::optional<Clock::time_point> opens(Clock::time_point now) const;
  std::size_t in_flight() const { return in_flight_; }
  // Takes every waiting call out, of one lane or of all.
  std::vector<Ticket> give_up(const Target& target);
  std::vector<Ticket> give_up();

 private:
  struct Host {
    std::size_t in_flight = 0;
    std::size_t allowed = 0;
  };
  struct Lane {
    Host* host = nullptr;
    std::deque<Ticket> waiting;
    Clock::time_point paused_until{};
  };
  Lane& lane_of(const Target& target);
  Host& host_of(const Target& target);

  std::size_t in_all_, a_host_;
  std::size_t in_flight_ = 0;
  std::unordered_map<std::string, Host> hosts_;
  std::unordered_map<std::string, Lane> lanes_;
  std::deque<Lane*> turn_;  // lanes with waiting calls; who went goes to the end
};

}  // namespace acr
