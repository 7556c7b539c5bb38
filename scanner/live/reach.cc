#include "live/reach.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <utility>

#include "estate/address.h"
#include "live/challenge.h"
#include "live/environment.h"
#include "live/proxy.h"
#include "live/sighting.h"

namespace acr {
namespace {

constexpr std::size_t kMostAddresses = 8;

// Asks the system's routing table; nothing is sent.
bool has_route(const IpAddress& address) {
  sockaddr_in6 to{};
  to.sin6_family = AF_INET6;
  to.sin6_port = htons(443);
  std::memcpy(&to.sin6_addr, address.bytes.data(), address.bytes.size());
  const int descriptor = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return false;
  const bool found = connect(descriptor, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0;
  close(descriptor);
  return found;
}

// Those worth dialling, in the order they came.
std::vector<std::string> choose(const std::vector<std::string>& addresses) {
  std::vector<std::string> chosen, unroutable;
  for (const auto& text : addresses) {
    const auto address = IpAddress::parse(text);
    if (!address || std::ranges::find(chosen, text) != chosen.end()) continue;
    (address->v6 && !has_route(*address) ? unroutable : chosen).push_back(text);
  }
  if (chosen.empty()) chosen = std::move(unroutable);
  if (chosen.size() > kMostAddresses) chosen.resize(kMostAddresses);
  return chosen;
}

struct Question {
  DnsAnswer v4, v6;
  std::chrono::steady_clock::time_point begun, ended;
};

std::vector<std::string> resolve(Loop& loop, const Route& route, const std::string& host,
                                 std::vector<Observation>& seen, std::string& over) {
  std::vector<std::string> servers = route.servers;
  if (servers.empty()) servers.emplace_back();
  std::vector<Question> questions(servers.size());
  for (std::size_t i = 0; i < servers.size(); ++i) {
    Question& question = questions[i];
    question.begun = question.ended = std::chrono::steady_clock::now();
    const auto ask = [&](RecordType type, DnsAnswer& place) {
      DnsQuery query;
      query.name = host;
      query.type = type;
      query.server = servers[i];
      loop.resolve(std::move(query), [&question, &place](DnsAnswer answer) {
        place = std::move(answer);
        question.ended = std::chrono::steady_clock::now();
      });
    };
    ask(RecordType::a, question.v4);
    ask(RecordType::aaaa, question.v6);
  }
  loop.run();
  std::vector<std::string> addresses;
  for (const Question& question : questions) {
    if (is_over(question.v4) || is_over(question.v6)) {
      over = (is_over(question.v4) ? question.v4 : question.v6).detail;
      continue;
    }
    Observation observation = observe_name(host, question.v4, question.v6);
    observation.milliseconds = static_cast<int>(
        std::chrono::duration_cast<Milliseconds>(question.ended - question.begun).count());
    addresses.insert(addresses.end(), observation.addresses.begin(), observation.addresses.end());
    seen.push_back(std::move(observation));
  }
  return choose(addresses);
}

bool goes_by_proxy(const Call& call) {
  const auto target = target_of(call);
  return target && !proxy_of(call, *target, proxy_settings(read_environment())).empty();
}

}  // namespace

Reached reach(Loop& loop, const Route& route, const std::string& authority,
              const std::function<Call()>& call, std::vector<Observation>& seen) {
  Reached reached;
  const std::string host = host_of(authority);
  std::vector<std::string> addresses;
  if (goes_by_proxy(call())) {
    addresses.emplace_back();
  } else if (IpAddress::parse(host)) {
    addresses.push_back(host);
  } else {
    addresses = resolve(loop, route, host, seen, reached.over);
  }

  std::vector<Answer> answers(addresses.size());
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    Call made = call();
    if (!addresses[i].empty()) made.addresses = {addresses[i]};
    made.trust = route.trust;
    made.connect_timeout = route.patience;
    loop.ask(std::move(made), [&answer = answers[i]](Answer given) { answer = std::move(given); });
  }
  loop.run();
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    Answer& answer = answers[i];
    if (is_over(answer)) {
      reached.over = why_over(answer);
      continue;
    }
    seen.push_back(observe_connection(authority, addresses[i], answer));
    if (!seen.back().works) continue;
    seen.push_back(observe_certificate(authority, answer));
    if (!seen.back().works) continue;
    if (!addresses[i].empty()) reached.addresses.push_back(addresses[i]);
    reached.answers.push_back(std::move(answer));
  }
  return reached;
}

Answer ask_and_wait(Loop& loop, Call call) {
  Answer answer;
  loop.ask(std::move(call), [&answer](Answer given) { answer = std::move(given); });
  loop.run();
  return answer;
}

}  // namespace acr
