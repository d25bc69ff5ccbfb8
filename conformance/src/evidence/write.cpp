// Evidence to text. Stage: evidence.
#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "evidence/base64.h"
#include "evidence/step_words.h"
#include "evidence/text.h"

namespace plumbline::conform {
namespace {

namespace json = boost::json;

bool printable(std::string_view bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](char c) {
    return (c >= 0x20 && c < 0x7f) || c == '\r' || c == '\n' || c == '\t' || c == '\x1e';
  });
}

std::string line(const json::object& fields) {
  return json::serialize(fields) + "\n";
}

std::string line(const Entry& entry) {
  const StepWord& word = word_of(entry.step);
  json::object fields{{"t", entry.at}, {word.ours ? "did" : "saw", word.word}};
  if (entry.connection != 0) {
    fields["on"] = entry.connection;
  }
  if (entry.node != 0) {
    fields["node"] = entry.node;
  }
  if (has_bytes(entry.step)) {
    if (printable(entry.bytes)) {
      fields["text"] = entry.bytes;
    } else {
      fields["b64"] = to_base64(entry.bytes);
    }
  }
  if (is_span(entry.step)) {
    fields["due"] = entry.due;
    fields["seen"] = entry.seen;
  }
  return line(fields);
}

}  // namespace

std::string to_lines(const Take& take) {
  json::object head{{"case", take.case_id},
                    {"take", take.number},
                    {"host", take.host},
                    {"port", take.port},
                    {"path", take.path},
                    {"started", take.started},
                    {"monotonic_ns", take.monotonic_ns}};
  if (!take.nodes.empty()) {
    head["nodes"] = json::array(take.nodes.begin(), take.nodes.end());
  }
  std::string text = line(head);
  for (const Entry& entry : take.entries) {
    text += line(entry);
  }
  return text + line({{"t", take.ended}, {"end", true}});
}

std::string to_line(std::string_view case_id, Fact fact) {
  return line({{"case", case_id}, {"fact", to_string(fact)}});
}

}  // namespace plumbline::conform
