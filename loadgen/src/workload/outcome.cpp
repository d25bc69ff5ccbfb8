#include "workload/outcome.h"

#include "workload/json_fields.h"

namespace plumbline::load {

namespace {

bool says_not_accepted(const std::string& body) {
  const JsonText json{body};
  const boost::json::value* accepted = json.object() != nullptr ? json.object()->if_contains("accepted") : nullptr;
  return accepted != nullptr && accepted->is_bool() && !accepted->get_bool();
}

}  // namespace

std::string error_text(const HttpEnd& end) {
  if (!end) {
    return std::string(to_string(end.error().error.code)) + (end.error().sent ? "" : ", not sent");
  }
  return "status " + std::to_string(end.value().response.status);
}

Outcome classify(const HttpEnd& end, Contract contract) {
  if (!end) {
    return end.error().sent ? Outcome::info : Outcome::fail;
  }
  const unsigned status = end.value().response.status;
  if (status >= 200 && status < 300) {
    return Outcome::ok;
  }
  switch (status) {
    case 400:
    case 401:
    case 403:
    case 404:
    case 413:
    case 429:
      return Outcome::fail;
    case 503:
      return contract == Contract::strict && says_not_accepted(end.value().response.body) ? Outcome::fail
                                                                                          : Outcome::info;
    default:
      return Outcome::info;
  }
}

SendReceipt read_send_receipt(const std::string& body) {
  SendReceipt receipt;
  const JsonText json{body};
  const boost::json::object* object = json.object();
  if (object == nullptr) {
    return receipt;
  }
  receipt.message_id = std::string(text_of(*object, {"messageId", "message_id", "id"}));
  receipt.sequence_id = number_of(*object, {"sequenceId", "sequence_id"});
  receipt.well_formed = !receipt.message_id.empty() && receipt.sequence_id > 0;
  return receipt;
}

}  // namespace plumbline::load
