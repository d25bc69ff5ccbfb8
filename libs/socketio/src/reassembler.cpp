// Puts a BINARY_* header and the binary messages that follow it together.
#include "json_check.h"
#include "plumbline/socketio/packet.h"

namespace plumbline::socketio {

struct Reassembler::Pending {
  Packet packet;
  std::uint32_t announced{0};
  std::uint32_t max_depth{0};
};

void Reassembler::PendingDelete::operator()(Pending* pending) const {
  delete pending;
}

namespace {

PacketType without_binary(PacketType type) {
  if (type == PacketType::binary_event) {
    return PacketType::event;
  }
  return type == PacketType::binary_ack ? PacketType::ack : type;
}

bool binary(PacketType type) {
  return type != without_binary(type);
}

Error bad_placeholder() {
  return Error{Errc::malformed, "placeholder names no attachment"};
}

}  // namespace

Result<std::optional<Packet>> Reassembler::on_text(std::string_view text, Direction direction,
                                                   const ParseLimits& limits) {
  if (pending_) {
    return Error{Errc::malformed, "text while attachments are missing"};
  }
  const auto view = parse_packet(text, direction, limits);
  if (!view) {
    return view.error();
  }
  Packet packet{.type = without_binary(view->type),
                .nsp = std::string(view->nsp),
                .ack_id = view->ack_id,
                .data = std::string(view->data),
                .attachments = {}};
  if (view->attachments != 0) {
    pending_.reset(new Pending{std::move(packet), view->attachments, limits.max_depth});
    return std::optional<Packet>{};
  }
  if (binary(view->type) && !placeholders_fit(packet.data, limits.max_depth, 0)) {
    return bad_placeholder();
  }
  return std::optional{std::move(packet)};
}

Result<std::optional<Packet>> Reassembler::on_binary(std::string_view bytes) {
  if (!pending_) {
    return Error{Errc::malformed, "attachment without a header"};
  }
  Packet& packet = pending_->packet;
  packet.attachments.emplace_back(bytes);
  if (packet.attachments.size() < pending_->announced) {
    return std::optional<Packet>{};
  }
  const auto complete = std::move(pending_);
  if (!placeholders_fit(complete->packet.data, complete->max_depth, complete->announced)) {
    return bad_placeholder();
  }
  return std::optional{std::move(complete->packet)};
}

}  // namespace plumbline::socketio
