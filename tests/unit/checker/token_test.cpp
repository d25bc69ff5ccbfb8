#include "plumbline/checker/token.h"

#include <gtest/gtest.h>

#include <limits>

#include "crc32c.h"
#include "plumbline/base/random.h"

namespace plumbline::checker {
namespace {

const Token kToken{0xDEADBEEF, 12, 34, 56, 1'234'567'890'123};

TEST(Crc32c, MatchesThePublishedCheckValue) {
  EXPECT_EQ(crc32c("123456789"), 0xE3069283U);  // RFC 3720, B.4
  EXPECT_EQ(crc32c_by_table("123456789"), 0xE3069283U);
}

TEST(Crc32c, InstructionAndTableAgreeAtEveryLength) {
  Rng rng{3};
  std::string bytes;
  for (int length = 0; length < 300; ++length) {
    ASSERT_EQ(crc32c(bytes, 77), crc32c_by_table(bytes, 77)) << length;
    bytes += static_cast<char>(rng.below(256));
  }
}

TEST(Token, SurvivesEverySize) {
  for (std::size_t size = 0; size < 600; ++size) {
    const std::string text = encode_token(kToken, size);
    ASSERT_EQ(text.size(), std::max(size, min_token_size()));
    ASSERT_EQ(decode_token(text), kToken) << text;
  }
}

TEST(Token, KeepsExtremeValues) {
  const Token extreme{0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF, std::numeric_limits<std::int64_t>::min()};

  EXPECT_EQ(decode_token(encode_token(extreme, 100)), extreme);
}

TEST(Token, HasOneTextForEverySize) {
  EXPECT_EQ(encode_token(kToken, 200), encode_token(kToken, 200));
}

TEST(Token, StartsWithItsNameAndHasNoSpaces) {
  const std::string text = encode_token(kToken, 500);

  EXPECT_EQ(text.substr(0, 12), "pl1.deadbeef");
  EXPECT_EQ(text.find_first_of(" \t\n\""), std::string::npos);
}

TEST(Token, DoesNotDecodeWhenAnyCharacterChanged) {
  const std::string text = encode_token(kToken, 120);
  for (std::size_t i = 0; i < text.size(); ++i) {
    for (const char other : {'0', 'A', 'z', ' '}) {
      if (text[i] != other) {
        std::string changed = text;
        changed[i] = other;
        ASSERT_FALSE(decode_token(changed).has_value()) << i << other;
      }
    }
  }
}

TEST(Token, DoesNotDecodeWhenCutOrExtended) {
  const std::string text = encode_token(kToken, 120);
  for (std::size_t length = 0; length < text.size(); ++length) {
    ASSERT_FALSE(decode_token(text.substr(0, length)).has_value()) << length;
  }
  EXPECT_FALSE(decode_token(text + "x").has_value());
  EXPECT_FALSE(decode_token(text + '\0').has_value());
  EXPECT_FALSE(decode_token(" " + text).has_value());
}

TEST(Token, DoesNotDecodeForeignTexts) {
  EXPECT_FALSE(decode_token("").has_value());
  EXPECT_FALSE(decode_token("hello").has_value());
  EXPECT_FALSE(decode_token(std::string(200, 'a')).has_value());
  EXPECT_FALSE(decode_token("pl1." + std::string(200, '0')).has_value());
}

}  // namespace
}  // namespace plumbline::checker
