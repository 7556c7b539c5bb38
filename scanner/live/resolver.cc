#include "live/resolver.h"

#include <algorithm>
#include <deque>
#include <map>
#include <span>
#include <string>
#include <utility>

#include <ares.h>
#include <fmt/format.h>

#include "live/dns_channel.h"
#include "live/dns_message.h"

namespace acr {
namespace {

constexpr int kMostFollowed = 10;
constexpr int kClassInternet = 1, kTypeA = 1, kTypeAaaa = 28;  // RFC 1035, RFC 3596

using Outcome = DnsAnswer::Outcome;

Outcome outcome_of(int status) {
  switch (status) {
    case ARES_ETIMEOUT:
      return Outcome::timeout;
    case ARES_ECONNREFUSED:
      return Outcome::unreachable;
    case ARES_ESERVFAIL:
    case ARES_ENOTIMP:
    case ARES_ENOMEM:
      return Outcome::failed;
    case ARES_EREFUSED:
      return Outcome::refused;
    case ARES_ECANCELLED:
    case ARES_EDESTRUCTION:
      return Outcome::cancelled;
    default:
      return Outcome::malformed;
  }
}

std::string_view meaning(Outcome outcome) {
  switch (outcome) {
    case Outcome::addresses:
      return "";
    case Outcome::no_data:
      return "has no record of this type";
    case Outcome::no_name:
      return "does not exist (NXDOMAIN)";
    case Outcome::failed:
      return "could not be resolved by the server (SERVFAIL)";
    case Outcome::refused:
      return "is not answered by the server (REFUSED)";
    case Outcome::timeout:
      return "was asked for, and no answer came in time";
    case Outcome::unreachable:
      return "was asked for where nobody listens";
    case Outcome::malformed:
      return "was answered with something that is no answer";
    case Outcome::cancelled:
      return "was asked for, and the run ended before the answer";
  }
  return "";
}

}  // namespace

struct Resolver::Question {
  State* state = nullptr;
  DnsQuery query;
  Done done;
  DnsAnswer answer;
  std::string name;  // asked just now
  int followed = 0;
  DnsChannel* channel = nullptr;
};

struct Resolver::State {
  std::size_t most = 1;
  std::size_t in_flight = 0;
  std::map<std::string, std::unique_ptr<DnsChannel>> channels;
  std::deque<std::unique_ptr<Question>> queued;
  std::vector<std::unique_ptr<Question>> open;
  std::deque<std::unique_ptr<Question>> answered;
  std::string end_detail;

  DnsChannel* channel_of(const DnsQuery& query) {
    const std::string key =
        fmt::format("{} {} {}", query.server, query.timeout.count(), query.tries);
    if (const auto found = channels.find(key); found != channels.end()) return found->second.get();
    auto channel = open_dns_channel(query);
    if (!channel) return nullptr;
    return channels.emplace(key, std::move(channel)).first->second.get();
  }

  void start(std::unique_ptr<Question> question) {
    Question& asked = *question;
    ++in_flight;
    open.push_back(std::move(question));
    if (!is_dns_name(asked.query.name)) {
      asked.answer.detail = "the name is none that DNS can be asked for";
      return finish(asked, Outcome::malformed);
    }
    asked.channel = channel_of(asked.query);
    if (asked.channel == nullptr) {
      asked.answer.detail = "the server is not an address, such as 168.63.129.16 or [fd00::10]:53";
      return finish(asked, Outcome::malformed);
    }
    asked.answer.server = asked.channel->servers;
    asked.name = lower_name(asked.query.name);
    send(asked);
  }

  void send(Question& question) {
    const int type = question.query.type == RecordType::aaaa ? kTypeAaaa : kTypeA;
    ares_query(question.channel->handle, question.name.c_str(), kClassInternet, type,
               &State::on_answer, &question);
  }

  static void on_answer(void* self, int status, int, unsigned char* bytes, int length) {
    auto& question = *static_cast<Question*>(self);
    question.state->take(question, status, {bytes, static_cast<std::size_t>(std::max(length, 0))});
  }

  void take(Question& question, int status, std::span<const unsigned char> bytes) {
    if (question.channel->streams.contains(question.channel->current))
      question.answer.over_tcp = true;
    if (bytes.empty() || status == ARES_ECANCELLED || status == ARES_EDESTRUCTION)
      return finish(question, outcome_of(status));
    const auto message = read_dns_message(bytes, question.query.type);
    if (!message) return finish(question, Outcome::malformed);
    question.name = follow(*message, question.query.name, question.answer);
    if (question.name.empty()) return finish(question, question.answer.outcome);
    if (!is_dns_name(question.name)) return finish(question, Outcome::malformed);
    if (++question.followed > kMostFollowed) {
      question.answer.detail = "there is no end of aliases";
      return finish(question, Outcome::malformed);
    }
    send(question);
  }

  void finish(Question& question, Outcome outcome) {
    --in_flight;
    DnsAnswer& answer = question.answer;
    answer.outcome = outcome;
    if (answer.detail.empty() && outcome == Outcome::cancelled) answer.detail = end_detail;
    if (answer.detail.empty() && outcome != Outcome::addresses) {
      const std::string name =
          answer.chain.empty() ? lower_name(question.query.name) : answer.chain.back();
      answer.detail = fmt::format("{} {}", name, meaning(outcome));
    }
    const auto found = std::ranges::find(open, &question, &std::unique_ptr<Question>::get);
    answered.push_back(std::move(*found));
    *found = std::move(open.back());
    open.pop_back();
  }

  void hand_over() {
    while (!answered.empty()) {
      const auto question = std::move(answered.front());
      answered.pop_front();
      question->done(std::move(question->answer));
    }
  }
};

Resolver::Resolver(std::size_t most_in_flight) : state_(std::make_unique<State>()) {
  state_->most = std::max<std::size_t>(most_in_flight, 1);
}

Resolver::~Resolver() {
  // c-ares calls back about what is open: while that is still there.
  state_->channels.clear();
}

void Resolver::ask(DnsQuery query, Done done) {
  auto question = std::make_unique<Question>();
  question->state = state_.get();
  question->query = std::move(query);
  question->done = std::move(done);
  state_->queued.push_back(std::move(question));
}

std::vector<pollfd> Resolver::sockets() const {
  std::vector<pollfd> all;
  for (const auto& [key, channel] : state_->channels)
    for (const auto& [socket, events] : channel->sockets) all.push_back({socket, events, 0});
  return all;
}

Milliseconds Resolver::wait_at_most(Milliseconds most) const {
  Milliseconds wait = most;
  for (const auto& [key, channel] : state_->channels) {
    timeval left{};
    if (ares_timeout(channel->handle, nullptr, &left) == nullptr) continue;
    wait = std::min(wait, Milliseconds(left.tv_sec * 1000 + left.tv_usec / 1000 + 1));
  }
  return wait;
}

void Resolver::advance(const std::vector<pollfd>& ready) {
  for (const auto& [key, channel] : state_->channels) {
    for (const auto& each : ready) {
      if (each.revents == 0 || !channel->sockets.contains(each.fd)) continue;
      channel->read_and_write(each.fd, (each.revents & ~POLLOUT) != 0,
                              (each.revents & POLLOUT) != 0);
    }
    ares_process_fd(channel->handle, ARES_SOCKET_BAD, ARES_SOCKET_BAD);  // what ran out of time
  }
  while (state_->in_flight < state_->most && !state_->queued.empty()) {
    auto question = std::move(state_->queued.front());
    state_->queued.pop_front();
    state_->start(std::move(question));
  }
  state_->hand_over();
}

void Resolver::end(const std::string& detail) {
  state_->end_detail = detail;
  for (const auto& [key, channel] : state_->channels) ares_cancel(channel->handle);
  std::deque<std::unique_ptr<Question>> left = std::exchange(state_->queued, {});
  for (auto& question : left) {
    question->answer.outcome = Outcome::cancelled;
    question->answer.detail = detail;
    question->answer.server = question->query.server;
    state_->answered.push_back(std::move(question));
  }
  state_->hand_over();
}

bool Resolver::is_idle() const {
  return state_->queued.empty() && state_->open.empty() && state_->answered.empty();
}

bool Resolver::has_answers() const {
  return !state_->answered.empty() || (!state_->queued.empty() && state_->in_flight < state_->most);
}

}  // namespace acr
