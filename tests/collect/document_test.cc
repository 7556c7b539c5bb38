#include "collect/document.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "collect/collect_text.h"

namespace acr {
namespace {

std::string listings_of(const Collected& collected) {
  std::string text;
  for (const Listing& listing : collected.estate.listings)
    text += fmt::format("{} {} {}{} {}\n", listing.count, to_string(listing.kind),
                        listing.list ? "in list " : "alone", listing.origin.pointer,
                        listing.name_space);
  return text;
}

constexpr const char* kRegistry =
    R"({"id":"/subscriptions/s/resourceGroups/g/providers/Microsoft.ContainerRegistry/registries/contoso",)"
    R"("type":"Microsoft.ContainerRegistry/registries","name":"contoso","location":"westeurope",)"
    R"("sku":{"name":"Premium"},"loginServer":"contoso.azurecr.io","adminUserEnabled":true})";
constexpr const char* kAccount =
    R"({"apiVersion":"v1","kind":"ServiceAccount","metadata":{"name":"a","namespace":"shop"}})";

struct Case {
  std::string name, text, listings, remarks;
};
class Recognised : public testing::TestWithParam<Case> {};
TEST_P(Recognised, ByContent) {
  const Collected collected = collect_text(GetParam().text);
  EXPECT_EQ(listings_of(collected), GetParam().listings);
  EXPECT_EQ(remarks_of(collected), GetParam().remarks);
  EXPECT_FALSE(collected.damaged);
}

const std::string kEmptyList =
    "empty-list | standard input: an empty list; nothing in it tells of what, so it proves nothing "
    "to be absent\n";

INSTANTIATE_TEST_SUITE_P(
    Table, Recognised,
    testing::Values(
        Case{"AzList", fmt::format("[{}]", kRegistry), "1 registries in list  \n", ""},
        Case{"AzObject", kRegistry, "1 registries alone \n", ""},
        Case{"ArmList", fmt::format(R"({{"value":[{}]}})", kRegistry),
             "1 registries in list /value \n", ""},
        Case{"GraphRows",
             fmt::format(R"({{"count":1,"data":[{}],"skip_token":null,"total_records":1}})",
                         kRegistry),
             "1 registries in list /data \n", ""},
        Case{
            "GraphTable",
            R"({"totalRecords":1,"data":{"columns":[{"name":"id"},{"name":"type"},{"name":"name"},{"name":"properties"}],)"
            R"("rows":[["/subscriptions/s/resourceGroups/g/providers/Microsoft.ContainerRegistry/registries/r",)"
            R"("microsoft.containerregistry/registries","r",{"adminUserEnabled":false,"loginServer":"r.azurecr.io"}]]}})",
            "1 registries in list /data/rows \n", ""},
        Case{"KubectlList",
             fmt::format(R"({{"apiVersion":"v1","items":[{}],"kind":"List"}})", kAccount),
             "1 service accounts in list /items shop\n", ""},
        Case{
            "TypedList",
            R"({"kind":"ServiceAccountList","apiVersion":"v1","items":[{"metadata":{"name":"a"}}]})",
            "1 service accounts in list /items \n", ""},
        Case{
            "TypedListKindLast",
            R"({"items":[{"metadata":{"name":"a"}}],"kind":"ServiceAccountList","apiVersion":"v1"})",
            "1 service accounts in list /items \n", ""},
        Case{"TypedListEmpty", R"({"kind":"PodList","apiVersion":"v1","items":[]})",
             "0 pods in list /items \n", ""},
        Case{"TypedListNull", R"({"kind":"PodList","apiVersion":"v1","items":null})",
             "0 pods in list /items \n", ""},
        Case{"ListInList",
             fmt::format(R"([{{"apiVersion":"v1","kind":"List","items":[{}]}}])", kAccount),
             "1 service accounts in list  shop\n", ""},
        Case{"EmptyArray", "[]", "", kEmptyList},
        Case{"EmptyValue", R"({"value":[]})", "", kEmptyList},
        Case{"EmptyKubectl", R"({"apiVersion":"v1","items":[],"kind":"List"})", "", kEmptyList},
        Case{
            "EmptyKnownByRequest",
            R"({"request":{"url":"https://management.azure.com/subscriptions/s/providers/Microsoft.Network/virtualNetworks?api-version=2024-05-01"},)"
            R"("status":200,"body":{"value":[]}})",
            "0 virtual networks in list /body/value \n", ""},
        Case{
            "EmptyPodsOfANamespace",
            R"({"body":{"kind":"List","apiVersion":"v1","items":[]},"status":200,"request":{"url":"https://k/api/v1/namespaces/shop/pods"}})",
            "0 pods in list /body/items shop\n", ""},
        Case{"Exchange",
             fmt::format(R"({{"body":{{"value":[{}]}},"headers":{{}},"status":200}})", kRegistry),
             "1 registries in list /body/value \n", ""},
        Case{
            "ExchangeWithTextBody",
            R"({"status":200,"body":"{\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"metadata\":{\"name\":\"s\"}}"})",
            "1 secrets alone \n", ""},
        Case{"Yaml",
             "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: a}\n---\n# none\n---\nkind: "
             "Secret\napiVersion: v1\n",
             "1 service accounts alone \n1 secrets alone \n", ""},
        Case{"Lines", fmt::format("{}\n{}\n", kAccount, kAccount),
             "1 service accounts alone shop\n1 service accounts alone shop\n", ""},
        Case{"ByteOrderMark", fmt::format("\xEF\xBB\xBF{}", kAccount),
             "1 service accounts alone shop\n", ""},
        Case{"LeftOut", R"({"apiVersion":"v1","kind":"NamespaceList","items":[{},{}]})", "",
             "objects-not-read | standard input: left out, because no pull depends on them: "
             "Namespace (2)\n"},
        Case{"Unknown",
             R"([{"type":"Contoso/things"},{"type":"Contoso/things"},{"a":1,"b":2,"c":3,"d":4}])",
             "",
             "document-unknown | standard input: 2 objects of type Contoso/things, 1 with the "
             "members a, b, c, … are not read\n"},
        Case{"Prose", "This is a text: with colons.\n\nAnd: more: of them.\n", "",
             "document-unknown | standard input: neither JSON nor a map or list in YAML; it is not "
             "read\n"},
        Case{"Nothing", " \n", "", "document-unknown | standard input: the file is empty\n"},
        Case{"Binary",
             std::string("\x7F"
                         "ELF\0\0",
                         6),
             "", "document-unknown | standard input: binary data; it is not read\n"},
        Case{"Latin1", "caf\xE9 au lait", "",
             "document-unknown | standard input: neither UTF-8 nor UTF-16 text; it is not read\n"}),
    [](const auto& test) { return test.param.name; });

TEST(Document, ReadsUtf16AsPowerShellWritesIt) {
  const std::string text = R"({"apiVersion":"v1","kind":"ServiceAccount","metadata":{"name":")";
  std::string wide = "\xFF\xFE";
  for (const char byte : text) wide += {byte, '\0'};
  wide += std::string("\x3D\xD8\x00\xDE", 4);  // U+1F600
  for (const char byte : std::string("\"}}")) wide += {byte, '\0'};
  const Collected collected = collect_text(wide);
  ASSERT_EQ(collected.estate.service_accounts.size(), 1U) << remarks_of(collected);
  EXPECT_EQ(collected.estate.service_accounts[0].name, "😀");
}

TEST(Document, NumbersEveryRootValue) {
  const Folder folder;
  folder.write("a.json", "{\"x\":1}[]");
  folder.write("b/c.yaml", "# head\n---\na: 1\n---\n---\n- 2\n");
  Input input;
  input.paths = {folder.path()};
  const Collected collected = collect(input);
  std::string text;
  for (const Document& document : collected.estate.documents)
    text += fmt::format("{} {} in '{}'\n", document.source, document.index_in_source,
                        document.directory);
  EXPECT_EQ(text, "a.json 0 in ''\na.json 1 in ''\nb/c.yaml 0 in 'b'\nb/c.yaml 1 in 'b'\n");
}

TEST(Document, HidesOneDocumentAndKeepsTheNumbers) {
  const std::string text = fmt::format("{}\n{}\n", kAccount, kRegistry);
  Input input;
  input.hide_document = 0;
  const Collected collected = collect_text(text, input);
  EXPECT_EQ(collected.estate.documents.size(), 2U);
  EXPECT_TRUE(collected.estate.service_accounts.empty());
  ASSERT_EQ(collected.estate.registries.size(), 1U);
  EXPECT_EQ(collected.estate.registries[0].origin.document, 1U);
  EXPECT_EQ(listings_of(collected), "1 registries alone \n");
}

TEST(Document, KeepsContextAndRequest) {
  const Collected list = collect_text(fmt::format(
      R"({{"apiVersion":"v1","items":[{}],"kind":"List","metadata":{{"annotations":{{"acr-doctor/kube-context":"aks-prod"}}}}}})",
      kAccount));
  ASSERT_EQ(list.estate.documents.size(), 1U);
  EXPECT_EQ(list.estate.documents[0].kube_context, "aks-prod");
  const Collected exchange =
      collect_text(R"({"request":{"url":"https://x/y"},"status":200,"body":{"value":[]}})");
  EXPECT_EQ(exchange.estate.documents.at(0).request_url, "https://x/y");
}

TEST(Document, SaysWhereJsonIsDamaged) {
  struct Fault {
    std::string text, remark;
    std::size_t accounts;
  };
  const std::string account = kAccount;
  const Fault faults[] = {
      {"[\n  " + account + ",\n  {\"apiVersion\":\"v1\",\"kind\":\"Secret\" \"x\":1},\n  " +
           account + "\n]\n",
       "line 3, column 38: found '\"', expected ',' or '}'; /1 is not read", 2},
      {"{\"items\":[\n  " + account + ",\n  {\"apiVersion\":\"v1\"",
       "line 3, column 21: found the end of the text, expected element 1 of a list and its end", 1},
      {account + "\n{\"a\":tru}\n" + account + "\n",
       "line 2, column 6: found 't', expected a value; this document is not read", 2},
      {"{\"a\":\"\xFF\"}\n" + account,
       "line 1, column 1: text that is not UTF-8; this document is not read", 1},
      {"[" + account + ", \"x\"]", "", 1},
  };
  for (const Fault& fault : faults) {
    const Collected collected = collect_text(fault.text);
    EXPECT_EQ(collected.estate.service_accounts.size(), fault.accounts) << fault.text;
    if (fault.remark.empty()) continue;
    EXPECT_EQ(remarks_of(collected),
              fmt::format("document-damaged | standard input: {}\n", fault.remark));
    EXPECT_TRUE(collected.damaged);
  }
}

TEST(Document, SaysWhereYamlIsDamaged) {
  const Collected collected = collect_text(
      "apiVersion: v1\nkind: ServiceAccount\n---\nkind: Pod\n a: [\n---\nkind: Secret\napiVersion: "
      "v1\n");
  EXPECT_EQ(listings_of(collected), "1 service accounts alone \n1 secrets alone \n");
  EXPECT_EQ(collected.estate.documents.size(), 3U) << "the damaged document keeps its number";
  EXPECT_TRUE(collected.damaged);
  ASSERT_EQ(collected.remarks.size(), 1U);
  EXPECT_EQ(collected.remarks[0].code, "document-damaged");
  EXPECT_NE(collected.remarks[0].text.find("line 5, column "), std::string::npos)
      << collected.remarks[0].text;
}

TEST(Document, AListWithoutItsNextPageIsNoCompleteList) {
  const std::string page = fmt::format(
      R"({{"value":[{}],"nextLink":"https://management.azure.com/next?x=%24y"}})", kRegistry);
  const Collected alone = collect_text(page);
  EXPECT_EQ(listings_of(alone), "1 registries alone/value \n");
  EXPECT_EQ(alone.remarks.at(0).code, "list-incomplete");

  const Collected both = collect_text(
      page +
      R"({"request":{"url":"https://management.azure.com/next?x=%24y"},"status":200,"body":{"value":[]}})");
  EXPECT_EQ(both.estate.listings.at(0).list, true);

  const std::string pods =
      R"({"kind":"PodList","apiVersion":"v1","metadata":{"continue":"ab=="},"items":[]})";
  EXPECT_FALSE(collect_text(pods).estate.listings.at(0).list);
  EXPECT_TRUE(
      collect_text(
          pods +
          R"({"request":{"url":"https://k/api/v1/pods?limit=500&continue=ab%3D%3D"},"status":200,"body":{}})")
          .estate.listings.at(0)
          .list);
}

// A request that failed is neither an empty list nor an absent one.
TEST(Document, FailedRequestsLeaveTheirKindOpen) {
  struct Row {
    std::string exchange, says, remarks;
  };
  const std::string ask =
      R"("request":{"url":"https://management.azure.com/subscriptions/s/providers/Microsoft.Network/virtualNetworks"})";
  const std::string pods =
      R"("request":{"audience":"kubernetes","context":"aks","url":"https://k/api/v1/namespaces/shop/pods"})";
  const std::vector<Row> rows = {
      {"{" + ask + R"(,"status":0,"headers":{},"failure":"no answer within 30 s"})",
       "the request for virtual networks failed: no answer within 30 s",
       "not-answered | standard input: could not be read: no answer within 30 s\n"},
      {"{" + pods + R"(,"status":200,"failure":"the answer is no\nJSON"})",
       "the request for pods failed: the answer is no JSON",
       "not-answered | standard input: could not be read: the answer is no JSON\n"},
      {"{" + ask + R"(,"status":503,"body":"tired"})",
       "the request for virtual networks failed: the service failed (503)",
       "recorded-error | standard input: could not be read: the service failed (503)\n"},
      {"{" + ask + R"(,"status":403,"body":"<html>Blocked</html>"})",
       "the request for virtual networks failed: it was refused (403) with a web page: a proxy may "
       "have answered in the service's place",
       "recorded-error | standard input: could not be read: it was refused (403) with a web page: "
       "a proxy may have answered in the service's place\n"},
      {"{" + ask + R"(,"status":429,"body":{"error":{"code":"TooManyRequests","message":"slow"}}})",
       "the request for virtual networks failed: the service is throttling (429)",
       "recorded-error | standard input: Azure answered TooManyRequests: slow\n"},
      {"{" + pods +
           R"(,"status":403,"body":{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"Forbidden","code":403,)"
           R"("message":"pods is forbidden: User \"u\" cannot list resource \"pods\" in API group \"\" in the namespace \"shop\""}})",
       "list pods was refused", ""},
      {"{" + ask +
           R"(,"status":404,"body":{"error":{"code":"ResourceNotFound","message":"none"}}})",
       "", "recorded-error | standard input: Azure answered ResourceNotFound: none\n"},
      {"{" + ask + R"(,"status":404,"body":""})", "",
       "recorded-error | standard input: not there: the recorded answer is 404\n"},
      {R"({"request":{"url":"https://contoso.azurecr.io/v2/"},"status":0,"failure":"reset"})", "",
       "not-answered | standard input: could not be read: reset\n"},
  };
  for (const Row& row : rows) {
    const Collected collected = collect_text(row.exchange);
    std::string says;
    for (const Refusal& refusal : collected.estate.refusals) says += refusal.says();
    EXPECT_EQ(says, row.says) << row.exchange;
    EXPECT_EQ(remarks_of(collected), row.remarks) << row.exchange;
    EXPECT_TRUE(collected.estate.listings.empty()) << row.exchange;
    EXPECT_FALSE(collected.damaged) << row.exchange;
  }
  const Collected failed = collect_text(rows[1].exchange);
  EXPECT_EQ(failed.estate.refusals.at(0).name_space, "shop");
  EXPECT_EQ(failed.estate.refusals.at(0).basis(), Basis::none);
  EXPECT_EQ(failed.estate.documents.at(0).kube_context, "aks");
  EXPECT_EQ(failed.estate.clusters.at(0).name, "aks");
}

TEST(Document, PageThatFailedCompletesNoList) {
  const std::string page = R"({"value":[],"nextLink":"https://management.azure.com/next"})";
  const std::string first =
      R"({"request":{"url":"https://management.azure.com/subscriptions/s/providers/Microsoft.Network/virtualNetworks"},"status":200,"headers":{},"body":)" +
      page + "}";
  const auto next = [](const std::string& rest) {
    return R"({"request":{"url":"https://management.azure.com/next"},"headers":{},)" + rest + "}";
  };
  const auto listed = [&](const std::string& rest) {
    return collect_text(first + next(rest)).estate.listings.at(0).list;
  };
  EXPECT_TRUE(listed(R"("status":200,"body":{"value":[]})"));
  EXPECT_FALSE(listed(R"("status":0,"failure":"reset")"));
  EXPECT_FALSE(listed(R"("status":200,"failure":"the answer is no JSON")"));
  EXPECT_FALSE(listed(R"("status":503,"body":"")"));
  EXPECT_FALSE(listed(R"("status":404,"body":"")"));
}

TEST(Document, DescriptionOfASnapshotIsNoDocument) {
  const std::string about =
      R"({"schemaVersion":"1.0","tool":"acr-doctor","version":"1","recordedAt":"2026-05-28T20:26:40Z","mode":"live"})";
  Input input;
  input.hide_document = 0;
  const Collected collected = collect_text(about + kAccount, input);
  EXPECT_EQ(collected.estate.documents.size(), 1U);
  EXPECT_TRUE(collected.estate.service_accounts.empty());
  EXPECT_EQ(remarks_of(collected), "");
  ASSERT_TRUE(collected.recording);
  EXPECT_EQ(collected.recording->mode, "live");
  EXPECT_EQ(format_time(collected.estate.now), "2026-05-28T20:26:40Z");
  // Of several the newest; of other tools none.
  std::string older = about;
  older.replace(older.find("2026"), 4, "2025");
  EXPECT_EQ(format_time(collect_text(about + older).estate.now), "2026-05-28T20:26:40Z");
  std::string other = about;
  other.replace(other.find("acr-doctor"), 10, "kubectl");
  EXPECT_FALSE(collect_text(other).recording);
  EXPECT_FALSE(collect_text(R"({"tool":"acr-doctor","recordedAt":"yesterday"})").recording);
}

TEST(Document, RegistryNamesTheDigestOfItsAnswer) {
  const std::string digest = "sha256:" + std::string(64, 'a');
  const auto digest_of = [](const std::string& headers) {
    return collect_text(
               R"({"request":{"url":"https://contoso.azurecr.io/v2/a/manifests/1"},"status":200,"headers":{)" +
               headers + R"(},"body":{"schemaVersion":2,"manifests":[]}})")
        .estate.images.contents.at(0)
        .digest;
  };
  EXPECT_EQ(digest_of(R"("docker-content-digest":")" + digest + '"'), digest);
  EXPECT_EQ(digest_of(R"("docker-content-digest":"sha256:short")"), digest_of(""));
}

TEST(Document, LimitsRemarksOfOneSource) {
  std::string text;
  for (int i = 0; i < 100; ++i) text += "{\"a\":tru}\n";
  Input input;
  input.limits.remarks_per_source = 3;
  const Collected collected = collect_text(text, input);
  ASSERT_EQ(collected.remarks.size(), 4U);
  EXPECT_EQ(collected.remarks[3].text, "standard input: 97 more remarks");
}

TEST(Document, LimitsTheSizeOfObjects) {
  Input input;
  input.limits.element_bytes = 200;
  const std::string big = fmt::format(R"({{"a":"{}"}})", std::string(300, 'x'));
  const Collected collected = collect_text(fmt::format("[{},{}]", big, kAccount), input);
  EXPECT_EQ(remarks_of(collected),
            "document-too-large | standard input: line 1, column 2: an object of 308 bytes is not "
            "read; the limit is 200\n");
  EXPECT_EQ(collected.estate.service_accounts.size(), 1U);
}

TEST(Document, RemarksStayOnOneLine) {
  Remarks remarks(5);
  remarks.add({Remark::Level::note, "x", "a\nb\x1B[31m", "f\n.json"});
  EXPECT_EQ(remarks.take().at(0).text, "f .json: a b [31m");
}

TEST(TargetOfUrl, ReadsTypePaths) {
  struct Url {
    const char* url;
    std::optional<Kind> kind;
    const char* name_space;
  };
  const Url urls[] = {
      {"https://management.azure.com/subscriptions/s/providers/Microsoft.ContainerRegistry/"
       "registries?api-version=1",
       Kind::registry, ""},
      {"/subscriptions/s/resourceGroups/g/providers/microsoft.network/virtualnetworks/v/subnets",
       Kind::subnet, ""},
      {"https://m/subscriptions/s/resourceGroups/g/providers/Microsoft.ContainerRegistry/"
       "registries/r/providers/"
       "Microsoft.Authorization/roleAssignments?$filter=atScope()",
       Kind::role_assignment, ""},
      {"https://k:6443/api/v1/pods?limit=500", Kind::pod, ""},
      {"https://k:6443/api/v1/namespaces/shop/secrets", Kind::secret, "shop"},
      {"https://k:6443/apis/apps/v1/namespaces/shop/deployments/cart", Kind::workload, "shop"},
      {"https://graph.microsoft.com/v1.0/servicePrincipals?$filter=x", Kind::service_principal, ""},
      {"https://graph.microsoft.com/v1.0/groups/g/transitiveMembers", Kind::group_membership, ""},
      {"https://k/api/v1/namespaces", std::nullopt, ""},
      {"https://k/apis", std::nullopt, ""},
      {"https://m/providers/", std::nullopt, ""},
      {"nonsense", std::nullopt, ""},
      {"", std::nullopt, ""},
  };
  for (const Url& each : urls) {
    const RequestTarget target = target_of_url(each.url);
    EXPECT_EQ(target.kind, each.kind) << each.url;
    EXPECT_EQ(target.name_space, each.name_space) << each.url;
  }
}

}  // namespace
}  // namespace acr
