#include "cli/policy_file.h"

#include <fmt/format.h>
#include <fnmatch.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <nlohmann/json.hpp>

#include "cli/nearest.h"
#include "collect/position.h"
#include "collect/yaml.h"
#include "estate/resource_id.h"
#include "reports/escape.h"

namespace acr {
namespace {

using Json = nlohmann::json;
using Strings = std::vector<std::string>;

constexpr std::size_t kMostBytes = std::size_t{1} << 20;
constexpr YamlLimits kLimits{kMostBytes, 16};

// The first mistake ends the reading.
struct Mistake {
  std::string pointer, text, hint;
};

class Reader {
 public:
  PolicyFile file;

  Reader(std::string name, std::string_view text) : name_(std::move(name)), text_(text) {}

  void read(const Json& root) {
    object(
        root, "", "the policy",
        {{"checks", [this](const auto& value, const auto& at) { read_checks(value, at); }},
         {"severities", [this](const auto& value, const auto& at) { read_severities(value, at); }},
         {"fail-on", [this](const auto& value, const auto& at) { read_fail_on(value, at); }},
         {"expects", [this](const auto& value, const auto& at) { read_expectations(value, at); }},
         {"exceptions", [this](const auto& value, const auto& at) { read_exceptions(value, at); }},
         {"annotations", [this](const auto& value, const auto& at) {
            if (!value.is_boolean()) fail(at, "expected true or false");
            file.policy.annotations = value.template get<bool>();
          }}});
  }

 private:
  using Read = std::function<void(const Json&, const std::string&)>;
  struct Member {
    std::string key;
    Read read;
    bool required = false;
  };

  const std::string name_;
  const std::string_view text_;

  [[noreturn]] static void fail(const std::string& at, std::string text, std::string hint = {}) {
    throw Mistake{at, std::move(text), std::move(hint)};
  }

  static void object(const Json& value, const std::string& at, std::string_view what,
                     const std::vector<Member>& members) {
    if (!value.is_object()) fail(at, fmt::format("expected {} to be keys with values", what));
    for (const auto& [key, child] : value.items()) {
      const auto known = std::ranges::find(members, key, &Member::key);
      const std::string place = fmt::format("{}/{}", at, escaped(key));
      if (known == members.end()) {
        Strings keys;
        for (const Member& member : members) keys.push_back(member.key);
        const auto near = nearest(key, keys);
        throw Mistake{place, fmt::format("{} has no key '{}'", what, clean(key)),
                      near ? fmt::format("did you mean {}?", *near)
                           : fmt::format("its keys: {}", fmt::join(keys, ", "))};
      }
      known->read(child, place);
    }
    for (const Member& member : members) {
      if (member.required && !value.contains(member.key))
        fail(at, fmt::format("{} needs the key '{}'", what, member.key));
    }
  }

  // Of a JSON pointer's step (RFC 6901).
  static std::string escaped(std::string_view key) {
    std::string step;
    for (const char c : key) {
      if (c == '~')
        step += "~0";
      else if (c == '/')
        step += "~1";
      else
        step += c;
    }
    return step;
  }

  static std::string text(const Json& value, const std::string& at) {
    if (!value.is_string() || value.get_ref<const std::string&>().empty())
      fail(at, "expected a text that is not empty");
    return clean(value.get_ref<const std::string&>());
  }
  static Strings texts(const Json& value, const std::string& at) {
    if (!value.is_array()) fail(at, "expected a list");
    Strings all;
    for (std::size_t i = 0; i < value.size(); ++i)
      all.push_back(text(value[i], fmt::format("{}/{}", at, i)));
    return all;
  }
  static Strings lower_texts(const Json& value, const std::string& at) {
    Strings all = texts(value, at);
    for (std::string& each : all) each = lower(each);
    return all;
  }
  static int number(const Json& value, const std::string& at, int least, int most) {
    if (!value.is_number_integer() || value.get<std::int64_t>() < least ||
        value.get<std::int64_t>() > most)
      fail(at, fmt::format("expected a whole number from {} to {}", least, most));
    return value.get<int>();
  }

  // A glob over check ids that fits at least one.
  static std::string check_glob(const Json& value, const std::string& at) {
    const std::string glob = text(value, at);
    Strings ids;
    for (const Check* check : all_checks()) ids.emplace_back(check->id);
    if (std::ranges::any_of(ids, [&](const std::string& id) {
          return fnmatch(glob.c_str(), id.c_str(), FNM_CASEFOLD) == 0;
        }))
      return glob;
    const auto near = nearest(glob, ids);
    fail(at, fmt::format("no check is named '{}'", glob),
         near ? fmt::format("did you mean {}?", *near) : "the list: acr-doctor checks");
  }
  static Strings check_globs(const Json& value, const std::string& at) {
    if (!value.is_array()) fail(at, "expected a list");
    Strings all;
    for (std::size_t i = 0; i < value.size(); ++i)
      all.push_back(check_glob(value[i], fmt::format("{}/{}", at, i)));
    return all;
  }
  static Severity severity(const Json& value, const std::string& at) {
    const std::string word = value.is_string() ? value.get<std::string>() : std::string();
    for (const Severity known :
         {Severity::critical, Severity::high, Severity::medium, Severity::low})
      if (word == to_string(known)) return known;
    fail(at, "expected critical, high, medium or low");
  }

  void read_checks(const Json& value, const std::string& at) {
    Policy& policy = file.policy;
    object(value, at, "checks",
           {{"only",
             [&](const auto& list, const auto& place) { policy.only = check_globs(list, place); }},
            {"skip", [&](const auto& list, const auto& place) {
               policy.skip = check_globs(list, place);
             }}});
  }

  void read_severities(const Json& value, const std::string& at) {
    if (!value.is_object()) fail(at, "expected check ids with their severities");
    for (const auto& [id, word] : value.items()) {
      const std::string place = fmt::format("{}/{}", at, escaped(id));
      if (find_check(id) == nullptr) check_glob(Json(id.empty() ? "?" : id), place);
      if (find_check(id) == nullptr) fail(place, "expected the id of one check, without wildcards");
      file.policy.severity.emplace(id, severity(word, place));
    }
  }

  void read_fail_on(const Json& value, const std::string& at) {
    if (value == "none")
      file.fail_on.emplace(std::nullopt);
    else if (!value.is_string())
      fail(at, "expected critical, high, medium, low or none");
    else
      file.fail_on.emplace(severity(value, at));
  }

  void read_expectations(const Json& value, const std::string& at) {
    Expectations& expects = file.policy.expects;
    object(value, at, "expects",
           {{"approved-registries",
             [&](const auto& list, const auto& place) {
               expects.approved_registries = lower_texts(list, place);
               for (std::size_t i = 0; i < expects.approved_registries.size(); ++i) {
                 const std::string& host = expects.approved_registries[i];
                 // A pattern would let in what nobody thought of: evil.com/contoso.azurecr.io.
                 if (host.find_first_of("*?[]^$\\() ") != std::string::npos || host.contains("://"))
                   fail(fmt::format("{}/{}", place, i),
                        "expected a host, with a path where it is narrower, and no wildcard",
                        "for example contoso.azurecr.io or docker.io/library");
               }
             }},
            {"approved-regions",
             [&](const auto& list, const auto& place) {
               expects.approved_regions = lower_texts(list, place);
             }},
            {"private-registries",
             [&](const auto& list, const auto& place) {
               expects.private_registries = lower_texts(list, place);
             }},
            {"credential-days-left",
             [&](const auto& days, const auto& place) {
               expects.credential_days_left = std::chrono::days(number(days, place, 1, 3'650));
             }},
            {"quota-percent", [&](const auto& percent, const auto& place) {
               expects.quota_percent = number(percent, place, 1, 100);
             }}});
  }

  static std::chrono::sys_days day(const Json& value, const std::string& at) {
    const std::string written = value.is_string() ? value.get<std::string>() : std::string();
    const auto day = parse_day(written);
    if (!day) fail(at, "expected a day, as 2026-12-31");
    return *day;
  }

  void read_exceptions(const Json& value, const std::string& at) {
    if (!value.is_array()) fail(at, "expected a list of exceptions");
    for (std::size_t i = 0; i < value.size(); ++i) {
      const std::string place = fmt::format("{}/{}", at, i);
      Exception exception;
      const auto into = [](std::string& target) {
        return
            [&target](const Json& child, const std::string& where) { target = text(child, where); };
      };
      object(value[i], place, "an exception",
             {{"check",
               [&](const auto& child, const auto& where) {
                 exception.check = check_glob(child, where);
               },
               true},
              {"resource", into(exception.resource), true},
              {"reason", into(exception.reason), true},
              {"owner", into(exception.owner), true},
              {"expires",
               [&](const auto& child, const auto& where) { exception.expires = day(child, where); },
               true},
              {"ticket", into(exception.ticket)}});
      exception.source = fmt::format("{}:{}", name_, line_of(place));
      file.policy.exceptions.push_back(std::move(exception));
    }
  }

 public:
  std::size_t line_of(const std::string& pointer) const {
    const auto position = nearest_position(text_, 0, pointer);
    return position ? position->line : 1;
  }
};

std::unexpected<UsageError> refuse_at(std::string_view name, std::size_t line, std::string text,
                                      std::string hint) {
  return std::unexpected(UsageError{fmt::format("{}:{}: {}", name, line, text), std::move(hint)});
}

}  // namespace

std::expected<PolicyFile, UsageError> parse_policy(std::string_view name, std::string_view text) {
  const std::string shown = clean(name);
  if (text.size() > kMostBytes)
    return std::unexpected(
        UsageError{fmt::format("{}: a policy file has at most {} bytes", shown, kMostBytes), {}});
  const auto parts = split_yaml(text);
  if (parts.empty()) return PolicyFile{};
  if (parts.size() > 1)
    return refuse_at(shown, parts[1].line, "a policy file holds one document", {});
  const auto json = yaml_to_json(parts.front(), kLimits);
  if (!json) return refuse_at(shown, json.error().position.line, clean(json.error().text), {});
  const Json root = Json::parse(*json, nullptr, false);
  if (root.is_discarded()) return refuse_at(shown, 1, "the text cannot be read as YAML", {});
  Reader reader(shown, text);
  try {
    if (!root.is_null()) reader.read(root);
  } catch (const Mistake& mistake) {
    return refuse_at(shown, reader.line_of(mistake.pointer), mistake.text, mistake.hint);
  }
  return std::move(reader.file);
}

std::optional<std::string> find_policy_file(const std::string& given) {
  if (!given.empty()) return given;
  if (const char* named = std::getenv("ACR_DOCTOR_CONFIG"); named != nullptr && *named != '\0')
    return named;
  for (const char* usual : {"acr-doctor.yaml", ".acr-doctor.yaml"}) {
    std::error_code ignored;
    if (std::filesystem::is_regular_file(usual, ignored)) return usual;
  }
  return std::nullopt;
}

std::expected<PolicyFile, UsageError> read_policy_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text;
  if (file) {
    text.resize(kMostBytes + 1);
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(file.gcount()));
  }
  if (!file.is_open() || file.bad())
    return std::unexpected(UsageError{fmt::format("cannot read {}", clean(path)), {}});
  return parse_policy(path, text);
}

std::optional<UsageError> add_policy(Options& options) {
  const auto path = find_policy_file(options.config);
  if (!path) return std::nullopt;
  auto file = read_policy_file(*path);
  if (!file) return file.error();
  options.judge.policy = std::move(file->policy);
  if (!options.sets_fail_on) options.judge.fail_on = file->fail_on.value_or(options.judge.fail_on);
  return std::nullopt;
}

}  // namespace acr
