#include "subject_client/program_link.h"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "evidence/json_fields.h"

namespace plumbline::conform {
namespace {

namespace json = boost::json;

constexpr std::size_t kLongestLine = 4U << 20U;

}  // namespace

void ProgramLink::say(const json::object& line) {
  const std::string text = json::serialize(line);
  log_.sent(number(), "program", text);
  queue(text + "\n");
}

void ProgramLink::on_bytes(std::string_view bytes) {
  pending_ += bytes;
  std::size_t begin = 0;
  for (std::size_t end = 0; (end = pending_.find('\n', begin)) != std::string::npos; begin = end + 1) {
    on_line(std::string_view(pending_).substr(begin, end - begin));
  }
  pending_.erase(0, begin);
  if (pending_.size() > kLongestLine) {
    nonsense_ = "a line without an end";
    hang_up();
  }
}

void ProgramLink::on_line(std::string_view line) {
  log_.received(number(), "program", line);
  boost::system::error_code error;
  json::value value = json::parse(line, error);
  const auto event = !error && value.is_object() ? text_in(value.as_object(), "event") : std::nullopt;
  if (!event) {
    nonsense_ = nonsense_.empty() ? std::string(line.substr(0, 200)) : nonsense_;
    return;
  }
  std::string nsp = text_in(value.as_object(), "nsp").value_or("/");
  told_.push_back({now(), *event, std::move(nsp), std::move(value.as_object())});
}

}  // namespace plumbline::conform
