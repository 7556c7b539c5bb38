#include "cli/options.h"

#include <fmt/format.h>
#include <fnmatch.h>

#include <algorithm>
#include <array>
#include <boost/program_options.hpp>
#include <charconv>
#include <utility>

#include "cli/nearest.h"
#include "cli/words.h"

namespace acr {
namespace {

namespace po = boost::program_options;

struct KindName {
  std::string_view written, kind;
};
constexpr std::array kKinds{
    KindName{"pod", "pod"},
    KindName{"pods", "pod"},
    KindName{"po", "pod"},
    KindName{"deploy", "deploy"},
    KindName{"deployment", "deploy"},
    KindName{"deployments", "deploy"},
    KindName{"sts", "sts"},
    KindName{"statefulset", "sts"},
    KindName{"statefulsets", "sts"},
    KindName{"ds", "ds"},
    KindName{"daemonset", "ds"},
    KindName{"daemonsets", "ds"},
    KindName{"rs", "rs"},
    KindName{"replicaset", "rs"},
    KindName{"replicasets", "rs"},
    KindName{"job", "job"},
    KindName{"jobs", "job"},
    KindName{"cj", "cronjob"},
    KindName{"cronjob", "cronjob"},
    KindName{"cronjobs", "cronjob"},
};

std::string_view kind_named(std::string_view written) {
  const auto found = std::find_if(kKinds.begin(), kKinds.end(),
                                  [&](const KindName& name) { return name.written == written; });
  return found == kKinds.end() ? std::string_view() : found->kind;
}

std::string did_you_mean(std::string_view word, std::span<const std::string> candidates,
                         std::string_view prefix = {}) {
  const auto found = nearest(word, candidates);
  return found ? fmt::format("did you mean {}{}?", prefix, *found) : std::string();
}

template <class Words>
auto choose(std::string_view option, std::string_view given, const Words& words)
    -> std::expected<decltype(words[0].value), UsageError> {
  std::string list;
  std::vector<std::string> names;
  for (const auto& entry : words) {
    if (entry.word == given) return entry.value;
    list.append(list.empty() ? "" : ", ").append(entry.word);
    names.emplace_back(entry.word);
  }
  return std::unexpected(
      UsageError{fmt::format("{} does not know '{}'; it takes one of {}", option, given, list),
                 did_you_mean(given, names)});
}

using Strings = std::vector<std::string>;

po::options_description describe(std::string_view command) {
  po::options_description all;
  auto add = all.add_options();
  const auto text = [] { return po::value<std::string>(); };
  const auto list = [] { return po::value<Strings>()->composing(); };
  if (command == "completion") return all;
  if (command != "collect") {
    add("output,o", list());
    add("color", text());
    add("ascii", po::bool_switch());
  }
  const bool judges = command == "why" || command == "scan";
  const bool shows = shows_report(command);
  const bool asks = judges || command == "collect" || command == "permissions";
  if (asks && command != "collect") add("from", list());
  if (asks) {
    add("subscription", list());
    add("management-group", list());
    add("registry", list());
    if (command != "why") add("cluster", list());
    add("context", list());
    add("kubeconfig", text());
    add("auth", text());
    add("timeout", text());
    add("no-secrets", po::bool_switch());
  }
  if (command == "permissions") {
    add("namespace,n", text());
    add("quiet,q", po::bool_switch());
  }
  if (command == "collect") {
    add("directory,d", text());
    add("mask", po::value<std::string>()->implicit_value(""));
    add("namespace,n", text());
    add("quiet,q", po::bool_switch());
  }
  if (command == "why" || command == "scan") add("config", text());
  if (shows) {
    add("on-incomplete", text());
    add("quiet,q", po::bool_switch());
    add("verbose,v", po::bool_switch());
  }
  if (command == "why") {
    add("namespace,n", text());
    add("cluster", text());
  }
  if (judges) add("for-cluster", text());
  if (command == "probe") {
    add("docker-config", text());
    add("auth", text());
    add("dns", list());
    add("timeout", text());
    add("cluster", text());
    add("quiet,q", po::bool_switch());
  }
  if (command == "explain") add("error", text());
  if (command == "scan") add("check", list());
  if (command == "scan" || command == "report") {
    add("fail-on", text());
    if (command == "scan") {
      add("baseline", text());
      add("fail-on-new", po::bool_switch());
    }
    add("severity", text());
    add("show-passed", po::bool_switch());
  }
  return all;
}

std::expected<std::vector<OutputTarget>, UsageError> read_outputs(std::string_view command,
                                                                  const Strings& given) {
  std::vector<OutputTarget> outputs;
  for (const auto& text : given) {
    const auto sign = text.find('=');
    const std::string_view word = std::string_view(text).substr(0, sign);
    const auto format = shows_report(command) ? choose("--output", word, kFormats)
                                              : choose("--output", word, kCatalogueFormats);
    if (!format) return std::unexpected(format.error());
    std::string file = sign == std::string::npos ? "" : text.substr(sign + 1);
    if (sign != std::string::npos && file.empty()) {
      return std::unexpected(UsageError{fmt::format("--output {} names no file behind '='", text),
                                        "for standard output leave '=' away"});
    }
    if (file == "-") file.clear();
    outputs.push_back({*format, std::move(file)});
  }
  if (outputs.empty()) outputs.emplace_back();
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    for (std::size_t k = i + 1; k < outputs.size(); ++k) {
      if (outputs[i].file != outputs[k].file) continue;
      if (outputs[i].file.empty()) {
        return std::unexpected(UsageError{"only one output can go to standard output",
                                          "give the others a file: -o sarif=report.sarif"});
      }
      return std::unexpected(UsageError{fmt::format("two outputs go to {}", outputs[i].file), {}});
    }
  }
  return outputs;
}

std::optional<UsageError> check_globs(const Strings& globs) {
  Strings ids;
  for (const Check* check : all_checks()) ids.emplace_back(check->id);
  for (const auto& glob : globs) {
    const bool matches = std::any_of(ids.begin(), ids.end(), [&glob](const std::string& id) {
      return fnmatch(glob.c_str(), id.c_str(), 0) == 0;
    });
    if (matches) continue;
    std::string hint = did_you_mean(glob, ids);
    if (hint.empty()) hint = "the list: acr-doctor checks";
    return UsageError{fmt::format("no check is named '{}'", glob), std::move(hint)};
  }
  return std::nullopt;
}

std::optional<UsageError> read_values(Options& options, const po::variables_map& values) {
  const auto list = [&values](const char* name) {
    return values.count(name) != 0 ? values[name].as<Strings>() : Strings();
  };
  const auto text = [&values](const char* name) {
    return values.count(name) != 0 ? values[name].as<std::string>() : std::string();
  };
  const auto is_set = [&values](const char* name) {
    return values.count(name) != 0 && values[name].as<bool>();
  };
  options.arguments = list("argument");
  options.from = list("from");
  options.name_space = text("namespace");
  const bool one_cluster = options.command == "why" || options.command == "probe";
  if (one_cluster)
    options.cluster = text("cluster");
  else
    options.live.clusters = list("cluster");
  options.for_cluster = text("for-cluster");
  options.docker_config = text("docker-config");
  options.dns_servers = list("dns");
  options.error_text = text("error");
  options.folder = text("directory");
  options.mask = values.count("mask") != 0;
  options.mask_table = text("mask");
  options.config = text("config");
  options.baseline = text("baseline");
  options.judge.fail_on_new = is_set("fail-on-new");
  options.live.subscriptions = list("subscription");
  options.live.management_groups = list("management-group");
  options.live.registries = list("registry");
  options.live.contexts = list("context");
  options.live.kubeconfig = text("kubeconfig");
  options.live.secrets = !is_set("no-secrets");
  if (values.count("auth") != 0) {
    const auto auth = choose("--auth", text("auth"), kAuth);
    if (!auth) return auth.error();
    options.live.auth = text("auth");
  }
  if (options.command == "probe") options.live.timeout_seconds = 60;
  if (const std::string seconds = text("timeout"); values.count("timeout") != 0) {
    const auto [end, error] = std::from_chars(seconds.data(), seconds.data() + seconds.size(),
                                              options.live.timeout_seconds);
    if (error != std::errc() || end != seconds.data() + seconds.size() ||
        options.live.timeout_seconds < 1 || options.live.timeout_seconds > 86'400)
      return UsageError{fmt::format("--timeout takes seconds, 1 to 86400, not '{}'", seconds), {}};
  }
  options.judge.check_globs = list("check");
  options.ascii = is_set("ascii");
  options.quiet = is_set("quiet");
  options.verbose = is_set("verbose");
  options.show_passed = is_set("show-passed");

  auto outputs = read_outputs(options.command, list("output"));
  if (!outputs) return outputs.error();
  options.outputs = std::move(*outputs);
  if (values.count("color") != 0) {
    const auto colour = choose("--color", text("color"), kColours);
    if (!colour) return colour.error();
    options.colour = *colour;
  }
  if (values.count("severity") != 0) {
    const auto severity = choose("--severity", text("severity"), kSeverities);
    if (!severity) return severity.error();
    options.severity = *severity;
  }
  options.sets_fail_on = values.count("fail-on") != 0;
  options.sets_on_incomplete = values.count("on-incomplete") != 0;
  if (const std::string level = text("fail-on"); level == "none") {
    options.judge.fail_on.reset();
  } else if (values.count("fail-on") != 0) {
    const auto severity = choose("--fail-on", level, kSeverities);
    if (!severity) return UsageError{severity.error().text + ", none", severity.error().hint};
    options.judge.fail_on = *severity;
  }
  if (values.count("on-incomplete") != 0) {
    const auto is_ok = choose("--on-incomplete", text("on-incomplete"), kIncomplete);
    if (!is_ok) return is_ok.error();
    options.judge.incomplete_is_ok = *is_ok;
  }
  return check_globs(options.judge.check_globs);
}

// What an option takes, where that is one of a few words.
Strings words_of(std::string_view command, std::string_view option) {
  Strings words;
  const auto add = [&words](const auto& table) {
    for (const auto& entry : table) words.emplace_back(entry.word);
  };
  if (option == "output") {
    if (shows_report(command))
      add(kFormats);
    else
      add(kCatalogueFormats);
  } else if (option == "severity" || option == "fail-on") {
    add(kSeverities);
    if (option == "fail-on") words.emplace_back("none");
  } else if (option == "color") {
    add(kColours);
  } else if (option == "auth") {
    add(kAuth);
  } else if (option == "on-incomplete") {
    add(kIncomplete);
  } else if (option == "check") {
    for (const Check* check : all_checks()) words.emplace_back(check->id);
  }
  return words;
}

bool takes_path(std::string_view option) {
  return option == "from" || option == "kubeconfig" || option == "directory" ||
         option == "docker-config";
}

UsageError unknown_option(std::string_view command, std::string_view given) {
  const std::string_view name = given.substr(std::min(given.find_first_not_of('-'), given.size()));
  const Strings own = option_names(command);
  std::string hint = did_you_mean(name, own, "--");
  for (const std::string_view other : {"probe", "why", "scan"}) {
    const Strings others = option_names(other);
    if (other != command && std::find(others.begin(), others.end(), name) != others.end()) {
      hint = fmt::format("{} has it", other);
    }
  }
  return {fmt::format("{} has no option {}", command, given), std::move(hint)};
}

}  // namespace

std::vector<OptionShape> option_shapes(std::string_view command) {
  std::vector<OptionShape> shapes;
  const auto all = describe(command);
  for (const auto& option : all.options()) {
    OptionShape shape;
    shape.name = option->long_name();
    // "-o" where there is a short name, "--output" where there is none.
    const std::string shortest =
        option->canonical_display_name(po::command_line_style::allow_dash_for_short);
    if (shortest.size() == 2) shape.letter = shortest[1];
    shape.takes_value = option->semantic()->max_tokens() > 0;
    shape.words = words_of(command, shape.name);
    shape.takes_path = takes_path(shape.name);
    shapes.push_back(std::move(shape));
  }
  return shapes;
}

std::vector<std::string> option_names(std::string_view command) {
  Strings names;
  const auto all = describe(command);
  for (const auto& option : all.options()) names.push_back(option->long_name());
  return names;
}

std::expected<Options, UsageError> parse_options(std::string_view command,
                                                 std::span<const std::string> arguments) {
  po::options_description all = describe(command);
  all.add_options()("argument", po::value<Strings>());
  po::positional_options_description positional;
  positional.add("argument", -1);
  // Abbreviated options would change their meaning when new ones are added.
  const auto style = po::command_line_style::unix_style & ~po::command_line_style::allow_guessing;

  Options options;
  options.command = command;
  try {
    po::variables_map values;
    po::store(po::command_line_parser(Strings(arguments.begin(), arguments.end()))
                  .options(all)
                  .positional(positional)
                  .style(style)
                  .run(),
              values);
    if (auto error = read_values(options, values)) return std::unexpected(*std::move(error));
  } catch (const po::unknown_option& error) {
    return std::unexpected(unknown_option(command, error.get_option_name()));
  } catch (const po::multiple_occurrences& error) {
    return std::unexpected(
        UsageError{fmt::format("{} is given more than once", error.get_option_name()), {}});
  } catch (const po::invalid_command_line_syntax& error) {
    const bool missing = error.kind() == po::invalid_syntax::missing_parameter ||
                         error.kind() == po::invalid_syntax::empty_adjacent_parameter;
    return std::unexpected(UsageError{
        fmt::format("{} {}", error.get_option_name(), missing ? "needs a value" : "takes no value"),
        {}});
  } catch (const po::error& error) {
    return std::unexpected(UsageError{error.what(), {}});
  }
  return options;
}

std::expected<WhyTarget, UsageError> parse_target(std::string_view text) {
  WhyTarget target;
  const auto slash = text.find('/');
  if (slash != std::string_view::npos) {
    target.kind = kind_named(text.substr(0, slash));
    target.name = text.substr(slash + 1);
    if (target.kind.empty()) {
      // namespace/kind/name, as some tools write it, would pass for an image.
      const auto second = text.find('/', slash + 1);
      const auto kind = text.substr(slash + 1, second - slash - 1);
      if (second != std::string_view::npos && !kind_named(kind).empty() &&
          text.find_first_of(":@.") == std::string_view::npos) {
        return std::unexpected(UsageError{
            fmt::format("'{}' is neither KIND/NAME nor an image", text),
            fmt::format("did you mean {} -n {}?", text.substr(slash + 1), text.substr(0, slash))});
      }
      target.kind = "image";
      target.name = text;
    }
  } else {
    target.kind = text.find_first_of(":@") == std::string_view::npos ? "pod" : "image";
    target.name = text;
  }
  const bool plain = target.kind == "image" || target.name.find('/') == std::string::npos;
  if (target.name.empty() || !plain) {
    return std::unexpected(
        UsageError{fmt::format("'{}' names no pod, workload or image", text),
                   "targets look like pod/NAME, deploy/NAME or HOST/REPOSITORY:TAG"});
  }
  return target;
}

}  // namespace acr
