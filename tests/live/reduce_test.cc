// What stays of an answer and what goes.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "live/json_copy.h"
#include "live/reduce.h"

namespace acr {
namespace {

using nlohmann::json;

Request request_for(Audience audience, std::string url = "https://host.example/x") {
  Request request;
  request.audience = audience;
  request.url = std::move(url);
  return request;
}

// Reduced twice: the second time changes nothing.
std::string reduce_twice(const Request& request, const std::string& body) {
  const auto once = reduce_body(request, body);
  if (!once) return "failure: " + once.error();
  const auto twice = reduce_body(request, *once);
  EXPECT_EQ(twice.value_or("failure"), *once);
  return *once;
}

json kubernetes(const std::string& body, std::string url = "https://k/api/v1/pods") {
  const std::string text = reduce_twice(request_for(Audience::kubernetes, std::move(url)), body);
  return text.starts_with("failure") ? json(text) : json::parse(text);
}

json azure(const std::string& body) {
  const std::string text = reduce_twice(request_for(Audience::arm), body);
  return text.starts_with("failure") ? json(text) : json::parse(text);
}

TEST(Hide, TokensAndParameters) {
  struct Row {
    std::string text, hidden;
  };
  const std::string jwt =
      "eyJhbGciOiJSUzI1NiJ9AAAA.eyJleHAiOjE3ODAwMDAwMDB9.c2lnbmF0dXJlLWlzLWhlcmU";
  const std::vector<Row> rows = {
      {"", ""},
      {"plain text: 1=1", "plain text: 1=1"},
      {"Authorization: Bearer " + jwt + " was expired",
       "Authorization: Bearer <token> was expired"},
      {jwt + jwt, "<token>"},
      {"eyJ", "eyJ"},
      // The token of a Kubernetes page looks like the head of one.
      {"eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6MTIzNDU2fQ",
       "eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6MTIzNDU2fQ"},
      {"https://x.blob.core.windows.net/l?sv=1&sig=CANARY%3D&se=2",
       "https://x.blob.core.windows.net/l?sv=1&sig=***&se=2"},
      {"http://user:CANARY@proxy:3128", "http://user:***@proxy:3128"},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(hide_secrets(row.text), row.hidden);
    EXPECT_EQ(hide_secrets(row.hidden), row.hidden);
  }
}

TEST(ReduceKubernetes, PodsKeepWhatDecidesAPull) {
  const json pod = kubernetes(R"({"kind":"Pod","apiVersion":"v1",
    "metadata":{"name":"a","namespace":"shop","uid":"u","managedFields":[{"x":1}],
      "annotations":{"kubectl.kubernetes.io/last-applied-configuration":"CANARY","kubernetes.io/config.mirror":"h",
        "acr-doctor.dev/ignore":"image-is-*","acr-doctor.dev/ignore-reason":"r"},
      "labels":{"app":"x","pod-template-hash":"12"},"ownerReferences":[{"kind":"ReplicaSet","name":"a-12","controller":true,"uid":"z"}]},
    "spec":{"nodeName":"n","containers":[{"name":"c","image":"x.azurecr.io/a:1","command":["sh","-c","CANARY"],
        "args":["CANARY"],"env":[{"name":"P","value":"CANARY"}],"envFrom":[{"secretRef":{"name":"s"}}],
        "lifecycle":{"postStart":{"exec":{"command":["CANARY"]}}},"livenessProbe":{"exec":{"command":["CANARY"]}},
        "readinessProbe":{"httpGet":{"httpHeaders":[{"name":"Authorization","value":"CANARY"}]}},
        "startupProbe":{},"ports":[{"containerPort":80}],"resources":{"requests":{"cpu":"1"},"limits":{}}}],
      "initContainers":[{"name":"i","image":"y","args":[]}],
      "volumes":[{"name":"v","azureFile":{"secretName":"CANARY"}},{"name":"w","csi":{"driver":"d","volumeAttributes":{"k":"CANARY"}}},
        {"name":"m","image":{"reference":"r","pullPolicy":"Always"}},{"name":"f","flexVolume":{"options":{"p":"CANARY"}}}],
      "imagePullSecrets":[{"name":"s"}],"nodeSelector":{"a":"b"},"hostAliases":[{"ip":"CANARY"}],
      "tolerations":[{"operator":"Exists","tolerationSeconds":300}]},
    "status":{"phase":"Pending","containerStatuses":[{"name":"c","imageID":"","restartCount":3,
      "state":{"waiting":{"reason":"ErrImagePull","message":"https://b/l?sig=CANARY&x"}},
      "lastState":{"terminated":{"message":"CANARY"}}}]}})");
  EXPECT_EQ(pod, json::parse(R"({"kind":"Pod","apiVersion":"v1",
    "metadata":{"name":"a","namespace":"shop","uid":"u","annotations":{"kubernetes.io/config.mirror":{},"acr-doctor.dev/ignore":"image-is-*","acr-doctor.dev/ignore-reason":"r"},
      "labels":{"pod-template-hash":"12"},"ownerReferences":[{"kind":"ReplicaSet","name":"a-12","controller":true}]},
    "spec":{"nodeName":"n","containers":[{"name":"c","image":"x.azurecr.io/a:1","command":[true],"args":[true],
        "lifecycle":{"present":true},"livenessProbe":{"exec":{}},"readinessProbe":{"httpGet":{}},
        "ports":[true],"resources":{"requests":{"present":true}}}],
      "initContainers":[{"name":"i","image":"y"}],
      "volumes":[{"name":"v","azureFile":{}},{"name":"w","csi":{"driver":"d"}},
        {"name":"m","image":{"reference":"r","pullPolicy":"Always"}},{"name":"f","flexVolume":{}}],
      "imagePullSecrets":[{"name":"s"}],"nodeSelector":{"a":"b"},"tolerations":[{"operator":"Exists"}]},
    "status":{"phase":"Pending","containerStatuses":[{"name":"c","imageID":"",
      "state":{"waiting":{"reason":"ErrImagePull","message":"https://b/l?sig=***&x"}}}]}})"));
}

// base64 of {"auths":{"contoso.azurecr.io":{"username":"app","password":"CANARY"}}}
const std::string kConfig =
    "eyJhdXRocyI6eyJjb250b3NvLmF6dXJlY3IuaW8iOnsidXNlcm5hbWUiOiJhcHAiLCJwYXNzd29yZCI6IkNBTkFSWSJ9fX"
    "0=";

TEST(ReduceKubernetes, SecretsKeepNoData) {
  struct Row {
    std::string what, secret, reduced;
  };
  const std::vector<Row> rows = {
      {"docker configuration, data before type",
       R"("metadata":{"name":"s","namespace":"n","labels":{"l":"CANARY"},"annotations":{"a":"CANARY"}},"data":{".dockerconfigjson":")" +
           kConfig + R"(","x":"Q0FOQVJZ"},"type":"kubernetes.io/dockerconfigjson")",
       R"("metadata":{"name":"s","namespace":"n"},"type":"kubernetes.io/dockerconfigjson",
          "acrDoctor":{"taken":true,"credentials":[{"user":"named","hasPassword":true,"host":"contoso.azurecr.io","name":"app"}]})"},
      {"plain text of the same",
       R"("metadata":{"name":"s"},"type":"kubernetes.io/dockercfg","stringData":{".dockercfg":"{\"a.azurecr.io\":{\"username\":\"11111111-0000-0000-0000-000000000000\",\"password\":\"CANARY\"}}"})",
       R"("metadata":{"name":"s"},"type":"kubernetes.io/dockercfg",
          "acrDoctor":{"taken":true,"credentials":[{"user":"servicePrincipal","hasPassword":true,"host":"a.azurecr.io","name":"11111111-0000-0000-0000-000000000000","refusedByVirtualNode":""}]})"},
      {"what the kubelet cannot decode",
       R"("metadata":{"name":"s"},"type":"kubernetes.io/dockerconfigjson","data":{".dockerconfigjson":"CANARY!"})",
       R"("metadata":{"name":"s"},"type":"kubernetes.io/dockerconfigjson",
          "acrDoctor":{"taken":true,"refusedByVirtualNode":"illegal base64 data at input byte 6","undecodable":"illegal base64 data at input byte 6"})"},
      {"without data", R"("metadata":{"name":"s"},"type":"kubernetes.io/dockerconfigjson")",
       R"("metadata":{"name":"s"},"type":"kubernetes.io/dockerconfigjson")"},
      {"another type",
       R"("metadata":{"name":"s"},"type":"Opaque","data":{"password":"CANARY"},"immutable":true)",
       R"("metadata":{"name":"s"},"type":"Opaque")"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.what);
    json wanted = json::parse("{" + row.reduced + "}");
    const auto strip = [](json& value) {  // whether a virtual node refuses is not what is tested
      if (value.contains("acrDoctor") && value["acrDoctor"].contains("credentials"))
        for (json& credential : value["acrDoctor"]["credentials"])
          credential.erase("refusedByVirtualNode");
      if (value.contains("acrDoctor") && value["acrDoctor"].contains("credentials"))
        value["acrDoctor"].erase("refusedByVirtualNode");
    };
    strip(wanted);
    json single = kubernetes(R"({"kind":"Secret","apiVersion":"v1",)" + row.secret + "}");
    EXPECT_EQ(single.dump().find("CANARY"), std::string::npos);
    strip(single);
    json whole = wanted;
    whole["kind"] = "Secret", whole["apiVersion"] = "v1";
    EXPECT_EQ(single, whole);
    // In a typed list, whose elements have no kind, with the kind behind the elements; and in a
    // list of anything.
    json typed =
        kubernetes(R"({"items":[{)" + row.secret + R"(}],"apiVersion":"v1","kind":"SecretList"})");
    strip(typed["items"][0]);
    EXPECT_EQ(typed["items"][0], wanted);
    json mixed = kubernetes(
        R"({"kind":"List","apiVersion":"v1","items":[{"kind":"Secret","apiVersion":"v1",)" +
        row.secret + "}]}");
    strip(mixed["items"][0]);
    EXPECT_EQ(mixed["items"][0], whole);
  }
}

TEST(ReduceKubernetes, OtherKindsKeepTheirName) {
  EXPECT_EQ(
      kubernetes(
          R"({"kind":"ConfigMapList","apiVersion":"v1","items":[{"metadata":{"name":"c"},"data":{"p":"CANARY"}}]})"),
      json::parse(
          R"({"kind":"ConfigMapList","apiVersion":"v1","items":[{"metadata":{"name":"c"}}]})"));
  EXPECT_EQ(
      kubernetes(
          R"({"kind":"Secret","apiVersion":"foo.example/v1","metadata":{"name":"c"},"data":{"p":"CANARY"}})"),
      json::parse(R"({"kind":"Secret","apiVersion":"foo.example/v1","metadata":{"name":"c"}})"));
  EXPECT_EQ(kubernetes(R"({"data":{"p":"CANARY"},"gitVersion":"v1.33.0"})"),
            json::parse(R"({"gitVersion":"v1.33.0"})"));
  EXPECT_EQ(
      kubernetes(
          R"({"kind":"Event","apiVersion":"v1","reason":"Unhealthy","message":"probe said CANARY"})"),
      json::parse(R"({"kind":"Event","apiVersion":"v1","reason":"Unhealthy"})"));
  EXPECT_EQ(
      kubernetes(
          R"({"kind":"Event","apiVersion":"v1","message":"Failed to pull image \"x\": token=CANARY","reason":"Failed"})"),
      json::parse(
          R"({"kind":"Event","apiVersion":"v1","message":"Failed to pull image \"x\": token=***","reason":"Failed"})"));
  EXPECT_EQ(
      kubernetes(R"({"kind":"PartialObjectMetadataList","apiVersion":"meta.k8s.io/v1","items":[
              {"metadata":{"name":"s","managedFields":["CANARY"]},"data":{".dockercfg":"CANARY"}}]})",
                 "https://k/api/v1/secrets"),
      json::parse(
          R"({"kind":"PartialObjectMetadataList","apiVersion":"meta.k8s.io/v1","items":[{"metadata":{"name":"s"},
              "acrDoctor":{"taken":false,"refusedByVirtualNode":"image pull secret type is not one of kubernetes.io/dockercfg or kubernetes.io/dockerconfigjson",
              "undecodable":"the kubelet ignores a secret of type Opaque: it reads kubernetes.io/dockerconfigjson and kubernetes.io/dockercfg"}}]})"));
}

TEST(ReduceKubernetes, OddValuesStayJson) {
  for (
      const char* body :
      {R"({"kind":"Pod","apiVersion":"v1","metadata":5,"spec":{"containers":{"a":1},"volumes":[3,null,[]]}})",
       R"({"kind":"Pod","apiVersion":"v1","spec":{"containers":[{"name":["x"],"image":{"a":1},"livenessProbe":null}]}})",
       R"({"kind":"List","apiVersion":"v1","items":null})",
       R"({"kind":"List","apiVersion":"v1","items":[1,"a",null,[]]})",
       R"({"kind":7,"apiVersion":[],"items":{}})", "{}",
       R"({"kind":"SecretList","apiVersion":"v1","items":[null]})"})
    EXPECT_TRUE(kubernetes(body).is_object()) << body;
  for (const char* body :
       {"[]", "[1]", R"({"kind":"Pod","apiVersion":"v1","spec":{"hostNetwork":tru}})",
        R"({"kind":"Pod","apiVersion":"v1","metadata":{"name":"a\q"}})"})
    EXPECT_TRUE(kubernetes(body).is_string()) << body << " -> " << kubernetes(body);
}

TEST(ReduceAzure, DropsWhatIsNamedSecret) {
  struct Row {
    std::string body, reduced;
  };
  const std::vector<Row> rows = {
      {R"({"id":"/x","properties":{"loginServer":"a","adminUserEnabled":true,"adminPassword":"CANARY"}})",
       R"({"id":"/x","properties":{"loginServer":"a","adminUserEnabled":true}})"},
      {R"({"passwordCredentials":[{"displayName":"d","endDateTime":"2026","secretText":"CANARY","hint":"CAN","keyId":"k"}]})",
       R"({"passwordCredentials":[{"displayName":"d","endDateTime":"2026","keyId":"k"}]})"},
      {R"({"credentials":{"passwords":[{"name":"password1","expiry":"e","value":"CANARY"}]}})",
       R"({"credentials":{"passwords":[{"name":"password1","expiry":"e"}]}})"},
      {R"({"passwords":["CANARY"],"p\u0061ssword":"CANARY","kubeconfigs":[{"name":"n","value":"CANARY"}]})",
       R"({"passwords":["***"],"kubeconfigs":[{"name":"n"}]})"},
      {R"({"value":[{"tags":{"aks-managed-poolName":"p","owner":"CANARY"}}],"nextLink":"https://a?$skiptoken=eyJabc"})",
       R"({"value":[{"tags":{"aks-managed-poolName":"p"}}],"nextLink":"https://a?$skiptoken=eyJabc"})"},
      {R"({"properties":{"virtualMachineProfile":{"osProfile":{"customData":"CANARY"},"extensionProfile":{"extensions":[{"properties":{"settings":{"commandToExecute":"CANARY"}}}]}}}})",
       R"({"properties":{"virtualMachineProfile":{}}})"},
      {R"({"properties":{"servicePrincipalProfile":{"clientId":"c","secret":"CANARY"},"addonProfiles":{"azureKeyvaultSecretsProvider":{"enabled":true,"identity":{"objectId":"o"}}}}})",
       R"({"properties":{"servicePrincipalProfile":{"clientId":"c"},"addonProfiles":{"azureKeyvaultSecretsProvider":{"enabled":true,"identity":{"objectId":"o"}}}}})"},
      {R"({"error":{"code":"X","message":"see https://u:CANARY@host/ and \u0026sig=CANARY\u0026"}})",
       R"({"error":{"code":"X","message":"see https://u:***@host/ and &sig=***&"}})"},
      {R"([{"n":-1.5e3,"t":true,"f":false,"z":null,"e":[],"o":{}}])",
       R"([{"n":-1.5e3,"t":true,"f":false,"z":null,"e":[],"o":{}}])"},
  };
  for (const Row& row : rows) EXPECT_EQ(azure(row.body), json::parse(row.reduced)) << row.body;
}

TEST(ReduceRegistry, KeepsTheBytesOfAManifest) {
  const Request request = request_for(Audience::registry);
  const std::string manifest =
      "{\n   \"schemaVersion\": 2,\n   \"mediaType\": "
      "\"application/vnd.oci.image.index.v1+json\",\n"
      "   \"manifests\": [ ]\n}";
  EXPECT_EQ(reduce_twice(request, manifest + "\n"), manifest);
  const std::string noted =
      R"({"schemaVersion":2,"annotations":{"u":"https://a:CANARY@host"},"layers":[]})";
  EXPECT_EQ(reduce_twice(request, noted),
            R"({"schemaVersion":2,"annotations":{"u":"https://a:***@host"},"layers":[]})");
  EXPECT_EQ(
      reduce_twice(
          request,
          R"({"architecture":"arm64","config":{"Env":["P=CANARY"],"Cmd":["CANARY"]},"history":[{"created_by":"CANARY"}]})"),
      R"({"architecture":"arm64","config":{},"history":[{}]})");
  EXPECT_EQ(reduce_twice(request, R"({"access_token":"CANARY","refresh_token":"CANARY"})"), "{}");
}

TEST(Reduce, StepsOverNoDamage) {
  for (
      const char* body :
      {R"({"value":[{"a":1},"id":"x","id":"y",{"b":2}]})", R"({"value":[{"a" 1}]})",
       R"({"kind":"PodList","apiVersion":"v1","items":[{"metadata":{"name":"a"},"spec":{"env":[1 2]}}]})",
       R"({"kind":"PodList","apiVersion":"v1","items":[{"metadata":{"name":"a"}} {"metadata":{}}]})"}) {
    for (const Audience audience : {Audience::arm, Audience::kubernetes, Audience::registry})
      EXPECT_FALSE(reduce_body(request_for(audience), body).has_value()) << body;
  }
}

TEST(Reduce, LimitsDepth) {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  EXPECT_TRUE(reduce_body(request_for(Audience::arm), nested(200)).has_value());
  for (const std::size_t depth : {300U, 3000U, 300'000U})
    EXPECT_FALSE(reduce_body(request_for(Audience::arm), nested(depth)).has_value()) << depth;
}

TEST(Reduce, TextOfErrorsIsCutAndClean) {
  EXPECT_EQ(reduce_text("a\x1b[31mb\nc"), "a [31mb\nc");
  EXPECT_EQ(reduce_text("failed: password=CANARY"), "failed: password=***");
  EXPECT_LE(reduce_text(std::string(1 << 20, 'x')).size(), 4096U);
  EXPECT_EQ(reduce_text("\xff\xfe"), "");
}

}  // namespace
}  // namespace acr
