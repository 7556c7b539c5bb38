// The text of one kubeconfig: YAML or JSON to values.
#include <algorithm>
#include <cctype>
#include <filesystem>
#include <functional>
#include <set>

#include <fmt/format.h>

#include "collect/yaml.h"
#include "live/kubeconfig.h"
#include "live/plain.h"
#include "live/secret_json.h"

namespace acr {
namespace {

using Object = simdjson::dom::object;
using Element = simdjson::dom::element;

constexpr YamlLimits kYaml{std::size_t{4} << 20, 64};
constexpr std::string_view kPluginExtension = "client.authentication.k8s.io/exec";

// Reads members of a file and remembers the first that is not what it should be.
class Reader {
 public:
  explicit Reader(const std::string& file) : file_(file) {}

  const std::string& fault() const { return fault_; }
  const std::string& file() const { return file_; }
  void blame(std::string text) {
    if (fault_.empty()) fault_ = std::move(text);
  }

  std::string_view text(Object object, std::string_view name) {
    Element member;
    std::string_view value;
    if (!find(object, name, member)) return {};
    if (member.get(value) != simdjson::SUCCESS) blame(fmt::format("{} is no string", name));
    return value;
  }
  // A path as the entry means it: relative to the file that holds it.
  std::string path(Object object, std::string_view name) { return resolve(text(object, name)); }
  std::string resolve(std::string_view path) const {
    if (path.empty() || path.starts_with('/')) return std::string(path);
    return (std::filesystem::path(file_).parent_path() / path).lexically_normal().string();
  }
  bool flag(Object object, std::string_view name) {
    Element member;
    bool value = false;
    if (find(object, name, member) && member.get(value) != simdjson::SUCCESS)
      blame(fmt::format("{} is neither true nor false", name));
    return value;
  }
  std::optional<Object> object(Object parent, std::string_view name) {
    Element member;
    Object value;
    if (!find(parent, name, member)) return std::nullopt;
    if (member.get(value) == simdjson::SUCCESS) return value;
    blame(fmt::format("{} is no map", name));
    return std::nullopt;
  }
  void each(Object parent, std::string_view name, const std::function<void(Element)>& visit) {
    Element member;
    simdjson::dom::array list;
    if (!find(parent, name, member)) return;
    if (member.get(list) != simdjson::SUCCESS) return blame(fmt::format("{} is no list", name));
    for (const Element element : list) visit(element);
  }
  std::vector<std::string> texts(Object parent, std::string_view name) {
    std::vector<std::string> result;
    each(parent, name, [&](Element element) {
      std::string_view text;
      if (element.get(text) == simdjson::SUCCESS)
        result.emplace_back(text);
      else
        blame(fmt::format("{} holds what is no string", name));
    });
    return result;
  }
  // [{name, <body>: {…}}, …]; each name once.
  void entries(Object parent, std::string_view list, std::string_view body,
               const std::function<void(const std::string&, Object)>& visit) {
    std::set<std::string, std::less<>> names;
    each(parent, list, [&](Element element) {
      Object entry;
      if (element.get(entry) != simdjson::SUCCESS)
        return blame(fmt::format("{} holds what is no map", list));
      const std::string name(text(entry, "name"));
      if (!names.insert(name).second)
        return blame(fmt::format("duplicate name \"{}\" in list {}", plain_name(name), list));
      const auto content = object(entry, body);
      if (!fault_.empty()) {
        if (!placed_) fault_ = fmt::format("{} \"{}\": {}", list, plain_name(name), fault_);
        placed_ = true;
      } else if (content) {
        visit(name, *content);
        if (!fault_.empty() && !placed_) {
          fault_ = fmt::format("{} \"{}\": {}", list, plain_name(name), fault_);
          placed_ = true;
        }
      }
    });
  }

 private:
  const std::string& file_;
  std::string fault_;
  bool placed_ = false;  // the fault names the entry

  // Null is as good as absent.
  static bool find(Object object, std::string_view name, Element& member) {
    return object.at_key(name).get(member) == simdjson::SUCCESS && !member.is_null();
  }
};

// The extension that exec plugins are handed; names stand once here too.
std::string read_plugin_config(Reader& reader, Object cluster) {
  std::string config;
  std::set<std::string, std::less<>> names;
  reader.each(cluster, "extensions", [&](Element element) {
    Object entry;
    if (element.get(entry) != simdjson::SUCCESS) return reader.blame("extensions holds no map");
    const std::string name(reader.text(entry, "name"));
    if (!names.insert(name).second)
      return reader.blame(
          fmt::format("duplicate name \"{}\" in list extensions", plain_name(name)));
    Element extension;
    if (name == kPluginExtension && entry.at_key("extension").get(extension) == simdjson::SUCCESS)
      config = simdjson::minify(extension);
  });
  return config;
}

KubeCluster read_cluster(Reader& reader, Object object) {
  KubeCluster cluster;
  cluster.server = reader.text(object, "server");
  cluster.server_name = reader.text(object, "tls-server-name");
  cluster.proxy = reader.text(object, "proxy-url");
  cluster.authority_file = reader.path(object, "certificate-authority");
  cluster.authority_data = reader.text(object, "certificate-authority-data");
  cluster.skip_verify = reader.flag(object, "insecure-skip-tls-verify");
  cluster.plugin_config = read_plugin_config(reader, object);
  cluster.file = reader.file();
  return cluster;
}

ExecPlugin read_plugin(Reader& reader, const std::string& user, Object object) {
  ExecPlugin plugin;
  plugin.user = user;
  plugin.api_version = reader.text(object, "apiVersion");
  const std::string_view command = reader.text(object, "command");
  // Only a command with a separator is a path; others are looked up in PATH.
  plugin.command =
      command.find('/') == std::string_view::npos ? std::string(command) : reader.resolve(command);
  for (std::string& argument : reader.texts(object, "args"))
    plugin.args.emplace_back(std::move(argument));
  reader.each(object, "env", [&](Element element) {
    Object variable;
    if (element.get(variable) != simdjson::SUCCESS) return reader.blame("env holds what is no map");
    plugin.variables.push_back({std::string(reader.text(variable, "name")),
                                Secret(std::string(reader.text(variable, "value")))});
  });
  plugin.install_hint = reader.text(object, "installHint");
  plugin.mode = reader.text(object, "interactiveMode");
  plugin.wants_cluster = reader.flag(object, "provideClusterInfo");
  return plugin;
}

KubeUser read_user(Reader& reader, const std::string& name, Object object) {
  KubeUser user;
  user.certificate_file = reader.path(object, "client-certificate");
  user.certificate_data = reader.text(object, "client-certificate-data");
  user.key_file = reader.path(object, "client-key");
  user.key_data = Secret(std::string(reader.text(object, "client-key-data")));
  user.token = Secret(std::string(reader.text(object, "token")));
  user.token_file = reader.path(object, "tokenFile");
  user.user_name = reader.text(object, "username");
  user.password = Secret(std::string(reader.text(object, "password")));
  if (const auto exec = reader.object(object, "exec")) user.exec = read_plugin(reader, name, *exec);
  if (const auto provider = reader.object(object, "auth-provider")) {
    user.auth_provider = reader.text(*provider, "name");
    if (user.auth_provider.empty()) user.auth_provider = "unnamed";
  }
  user.as.user = reader.text(object, "as");
  user.as.uid = reader.text(object, "as-uid");
  user.as.groups = reader.texts(object, "as-groups");
  if (const auto extra = reader.object(object, "as-user-extra"))
    for (const auto [key, value] : *extra)
      for (std::string& text : reader.texts(*extra, key))
        user.as.extra.emplace_back(std::string(key), std::move(text));
  user.file = reader.file();
  return user;
}

KubeContext read_context(Reader& reader, Object object) {
  return {std::string(reader.text(object, "cluster")), std::string(reader.text(object, "user")),
          std::string(reader.text(object, "namespace")), reader.file()};
}

// The JSON text, or one clause why there is none.
std::expected<Secret, std::string> to_json(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first != std::string_view::npos && text[first] == '{' && SecretJson(text).object())
    return Secret(std::string(text));
  const std::vector<YamlPart> parts = split_yaml(text);
  if (parts.empty()) return Secret(std::string("{}"));
  auto json = yaml_to_json(parts.front(), kYaml);
  // yaml-cpp may quote the text: only the place is told, and whether it was a limit.
  if (!json)
    return std::unexpected(fmt::format("{} at line {}, column {}",
                                       json.error().too_large ? "too large or too deep" : "no YAML",
                                       json.error().position.line, json.error().position.column));
  return Secret(std::move(*json));
}

}  // namespace

std::expected<Kubeconfig, KubeError> parse_kubeconfig(std::string_view text,
                                                      const std::string& file) {
  const auto fail = [&](std::string_view why) {
    return std::unexpected(
        KubeError{KubeError::Cause::malformed,
                  fmt::format("{} is no kubeconfig: {}", plain_name(file), why)});
  };
  const auto json_text = to_json(text);
  if (!json_text) return fail(json_text.error());
  const SecretJson json(json_text->view(), 2 * kYaml.depth);
  const auto root = json.object();
  if (!root) return fail(json.error().empty() ? "it holds no map" : json.error());
  Reader reader(file);
  if (const std::string_view kind = reader.text(*root, "kind"); !kind.empty() && kind != "Config")
    return fail(fmt::format("its kind is {}", plain_name(kind, 60)));
  Kubeconfig config;
  config.files.push_back(file);
  config.current_context = reader.text(*root, "current-context");
  reader.entries(*root, "clusters", "cluster", [&](const std::string& name, Object object) {
    config.clusters.emplace(name, read_cluster(reader, object));
  });
  reader.entries(*root, "users", "user", [&](const std::string& name, Object object) {
    config.users.emplace(name, read_user(reader, name, object));
  });
  reader.entries(*root, "contexts", "context", [&](const std::string& name, Object object) {
    config.contexts.emplace(name, read_context(reader, object));
  });
  if (!reader.fault().empty()) return fail(reader.fault());
  return config;
}

}  // namespace acr
