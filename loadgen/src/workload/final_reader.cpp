#include "workload/final_reader.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "plumbline/base/random.h"
#include "workload/json_fields.h"

namespace plumbline::load {
namespace {

constexpr std::size_t kParallel = 16;
constexpr Duration kBetweenPasses = std::chrono::milliseconds{500};
constexpr Duration kBetweenConfirmingPasses = std::chrono::seconds{2};

}  // namespace

void FinalReader::begin(std::vector<std::string> ids) {
  ids_ = std::move(ids);
  begun_ = true;
  for (std::size_t i = ids_.size(); i > 0; --i) {
    if (!ids_[i - 1].empty()) {
      queue_.push_back(static_cast<std::uint32_t>(i - 1));
    }
  }
  read_.assign(ids_.size(), 0);
  digest_.assign(ids_.size(), 0);
  unread_ = queue_.size();
}

bool FinalReader::step(Time now, bool last) {
  if (queue_.empty() && open_ == 0) {
    if (again_.empty() || last) {
      return true;
    }
    if (pass_after_ == Time{}) {
      pass_after_ = now + (confirm_ ? kBetweenConfirmingPasses : kBetweenPasses);
    }
    if (now < pass_after_) {
      return false;
    }
    pass_after_ = Time{};
    queue_ = std::move(again_);
    again_.clear();
  }
  fill(now);
  return false;
}

void FinalReader::fill(Time /*now*/) {
  while (open_ < kParallel && !queue_.empty()) {
    const std::uint32_t conversation = queue_.back();
    queue_.pop_back();
    ++open_;
    fetch(conversation, {});
  }
}

void FinalReader::fetch(std::uint32_t conversation, Reading reading) {
  std::string target = "/messages/history/" + ids_[conversation] + "?limit=100";
  if (reading.before > 0) {
    target += "&beforeSequence=" + std::to_string(reading.before);
  }
  get_(conversation, std::move(target), [this, conversation, reading = std::move(reading)](const HttpEnd& end) mutable {
    on_page(conversation, std::move(reading), end);
  });
}

void FinalReader::on_page(std::uint32_t conversation, Reading reading, const HttpEnd& end) {
  if (classify(end, Contract::lenient) != Outcome::ok) {
    --open_;
    again_.push_back(conversation);
    return;
  }
  const JsonText json{end.value().response.body};
  const boost::json::object* page = json.object();
  const boost::json::value* messages = page != nullptr ? page->if_contains("messages") : nullptr;
  if (messages == nullptr || !messages->is_array()) {
    --open_;
    again_.push_back(conversation);
    return;
  }
  std::uint64_t lowest = UINT64_MAX;
  for (const boost::json::value& entry : messages->get_array()) {
    if (const boost::json::object* row = entry.if_object(); row != nullptr) {
      const std::uint64_t sequence = number_of(*row, {"sequence_id", "sequenceId"});
      lowest = std::min(lowest, sequence);
      reading.rows.push_back({sequence, std::string(text_of(*row, {"message_id", "messageId"})),
                              std::string(text_of(*row, {"message", "content"}))});
    }
  }
  // A page that does not go further back would be asked for for ever.
  const bool further =
      flag_of(*page, "hasMore") && lowest != UINT64_MAX && (reading.before == 0 || lowest < reading.before);
  if (further) {
    reading.before = lowest;
    fetch(conversation, std::move(reading));
    return;
  }
  close(conversation, std::move(reading));
}

void FinalReader::close(std::uint32_t conversation, Reading reading) {
  --open_;
  std::stable_sort(reading.rows.begin(), reading.rows.end(),
                   [](const Row& a, const Row& b) { return a.sequence_id < b.sequence_id; });
  checker_.begin_final_read(conversation);
  for (const Row& row : reading.rows) {
    checker_.on_final_read({conversation, row.sequence_id, row.message_id, row.text});
  }
  std::uint64_t digest = 1;
  for (const Row& row : reading.rows) {
    digest = mix64(digest ^ row.sequence_id ^ std::hash<std::string>{}(row.message_id));
  }
  const bool same = digest == std::exchange(digest_[conversation], digest);
  if (!checker_.end_final_read(conversation) || (confirm_ && !same)) {
    again_.push_back(conversation);
  }
  unread_ -= read_[conversation] == 0 ? 1U : 0U;
  read_[conversation] = 1;
}

}  // namespace plumbline::load
