#include "subject_client/engine_server.h"

#include <fmt/format.h>

#include <algorithm>

#include "evidence/base64.h"

namespace plumbline::conform {
namespace {

constexpr char kBetween = '\x1e';
constexpr std::string_view kJsonType = "application/json";

void refuse_request(ClientConnection& connection, int code, std::string_view words) {
  connection.answer(400, fmt::format(R"({{"code":{},"message":"{}"}})", code, words), kJsonType);
}

}  // namespace

std::string nsp_of(std::string_view packet) {
  const std::size_t begin = packet.find_first_not_of("0123456789-");
  if (begin == std::string_view::npos || packet[begin] != '/') {
    return "/";
  }
  return std::string(packet.substr(begin, packet.find(',', begin) - begin));
}

const Heard* ClientSession::find(std::string_view beginning, std::size_t from) const {
  for (std::size_t i = from; i < heard.size(); ++i) {
    if (!heard[i].binary && heard[i].packet.starts_with(beginning)) {
      return &heard[i];
    }
  }
  return nullptr;
}

std::size_t ClientSession::count(std::string_view beginning) const {
  return static_cast<std::size_t>(std::count_if(
      heard.begin(), heard.end(), [&](const Heard& one) { return !one.binary && one.packet.starts_with(beginning); }));
}

ClientSession* EngineServer::find(std::string_view sid) const {
  for (const auto& session : sessions_) {
    if (session->sid == sid) {
      return session.get();
    }
  }
  return nullptr;
}

std::string EngineServer::open_packet(const std::string& sid) const {
  if (manners.open_packet) {
    return manners.open_packet(sid);
  }
  const auto ms = [](Duration time) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(time).count();
  };
  return fmt::format(R"(0{{"sid":"{}","upgrades":[{}],"pingInterval":{},"pingTimeout":{},"maxPayload":{}}})", sid,
                     manners.offers_upgrade ? "\"websocket\"" : "", ms(interval_), ms(timeout_), manners.max_payload);
}

ClientSession& EngineServer::open(Time now) {
  auto session = std::make_unique<ClientSession>();
  session->sid = fmt::format("plumbline-session-{:04}", sessions_.size() + 1);
  session->opened = now;
  session->next_ping = now + interval_;
  sessions_.push_back(std::move(session));
  return *sessions_.back();
}

void EngineServer::on_request(ClientConnection& connection, ClientRequest request) {
  now_ = request.at;
  const std::string_view sid = request.parameter("sid");
  if (sid.empty()) {
    handshakes_.push_back(now_);
  }
  if (manners.instead && manners.instead(connection, request)) {
    return;
  }
  if (sid.empty()) {
    ClientSession& session = open(now_);
    if (!request.upgrade) {
      return connection.answer(200, open_packet(session.sid));
    }
    session.web_socket = &connection;
    ++session.web_sockets;
    connection.accept_web_socket();
    return connection.text(open_packet(session.sid));
  }
  ClientSession* session = find(sid);
  if (session == nullptr || session->forgotten) {
    return refuse_request(connection, 1, "Session ID unknown");
  }
  if (request.upgrade) {
    on_upgrade(connection, *session);
  } else if (request.method == "POST") {
    on_post(connection, *session, request);
  } else {
    on_poll(connection, *session);
  }
}

void EngineServer::on_poll(ClientConnection& connection, ClientSession& session) {
  ++session.polls;
  session.polls_after_probe += session.probe_answered ? 1 : 0;
  session.polls_after_upgrade += session.upgraded ? 1 : 0;
  if (session.poll != nullptr) {
    ++session.overlapping_gets;
    return refuse_request(connection, 3, "Bad request");
  }
  session.poll = &connection;
  if (session.upgraded) {
    session.poll = nullptr;
    return refuse_request(connection, 3, "Bad request");
  }
  if (session.probe_answered) {
    session.waiting.emplace_back("6");
  }
}

void EngineServer::on_post(ClientConnection& connection, ClientSession& session, const ClientRequest& request) {
  session.post_sizes.push_back(request.body.size());
  session.overlapping_posts += session.posting.empty() ? 0U : 1U;
  for (std::size_t begin = 0; begin <= request.body.size();) {
    const std::size_t end = std::min(request.body.find(kBetween, begin), request.body.size());
    const std::string_view packet = std::string_view(request.body).substr(begin, end - begin);
    if (packet.starts_with('b')) {
      hear(session, {request.at, Via::post, true, from_base64(packet.substr(1)).value_or("")});
    } else {
      hear(session, {request.at, Via::post, false, std::string(packet)});
    }
    begin = end + 1;
  }
  if (manners.holds_posts) {
    session.posting.push_back(&connection);
  } else {
    connection.answer(200, "ok", "text/html");
  }
}

void EngineServer::release_posts() {
  manners.holds_posts = false;
  for (const auto& session : sessions_) {
    for (ClientConnection* const posting : std::exchange(session->posting, {})) {
      posting->answer(200, "ok", "text/html");
    }
  }
}

void EngineServer::on_upgrade(ClientConnection& connection, ClientSession& session) {
  ++session.web_sockets;
  if (manners.upgrade == Manners::Upgrade::refuse) {
    ++session.refused_upgrades;
    return refuse_request(connection, 3, "Bad request");
  }
  session.probe = &connection;
  connection.accept_web_socket();
}

void EngineServer::on_message(ClientConnection& connection, bool binary, std::string payload) {
  now_ = connection.heard_at();
  for (const auto& session : sessions_) {
    if (session->web_socket == &connection) {
      return hear(*session, {now_, Via::web_socket, binary, std::move(payload)});
    }
    if (session->probe == &connection) {
      hear(*session, {now_, Via::probe, binary, payload});
      return on_probe(*session, binary ? std::string() : payload, now_);
    }
  }
}

void EngineServer::on_probe(ClientSession& session, const std::string& packet, Time now) {
  if (packet == "2probe") {
    if (manners.upgrade == Manners::Upgrade::close_at_probe) {
      ++session.refused_upgrades;
      ClientConnection* const probe = std::exchange(session.probe, nullptr);
      probe->close_web_socket(1001);
    } else if (manners.upgrade == Manners::Upgrade::accept) {
      answer_probe(session);
    }
  } else if (packet == "5") {
    session.upgraded = true;
    session.web_socket = std::exchange(session.probe, nullptr);
    if (session.poll != nullptr) {  // it would wait for ever
      std::exchange(session.poll, nullptr)->answer(200, "6");
    }
    session.next_ping = std::max<Time>(session.next_ping, now);
    for (const std::string& one : std::exchange(session.waiting, {})) {
      if (one.starts_with('b')) {
        session.web_socket->binary(from_base64(std::string_view(one).substr(1)).value_or(""));
      } else if (one != "6") {
        session.web_socket->text(one);
        if (one == "2") {
          session.pings.push_back(now);
        }
      }
    }
  }
}

void EngineServer::answer_probe(ClientSession& session) {
  if (session.probe != nullptr) {
    session.probe->text("3probe");
    session.probe_answered = true;
    if (session.poll != nullptr) {
      session.waiting.emplace_back("6");
    }
  }
}

void EngineServer::hear(ClientSession& session, Heard heard) {
  const bool joins = !heard.binary && heard.packet.starts_with("40");
  const std::string nsp = joins ? nsp_of(std::string_view(heard.packet).substr(1)) : "";
  session.heard.push_back(std::move(heard));
  if (!joins) {
    return;
  }
  std::string answer = fmt::format(R"(0{}{{"sid":"{}-socket"}})", nsp == "/" ? "" : nsp + ",", session.sid);
  if (manners.connect_answer) {
    answer = manners.connect_answer(nsp, static_cast<int>(session.count("40")));
  }
  if (!answer.empty()) {
    send(session, "4" + answer);
  }
}

void EngineServer::send(ClientSession& session, std::string_view packet) {
  if (session.web_socket != nullptr) {
    session.web_socket->text(packet);
  } else {
    session.waiting.emplace_back(packet);
  }
}

void EngineServer::send_binary(ClientSession& session, std::string_view bytes) {
  if (session.web_socket != nullptr) {
    session.web_socket->binary(bytes);
  } else {
    session.waiting.push_back("b" + to_base64(bytes));
  }
}

void EngineServer::flush(ClientSession& session) {
  if (session.poll == nullptr || session.waiting.empty()) {
    return;
  }
  const std::size_t n = manners.one_packet_a_poll ? 1 : session.waiting.size();
  std::string body;
  for (std::size_t i = 0; i < n; ++i) {
    body += (i == 0 ? "" : std::string(1, kBetween)) + session.waiting[i];
    if (session.waiting[i] == "2") {
      session.pings.push_back(now_);
    }
  }
  session.waiting.erase(session.waiting.begin(), session.waiting.begin() + static_cast<std::ptrdiff_t>(n));
  std::exchange(session.poll, nullptr)->answer(200, body);
}

// One ping at a time waits for a poll: a client that polls late has none to answer that it could not have had.
void EngineServer::ping(ClientSession& session) {
  if (session.web_socket != nullptr) {
    session.pings.push_back(now_);
    session.web_socket->text("2");
  } else if (std::find(session.waiting.begin(), session.waiting.end(), "2") == session.waiting.end()) {
    session.waiting.emplace_back("2");
  }
}

void EngineServer::turn(Time now) {
  now_ = now;
  for (std::size_t i = 0; i < sessions_.size(); ++i) {
    ClientSession& session = *sessions_[i];
    const bool over = session.forgotten || session.gone_at.has_value();
    if (manners.pings && !over && now >= session.next_ping) {
      session.next_ping = now + interval_;
      ping(session);
    }
    flush(session);
  }
}

std::optional<Time> EngineServer::due() const {
  std::optional<Time> earliest;
  for (const auto& session : sessions_) {
    if (manners.pings && !session->forgotten && !session->gone_at) {
      earliest = earliest ? std::min(*earliest, session->next_ping) : session->next_ping;
    }
  }
  return earliest;
}

void EngineServer::forget(ClientSession& session) {
  session.forgotten = true;
  if (ClientConnection* const poll = std::exchange(session.poll, nullptr)) {
    refuse_request(*poll, 1, "Session ID unknown");
  }
}

void EngineServer::on_gone(ClientConnection& connection) {
  for (const auto& session : sessions_) {
    if (session->web_socket == &connection) {
      session->web_socket = nullptr;
      session->gone_at = session->gone_at.value_or(connection.heard_at());
    }
    session->poll = session->poll == &connection ? nullptr : session->poll;
    std::erase(session->posting, &connection);
    session->probe = session->probe == &connection ? nullptr : session->probe;
  }
}

}  // namespace plumbline::conform
