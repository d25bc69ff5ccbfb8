#include "echo/recovery_log.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "mutant/mutant.h"

namespace plumbline::serve {
namespace {

std::size_t size_of(const socketio::Frame& frame) {
  return frame.server_ws_bytes().size();
}

}  // namespace

std::uint64_t RecoveryLog::record(Audience audience, socketio::FramePtr frame, Time now, std::string foreign) {
  drop_old(now);
  bytes_ += size_of(*frame);
  while (!packets_.empty() && (packets_.size() >= limits_.packets || bytes_ > limits_.bytes)) {
    evicted_ = packets_.front().number;
    forget_first();
  }
  packets_.push_back({std::move(audience), std::move(frame), now, ++last_, std::move(foreign)});
  return last_;
}

void RecoveryLog::lost(const std::string& pid, Session session, Time now) {
  if (sessions_.size() >= limits_.sessions) {
    std::erase_if(sessions_, [&](const auto& entry) { return now - entry.second.at > limits_.window; });
  }
  if (sessions_.size() < limits_.sessions) {  // else this one starts anew when it comes back
    sessions_.insert_or_assign(pid, Lost{std::move(session), now});
  }
}

std::optional<RecoveryLog::Resumed> RecoveryLog::resume(const std::string& pid, std::string_view nsp,
                                                        const std::optional<std::string>& offset, Time now) {
  const auto found = sessions_.find(pid);
  if (found == sessions_.end() || found->second.session.nsp != nsp) {
    return std::nullopt;
  }
  if (now - found->second.at > limits_.window * (active(Mutant::recovery_window_x3) ? 3 : 1)) {
    sessions_.erase(found);
    return std::nullopt;
  }
  const Session& session = found->second.session;
  auto seen = offset ? number_of(*offset, session) : session.since;
  if (!seen && active(Mutant::recovery_any_offset)) {
    seen = session.since;
  }
  if (!offset && active(Mutant::recovery_without_offset_replays_nothing)) {
    seen = last_;
  }
  const bool old = !seen || packets_.empty() || *seen < packets_.front().number;
  if (!seen || *seen < evicted_ || (old && active(Mutant::recovery_forgets_old_offsets))) {
    return std::nullopt;
  }
  Resumed resumed{session, missed(session, std::max(*seen, session.since))};
  if (!active(Mutant::recovery_pid_again)) {
    sessions_.erase(found);
  }
  return resumed;
}

RecoveryLog::Resumed RecoveryLog::adopt(Resumed handed, std::uint64_t asked, const std::optional<std::string>& offset,
                                        Time now) {
  for (NumberedFrame& here : missed(handed.session, asked)) {
    const bool known = std::any_of(handed.missed.begin(), handed.missed.end(),
                                   [&](const NumberedFrame& one) { return one.offset == here.offset; });
    if (!known) {
      handed.missed.push_back(std::move(here));
    }
  }
  handed.session.since = last_;
  handed.session.before = offset;
  for (const NumberedFrame& one : handed.missed) {
    record({handed.session.nsp, {handed.session.sid}, {}}, one.frame, now, one.offset);
  }
  return handed;
}

std::vector<NumberedFrame> RecoveryLog::missed(const Session& session, std::uint64_t after) const {
  std::vector<NumberedFrame> all;
  for (const Packet& packet : packets_) {
    const bool addressed = reaches(packet.audience, session.sid, session.rooms) || active(Mutant::recovery_replays_all);
    if (packet.number > after && packet.audience.nsp == session.nsp && addressed) {
      all.push_back({packet.frame, packet.foreign.empty() ? prefix_ + std::to_string(packet.number) : packet.foreign});
    }
  }
  return all;
}

// What came from another node is found by its text: a session's own copy before all others.
std::optional<std::uint64_t> RecoveryLog::number_of(const std::string& offset, const Session& session) const {
  if (session.before == offset) {
    return session.since;
  }
  const auto found = std::find_if(packets_.begin(), packets_.end(), [&](const Packet& packet) {
    return packet.number > session.since && packet.foreign == offset && !offset.empty();
  });
  if (found != packets_.end()) {
    return found->number;
  }
  if (!offset.starts_with(prefix_)) {
    return std::nullopt;
  }
  std::uint64_t number = 0;
  const char* const end = offset.data() + offset.size();
  const auto [read, failure] = std::from_chars(offset.data() + prefix_.size(), end, number);
  if (failure != std::errc{} || read != end || number == 0 || number > last_) {
    return std::nullopt;
  }
  return number;
}

void RecoveryLog::drop_old(Time now) {
  while (!packets_.empty() && now - packets_.front().at > limits_.window + limits_.unnoticed) {
    forget_first();
  }
}

void RecoveryLog::forget_first() {
  bytes_ -= size_of(*packets_.front().frame);
  packets_.pop_front();
}

}  // namespace plumbline::serve
