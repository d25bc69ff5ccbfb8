// The public face; the work is in topology, sends, sightings, reads and verdict.
#include "plumbline/checker/streaming_checker.h"

#include "ledger.h"

namespace plumbline::checker {

StreamingChecker::StreamingChecker(std::uint32_t run, Time run_start, CheckerLimits limits)
    : impl_(std::make_unique<Impl>(run, run_start, limits)) {}

StreamingChecker::~StreamingChecker() = default;

void StreamingChecker::add_conversation(ConversationIndex conversation, std::vector<DeviceIndex> member_devices) {
  impl_->add_conversation(conversation, std::move(member_devices));
}

void StreamingChecker::on_connected(DeviceIndex device, Time at) {
  impl_->connected(device, at);
}
void StreamingChecker::on_disconnected(DeviceIndex device, Time at) {
  impl_->disconnected(device, at);
}

void StreamingChecker::on_invoke(const Token& token, Time at) {
  impl_->invoke(token, at);
}

void StreamingChecker::on_acked(const Token& token, std::uint64_t sequence_id, std::string_view message_id, Time at) {
  impl_->acknowledge(token, sequence_id, message_id, at);
}

void StreamingChecker::on_failed(const Token& token, Time at) {
  impl_->fail(token, at);
}

void StreamingChecker::on_unknown(const Token& token, Time at) {
  impl_->lose(token, at);
}

std::optional<Token> StreamingChecker::on_delivery(DeviceIndex device, const Sighting& sighting, Time at) {
  return impl_->deliver(device, sighting, at);
}

std::uint64_t StreamingChecker::grave_so_far() const {
  std::uint64_t grave = 0;
  for (const AnomalyKind& kind : anomaly_kinds()) {
    const bool fails = kind.severity == Severity::s0 || kind.severity == Severity::s1;
    grave += fails ? impl_->findings.report().counts[static_cast<std::size_t>(kind.anomaly)] : 0;
  }
  return grave;
}

std::uint64_t StreamingChecker::open_deliveries() const {
  return impl_->open_count + impl_->missed_count;
}

void StreamingChecker::on_complete(std::function<void(const Token&, Time)> callback) {
  impl_->on_complete = std::move(callback);
}

void StreamingChecker::on_waited(std::function<void(Time, Time)> callback) {
  impl_->on_waited = std::move(callback);
}

void StreamingChecker::on_fault(Time at) {
  impl_->fault(at);
}

ReadTicket StreamingChecker::begin_read(ConversationIndex conversation, DeviceIndex reader, Time at) const {
  return impl_->begin_read(conversation, reader, at);
}

void StreamingChecker::on_read(const ReadTicket& ticket, const Sighting& sighting) {
  impl_->read(ticket, sighting);
}

void StreamingChecker::end_read(const ReadTicket& ticket, std::uint64_t newest_sequence_id, Time at) {
  impl_->end_read(ticket, newest_sequence_id, at);
}

void StreamingChecker::begin_final_read(ConversationIndex conversation) {
  impl_->begin_final_read(conversation);
}
void StreamingChecker::on_final_read(const Sighting& sighting) {
  impl_->final_read(sighting);
}

bool StreamingChecker::end_final_read(ConversationIndex conversation) {
  return impl_->end_final_read(conversation);
}

CheckerReport StreamingChecker::finish(bool final_reads_complete) {
  return impl_->finish(final_reads_complete);
}

}  // namespace plumbline::checker
