#include "live/loop.h"

#include <algorithm>
#include <cstdint>
#include <deque>
#include <map>
#include <random>
#include <unordered_map>
#include <utility>
#include <vector>

#include <ares.h>
#include <curl/curl.h>
#include <fmt/format.h>
#include <poll.h>

#include "live/lanes.h"
#include "live/pipe_signal.h"
#include "live/resolver.h"
#include "live/retry.h"
#include "live/target.h"
#include "live/transfer.h"

namespace acr {
namespace {

using Clock = Lanes::Clock;
using Ticket = Lanes::Ticket;

constexpr Milliseconds kLongestSleep{100};  // how late a cancellation is seen
constexpr Milliseconds kReportEvery{100};

struct Libraries {
  bool ready = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK &&
               ares_library_init(ARES_LIB_INIT_ALL) == ARES_SUCCESS;
};
bool libraries_are_ready() {
  static const Libraries libraries;
  return libraries.ready;
}

std::chrono::sys_seconds wall_clock() {
  return std::chrono::time_point_cast<std::chrono::seconds>(std::chrono::system_clock::now());
}

std::string in_seconds(Milliseconds wait) {
  return fmt::format("{} s", std::max<std::int64_t>((wait.count() + 999) / 1000, 1));
}

}  // namespace

struct Loop::Running {
  struct Asked {
    Ticket ticket = 0;
    Call call;
    Target target;
    std::function<void(Answer)> done;
    int attempts = 0;
    std::size_t dialled = 0;  // which of call.addresses
    std::unique_ptr<Transfer> transfer;

    ~Asked() { wipe(call.proxy); }  // may have a password in it
  };
  struct Finished {
    std::function<void(Answer)> done;
    Answer answer;
  };

  LoopLimits limits;
  const std::atomic<bool>* cancelled;
  Clock::time_point started = Clock::now();
  CURLM* multi = nullptr;
  Surroundings around;
  Lanes lanes;
  Resolver resolver;
  std::unordered_map<Ticket, std::unique_ptr<Asked>> asked;
  Ticket last_ticket = 0;
  std::multimap<Clock::time_point, Ticket> sleeping;  // until their next attempt
  std::deque<Finished> finished;
  std::minstd_rand chance{std::random_device{}()};
  Progress progress;
  std::function<void(const Progress&)> report;
  Clock::time_point reported{};

  Running(LoopLimits given, const std::atomic<bool>* flag)
      : limits(given),
        cancelled(flag),
        lanes(given.calls, given.calls_a_host),
        resolver(given.queries) {
    const Environment environment = read_environment();
    around.proxy = proxy_settings(environment);
    around.authorities = system_authorities(environment);
    around.total_bytes = limits.total_bytes;
    if (libraries_are_ready()) multi = curl_multi_init();
    if (multi == nullptr) return;
    // One call at a time on a connection, HTTP/2 or not: libcurl 7.88 at times forgets the data of
    // a stream that it read while at another, and the call then hangs until its timeout.
    curl_multi_setopt(multi, CURLMOPT_PIPELINING, static_cast<long>(CURLPIPE_NOTHING));
    // More than calls, so that idle connections to one host do not go for the sake of another's.
    curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS,
                      static_cast<long>(limits.calls + limits.calls / 2));
  }
  ~Running() {
    const HeldPipeSignal held;
    for (auto& [ticket, each] : asked)
      if (each->transfer) curl_multi_remove_handle(multi, each->transfer->handle());
    asked.clear();
    if (multi != nullptr) curl_multi_cleanup(multi);
  }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

  bool is_idle() const { return asked.empty() && finished.empty() && resolver.is_idle(); }
  Clock::time_point deadline() const { return started + limits.deadline; }

  void ask(Call call, std::function<void(Answer)> done) {
    ++progress.asked;
    auto target = target_of(call);
    if (!target) {
      Answer answer;
      answer.failure = Failure::malformed;
      answer.detail = std::move(target.error());
      return finished.push_back({std::move(done), std::move(answer)});
    }
    const Ticket ticket = ++last_ticket;
    auto each = std::make_unique<Asked>();
    each->ticket = ticket;
    each->call = std::move(call);
    each->target = std::move(*target);
    each->done = std::move(done);
    const Target& place = each->target;
    lanes.wait(ticket, place, false);
    asked.emplace(ticket, std::move(each));
    const auto quiet = lanes.paused_until(place) - Clock::now();
    if (quiet > limits.longest_wait)
      end(lanes.give_up(place), quiet_answer(std::chrono::ceil<Milliseconds>(quiet)));
  }

  // For calls that are not sent, because the host asked for more patience than there is.
  static Answer quiet_answer(Milliseconds wait) {
    Answer answer;
    answer.status = 429;
    answer.detail = fmt::format(
        "not asked: the service is throttling (429) and wants no calls for {}", in_seconds(wait));
    return answer;
  }

  void end(Ticket ticket, Answer answer) {
    const auto found = asked.find(ticket);
    const auto each = std::move(found->second);
    asked.erase(found);
    answer.attempts = each->attempts;
    finished.push_back({std::move(each->done), std::move(answer)});
  }
  void end(const std::vector<Ticket>& tickets, const Answer& answer) {
    for (const Ticket ticket : tickets) end(ticket, answer);
  }

  void deliver() {
    // What callbacks ask meanwhile goes to the end of the same queue.
    while (!finished.empty()) {
      Finished each = std::move(finished.front());
      finished.pop_front();
      ++progress.answered;
      each.done(std::move(each.answer));
    }
  }

  void end_all(Failure failure, const std::string& detail) {
    lanes.give_up();
    sleeping.clear();
    std::vector<Ticket> tickets;
    tickets.reserve(asked.size());
    for (const auto& [ticket, each] : asked) tickets.push_back(ticket);
    std::ranges::sort(tickets);
    for (const Ticket ticket : tickets) {
      Asked& each = *asked.at(ticket);
      Answer answer;
      if (each.transfer) {
        answer = each.transfer->finish(CURLE_ABORTED_BY_CALLBACK);
        land(each);
      }
      answer.failure = failure;
      answer.detail = fmt::format("{}: {}", each.target.peer, detail);
      end(ticket, std::move(answer));
    }
    resolver.end(detail);
  }

  void land(Asked& each) {
    curl_multi_remove_handle(multi, each.transfer->handle());
    each.transfer.reset();
    lanes.landed(each.target);
  }

  void start(Ticket ticket) {
    Asked& each = *asked.at(ticket);
    const auto refuse = [&](Failure failure, const char* detail) {
      Answer answer;
      answer.failure = failure;
      answer.detail = fmt::format("{}: {}", each.target.peer, detail);
      lanes.landed(each.target);
      end(ticket, std::move(answer));
    };
    if (around.bytes >= limits.total_bytes)
      return refuse(Failure::too_large, "the answers of this run have reached their limit");
    const auto& addresses = each.call.addresses;
    each.transfer = std::make_unique<Transfer>(
        each.call, each.target, around,
        addresses.empty() ? std::string_view() : std::string_view(addresses[each.dialled]));
    CURL* handle = each.transfer->handle();
    if (handle == nullptr || multi == nullptr || curl_multi_add_handle(multi, handle) != CURLM_OK) {
      each.transfer.reset();
      return refuse(Failure::tls_other, "the call could not be made ready");
    }
    curl_easy_setopt(handle, CURLOPT_PRIVATE, &each);
    ++each.attempts;
    progress.most_in_flight = std::max(progress.most_in_flight, lanes.in_flight());
  }

  void take_ended() {
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi, &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      Asked* each = nullptr;
      curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &each);
      take(*each, message->data.result);
    }
  }

  void take(Asked& each, CURLcode code) {
    const Ticket ticket = each.ticket;
    Answer answer = each.transfer->finish(code);
    land(each);
    progress.bytes = around.bytes;
    // The next address, at once and as the same attempt: nothing was sent yet.
    const bool unreached =
        answer.status == 0 && answer.address.empty() &&
        (answer.failure == Failure::refused || answer.failure == Failure::timeout);
    if (unreached && each.dialled + 1 < each.call.addresses.size()) {
      ++each.dialled;
      --each.attempts;
      return lanes.wait(ticket, each.target, true);
    }
    keep_quiet(each.target, answer);
    if (!is_worth_repeating(answer)) return end(ticket, std::move(answer));
    repeat(ticket, std::move(answer));
  }

  void keep_quiet(const Target& target, const Answer& answer) {
    if (const auto wait = quota_wait(answer))
      lanes.pause(target, Clock::now() + std::min(*wait, limits.longest_wait));
    if (answer.ok()) lanes.speed_up(target);
    if (!is_throttled(answer)) return;
    ++progress.throttled;
    lanes.slow_down(target);
    const auto wait =
        std::max(asked_wait(answer, wall_clock()).value_or(Milliseconds(0)), limits.first_wait);
    lanes.pause(target, Clock::now() + wait);
    if (wait > limits.longest_wait) end(lanes.give_up(target), quiet_answer(wait));
  }

  void repeat(Ticket ticket, Answer answer) {
    const Asked& each = *asked.at(ticket);
    const auto wish = asked_wait(answer, wall_clock());
    const double spread = static_cast<double>(chance() - std::minstd_rand::min()) /
                          static_cast<double>(std::minstd_rand::max());
    const auto wait =
        wait_before_repeat(each.attempts, wish, limits.first_wait, limits.longest_wait, spread);
    const bool out_of_patience =
        wish.value_or(Milliseconds(0)) > limits.longest_wait || Clock::now() + wait >= deadline();
    if (each.attempts < each.call.attempts && !out_of_patience) {
      ++progress.retried;
      sleeping.emplace(Clock::now() + wait, ticket);
      return;
    }
    if (wish && out_of_patience && answer.failure == Failure::none)
      answer.detail = fmt::format("{}: asks to be left alone for {}, longer than this run waits",
                                  each.target.peer, in_seconds(*wish));
    end(ticket, std::move(answer));
  }

  // True when something ended, so that there is news before the next wait.
  bool advance() {
    const auto now = Clock::now();
    while (!sleeping.empty() && sleeping.begin()->first <= now) {
      const Ticket ticket = sleeping.begin()->second;
      sleeping.erase(sleeping.begin());
      lanes.wait(ticket, asked.at(ticket)->target, true);
    }
    while (const auto ticket = lanes.next(now)) start(*ticket);
    if (multi != nullptr) {
      int running = 0;
      curl_multi_perform(multi, &running);
      take_ended();
    }
    return !finished.empty();
  }

  std::vector<pollfd> wait_for_news() {
    auto sleep = resolver.wait_at_most(kLongestSleep);
    const auto until = [&](Clock::time_point when) {
      const auto left = std::chrono::ceil<Milliseconds>(when - Clock::now());
      sleep = std::clamp(left, Milliseconds(0), sleep);
    };
    if (!sleeping.empty()) until(sleeping.begin()->first);
    if (const auto opens = lanes.opens(Clock::now())) until(*opens);
    until(deadline());

    std::vector<pollfd> sockets = resolver.sockets();
    if (multi != nullptr) {
      std::vector<curl_waitfd> extra;
      for (const auto& each : sockets) {
        // libcurl's own names for the events, which are not poll's.
        const int events = ((each.events & POLLIN) != 0 ? CURL_WAIT_POLLIN : 0) |
                           ((each.events & POLLOUT) != 0 ? CURL_WAIT_POLLOUT : 0);
        extra.push_back({each.fd, static_cast<short>(events), 0});
      }
      curl_multi_poll(multi, extra.data(), static_cast<unsigned>(extra.size()),
                      static_cast<int>(sleep.count()), nullptr);
      sleep = Milliseconds(0);
    }
    // libcurl does not tell of errors on these, such as a name server that is not there.
    ::poll(sockets.data(), static_cast<nfds_t>(sockets.size()), static_cast<int>(sleep.count()));
    return sockets;
  }

  void run() {
    const HeldPipeSignal held;
    std::vector<pollfd> sockets;
    while (!is_idle()) {
      deliver();
      if (cancelled != nullptr && cancelled->load(std::memory_order_relaxed))
        end_all(Failure::cancelled, "the run was interrupted");
      else if (Clock::now() >= deadline())
        end_all(Failure::deadline, "the time of the whole run was over");
      else {
        resolver.advance(sockets);
        sockets.clear();
        if (!advance() && !resolver.has_answers() && !is_idle()) sockets = wait_for_news();
      }
      if (report && Clock::now() - reported >= kReportEvery) {
        reported = Clock::now();
        report(progress);
      }
    }
  }
};

Loop::Loop(LoopLimits limits, const std::atomic<bool>* cancelled)
    : running_(std::make_unique<Running>(limits, cancelled)) {}

Loop::~Loop() = default;

void Loop::ask(Call call, std::function<void(Answer)> done) {
  running_->ask(std::move(call), std::move(done));
}

void Loop::resolve(DnsQuery query, std::function<void(DnsAnswer)> done) {
  ++running_->progress.asked;
  running_->resolver.ask(
      std::move(query), [progress = &running_->progress, done = std::move(done)](DnsAnswer answer) {
        ++progress->answered;
        done(std::move(answer));
      });
}

void Loop::run() {
  running_->run();
}

const Loop::Progress& Loop::progress() const {
  return running_->progress;
}

void Loop::on_progress(std::function<void(const Progress&)> report) {
  running_->report = std::move(report);
}

}  // namespace acr
