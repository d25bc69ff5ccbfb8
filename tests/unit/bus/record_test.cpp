// The records of the Kafka topics: exact bytes, back again, and what hostile bytes are answered with.
#include "bus/kafka/record.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "unit/bus/people.h"

namespace plumbline::serve {
namespace {

const Uuid kGroup{0x9999999999999999, 0x9999999999999999};
constexpr UnixMillis kAt = 1'795'248'062'003;  // 2026-11-21T08:01:02.003Z

#define ANN "11111111-1111-1111-1111-111111111111"
#define BOB "22222222-2222-2222-2222-222222222222"
#define CYD "33333333-3333-3333-3333-333333333333"
#define GROUP "99999999-9999-9999-9999-999999999999"
#define MESSAGE "44444444-4444-4444-4444-444444444444"

ConversationPtr pair_of_two() {
  return std::make_shared<Conversation>(Conversation{ConversationKey::pair(kAnn, kBob), {kAnn, kBob}, "", 0});
}

ConversationPtr group() {
  return std::make_shared<Conversation>(Conversation{{kGroup, Uuid{}}, {kAnn, kBob, kCyd}, "tea", kAt - 1});
}

Message message_in(ConversationPtr conversation) {
  Message message;
  message.id = Uuid{0x4444444444444444, 0x4444444444444444};
  message.conversation = std::move(conversation);
  message.sender = kBob;
  message.sequence = 7;
  message.previous = 5;
  message.epoch = 3;
  message.timestamp = kAt;
  message.text = "h\"\n\xC3\xA9";
  message.type = "text";
  message.metadata = R"({"a":1.10,"metadata":{"b":[]}})";
  return message;
}

BusBody body_of(Message message) {
  return std::make_shared<const Message>(std::move(message));
}

constexpr std::string_view kDirectRecord = R"({"messageId":")" MESSAGE R"(","conversationId":")" ANN "_" BOB
                                           R"(","senderId":")" BOB R"(","receiverId":")" ANN R"(",)"
                                           R"("message":"h\"\n)"
                                           "\xC3\xA9"
                                           R"(","messageType":"text","sequenceId":7,)"
                                           R"("prevSequenceId":5,"epoch":3,"timestamp":"2026-11-21T08:01:02.003Z",)"
                                           R"("metadata":{"a":1.10,"metadata":{"b":[]}}})";

std::string with(std::string text, std::string_view part, std::string_view by) {
  const std::size_t at = text.find(part);
  EXPECT_NE(at, std::string::npos) << part;
  return text.replace(at, part.size(), by);
}

std::string_view reason(Topic topic, std::string_view value) {
  const auto decoded = decode_record(topic, value);
  return decoded.has_error() && decoded.error().code == Errc::malformed ? decoded.error().where : "accepted";
}

void expect_same(const Message& left, const Message& right) {
  EXPECT_EQ(left.id, right.id);
  EXPECT_EQ(left.conversation->key, right.conversation->key);
  EXPECT_EQ(left.conversation->members, right.conversation->members);
  EXPECT_EQ(left.conversation->name, right.conversation->name);
  EXPECT_EQ(left.conversation->created_at, right.conversation->created_at);
  EXPECT_EQ(left.sender, right.sender);
  EXPECT_EQ(left.sequence, right.sequence);
  EXPECT_EQ(left.previous, right.previous);
  EXPECT_EQ(left.epoch, right.epoch);
  EXPECT_EQ(left.timestamp, right.timestamp);
  EXPECT_EQ(left.text, right.text);
  EXPECT_EQ(left.type, right.type);
  EXPECT_EQ(left.metadata, right.metadata);
}

TEST(Record, HasTheseBytesWhenAMessageIsDirect) {
  EXPECT_EQ(encode_record(body_of(message_in(pair_of_two()))), kDirectRecord);
}

TEST(Record, CarriesTheMembersWhenAMessageIsAGroups) {
  const std::string record = encode_record(body_of(message_in(group())));

  EXPECT_NE(record.find(R"("conversationId":")" GROUP R"(","senderId":")" BOB R"(","receiverId":null,)"),
            std::string::npos)
      << record;
  EXPECT_NE(record.find(R"("participantIds":[")" ANN R"(",")" BOB R"(",")" CYD R"("],"conversationName":"tea",)"
                        R"("conversationCreatedAt":"2026-11-21T08:01:02.002Z","metadata":)"),
            std::string::npos)
      << record;
}

TEST(Record, GivesTheMessageBackWhenRead) {
  for (const auto& conversation : {pair_of_two(), group()}) {
    const Message sent = message_in(conversation);

    const auto decoded = decode_record(Topic::chat_messages, encode_record(body_of(sent)));

    ASSERT_TRUE(decoded.has_value()) << decoded.error().where;
    expect_same(*std::get<MessagePtr>(decoded.value()), sent);
  }
}

TEST(Record, GivesTheMessageBackWhenItIsForOneself) {
  Message sent =
      message_in(std::make_shared<Conversation>(Conversation{ConversationKey::pair(kBob, kBob), {kBob}, "", 0}));

  const auto decoded = decode_record(Topic::chat_messages, encode_record(body_of(sent)));

  ASSERT_TRUE(decoded.has_value()) << decoded.error().where;
  expect_same(*std::get<MessagePtr>(decoded.value()), sent);
}

TEST(Record, GivesTypingBackWhenRead) {
  const Typing sent{ConversationKey::pair(kAnn, kBob), {kAnn}, kBob, true, kAt};

  const std::string record = encode_record(sent);
  const auto decoded = decode_record(Topic::typing_indicators, record);

  EXPECT_EQ(record, R"({"conversationId":")" ANN "_" BOB R"(","userId":")" BOB R"(","isTyping":true,)"
                    R"("timestamp":"2026-11-21T08:01:02.003Z","recipientIds":[")" ANN R"("]})");
  ASSERT_TRUE(decoded.has_value()) << decoded.error().where;
  const Typing& typing = std::get<Typing>(decoded.value());
  EXPECT_EQ(typing.conversation, sent.conversation);
  EXPECT_EQ(typing.to, sent.to);
  EXPECT_EQ(typing.user, kBob);
  EXPECT_TRUE(typing.is_typing);
  EXPECT_EQ(typing.timestamp, kAt);
}

TEST(Record, GivesAReceiptBackWhenRead) {
  const ReadReceipt sent{group(), kCyd, 41, kAt};

  const std::string record = encode_record(sent);
  const auto decoded = decode_record(Topic::read_receipts, record);

  EXPECT_EQ(record, R"({"conversationId":")" GROUP R"(","userId":")" CYD R"(","lastReadSequenceId":41,)"
                    R"("readAt":"2026-11-21T08:01:02.003Z","participantIds":[")" ANN R"(",")" BOB R"(",")" CYD
                    R"("],"conversationName":"tea","conversationCreatedAt":"2026-11-21T08:01:02.002Z"})");
  ASSERT_TRUE(decoded.has_value()) << decoded.error().where;
  const ReadReceipt& receipt = std::get<ReadReceipt>(decoded.value());
  EXPECT_EQ(receipt.conversation->members, sent.conversation->members);
  EXPECT_EQ(receipt.reader, kCyd);
  EXPECT_EQ(receipt.up_to, 41U);
  EXPECT_EQ(receipt.read_at, kAt);
}

TEST(Record, GivesANoticeBackWhenRead) {
  const FriendNotice sent{kAnn, "newFriendRequest", R"({"requestCount":1})", 12};

  const std::string record = encode_record(sent);
  const auto decoded = decode_record(Topic::friend_events, record);

  EXPECT_EQ(record, R"({"userId":")" ANN R"(","event":"newFriendRequest","noticeId":12,)"
                    R"("payload":{"requestCount":1}})");
  ASSERT_TRUE(decoded.has_value()) << decoded.error().where;
  const FriendNotice& notice = std::get<FriendNotice>(decoded.value());
  EXPECT_EQ(notice.to, kAnn);
  EXPECT_EQ(notice.event, sent.event);
  EXPECT_EQ(notice.payload, sent.payload);
  EXPECT_EQ(notice.id, 12U);
}

TEST(Record, IsReadWhenANewerInstanceWroteMoreMembers) {
  const std::string newer =
      with(std::string{kDirectRecord}, R"({"messageId")", R"({"added":{"metadata":1},"messageId")");

  const auto decoded = decode_record(Topic::chat_messages, newer);

  ASSERT_TRUE(decoded.has_value()) << decoded.error().where;
  EXPECT_EQ(std::get<MessagePtr>(decoded.value())->metadata, R"({"a":1.10,"metadata":{"b":[]}})");
}

TEST(Record, KeepsMetadataWhenItIsNotTheLastMember) {
  const std::string turned = with(with(std::string{kDirectRecord}, R"(,"metadata":{"a":1.10,"metadata":{"b":[]}})", ""),
                                  R"({"messageId")", R"({"metadata":{"z":[1,{"metadata":{}}]},"messageId")");

  const auto decoded = decode_record(Topic::chat_messages, turned);

  ASSERT_TRUE(decoded.has_value()) << decoded.error().where;
  EXPECT_EQ(std::get<MessagePtr>(decoded.value())->metadata, R"({"z":[1,{"metadata":{}}]})");
}

struct Poison {
  const char* name;
  const char* part;  // of the legal record
  const char* by;
  const char* reason;
};

class PoisonRecord : public ::testing::TestWithParam<Poison> {};

TEST_P(PoisonRecord, SaysWhatIsWrong) {
  EXPECT_EQ(reason(Topic::chat_messages, with(std::string{kDirectRecord}, GetParam().part, GetParam().by)),
            GetParam().reason);
}

INSTANTIATE_TEST_SUITE_P(
    Members, PoisonRecord,
    ::testing::Values(
        Poison{"no_message_id", R"("messageId")", R"("messageID")", "messageId is no id"},
        Poison{"short_id", MESSAGE, "4444", "messageId is no id"},
        Poison{"turned_pair", ANN "_" BOB, BOB "_" ANN, "conversationId is no conversation's id"},
        Poison{"group_without_members", ANN "_" BOB, GROUP, "participantIds is no list of ids"},
        Poison{"foreign_sender", R"("senderId":")" BOB, R"("senderId":")" CYD, "senderId is not in the conversation"},
        Poison{"foreign_receiver", R"("receiverId":")" ANN, R"("receiverId":")" CYD,
               "receiverId is not the other member"},
        Poison{"no_receiver", R"("receiverId":")" ANN "\"", R"("receiverId":null)",
               "receiverId is not the other member"},
        Poison{"nul_in_text", R"(h\"\n)", R"(h\u0000)", "message is no text"},
        Poison{"text_is_number", R"("messageType":"text")", R"("messageType":1)", "messageType is no text"},
        Poison{"sequence_is_text", R"("sequenceId":7)", R"("sequenceId":"7")", "sequenceId is no number"},
        Poison{"sequence_is_negative", R"("sequenceId":7)", R"("sequenceId":-7)", "sequenceId is no number"},
        Poison{"sequence_is_broken", R"("sequenceId":7)", R"("sequenceId":7.5)", "sequenceId is no number"},
        Poison{"sequence_is_too_high", R"("sequenceId":7)", R"("sequenceId":9007199254740992)",
               "sequenceId is no number"},
        Poison{"sequence_is_zero", R"("sequenceId":7)", R"("sequenceId":0)", "prevSequenceId is not below sequenceId"},
        Poison{"previous_is_later", R"("prevSequenceId":5)", R"("prevSequenceId":7)",
               "prevSequenceId is not below sequenceId"},
        Poison{"time_is_number", R"("2026-11-21T08:01:02.003Z")", "1795248062003", "timestamp is no time"},
        Poison{"time_is_the_epoch", "2026-11-21T08:01:02.003Z", "1970-01-01T00:00:00Z", "timestamp is no time"},
        Poison{"time_is_far_off", "2026-11-21T08:01:02.003Z", "2864-11-21T08:01:02.003Z", "timestamp is no time"},
        Poison{"metadata_is_array", R"({"a":1.10,"metadata":{"b":[]}})", "[]", "metadata is no object"},
        Poison{"nul_in_metadata", R"("b":[])", R"("b":["\u0000"])", "metadata is no object"},
        Poison{"cut", R"(,"metadata":{"a":1.10,"metadata":{"b":[]}}})", "", "the record is no JSON object"}),
    [](const auto& test) { return test.param.name; });

TEST(Record, IsPoisonWhenItIsNoObject) {
  for (const std::string_view bytes : {"", "null", "[]", "7", "{", "\xFF\xFE", "{\"a\":\"\xFF\"}", "{}x"}) {
    EXPECT_EQ(reason(Topic::chat_messages, bytes), "the record is no JSON object") << bytes;
  }
}

TEST(Record, IsPoisonWhenNestedBeyondAllMeasure) {
  EXPECT_EQ(reason(Topic::friend_events, std::string(100'000, '[')), "the record is no JSON object");
}

TEST(Record, IsPoisonWhenLargerThanAnyProducerSends) {
  EXPECT_EQ(reason(Topic::chat_messages, std::string(kMaxRecordBytes + 1, ' ')), "the record is too large");
}

TEST(Record, IsPoisonWhenOfAnotherTopic) {
  EXPECT_EQ(reason(Topic::typing_indicators, kDirectRecord), "userId is no id");
  EXPECT_EQ(reason(Topic::read_receipts, kDirectRecord), "userId is no id");
  EXPECT_EQ(reason(Topic::friend_events, kDirectRecord), "userId is no id");
  EXPECT_EQ(reason(Topic::chat_messages, encode_record(FriendNotice{kAnn, "e", "{}", 0})), "messageId is no id");
}

}  // namespace
}  // namespace plumbline::serve
