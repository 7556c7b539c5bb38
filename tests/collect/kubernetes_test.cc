#include "collect/kubernetes.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "collect/collect_text.h"

namespace acr {
namespace {

// One line a class: everything but the origin.
std::string show(const PodClass& entry) {
  std::string text =
      fmt::format("{}/{} {} {}", entry.name_space, entry.workload.empty() ? "-" : entry.workload,
                  entry.container.name, entry.container.image);
  if (entry.container.kind == ContainerKind::init) text += " init";
  if (entry.container.kind == ContainerKind::ephemeral) text += " ephemeral";
  if (entry.container.kind == ContainerKind::image_volume) text += " volume";
  if (entry.from_template) text += " template";
  if (entry.mirror) text += " mirror";
  if (entry.focus) text += " focus";
  text += fmt::format(" sa={} secrets={} {}/{}/{} pods={}", entry.service_account,
                      fmt::join(entry.pull_secrets, ","), entry.pod_count, entry.failing,
                      entry.pulled, fmt::join(entry.pods, ","));
  return text;
}

std::string classes_of(const Collected& collected) {
  std::vector<std::string> lines;
  for (const PodClass& entry : collected.estate.pod_classes) lines.push_back(show(entry));
  std::sort(lines.begin(), lines.end());
  return fmt::format("{}", fmt::join(lines, "\n"));
}

std::string pod(const std::string& name, const std::string& metadata, const std::string& spec,
                const std::string& status) {
  return fmt::format(
      R"({{"apiVersion":"v1","kind":"Pod","metadata":{{"name":"{}","namespace":"shop","uid":"u"{}}},"spec":{{{}}},"status":{{{}}}}})",
      name, metadata, spec, status);
}

const std::string kOneContainer =
    R"("serviceAccountName":"sa","nodeName":"n1","containers":[{"name":"c","image":"r.io/i:1"}])";

TEST(Kubernetes, ReadsEveryPartOfAPod) {
  const Collected collected = collect_text(pod(
      "p", "",
      R"("nodeName":"n1","serviceAccount":"old","serviceAccountName":"sa","imagePullSecrets":[{"name":"s1"},{},{"name":""},{"name":"s2"}],
         "initContainers":[{"name":"i","image":"init:1"}],"containers":[{"image":"main:1","imagePullPolicy":"Always","name":"c"}],
         "ephemeralContainers":[{"name":"e","image":"debug"}],"volumes":[{"name":"v","image":{"reference":"data:1","pullPolicy":"Never"}},{"name":"w","emptyDir":{}}],
         "nodeSelector":{"a/b":"c\"d"},"tolerations":[{"key":"k","operator":"Exists","effect":"NoSchedule"},{"value":"v"}],
         "affinity":{"podAffinity":{},"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":[]}}})",
      R"("initContainerStatuses":[{"name":"i","imageID":"sha256:1","state":{"terminated":{}}}],
         "ephemeralContainerStatuses":[{"name":"e","state":{"waiting":{"reason":"ErrImagePull","message":"no"}}}],
         "containerStatuses":[{"name":"c","imageID":"","state":{"waiting":{"reason":"PodInitializing"}}}])"));
  EXPECT_EQ(classes_of(collected),
            "shop/- c main:1 sa=sa secrets=s1,s2 1/0/0 pods=p\n"
            "shop/- e debug ephemeral sa=sa secrets=s1,s2 1/1/0 pods=p\n"
            "shop/- i init:1 init sa=sa secrets=s1,s2 1/0/1 pods=p\n"
            "shop/- v data:1 volume sa=sa secrets=s1,s2 1/0/0 pods=p");
  for (const PodClass& entry : collected.estate.pod_classes) {
    EXPECT_EQ(entry.placement->node_selector.at("a/b"), "c\"d");
    ASSERT_EQ(entry.placement->tolerations.size(), 2U);
    EXPECT_EQ(entry.placement->tolerations[0].op, "Exists");
    EXPECT_EQ(entry.placement->tolerations[1].value, "v");
    ASSERT_TRUE(entry.placement->affinity);
    EXPECT_TRUE(entry.placement->affinity->terms.empty());
    ASSERT_EQ(entry.nodes.size(), 1U);
    EXPECT_EQ(entry.nodes[0].node, "n1");
    if (entry.container.name == "c") {
      EXPECT_EQ(entry.container.pull_policy, "Always");
    }
    if (entry.container.name != "e") continue;
    ASSERT_EQ(entry.symptoms.size(), 1U);
    EXPECT_EQ(entry.symptoms[0].origin.pointer,
              "/status/ephemeralContainerStatuses/0/state/waiting");
  }
}

TEST(Kubernetes, OrderOfMembersIsFree) {
  const Collected collected = collect_text(
      R"({"status":{"containerStatuses":[{"state":{"waiting":{"message":"m","reason":"ErrImagePull"}},"name":"c"}]},)"
      R"("spec":{"containers":[{"image":"i:1","name":"c"}],"serviceAccountName":"sa"},"metadata":{"namespace":"n","name":"p","uid":"u"},)"
      R"("kind":"Pod","apiVersion":"v1"})");
  EXPECT_EQ(classes_of(collected), "n/- c i:1 sa=sa secrets= 1/1/0 pods=p");
}

TEST(Kubernetes, NamesTheWorkload) {
  struct Owner {
    const char *metadata, *workload;
  };
  const Owner owners[] = {
      {R"(,"labels":{"pod-template-hash":"7d9"},"ownerReferences":[{"kind":"ReplicaSet","name":"cart-7d9","controller":true}])",
       "deploy/cart"},
      {R"(,"ownerReferences":[{"kind":"ReplicaSet","name":"cart-7d9","controller":true}],"labels":{"pod-template-hash":"7d9"})",
       "deploy/cart"},
      {R"(,"ownerReferences":[{"kind":"ReplicaSet","name":"cart","controller":true}])", "rs/cart"},
      {R"(,"labels":{"pod-template-hash":"cart"},"ownerReferences":[{"kind":"ReplicaSet","name":"cart"}])",
       "rs/cart"},
      {R"(,"ownerReferences":[{"kind":"StatefulSet","name":"db","controller":true}])", "sts/db"},
      {R"(,"ownerReferences":[{"kind":"DaemonSet","name":"log"}])", "ds/log"},
      {R"(,"ownerReferences":[{"kind":"Job","name":"once-1"}])", "job/once-1"},
      {R"(,"ownerReferences":[{"kind":"Job","name":"nightly-29384720"}])", "cronjob/nightly"},
      {R"(,"ownerReferences":[{"kind":"Rollout","name":"x"},{"kind":"Workflow","name":"y","controller":true}])",
       "workflow/y"},
      {R"(,"ownerReferences":[{"kind":"Node","name":"n1"}],"annotations":{"kubernetes.io/config.mirror":"x"})",
       ""},
      {"", ""},
  };
  for (const Owner& owner : owners) {
    const Collected collected = collect_text(pod("p", owner.metadata, kOneContainer, ""));
    ASSERT_EQ(collected.estate.pod_classes.size(), 1U) << owner.metadata << remarks_of(collected);
    EXPECT_EQ(collected.estate.pod_classes[0].workload, owner.workload) << owner.metadata;
    EXPECT_EQ(collected.estate.pod_classes[0].mirror,
              std::string(owner.metadata).contains("mirror"));
  }
}

TEST(Kubernetes, KnowsPullFailures) {
  for (const char* reason : {"ErrImagePull", "ImagePullBackOff", "InvalidImageName",
                             "ImageInspectError", "ErrImageNeverPull", "RegistryUnavailable",
                             "SignatureValidationFailed", "illegal base64 data at input byte 4"})
    EXPECT_TRUE(is_pull_failure(reason)) << reason;
  for (const char* reason : {"", "ContainerCreating", "PodInitializing", "CrashLoopBackOff",
                             "CreateContainerConfigError"})
    EXPECT_FALSE(is_pull_failure(reason)) << reason;
}

TEST(Kubernetes, FoldsPodsIntoClasses) {
  std::string items;
  const auto add = [&](const std::string& name, const std::string& node,
                       const std::string& status) {
    const std::string spec = fmt::format(
        R"("serviceAccountName":"sa","nodeName":"{}","containers":[{{"name":"c","image":"i:1"}}])",
        node);
    items += (items.empty() ? "" : ",") +
             pod(name, "", spec, fmt::format(R"("containerStatuses":[{{"name":"c",{}}}])", status));
  };
  const std::string runs = R"("imageID":"sha256:1","state":{"running":{}})";
  const auto waits = [](const std::string& reason, const std::string& message) {
    return fmt::format(R"("imageID":"","state":{{"waiting":{{"reason":"{}","message":"{}"}}}})",
                       reason, message);
  };
  for (int i = 0; i < 5; ++i) add(fmt::format("ok-{}", i), i < 3 ? "n1" : "n2", runs);
  add("bad-1", "n2", waits("ImagePullBackOff", R"(Back-off pulling image \"i:1\")"));
  add("bad-2", "n3", waits("ErrImagePull", "401"));
  add("bad-3", "n3", waits("ErrImagePull", "401"));
  for (int i = 0; i < 6; ++i)
    add(fmt::format("more-{}", i), "n3", waits("ErrImagePull", fmt::format("text {}", i)));
  const Collected collected =
      collect_text(fmt::format(R"({{"apiVersion":"v1","items":[{}],"kind":"List"}})", items));
  ASSERT_EQ(classes_of(collected), "shop/- c i:1 sa=sa secrets= 14/9/5 pods=bad-1,bad-2,bad-3");
  const PodClass& entry = collected.estate.pod_classes[0];
  EXPECT_EQ(entry.origin.pointer, "/items/5") << "the first failing pod";
  std::string nodes, symptoms;
  for (const NodeTally& tally : entry.nodes)
    nodes += fmt::format("{} {}/{}/{}\n", tally.node, tally.pods, tally.failing, tally.pulled);
  for (const PullSymptom& symptom : entry.symptoms)
    symptoms += fmt::format("{} {} {}x {}\n", symptom.pod, symptom.message, symptom.count,
                            symptom.origin.pointer);
  EXPECT_EQ(nodes, "n1 3/0/3\nn2 3/1/2\nn3 8/8/0\n");
  EXPECT_EQ(symptoms,
            "bad-2 401 2x /items/6/status/containerStatuses/0/state/waiting\n"
            "more-0 text 0 1x /items/8/status/containerStatuses/0/state/waiting\n"
            "more-1 text 1 1x /items/9/status/containerStatuses/0/state/waiting\n"
            "more-2 text 2 1x /items/10/status/containerStatuses/0/state/waiting\n")
      << "a back-off without its cause gives way";
}

TEST(Kubernetes, ClassesDifferInEverythingThatDecidesAPull) {
  const auto one = [](const std::string& spec) { return pod("p", "", spec, ""); };
  const std::string base = R"("serviceAccountName":"sa","containers":[{"name":"c","image":"i:1"}])";
  for (
      const std::string& other :
      {std::string(R"("serviceAccountName":"sb","containers":[{"name":"c","image":"i:1"}])"),
       std::string(R"("serviceAccountName":"sa","containers":[{"name":"c","image":"i:2"}])"),
       std::string(R"("serviceAccountName":"sa","containers":[{"name":"d","image":"i:1"}])"),
       std::string(R"("serviceAccountName":"sa","initContainers":[{"name":"c","image":"i:1"}])"),
       base + R"(,"imagePullSecrets":[{"name":"x"}])", base + R"(,"nodeSelector":{"a":"b"})",
       base + R"(,"tolerations":[{"key":"a"}])",
       base +
           R"(,"affinity":{"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":{"x":1}}})"})
    EXPECT_EQ(collect_text(fmt::format("[{},{}]", one(base), one(other))).estate.pod_classes.size(),
              2U)
        << other;
  for (const std::string& same :
       {base, base + R"(,"nodeSelector":{})", base + R"(,"nodeName":"other")"})
    EXPECT_EQ(collect_text(fmt::format("[{},{}]", one(base), one(same))).estate.pod_classes.size(),
              1U)
        << same;
  EXPECT_EQ(collect_text(one(base) + "\n" + one(base) + "\n").estate.pod_classes.size(), 1U)
      << "one pod a line";
}

TEST(Kubernetes, KeepsThePodAskedForApart) {
  const std::string text =
      fmt::format("[{},{}]", pod("a", "", kOneContainer, ""), pod("b", "", kOneContainer, ""));
  Input input;
  input.focus = {"shop", "b"};
  EXPECT_EQ(classes_of(collect_text(text, input)),
            "shop/- c r.io/i:1 focus sa=sa secrets= 1/0/0 pods=b\nshop/- c r.io/i:1 sa=sa secrets= "
            "1/0/0 pods=a");
  input.focus = {"", "b"};
  EXPECT_EQ(collect_text(text, input).estate.pod_classes.size(), 2U);
  input.focus = {"other", "b"};
  EXPECT_EQ(collect_text(text, input).estate.pod_classes.size(), 1U);
}

TEST(Kubernetes, VirtualNodesFailThePodAsAWhole) {
  const Collected collected = collect_text(
      pod("p", "", kOneContainer, R"("reason":"ProviderFailed","message":"InaccessibleImage")"));
  ASSERT_EQ(collected.estate.pod_classes.size(), 1U);
  const PodClass& entry = collected.estate.pod_classes[0];
  EXPECT_EQ(entry.failing, 1U);
  ASSERT_EQ(entry.symptoms.size(), 1U);
  EXPECT_EQ(entry.symptoms[0].reason, "ProviderFailed");
  EXPECT_EQ(entry.symptoms[0].message, "InaccessibleImage");
  EXPECT_EQ(entry.symptoms[0].origin.pointer, "/status");
}

TEST(Kubernetes, ReadsTemplates) {
  struct Template {
    const char *text, *classes;
  };
  const char* spec =
      R"({"template":{"metadata":{"name":"not me"},"spec":{"imagePullSecrets":[{"name":"s"}],"containers":[{"name":"c","image":"i:1"}]}}})";
  const auto object = [&](const char* version, const char* kind, const char* more) {
    return fmt::format(
        R"({{"apiVersion":"{}","kind":"{}","metadata":{{"name":"x","namespace":"n"{}}},"spec":{}}})",
        version, kind, more, spec);
  };
  const auto expected = [](const char* workload) {
    return fmt::format("n/{} c i:1 template sa=default secrets=s 0/0/0 pods=", workload);
  };
  EXPECT_EQ(classes_of(collect_text(object("apps/v1", "Deployment", ""))), expected("deploy/x"));
  EXPECT_EQ(classes_of(collect_text(object("apps/v1", "StatefulSet", ""))), expected("sts/x"));
  EXPECT_EQ(classes_of(collect_text(object("apps/v1", "DaemonSet", ""))), expected("ds/x"));
  EXPECT_EQ(classes_of(collect_text(object("apps/v1", "ReplicaSet", ""))), expected("rs/x"));
  EXPECT_EQ(classes_of(collect_text(object("batch/v1", "Job", ""))), expected("job/x"));
  EXPECT_EQ(classes_of(collect_text(object("v1", "ReplicationController", ""))), expected("rc/x"));
  EXPECT_EQ(classes_of(collect_text(object(
                "apps/v1", "ReplicaSet",
                R"(,"ownerReferences":[{"kind":"Deployment","name":"x","controller":true}])"))),
            "");
  EXPECT_EQ(
      classes_of(collect_text(fmt::format(
          R"({{"apiVersion":"batch/v1","kind":"CronJob","metadata":{{"name":"x","namespace":"n"}},"spec":{{"jobTemplate":{{"spec":{}}}}}}})",
          spec))),
      expected("cronjob/x"));
  EXPECT_EQ(classes_of(collect_text(object("serving.knative.dev/v1", "Deployment", ""))), "")
      << "another group's kind";
  EXPECT_EQ(classes_of(collect_text("apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: "
                                    "{containers: [{name: c, image: i}]}\n")),
            "/- c i template sa=default secrets= 0/0/0 pods=p")
      << "a pod that no API server has seen";
}

std::string manifest(const std::string& kind, const std::string& spec) {
  return fmt::format(
      R"({{"apiVersion":"apps/v1","kind":"{}","metadata":{{"name":"w","namespace":"shop"}},"spec":{{"template":{{"spec":{{{}}}}}}}}})",
      kind, spec);
}

TEST(Kubernetes, ReadsWhereAPodMayRun) {
  const Collected collected = collect_text(manifest(
      "Deployment",
      R"("containers":[{"name":"c","image":"i"},{"name":"d","image":"j"}],"schedulerName":"volcano","nodeName":"n1",
         "affinity":{"podAffinity":{},"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":[
          {"matchExpressions":[{"key":"zone","operator":"In","values":["1","2"]},{"operator":"Exists","key":"disk"}]},
          {"matchFields":[{"key":"metadata.name","operator":"In","values":["n1"]}]},{},7]}}})"));
  const auto& classes = collected.estate.pod_classes;
  ASSERT_EQ(classes.size(), 2U);
  const Placement& placement = *classes[0].placement;
  EXPECT_EQ(classes[1].placement.get(), &placement) << "alike containers share it";
  EXPECT_EQ(placement.scheduler, "volcano");
  EXPECT_EQ(placement.node_name, "n1");
  ASSERT_TRUE(placement.affinity);
  const auto& terms = placement.affinity->terms;
  ASSERT_EQ(terms.size(), 4U);
  ASSERT_EQ(terms[0].expressions.size(), 2U);
  EXPECT_EQ(terms[0].expressions[0].key, "zone");
  EXPECT_EQ(terms[0].expressions[0].values, (std::vector<std::string>{"1", "2"}));
  EXPECT_EQ(terms[0].expressions[1].op, "Exists");
  EXPECT_EQ(terms[1].fields.at(0).key, "metadata.name");
  EXPECT_TRUE(terms[2].expressions.empty() && terms[2].fields.empty());
}

TEST(Kubernetes, DoesNotKeepEndlessRules) {
  std::string values = "\"a\"";
  for (int i = 0; i < 40000; ++i) values += ",\"a\"";
  const Collected collected = collect_text(manifest(
      "Deployment",
      R"("containers":[{"name":"c","image":"i"}],"affinity":{"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":
         {"nodeSelectorTerms":[{"matchExpressions":[{"key":"k","operator":"In","values":[)" +
          values + "]}]}]}}}"));
  ASSERT_EQ(collected.estate.pod_classes.size(), 1U);
  EXPECT_FALSE(collected.estate.pod_classes[0].placement->whole);
  EXPECT_FALSE(collected.estate.pod_classes[0].placement->affinity);
}

TEST(Kubernetes, DaemonSetsTolerateWhatTheirControllerAdds) {
  const auto keys = [](const std::string& text) {
    const Collected collected = collect_text(text);
    std::string all;
    for (const Toleration& t : collected.estate.pod_classes.at(0).placement->tolerations)
      all += t.key + " ";
    return all;
  };
  const std::string spec =
      R"("containers":[{"name":"c","image":"i"}],"tolerations":[{"key":"own"}])";
  EXPECT_EQ(keys(manifest("Deployment", spec)), "own ");
  const std::string added =
      "own node.kubernetes.io/not-ready node.kubernetes.io/unreachable "
      "node.kubernetes.io/disk-pressure node.kubernetes.io/memory-pressure "
      "node.kubernetes.io/pid-pressure node.kubernetes.io/unschedulable ";
  EXPECT_EQ(keys(manifest("DaemonSet", spec)), added);
  EXPECT_EQ(keys(manifest("DaemonSet", spec + R"(,"hostNetwork":true)")),
            added + "node.kubernetes.io/network-unavailable ");
}

// Each pod of a DaemonSet names its node in its affinity.
TEST(Kubernetes, PodsThatArePinnedToTheirNodesAreOneClass) {
  const auto pinned = [](const std::string& node) {
    return pod(
        "p-" + node, R"(,"ownerReferences":[{"kind":"DaemonSet","name":"w"}])",
        R"("containers":[{"name":"c","image":"i"}],"nodeName":")" + node +
            R"(","affinity":{"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":[
                   {"matchFields":[{"key":"metadata.name","operator":"In","values":[")" +
            node + R"("]}]}]}}})",
        "");
  };
  const Collected collected = collect_text(R"({"apiVersion":"v1","kind":"List","items":[)" +
                                           pinned("n1") + "," + pinned("n2") + "]}");
  ASSERT_EQ(collected.estate.pod_classes.size(), 1U);
  EXPECT_EQ(collected.estate.pod_classes[0].pod_count, 2U);
  EXPECT_FALSE(collected.estate.pod_classes[0].placement->affinity);
}

// "what:field:detail" of each conflict with virtual nodes.
std::string conflicts_of(const std::string& spec) {
  const Collected collected = collect_text(manifest("Deployment", spec));
  std::string text;
  for (const AciConflict& conflict : collected.estate.pod_classes.at(0).aci_conflicts) {
    text += fmt::format("{} {} {} {};", static_cast<int>(conflict.what), conflict.field,
                        conflict.name, conflict.detail);
  }
  return text;
}

TEST(Kubernetes, NotesWhatVirtualNodesRefuse) {
  const std::string tolerates =
      R"("tolerations":[{"key":"virtual-kubelet.io/provider","operator":"Exists"}],)";
  const auto container = [&](const std::string& fields) {
    return conflicts_of(tolerates + R"("containers":[{"name":"c","image":"i",)" + fields + "}]");
  };
  EXPECT_EQ(container(R"("args":["a"])"), "0 containers/0/args c ;");
  EXPECT_EQ(container(R"("args":["a"],"command":["b"])"), "");
  EXPECT_EQ(container(R"("lifecycle":{"preStop":{}})"), "1 containers/0/lifecycle c ;");
  EXPECT_EQ(container(R"("startupProbe":{"exec":{}})"), "2 containers/0/startupProbe c ;");
  EXPECT_EQ(container(R"("livenessProbe":{"tcpSocket":{"port":1}})"),
            "3 containers/0/livenessProbe c livenessProbe;");
  EXPECT_EQ(
      container(
          R"("livenessProbe":{"httpGet":{"port":1}},"resources":{"limits":{"cpu":"1"}},"ports":[{"containerPort":1}])"),
      "");

  const auto init = [&](const std::string& fields) {
    return conflicts_of(
        tolerates +
        R"("containers":[{"name":"c","image":"i"}],"initContainers":[{"name":"s","image":"i",)" +
        fields + "}]");
  };
  EXPECT_EQ(init(R"("resources":{})"), "");
  EXPECT_EQ(init(R"("resources":{"requests":{"cpu":"1"}})"), "5 initContainers/0/resources s ;");
  EXPECT_EQ(init(R"("ports":[{"containerPort":1}])"), "4 initContainers/0/ports s ;");
  EXPECT_EQ(init(R"("readinessProbe":{"exec":{}})"),
            "6 initContainers/0/readinessProbe s readinessProbe;");

  const auto volume = [&](const std::string& source) {
    return conflicts_of(tolerates +
                        R"("containers":[{"name":"c","image":"i"}],"volumes":[{"name":"v",)" +
                        source + "}]");
  };
  for (const char* fine : {R"("azureFile":{"shareName":"s"})", R"("emptyDir":{})", R"("secret":{})",
                           R"("configMap":{})", R"("projected":{})", R"("gitRepo":{})",
                           R"("csi":{"driver":"file.csi.azure.com"})"}) {
    EXPECT_EQ(volume(fine), "") << fine;
  }
  EXPECT_EQ(volume(R"("persistentVolumeClaim":{"claimName":"p"})"),
            "7 volumes/0 v persistentVolumeClaim;");
  EXPECT_EQ(volume(R"("hostPath":{"path":"/"})"), "7 volumes/0 v hostPath;");
  EXPECT_EQ(volume(R"("csi":{"driver":"disk.csi.azure.com"})"), "7 volumes/0 v csi;");
  EXPECT_EQ(volume(R"("image":{"reference":"r"})"), "7 volumes/0 v image;");
}

// The others are not kept apart for it.
TEST(Kubernetes, NotesItOnlyOfPodsThatMayRunThere) {
  const std::string rest = R"("containers":[{"name":"c","image":"i","args":["a"]}])";
  EXPECT_EQ(conflicts_of(rest), "");
  EXPECT_EQ(
      conflicts_of(
          R"("tolerations":[{"key":"node.kubernetes.io/not-ready","operator":"Exists"}],)" + rest),
      "");
  EXPECT_NE(conflicts_of(R"("tolerations":[{"operator":"Exists"}],)" + rest), "");
  EXPECT_NE(conflicts_of(R"("nodeSelector":{"type":"virtual-kubelet"},)" + rest), "");
}

TEST(Kubernetes, ReadsAccountsNodesAndEvents) {
  const Collected collected = collect_text(R"({"apiVersion":"v1","kind":"List","items":[
    {"apiVersion":"v1","kind":"ServiceAccount","metadata":{"name":"default","namespace":"shop"},"imagePullSecrets":[{"name":"a"},{"name":"b"}]},
    {"apiVersion":"v1","kind":"Node","metadata":{"name":"n1","labels":{"type":"virtual-kubelet","kubernetes.io/os":"linux"}},
     "spec":{"providerID":"azure:///x","taints":[{"key":"virtual-kubelet.io/provider","value":"azure","effect":"NoSchedule"}]},
     "status":{"conditions":[{"type":"MemoryPressure","status":"True"},{"type":"Ready","status":"Unknown"}],
     "nodeInfo":{"operatingSystem":"linux","architecture":"arm64","kubeletVersion":"v1.33.1","containerRuntimeVersion":"containerd://2.0"}}},
    {"apiVersion":"v1","kind":"Event","metadata":{"namespace":"shop"},"involvedObject":{"kind":"Pod","namespace":"shop","name":"p","fieldPath":"spec.initContainers{setup}"},
     "reason":"Failed","message":"Failed to pull image \"x\": 401","count":7,"lastTimestamp":"2026-11-20T10:00:00Z"},
    {"apiVersion":"events.k8s.io/v1","kind":"Event","regarding":{"kind":"Pod","namespace":"shop","name":"q"},"reason":"BackOff","note":"Back-off pulling image \"x\"",
     "eventTime":"2026-11-20T09:00:00.000000Z","series":{"count":3,"lastObservedTime":"2026-11-20T11:00:00.000000Z"}},
    {"apiVersion":"v1","kind":"Event","involvedObject":{"kind":"Pod","name":"r"},"reason":"BackOff","message":"Back-off restarting failed container"},
    {"apiVersion":"v1","kind":"Event","involvedObject":{"kind":"Pod","name":"r"},"reason":"Failed","message":"Error: failed to create containerd task"},
    {"apiVersion":"v1","kind":"Event","involvedObject":{"kind":"ReplicaSet","name":"r"},"reason":"Failed","message":"Failed to pull image"},
    {"apiVersion":"v1","kind":"Event","involvedObject":{"kind":"Pod","name":"s"},"reason":"Failed","message":"Error: ImagePullBackOff"}]})");
  const Estate& estate = collected.estate;
  EXPECT_EQ(remarks_of(collected), "");
  ASSERT_EQ(estate.service_accounts.size(), 1U);
  EXPECT_EQ(estate.service_accounts[0].pull_secrets, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(estate.service_accounts[0].origin.pointer, "/items/0");
  ASSERT_EQ(estate.nodes.size(), 1U);
  const Node& node = estate.nodes[0];
  EXPECT_EQ(node.labels.at("type"), "virtual-kubelet");
  EXPECT_EQ(node.provider_id, "azure:///x");
  ASSERT_EQ(node.taints.size(), 1U);
  EXPECT_EQ(node.taints[0].key, "virtual-kubelet.io/provider");
  EXPECT_EQ(node.os + "/" + node.arch, "linux/arm64");
  EXPECT_EQ(node.kubelet_version, "v1.33.1");
  EXPECT_EQ(node.container_runtime, "containerd://2.0");
  EXPECT_FALSE(node.ready);
  std::vector<std::string> events;
  for (const PullEvent& event : estate.events)
    events.push_back(fmt::format("{}/{} {} {}x {} {}", event.name_space, event.pod, event.container,
                                 event.count, event.last_seen, event.reason));
  std::sort(events.begin(), events.end());
  EXPECT_EQ(events, (std::vector<std::string>{"/s  1x  Failed",
                                              "shop/p setup 7x 2026-11-20T10:00:00Z Failed",
                                              "shop/q  3x 2026-11-20T11:00:00.000000Z BackOff"}));
}

TEST(Kubernetes, ReadsSecretsAndKeepsNoPassword) {
  // {"auths":{"contoso.azurecr.io":{"username":"u","password":"hunter2hunter2"}}}
  const std::string plain =
      R"({\"auths\":{\"contoso.azurecr.io\":{\"username\":\"u\",\"password\":\"hunter2hunter2\"}}})";
  const std::string data =
      "eyJhdXRocyI6eyJjb250b3NvLmF6dXJlY3IuaW8iOnsidXNlcm5hbWUiOiJ1IiwicGFzc3dvcmQiOiJodW50ZXIyaHVu"
      "dGVyMiJ9fX0=";
  struct Secret {
    std::string members;
    bool known, docker;
  };
  const Secret secrets[] = {
      {fmt::format(R"("data":{{".dockerconfigjson":"{}"}},"type":"kubernetes.io/dockerconfigjson")",
                   data),
       true, true},
      {fmt::format(
           R"("type":"kubernetes.io/dockerconfigjson","stringData":{{".dockerconfigjson":"{}"}})",
           plain),
       true, true},
      {R"("type":"kubernetes.io/dockerconfigjson")", false, true},
      {fmt::format(R"("data":{{".dockerconfigjson":"{}"}},"type":"Opaque")", data), false, false},
  };
  for (const Secret& secret : secrets) {
    const Collected collected = collect_text(fmt::format(
        R"({{"apiVersion":"v1","kind":"Secret","metadata":{{"name":"s","namespace":"n"}},{}}})",
        secret.members));
    ASSERT_EQ(collected.estate.secrets.size(), 1U) << remarks_of(collected);
    const PullSecret& read = collected.estate.secrets[0];
    EXPECT_EQ(read.name_space + "/" + read.name, "n/s");
    EXPECT_EQ(read.docker_type, secret.docker) << secret.members;
    ASSERT_EQ(read.credentials.has_value(), secret.known) << secret.members;
    if (secret.known) {
      EXPECT_EQ(read.credentials->at(0).host_key, "contoso.azurecr.io");
    }
  }
}

TEST(Kubernetes, WrongTypesAreNoValues) {
  const Collected collected = collect_text(
      R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":7,"namespace":null,"uid":"u","labels":[],"ownerReferences":{}},)"
      R"("spec":{"containers":[{"name":true,"image":["x"]},null,5],"imagePullSecrets":"s","nodeSelector":5,"tolerations":null,"affinity":[]},)"
      R"("status":{"containerStatuses":[null,{"state":[]},"x"]}})");
  EXPECT_FALSE(collected.damaged) << remarks_of(collected);
  EXPECT_EQ(collected.estate.listings.size(), 1U);
}

}  // namespace
}  // namespace acr
