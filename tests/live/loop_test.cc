#include <gtest/gtest.h>

#include "live/asking.h"
#include "live/http_server.h"

namespace acr {
namespace {

using test::ask_one;
using test::get;
using test::HttpServer;
using test::Request;
using test::Response;

TEST(Loop, AsksAndHasTheAnswer) {
  const HttpServer server([](const Request& request) {
    Response response;
    response.body = request.method + " " + request.path;
    response.headers = {{"X-One", "1"}};
    return response;
  });
  const Answer answer = ask_one(get(server.url("/v2/?n=1")));
  EXPECT_EQ(answer.status, 200);
  EXPECT_TRUE(answer.ok()) << answer.detail;
  EXPECT_EQ(answer.body, "GET /v2/");
  EXPECT_EQ(answer.headers.at("x-one"), "1");
  EXPECT_EQ(answer.address, "127.0.0.1");
  EXPECT_EQ(answer.attempts, 1);
  ASSERT_TRUE(answer.certificate.has_value());
  EXPECT_EQ(answer.certificate->issuer, "CN = Test Authority");
}

}  // namespace
}  // namespace acr
