#include "echo/recovery_log.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace plumbline::serve {

std::uint64_t RecoveryLog::record(Audience audience, socketio::FramePtr frame, Time now) {
  drop_old(now);
  if (packets_.size() >= limits_.packets) {
    evicted_ = packets_.front().number;
    packets_.pop_front();
  }
  packets_.push_back({std::move(audience), std::move(frame), now, ++last_});
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
  if (now - found->second.at > limits_.window) {
    sessions_.erase(found);
    return std::nullopt;
  }
  const Session& session = found->second.session;
  const auto seen = offset ? number_of(*offset) : session.since;
  if (!seen || *seen < evicted_) {
    return std::nullopt;
  }
  Resumed resumed{session, {}};
  const std::uint64_t after = std::max(*seen, session.since);
  for (const Packet& packet : packets_) {
    if (packet.number > after && packet.audience.nsp == nsp && reaches(packet.audience, session.sid, session.rooms)) {
      resumed.missed.push_back(packet.frame);
    }
  }
  sessions_.erase(found);
  return resumed;
}

std::optional<std::uint64_t> RecoveryLog::number_of(const std::string& offset) const {
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
    packets_.pop_front();
  }
}

}  // namespace plumbline::serve
