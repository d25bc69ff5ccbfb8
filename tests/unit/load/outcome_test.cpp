#include "workload/outcome.h"

#include <gtest/gtest.h>

namespace plumbline::load {
namespace {

HttpEnd status(unsigned code) {
  client::HttpAnswer answer;
  answer.response.status = code;
  return answer;
}

HttpEnd failure(Errc code, bool sent) {
  return client::HttpFailure{Error{code, "test"}, sent};
}

TEST(Classify, FollowsTheOutcomeTable) {
  for (const unsigned code : {200U, 201U, 202U}) {
    EXPECT_EQ(classify(status(code), Contract::strict), Outcome::ok) << code;
  }
  for (const unsigned code : {400U, 401U, 403U, 404U, 413U, 429U}) {
    EXPECT_EQ(classify(status(code), Contract::strict), Outcome::fail) << code;
  }
  for (const unsigned code : {100U, 302U, 409U, 500U, 502U, 504U}) {
    EXPECT_EQ(classify(status(code), Contract::strict), Outcome::info) << code;
  }
}

TEST(Classify, Believes503OnlyFromADeclaredContract) {
  HttpEnd declared = status(503);
  declared.value().response.body = R"({"code":"overloaded","accepted":false})";

  EXPECT_EQ(classify(declared, Contract::strict), Outcome::fail);
  EXPECT_EQ(classify(declared, Contract::lenient), Outcome::info);
}

TEST(Classify, TakesA503ThatDeclaresNothingForAProxysGuess) {
  EXPECT_EQ(classify(status(503), Contract::strict), Outcome::info);
  for (const char* body : {"<html>", "{}", R"({"accepted":true})", R"({"accepted":0})"}) {
    HttpEnd end = status(503);
    end.value().response.body = body;
    EXPECT_EQ(classify(end, Contract::strict), Outcome::info) << body;
  }
}

TEST(ErrorText, NamesWhatTheOutageTableCounts) {
  EXPECT_EQ(error_text(status(503)), "status 503");
  EXPECT_EQ(error_text(failure(Errc::timeout, true)), "timeout");
  EXPECT_EQ(error_text(failure(Errc::refused, false)), "refused, not sent");
}

TEST(Classify, KnowsThatAnUnsentRequestHadNoEffect) {
  EXPECT_EQ(classify(failure(Errc::refused, false), Contract::strict), Outcome::fail);
  EXPECT_EQ(classify(failure(Errc::timeout, true), Contract::strict), Outcome::info);
  EXPECT_EQ(classify(failure(Errc::closed, true), Contract::strict), Outcome::info);
}

TEST(ReadSendReceipt, NeedsAnIdAndASequenceNumber) {
  const SendReceipt good = read_send_receipt(R"({"messageId":"m","sequenceId":3,"status":"queued"})");
  EXPECT_TRUE(good.well_formed);
  EXPECT_EQ(good.message_id, "m");
  EXPECT_EQ(good.sequence_id, 3U);
  for (const char* body : {"", "{}", "[]", "null", R"({"messageId":"m"})", R"({"messageId":7,"sequenceId":1})",
                           R"({"messageId":"m","sequenceId":0})", R"({"messageId":"m","sequenceId":-4})",
                           R"({"messageId":"m","sequenceId":1.5})", R"({"messageId":"m","sequenceId":1)"}) {
    EXPECT_FALSE(read_send_receipt(body).well_formed) << body;
  }
}

TEST(ReadSendReceipt, AcceptsQuotedSequenceNumbers) {
  EXPECT_EQ(read_send_receipt(R"({"messageId":"m","sequenceId":"12"})").sequence_id, 12U);
}

}  // namespace
}  // namespace plumbline::load
