// Writes what `kubectl get pods -A -o json --show-managed-fields` prints for a made-up cluster:
// about 10 KB a pod, two containers each, 4 % waiting with ImagePullBackOff, about 500 images.
//   make_pods PODS [SEED] > pods.json
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace {

// A small generator of our own: the same seed makes the same file everywhere.
struct Dice {
  std::uint64_t state;
  std::uint64_t roll(std::uint64_t sides) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    return (state >> 33) % sides;
  }
};

std::string hex(Dice& dice, int digits) {
  std::string text;
  for (int i = 0; i < digits; ++i) text += "0123456789abcdef"[dice.roll(16)];
  return text;
}

// kubectl indents by four.
class Printer {
 public:
  void open(std::string_view key, char bracket) {
    begin(key);
    out_ += bracket;
    ++depth_;
    first_ = true;
  }
  void close(char bracket) {
    --depth_;
    if (!first_) line();
    out_ += bracket;
    first_ = false;
  }
  void text(std::string_view key, std::string_view value) {
    begin(key);
    out_ += fmt::format("\"{}\"", value);
  }
  void plain(std::string_view key, std::string_view value) {
    begin(key);
    out_ += value;
  }
  void flush() {
    std::fwrite(out_.data(), 1, out_.size(), stdout);
    out_.clear();
  }

 private:
  std::string out_;
  int depth_ = 0;
  bool first_ = true;

  void line() {
    out_ += '\n';
    out_.append(static_cast<std::size_t>(depth_) * 4, ' ');
  }
  void begin(std::string_view key) {
    if (!std::exchange(first_, false)) out_ += ',';
    if (depth_ > 0) line();
    if (!key.empty()) out_ += fmt::format("\"{}\": ", key);
  }
};

void print_fields(Printer& p, std::string_view manager, std::string_view part, int fields) {
  p.open("", '{');
  p.text("apiVersion", "v1");
  p.text("fieldsType", "FieldsV1");
  p.open("fieldsV1", '{');
  p.open(fmt::format("f:{}", part), '{');
  for (int i = 0; i < fields; ++i) {
    p.open(fmt::format("k:{{\\\"type\\\":\\\"Condition{}\\\"}}", i), '{');
    for (const auto* field :
         {".", "f:lastProbeTime", "f:lastTransitionTime", "f:status", "f:type"}) {
      p.open(field, '{');
      p.close('}');
    }
    p.close('}');
  }
  p.close('}');
  p.close('}');
  p.text("manager", manager);
  p.text("operation", "Update");
  p.text("time", "2026-11-20T10:12:43Z");
  p.close('}');
}

void print_container(Printer& p, std::string_view name, std::string_view image) {
  p.open("", '{');
  p.open("env", '[');
  for (int i = 0; i < 4; ++i) {
    p.open("", '{');
    p.text("name", fmt::format("SETTING_{}", i));
    p.text("value", "some value of ordinary length");
    p.close('}');
  }
  p.close(']');
  p.text("image", image);
  p.text("imagePullPolicy", "IfNotPresent");
  p.open("livenessProbe", '{');
  p.plain("failureThreshold", "3");
  p.open("httpGet", '{');
  p.text("path", "/healthz");
  p.plain("port", "8080");
  p.text("scheme", "HTTP");
  p.close('}');
  p.plain("periodSeconds", "10");
  p.close('}');
  p.text("name", name);
  p.open("resources", '{');
  p.open("limits", '{');
  p.text("cpu", "500m");
  p.text("memory", "256Mi");
  p.close('}');
  p.close('}');
  p.text("terminationMessagePath", "/dev/termination-log");
  p.open("volumeMounts", '[');
  p.open("", '{');
  p.text("mountPath", "/var/run/secrets/kubernetes.io/serviceaccount");
  p.text("name", "kube-api-access");
  p.plain("readOnly", "true");
  p.close('}');
  p.close(']');
  p.close('}');
}

void print_status(Printer& p, Dice& dice, std::string_view name, std::string_view image,
                  bool waiting) {
  p.open("", '{');
  if (!waiting) p.text("containerID", fmt::format("containerd://{}", hex(dice, 64)));
  p.text("image", image);
  p.text("imageID",
         waiting ? std::string{} : fmt::format("contoso.azurecr.io/x@sha256:{}", hex(dice, 64)));
  p.open("lastState", '{');
  p.close('}');
  p.text("name", name);
  p.plain("ready", waiting ? "false" : "true");
  p.plain("restartCount", "0");
  p.open("state", '{');
  if (waiting) {
    p.open("waiting", '{');
    p.text("message", fmt::format("Back-off pulling image \\\"{}\\\"", image));
    p.text("reason", "ImagePullBackOff");
    p.close('}');
  } else {
    p.open("running", '{');
    p.text("startedAt", "2026-11-20T10:12:43Z");
    p.close('}');
  }
  p.close('}');
  p.close('}');
}

void print_pod(Printer& p, Dice& dice, std::uint64_t nodes) {
  const std::uint64_t app = dice.roll(500);
  const std::string space = fmt::format("team-{}", app % 40);
  const std::string hash = fmt::format("{:08x}", app * 2654435761U & 0xFFFFFFFFU);
  const std::string set = fmt::format("app-{}-{}", app, hash);
  const std::string image =
      fmt::format("contoso.azurecr.io/team-{}/app-{}:1.{}", app % 40, app, app % 9);
  const std::string side = "contoso.azurecr.io/platform/proxy:2.4";
  const bool waiting = dice.roll(25) == 0;
  p.open("", '{');
  p.text("apiVersion", "v1");
  p.text("kind", "Pod");
  p.open("metadata", '{');
  p.open("annotations", '{');
  p.text("kubectl.kubernetes.io/restartedAt", "2026-11-01T08:00:00Z");
  p.text("prometheus.io/config",
         R"({\"port\": 8080, \"path\": \"/metrics\", \"scheme\": \"http\"})");
  p.close('}');
  p.text("creationTimestamp", "2026-11-20T10:12:40Z");
  p.text("generateName", set + "-");
  p.open("labels", '{');
  p.text("app.kubernetes.io/name", fmt::format("app-{}", app));
  p.text("pod-template-hash", hash);
  p.close('}');
  p.open("managedFields", '[');
  print_fields(p, "kube-controller-manager", "spec", 2);
  print_fields(p, "kubelet", "status", 3);
  p.close(']');
  p.text("name", fmt::format("{}-{}", set, hex(dice, 5)));
  p.text("namespace", space);
  p.open("ownerReferences", '[');
  p.open("", '{');
  p.text("apiVersion", "apps/v1");
  p.plain("blockOwnerDeletion", "true");
  p.plain("controller", "true");
  p.text("kind", "ReplicaSet");
  p.text("name", set);
  p.text("uid", hex(dice, 32));
  p.close('}');
  p.close(']');
  p.text("resourceVersion", fmt::format("{}", dice.roll(100000000)));
  p.text("uid", hex(dice, 32));
  p.close('}');
  p.open("spec", '{');
  p.open("containers", '[');
  print_container(p, "app", image);
  print_container(p, "proxy", side);
  p.close(']');
  p.text("dnsPolicy", "ClusterFirst");
  p.text("nodeName", fmt::format("aks-user-{:05}-vmss", dice.roll(nodes)));
  p.open("nodeSelector", '{');
  p.text("kubernetes.io/os", "linux");
  p.close('}');
  p.text("restartPolicy", "Always");
  p.text("serviceAccount", "app");
  p.text("serviceAccountName", "app");
  p.open("tolerations", '[');
  for (const auto* key : {"node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"}) {
    p.open("", '{');
    p.text("effect", "NoExecute");
    p.text("key", key);
    p.text("operator", "Exists");
    p.plain("tolerationSeconds", "300");
    p.close('}');
  }
  p.close(']');
  p.open("volumes", '[');
  p.open("", '{');
  p.text("name", "kube-api-access");
  p.open("projected", '{');
  p.plain("defaultMode", "420");
  p.close('}');
  p.close('}');
  p.close(']');
  p.close('}');
  p.open("status", '{');
  p.open("conditions", '[');
  for (const auto* type : {"Initialized", "Ready", "ContainersReady", "PodScheduled"}) {
    p.open("", '{');
    p.plain("lastProbeTime", "null");
    p.text("lastTransitionTime", "2026-11-20T10:12:43Z");
    p.text("status", waiting ? "False" : "True");
    p.text("type", type);
    p.close('}');
  }
  p.close(']');
  p.open("containerStatuses", '[');
  print_status(p, dice, "app", image, waiting);
  print_status(p, dice, "proxy", side, false);
  p.close(']');
  p.text("hostIP", fmt::format("10.224.{}.{}", dice.roll(250), dice.roll(250)));
  p.text("phase", waiting ? "Pending" : "Running");
  p.text("podIP", fmt::format("10.244.{}.{}", dice.roll(250), dice.roll(250)));
  p.text("startTime", "2026-11-20T10:12:40Z");
  p.close('}');
  p.close('}');
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 2) {
    std::fputs("usage: make_pods PODS [SEED] > pods.json\n", stderr);
    return 2;
  }
  const std::uint64_t pods = std::strtoull(arguments[1], nullptr, 10);
  Dice dice{count > 2 ? std::strtoull(arguments[2], nullptr, 10) : 1};
  Printer p;
  p.open("", '{');
  p.text("apiVersion", "v1");
  p.open("items", '[');
  for (std::uint64_t i = 0; i < pods; ++i) {
    print_pod(p, dice, pods / 30 + 1);
    p.flush();
  }
  p.close(']');
  p.text("kind", "List");
  p.open("metadata", '{');
  p.text("resourceVersion", "");
  p.close('}');
  p.close('}');
  p.flush();
  std::fputs("\n", stdout);
  return std::ferror(stdout) == 0 ? 0 : 5;
}
