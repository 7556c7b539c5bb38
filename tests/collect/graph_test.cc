#include "collect/graph.h"

#include <gtest/gtest.h>

#include "collect/describe_azure.h"

namespace acr {
namespace {

TEST(DirectoryObject, IsRecognisedByWhatItSays) {
  const struct {
    const char* document;
    const char* url;
    const char* line;  // without the end of line; "" = not read
  } cases[] = {
      // What Graph and az print today.
      {R"({"id":"o","appId":"a","displayName":"d","servicePrincipalType":"Application","accountEnabled":false,"passwordCredentials":[],"keyCredentials":[]})",
       "", "service-principal o app a d disabled passwords [] certificates []"},
      {R"({"@odata.type":"#microsoft.graph.servicePrincipal","id":"o","appId":"a"})", "",
       "service-principal o app a - enabled passwords ? certificates ?"},
      {R"({"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#servicePrincipals/$entity","id":"o","appId":"a"})",
       "", "service-principal o app a - enabled passwords ? certificates ?"},
      {R"({"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#applications(id,appId)/$entity","id":"o","appId":"a"})",
       "", "application o app a - enabled passwords ? certificates ?"},
      {R"({"id":"o","appId":"a","displayName":"d","signInAudience":"AzureADMyOrg","passwordCredentials":[{"displayName":"rbac","endDateTime":"2027-01-01T00:00:00Z","hint":"abc"}],
        "keyCredentials":[{"displayName":null,"endDateTime":"2026-06-01T00:00:00Z"}]})",
       "",
       "application o app a d enabled passwords [(rbac until 2027-01-01T00:00:00Z)] certificates "
       "[(- until 2026-06-01T00:00:00Z)]"},
      // A selection of fields that only the credentials give away.
      {R"({"id":"o","appId":"a","displayName":"d","passwordCredentials":[],"keyCredentials":[]})",
       "", "application o app a d enabled passwords [] certificates []"},
      // Older az.
      {R"({"objectId":"o","appId":"a","displayName":"d","accountEnabled":"True","servicePrincipalNames":["a"],"passwordCredentials":[{"endDate":"2020-01-01T00:00:00+00:00"}]})",
       "",
       "service-principal o app a d enabled passwords [(- until 2020-01-01T00:00:00+00:00)] "
       "certificates ?"},
      {R"({"objectId":"o","appId":"a","accountEnabled":"False"})", "",
       "service-principal o app a - disabled passwords ? certificates ?"},
      // Only the request tells.
      {R"({"id":"o","appId":"a","displayName":"d"})",
       "https://graph.microsoft.com/v1.0/servicePrincipals?$filter=appId%20eq%20'a'",
       "service-principal o app a d enabled passwords ? certificates ?"},
      {R"({"id":"o","appId":"a","displayName":"d"})",
       "https://graph.microsoft.com/v1.0/applications(appId='a')?$select=id,appId,displayName",
       "application o app a d enabled passwords ? certificates ?"},
      {R"({"id":"o","appId":"a","displayName":"d"})", "", ""},
      {R"({"@odata.type":"#microsoft.graph.servicePrincipalX","id":"o"})", "", ""},
      {R"({"@odata.type":"#microsoft.graph.application"})", "", ""},
  };
  for (const auto& test : cases) {
    const std::string expected = *test.line == '\0' ? "" : std::string(test.line) + "\n";
    EXPECT_EQ(absorb(test.document, test.url).text(), expected) << test.document;
    EXPECT_EQ(absorb("[" + std::string(test.document) + "]", test.url).text(), expected)
        << test.document;
  }
}

TEST(DirectoryObject, SaysWhatItDoesNotList) {
  const Absorbed result = absorb(R"({"id":"o","appId":"a","servicePrincipalType":"Application"})");
  const DirectoryObject& object = result.estate.directory_objects.at(0);
  EXPECT_EQ(object.passwords.error().detail, "the document has no passwordCredentials");
  EXPECT_EQ(object.certificates.error().why, Gap::Why::not_collected);
}

TEST(Membership, IsOnlyKnownThroughTheRequest) {
  const char* group =
      R"({"value":[{"@odata.type":"#microsoft.graph.group","id":"g"},{"@odata.type":"#microsoft.graph.directoryRole","id":"r"}]})";
  const char* bare = R"({"value":[{"id":"g","displayName":"d"}]})";
  const struct {
    const char* document;
    const char* url;
    const char* line;
  } cases[] = {
      {group, "https://graph.microsoft.com/v1.0/servicePrincipals/o/transitiveMemberOf",
       "member o of g\n"},
      {group, "https://graph.microsoft.com/v1.0/servicePrincipals/o/memberOf?$top=999",
       "member o of g\n"},
      {bare,
       "https://graph.microsoft.com/v1.0/servicePrincipals/o/transitiveMemberOf/"
       "microsoft.graph.group?$count=true",
       "member o of g\n"},
      {bare, "https://graph.microsoft.com/v1.0/servicePrincipals/o/transitiveMemberOf",
       ""},  // a role as well as a group
      {bare, "https://graph.microsoft.com/v1.0/groups/G/members", "member g of G\n"},
      {bare, "https://graph.microsoft.com/v1.0/groups/G/transitiveMembers", "member g of G\n"},
      {bare, "https://graph.microsoft.com/v1.0/groups/G/owners", ""},
      {bare, "https://graph.microsoft.com/v1.0/groupsettings/G/members", ""},
      {group, "https://graph.microsoft.com/v1.0/servicePrincipals(appId='a')/transitiveMemberOf",
       ""},  // not the object id
      {group, "", ""},
  };
  for (const auto& test : cases)
    EXPECT_EQ(absorb(test.document, test.url).text(), test.line) << test.url;
}

TEST(GraphObject, LeftOutOnPurposeIsNamed) {
  const struct {
    const char* document;
    const char* word;
  } cases[] = {
      {R"({"@odata.type":"#microsoft.graph.group","id":"g"})",
       "directory groups, whose members are not told"},
      {R"({"id":"g","displayName":"d","groupTypes":[],"securityEnabled":true})",
       "directory groups, whose members are not told"},
      {R"({"@odata.type":"#microsoft.graph.user","id":"u"})", "directory users"},
      {R"({"id":"u","userPrincipalName":"u@contoso.com"})", "directory users"},
      {R"({"@odata.type":"#microsoft.graph.directoryRole","id":"r"})",
       "directory roles and administrative units"},
      {R"({"keyId":"k","endDateTime":"2027-01-01T00:00:00Z","hint":"abc","displayName":"d"})",
       "credentials that do not name their application"},
      {R"({"issuer":"i","subject":"s","audiences":["a"]})", "federated credentials"},
      {R"({"ids":["a"],"types":["user"]})", "Microsoft Graph request bodies"},
      {R"({"id":"o","appId":"a","displayName":"d"})",
       "directory objects of a kind that they do not name"},
  };
  for (const auto& test : cases)
    EXPECT_EQ(absorb(test.document).elements.at(0), test.word) << test.document;
}

}  // namespace
}  // namespace acr
