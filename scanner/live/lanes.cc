#include "live/lanes.h"

#include <algorithm>

namespace acr {

Lanes::Lanes(std::size_t in_all, std::size_t a_host)
    : in_all_(std::max<std::size_t>(in_all, 1)), a_host_(std::max<std::size_t>(a_host, 1)) {}

Lanes::Host& Lanes::host_of(const Target& target) {
  return hosts_.try_emplace(target.peer, Host{0, a_host_}).first->second;
}

Lanes::Lane& Lanes::lane_of(const Target& target) {
  Lane& lane = lanes_[target.lane];
  if (lane.host == nullptr) lane.host = &host_of(target);
  return lane;
}

void Lanes::wait(Ticket ticket, const Target& target, bool first) {
  Lane& lane = lane_of(target);
  if (lane.waiting.empty()) turn_.push_back(&lane);
  if (first)
    lane.waiting.push_front(ticket);
  else
    lane.waiting.push_back(ticket);
}

std::optional<Lanes::Ticket> Lanes::next(Clock::time_point now) {
  if (in_flight_ >= in_all_) return std::nullopt;
  for (std::size_t looked = 0, lanes = turn_.size(); looked < lanes; ++looked) {
    Lane& lane = *turn_.front();
    turn_.pop_front();
    const bool may = lane.paused_until <= now && lane.host->in_flight < lane.host->allowed;
    std::optional<Ticket> ticket;
    if (may) {
      ticket = lane.waiting.front();
      lane.waiting.pop_front();
      ++lane.host->in_flight;
      ++in_flight_;
    }
    if (!lane.waiting.empty()) turn_.push_back(&lane);
    if (ticket) return ticket;
  }
  return std::nullopt;
}

void Lanes::landed(const Target& target) {
  --host_of(target).in_flight;
  --in_flight_;
}

void Lanes::pause(const Target& target, Clock::time_point until) {
  Lane& lane = lane_of(target);
  lane.paused_until = std::max(lane.paused_until, until);
}

Lanes::Clock::time_point Lanes::paused_until(const Target& target) const {
  const auto found = lanes_.find(target.lane);
  return found == lanes_.end() ? Clock::time_point{} : found->second.paused_until;
}

void Lanes::slow_down(const Target& target) {
  Host& host = host_of(target);
  host.allowed = std::max<std::size_t>(host.allowed / 2, 1);
}

void Lanes::speed_up(const Target& target) {
  Host& host = host_of(target);
  host.allowed = std::min(host.allowed + 1, a_host_);
}

std::optional<Lanes::Clock::time_point> Lanes::opens(Clock::time_point now) const {
  std::optional<Clock::time_point> soonest;
  for (const Lane* lane : turn_)
    if (lane->paused_until > now && (!soonest || lane->paused_until < *soonest))
      soonest = lane->paused_until;
  return soonest;
}

std::vector<Lanes::Ticket> Lanes::give_up(const Target& target) {
  Lane& lane = lane_of(target);
  std::vector<Ticket> all(lane.waiting.begin(), lane.waiting.end());
  lane.waiting.clear();
  std::erase(turn_, &lane);
  return all;
}

std::vector<Lanes::Ticket> Lanes::give_up() {
  std::vector<Ticket> all;
  for (Lane* lane : turn_) {
    all.insert(all.end(), lane->waiting.begin(), lane->waiting.end());
    lane->waiting.clear();
  }
  turn_.clear();
  return all;
}

}  // namespace acr
