// The wire rules of decisions.md section 3: what is refused, and how.
#include <gtest/gtest.h>

#include <boost/json/serialize.hpp>

#include "chat_world.h"

namespace plumbline::serve {
namespace {

struct Case {
  std::string name;
  std::string body;
  unsigned status;
  std::string path;  // of the fault, empty when none is expected
};

std::string show(const testing::TestParamInfo<Case>& info) {
  return info.param.name;
}

std::string repeated(std::size_t count, const std::string& what) {
  std::string all;
  for (std::size_t i = 0; i < count; ++i) {
    all += what;
  }
  return all;
}

class SendBody : public testing::TestWithParam<Case> {};

// `@` stands for a known user's id.
TEST_P(SendBody, IsJudged) {
  ChatWorld world;
  const Person ann = world.known("ann");
  const Person bob = world.known("bob");
  std::string body = GetParam().body;
  if (const std::size_t at = body.find('@'); at != std::string::npos) {
    body.replace(at, 1, bob.id.text());
  }

  const Answer answer = world.post(ann, "/messages/send", body);

  EXPECT_EQ(answer.status, GetParam().status) << boost::json::serialize(answer.body);
  if (!GetParam().path.empty()) {
    EXPECT_EQ(answer.json().at("details").as_array().at(0).at("path").as_string(), GetParam().path);
    EXPECT_TRUE(answer.json().at("error").is_string());
    EXPECT_TRUE(answer.json().at("message").is_string());
  }
}

INSTANTIATE_TEST_SUITE_P(
    Bodies, SendBody,
    testing::Values(
        Case{"Good", R"({"receiverId":"@","message":"m"})", 202, ""},
        Case{"Malformed", R"({"receiverId":"@","message":)", 400, ""},
        Case{"Trailing", R"({"receiverId":"@","message":"m"} x)", 400, ""},
        Case{"RawControl", "{\"receiverId\":\"@\",\"message\":\"a\x01b\"}", 400, ""},
        Case{"BadUtf8", "{\"receiverId\":\"@\",\"message\":\"\xff\"}", 400, ""},
        Case{"LoneSurrogate", R"({"receiverId":"@","message":"\ud800"})", 400, ""}, Case{"Array", "[]", 400, ""},
        Case{"Null", "null", 400, ""}, Case{"Empty", "{}", 400, "receiverId"},
        Case{"NoMessage", R"({"receiverId":"@"})", 400, "message"},
        Case{"EmptyMessage", R"({"receiverId":"@","message":""})", 400, "message"},
        Case{"BlankMessage", R"({"receiverId":"@","message":" \u00a0\u2003\t"})", 400, "message"},
        Case{"NumberMessage", R"({"receiverId":"@","message":5})", 400, "message"},
        Case{"Nul", R"({"receiverId":"@","message":"a\u0000b"})", 400, "message"},
        Case{"NulInMetadata", R"({"receiverId":"@","message":"m","metadata":{"a":["\u0000"]}})", 400, "metadata"},
        Case{"MetadataText", R"({"receiverId":"@","message":"m","metadata":"x"})", 400, "metadata"},
        Case{"Metadata", R"({"receiverId":"@","message":"m","metadata":{"a":[1,{"b":null}]}})", 202, ""},
        Case{"System", R"({"receiverId":"@","message":"m","messageType":"system"})", 400, "messageType"},
        Case{"Type", R"({"receiverId":"@","message":"m","messageType":"image"})", 202, ""},
        Case{"LongType", R"({"receiverId":"@","message":"m","messageType":")" + std::string(256, 't') + "\"}", 400,
             "messageType"},
        Case{"BadReceiver", R"({"receiverId":"bob","message":"m"})", 400, "receiverId"},
        Case{"NumberReceiver", R"({"receiverId":7,"message":"m"})", 400, "receiverId"},
        Case{"UnknownReceiver", R"({"receiverId":"11111111-1111-4111-8111-111111111111","message":"m"})", 404, ""},
        Case{"BothTargets", R"({"receiverId":"@","conversationId":"x","message":"m"})", 400, "conversationId"},
        Case{"SwappedConversation",
             R"({"conversationId":"22222222-2222-4222-8222-222222222222_11111111-1111-4111-8111-111111111111",)"
             R"("message":"m"})",
             404, ""},
        Case{"BadConversation", R"({"conversationId":"x","message":"m"})", 400, "conversationId"},
        Case{"UnknownGroup", R"({"conversationId":"11111111-1111-4111-8111-111111111111","message":"m"})", 404, ""},
        Case{"Longest", R"({"receiverId":"@","message":" )" + repeated(10'000, "é") + R"( "})", 202, ""},
        Case{"TooLong", R"({"receiverId":"@","message":")" + repeated(10'001, "é") + R"("})", 400, "message"},
        Case{"LongClientId", R"({"receiverId":"@","message":"m","clientMessageId":")" + std::string(129, 'c') + "\"}",
             400, "clientMessageId"},
        Case{"NumberClientId", R"({"receiverId":"@","message":"m","clientMessageId":1})", 400, "clientMessageId"},
        Case{"TooDeep",
             R"({"receiverId":"@","message":"m","metadata":)" + repeated(100, "[") + repeated(100, "]") + "}", 400, ""},
        Case{"TooLarge", R"({"receiverId":"@","message":")" + std::string(1'100'000, 'x') + "\"}", 413, ""}),
    show);

TEST(IdempotencyKey, HasVisibleAsciiCharactersOnly) {
  ChatWorld world;
  const Person ann = world.known("ann");
  const auto with_key = [&](const std::string& key) {
    return world
        .post(ann, "/messages/send", R"({"receiverId":)" + quoted_id(ann) + R"(,"message":"m"})",
              {{"idempotency-key", key}})
        .status;
  };

  EXPECT_EQ(with_key(std::string(128, 'k')), 202U);
  EXPECT_EQ(with_key(std::string(129, 'k')), 400U);
  EXPECT_EQ(with_key(""), 400U);
  EXPECT_EQ(with_key("a b"), 400U);
  EXPECT_EQ(with_key("\xc3\xa9"), 400U);
}

class SearchTerm : public testing::TestWithParam<Case> {};

TEST_P(SearchTerm, IsJudged) {
  ChatWorld world;
  const Person ann = world.known("ann");

  EXPECT_EQ(world.get(ann, "/friends/search" + GetParam().body).status, GetParam().status);
}

INSTANTIATE_TEST_SUITE_P(Queries, SearchTerm,
                         testing::Values(Case{"Good", "?q=an", 200, ""}, Case{"Nobody", "?q=zz", 404, ""},
                                         Case{"Missing", "", 400, ""}, Case{"Empty", "?q=", 400, ""},
                                         Case{"Blank", "?q=%20%C2%A0", 400, ""}, Case{"Nul", "?q=a%00b", 400, ""},
                                         Case{"NotUtf8", "?q=%ff", 400, ""}, Case{"CutUtf8", "?q=%C3", 400, ""},
                                         Case{"Longest", "?q=" + repeated(255, "%C3%A9"), 404, ""},
                                         Case{"TooLong", "?q=" + repeated(256, "%C3%A9"), 400, ""}),
                         show);

class ReadBody : public testing::TestWithParam<Case> {};

TEST_P(ReadBody, IsJudged) {
  ChatWorld world;
  const Person ann = world.known("ann");
  (void)world.send(ann, ann, "m");
  const std::string id = conversation_of(ann, ann);
  std::string body = GetParam().body;
  if (const std::size_t at = body.find('@'); at != std::string::npos) {
    body.replace(at, 1, id);
  }

  EXPECT_EQ(world.post(ann, "/messages/mark-read", body).status, GetParam().status);
}

INSTANTIATE_TEST_SUITE_P(
    Bodies, ReadBody,
    testing::Values(Case{"Good", R"({"conversationId":"@","lastReadSequenceId":1})", 200, ""},
                    Case{"Zero", R"({"conversationId":"@","lastReadSequenceId":0})", 400, ""},
                    Case{"Negative", R"({"conversationId":"@","lastReadSequenceId":-1})", 400, ""},
                    Case{"Text", R"({"conversationId":"@","lastReadSequenceId":"abc"})", 400, ""},
                    Case{"WholeReal", R"({"conversationId":"@","lastReadSequenceId":1.0})", 200, ""},
                    Case{"HugeReal", R"({"conversationId":"@","lastReadSequenceId":1e300})", 400, ""},
                    Case{"Fraction", R"({"conversationId":"@","lastReadSequenceId":2.7})", 400, ""},
                    Case{"Huge", R"({"conversationId":"@","lastReadSequenceId":9223372036854775808})", 400, ""},
                    Case{"True", R"({"conversationId":"@","lastReadSequenceId":true})", 400, ""},
                    Case{"NoConversation", R"({"lastReadSequenceId":1})", 400, ""},
                    Case{"NumberConversation", R"({"conversationId":1,"lastReadSequenceId":1})", 400, ""},
                    Case{"Unknown", R"({"conversationId":"x","lastReadSequenceId":1})", 404, ""}),
    show);

class HistoryQueryText : public testing::TestWithParam<Case> {};

TEST_P(HistoryQueryText, IsJudged) {
  ChatWorld world;
  const Person ann = world.known("ann");
  const std::string path = "/messages/history/" + conversation_of(ann, ann);

  EXPECT_EQ(world.get(ann, path + GetParam().body).status, GetParam().status);
}

INSTANTIATE_TEST_SUITE_P(Queries, HistoryQueryText,
                         testing::Values(Case{"None", "", 200, ""}, Case{"One", "?limit=1", 200, ""},
                                         Case{"Hundred", "?limit=100", 200, ""}, Case{"Zero", "?limit=0", 400, ""},
                                         Case{"TooMany", "?limit=101", 400, ""}, Case{"Negative", "?limit=-1", 400, ""},
                                         Case{"Text", "?limit=abc", 400, ""}, Case{"Empty", "?limit=", 400, ""},
                                         Case{"BeforeText", "?beforeSequence=x", 400, ""},
                                         Case{"BeforeZero", "?beforeSequence=0", 400, ""},
                                         Case{"BeforeHuge", "?beforeSequence=99999999999999999999", 400, ""},
                                         Case{"BadCursor", "?cursor=x", 400, ""}),
                         show);

TEST(Routes, UnknownPathIs404AndWrongMethodNamesTheRightOnes) {
  ChatWorld world;
  const Person ann = world.known("ann");

  EXPECT_EQ(world.get(ann, "/nothing").status, 404U);
  const Answer wrong = world.get(ann, "/messages/send");
  EXPECT_EQ(wrong.status, 405U);
  EXPECT_EQ(wrong.header("allow"), "POST");
  EXPECT_EQ(world.get(ann, "/messages/history/a/b").status, 404U);
  EXPECT_EQ(world.get(ann, "/messages/history/%zz").status, 404U);
}

TEST(ContentType, MustBeJsonInUtf8) {
  ChatWorld world;
  const Person ann = world.known("ann");
  const auto with_type = [&](const std::string& type) {
    net::HttpRequest request = make_request("POST", "/messages/send", ann.token);
    request.body = "{}";
    if (!type.empty()) {
      request.headers.emplace_back("content-type", type);
    }
    return world.request(request).status;
  };

  EXPECT_EQ(with_type("application/json"), 400U);
  EXPECT_EQ(with_type("Application/JSON; charset=UTF-8"), 400U);
  EXPECT_EQ(with_type("application/json; charset=latin1"), 415U);
  EXPECT_EQ(with_type("text/plain"), 415U);
  EXPECT_EQ(with_type("application/x-www-form-urlencoded"), 415U);
  EXPECT_EQ(with_type(""), 415U);
  EXPECT_EQ(world.post(ann, "/messages/send", "").status, 400U);
}

}  // namespace
}  // namespace plumbline::serve
