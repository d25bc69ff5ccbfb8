#include "backplane/redis/redis_codec.h"

#include <hiredis/hiredis.h>
#include <openssl/evp.h>

#include <array>

namespace plumbline::serve {
namespace {

constexpr std::size_t kSha1Bytes = 20;

RedisReply reply_of(const redisReply& raw) {
  RedisReply reply;
  switch (raw.type) {
    case REDIS_REPLY_INTEGER:
      reply.kind = RedisReply::Kind::integer;
      reply.integer = raw.integer;
      break;
    case REDIS_REPLY_STRING:
    case REDIS_REPLY_STATUS:
      reply.kind = RedisReply::Kind::text;
      reply.text.assign(raw.str, raw.len);
      break;
    case REDIS_REPLY_ERROR:
      reply.kind = RedisReply::Kind::error;
      reply.text.assign(raw.str, raw.len);
      break;
    case REDIS_REPLY_ARRAY:
      reply.kind = RedisReply::Kind::array;
      for (std::size_t i = 0; i < raw.elements; ++i) {
        reply.items.push_back(raw.element[i] == nullptr ? RedisReply{} : reply_of(*raw.element[i]));
      }
      break;
    default:
      break;
  }
  return reply;
}

}  // namespace

void append_command(std::string& out, const std::vector<std::string>& words) {
  std::vector<const char*> texts;
  std::vector<std::size_t> lengths;
  for (const std::string& word : words) {
    texts.push_back(word.data());
    lengths.push_back(word.size());
  }
  char* formatted = nullptr;
  const int size = redisFormatCommandArgv(&formatted, static_cast<int>(words.size()), texts.data(), lengths.data());
  if (size > 0) {
    out.append(formatted, static_cast<std::size_t>(size));
    redisFreeCommand(formatted);
  }
}

std::string script_digest(std::string_view script) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  EVP_Digest(script.data(), script.size(), digest.data(), &size, EVP_sha1(), nullptr);
  static constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  text.reserve(2 * kSha1Bytes);
  for (unsigned i = 0; i < size; ++i) {
    text += kDigits[digest[i] >> 4U];
    text += kDigits[digest[i] & 15U];
  }
  return text;
}

void RedisReplyReader::Free::operator()(redisReader* reader) const {
  redisReaderFree(reader);
}

RedisReplyReader::RedisReplyReader(std::size_t limit) : reader_(redisReaderCreate()), limit_(limit) {}

RedisReplyReader::~RedisReplyReader() = default;

void RedisReplyReader::feed(std::string_view bytes) {
  waiting_ += bytes.size();
  redisReaderFeed(reader_.get(), bytes.data(), bytes.size());
}

Result<std::optional<RedisReply>> RedisReplyReader::next() {
  void* raw = nullptr;
  if (redisReaderGetReply(reader_.get(), &raw) != REDIS_OK) {
    return Error{Errc::malformed, "not the Redis protocol"};
  }
  if (raw == nullptr) {
    return waiting_ > limit_ ? Result<std::optional<RedisReply>>{Error{Errc::too_large, "reply of Redis too long"}}
                             : Result<std::optional<RedisReply>>{std::nullopt};
  }
  waiting_ = reader_->len - reader_->pos;
  auto* reply = static_cast<redisReply*>(raw);
  std::optional<RedisReply> whole{reply_of(*reply)};
  freeReplyObject(raw);
  return whole;
}

}  // namespace plumbline::serve
