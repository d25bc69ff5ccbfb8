#include "delivery/resume.h"

#include <boost/json/parse.hpp>

namespace plumbline::serve {
namespace {

constexpr Error kNoObject{Errc::malformed, "auth.cursors must be an object of conversationId: sequenceId"};
constexpr Error kTooMany{Errc::malformed, "auth.cursors names too many conversations"};

bool sequence_of(const boost::json::value& value, std::uint64_t& sequence) {
  boost::system::error_code ec;
  sequence = value.to_number<std::uint64_t>(ec);
  return !ec;
}

}  // namespace

Result<std::vector<SeenUpTo>> read_cursors(std::string_view auth) {
  std::vector<SeenUpTo> all;
  if (auth.find("cursors") == std::string_view::npos) {
    return all;  // nearly every client: not parsed twice
  }
  boost::system::error_code ec;
  const boost::json::value parsed = boost::json::parse({auth.data(), auth.size()}, ec);
  const boost::json::object* fields = ec ? nullptr : parsed.if_object();
  const boost::json::value* cursors = fields == nullptr ? nullptr : fields->if_contains("cursors");
  if (cursors == nullptr || cursors->is_null()) {
    return all;
  }
  if (!cursors->is_object()) {
    return kNoObject;
  }
  if (cursors->get_object().size() > kMaxCursors) {
    return kTooMany;
  }
  for (const auto& [id, value] : cursors->get_object()) {
    const auto key = ConversationKey::parse({id.data(), id.size()});
    std::uint64_t sequence = 0;
    if (!key || !sequence_of(value, sequence)) {
      return kNoObject;
    }
    all.push_back({*key, sequence});
  }
  return all;
}

}  // namespace plumbline::serve
