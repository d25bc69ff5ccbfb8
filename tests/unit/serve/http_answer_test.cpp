// The wire form of answers: CORS, compression, security headers.
#include "transport/http_answer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include "transport/shard.h"

namespace plumbline::serve {
namespace {

using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

std::string answer(const AnswerContext& context, const CorsPolicy& cors, net::HttpResponse response) {
  std::string out;
  append_answer(out, context, cors, "Sat, 21 Nov 2026 08:00:00 GMT", std::move(response));
  return out;
}

net::HttpResponse text(std::string body) {
  net::HttpResponse response;
  response.content_type = "text/plain";
  response.body = std::move(body);
  return response;
}

TEST(TransportError, HasTheShapeOfARestError) {
  const net::HttpResponse refused = Shard::error_answer(431, "HEADERS_TOO_LARGE", "a \"long\" header");

  EXPECT_EQ(refused.status, 431U);
  EXPECT_EQ(refused.content_type, "application/json; charset=utf-8");
  EXPECT_EQ(refused.body, R"({"error":"Request Header Fields Too Large","code":"HEADERS_TOO_LARGE",)"
                          R"("message":"a \"long\" header","details":[]})");
}

TEST(HttpAnswer, IsCompleteAndCarriesSecurityHeaders) {
  const std::string out = answer({}, {}, text("hé"));

  EXPECT_THAT(out, StartsWith("HTTP/1.1 200 OK\r\nDate: Sat, 21 Nov 2026 08:00:00 GMT\r\n"));
  EXPECT_THAT(out, HasSubstr("Content-Length: 3\r\n"));
  EXPECT_THAT(out, HasSubstr("X-Content-Type-Options: nosniff\r\n"));
  EXPECT_THAT(out, EndsWith("\r\n\r\nhé"));
}

TEST(HttpAnswer, LeavesTheBodyOutForHeadButKeepsItsLength) {
  AnswerContext context;
  context.head = true;

  const std::string out = answer(context, {}, text("abc"));

  EXPECT_THAT(out, HasSubstr("Content-Length: 3\r\n"));
  EXPECT_THAT(out, EndsWith("\r\n\r\n"));
}

TEST(HttpAnswer, EchoesTheRequestId) {
  AnswerContext context;
  context.request_id = "r-1";

  EXPECT_THAT(answer(context, {}, text("")), HasSubstr("X-Request-Id: r-1\r\n"));
}

TEST(HttpAnswer, SaysWhenTheConnectionEnds) {
  AnswerContext context;
  context.keep_alive = false;

  EXPECT_THAT(answer(context, {}, text("")), HasSubstr("Connection: close\r\n"));
}

TEST(Cors, WildcardNeverAllowsCredentials) {  // EIO-HD-04, EIO-HD-07
  AnswerContext context;
  context.origin = "http://a.example";

  const std::string out = answer(context, {}, text(""));

  EXPECT_THAT(out, HasSubstr("Access-Control-Allow-Origin: *\r\n"));
  EXPECT_THAT(out, Not(HasSubstr("Allow-Credentials")));
}

TEST(Cors, ListEchoesItsMembersWithCredentials) {  // EIO-HD-06
  const CorsPolicy policy{{"http://a.example", "http://b.example"}};
  AnswerContext context;
  context.origin = "http://b.example";

  const std::string out = answer(context, policy, text(""));

  EXPECT_THAT(out, HasSubstr("Access-Control-Allow-Origin: http://b.example\r\n"));
  EXPECT_THAT(out, HasSubstr("Access-Control-Allow-Credentials: true\r\n"));
  EXPECT_THAT(out, HasSubstr("Vary: Origin\r\n"));
}

TEST(Cors, ListGivesOthersNothing) {
  AnswerContext context;
  context.origin = "http://evil.example";

  EXPECT_THAT(answer(context, {{"http://a.example"}}, text("")), Not(HasSubstr("Access-Control-Allow")));
}

TEST(Cors, PreflightHasNoBodyAndEchoesTheHeaders) {  // EIO-HD-05
  net::HttpRequest request;
  request.headers = {{"access-control-request-headers", "x-a"}};

  const net::HttpResponse response = preflight_answer(request);

  EXPECT_EQ(response.status, 204U);
  EXPECT_EQ(net::find_header(response.headers, "Access-Control-Allow-Headers"), "x-a");
}

class CompressedAnswer : public testing::TestWithParam<Coding> {};

TEST_P(CompressedAnswer, IsOnlyForLargeBodiesAndLosesNothing) {  // EIO-HD-09
  AnswerContext context;
  context.coding = GetParam();
  const std::string name = GetParam() == Coding::gzip ? "gzip" : "deflate";
  EXPECT_THAT(answer(context, {}, text(std::string(1024, 'a'))), Not(HasSubstr("Content-Encoding")));
  EXPECT_THAT(answer(context, {}, text(std::string(1025, 'a'))), HasSubstr("Content-Encoding: " + name + "\r\n"));

  const std::string body(100'000, 'x');
  std::string packed = compressed(body, GetParam());
  std::string unpacked(body.size(), '\0');
  z_stream stream{};
  ASSERT_EQ(inflateInit2(&stream, GetParam() == Coding::gzip ? 15 + 16 : 15), Z_OK);
  stream.next_in = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = reinterpret_cast<Bytef*>(unpacked.data());
  stream.avail_out = static_cast<uInt>(unpacked.size());
  EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
  inflateEnd(&stream);
  EXPECT_EQ(unpacked, body);
}

INSTANTIATE_TEST_SUITE_P(Codings, CompressedAnswer, testing::Values(Coding::gzip, Coding::deflate));

TEST(PlainAnswer, GoesToClientsThatAcceptNoCoding) {
  EXPECT_THAT(answer({}, {}, text(std::string(5000, 'a'))), Not(HasSubstr("Content-Encoding")));
}

TEST(Cors, OffSaysNothing) {  // EIO-HS-14
  AnswerContext context;
  context.origin = "http://a.example";
  EXPECT_THAT(answer(context, CorsPolicy{{}}, text("")),
              AllOf(Not(HasSubstr("Access-Control")), Not(HasSubstr("Vary"))));
}

TEST(HttpDate, IsInTheFormOfRfc9110) {
  EXPECT_EQ(http_date(0), "Thu, 01 Jan 1970 00:00:00 GMT");
}

}  // namespace
}  // namespace plumbline::serve
