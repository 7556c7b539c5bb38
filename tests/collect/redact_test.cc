#include "collect/redact.h"

#include <gtest/gtest.h>

namespace acr {
namespace {

struct Case {
  const char *name, *text, *expected;
};

class HideCredentials : public testing::TestWithParam<Case> {};
TEST_P(HideCredentials, AndNothingElse) {
  EXPECT_EQ(hide_credentials(GetParam().text), GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(
    Table, HideCredentials,
    testing::Values(
        Case{"Nothing", "", ""}, Case{"Prose", "a = b, sig is short", "a = b, sig is short"},
        Case{"SignedUrl",
             R"(Get "https://x.blob.core.windows.net/a?se=2026&sig=Zm9v%2B%3D&sp=r": EOF)",
             R"(Get "https://x.blob.core.windows.net/a?se=2026&sig=***&sp=r": EOF)"},
        Case{"LastParameter", R"(Get "https://x/a?sig=Zm9v": EOF)",
             R"(Get "https://x/a?sig=***": EOF)"},
        Case{"EscapedQuote", R"(Get \"https://x/a?SIG=Zm9v\": EOF)",
             R"(Get \"https://x/a?SIG=***\": EOF)"},
        Case{"EndOfText", "https://x/a?sig=Zm9v", "https://x/a?sig=***"},
        Case{"EmptyValue", "a?sig=&b=1", "a?sig=&b=1"},
        Case{"OtherNames", "a?design=x&sigma=y", "a?design=x&sigma=y"},
        Case{"Form", "grant_type=refresh_token&refresh_token=abc.def&service=x",
             "grant_type=refresh_token&refresh_token=***&service=x"},
        Case{"ClientSecret", "client_secret=p@ss client_id=id", "client_secret=*** client_id=id"},
        Case{"Proxy", "proxyconnect http://user:p@ss@proxy:3128: refused",
             "proxyconnect http://user:***@proxy:3128: refused"},
        Case{"ProxyWithoutPassword", "http://user@proxy:3128", "http://user@proxy:3128"},
        Case{"DigestIsNoPassword", "https://x:443/v2/a@sha256:00", "https://x:443/v2/a@sha256:00"},
        Case{"Scope", "token?scope=repository%3Aa%3Apull&service=x",
             "token?scope=repository%3Aa%3Apull&service=x"}),
    [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace acr
