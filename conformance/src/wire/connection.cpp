#include "wire/connection.h"

namespace plumbline::conform {

std::string_view to_string(Ending ending) {
  switch (ending) {
    case Ending::open:
      return "open";
    case Ending::closed_by_peer:
      return "closed by the target";
    case Ending::reset_by_peer:
      return "reset by the target";
    case Ending::refused:
      return "refused";
    case Ending::closed_by_us:
      return "closed by the suite";
  }
  return "open";
}

Connection::Connection(Medium& medium, const Endpoint& endpoint, WireLog& log, int number)
    : log_(log), medium_(medium), number_(number) {
  if (!medium_.connect(number_, endpoint)) {
    note_end(Ending::refused);
  }
}

Connection::Connection(Medium& medium, WireLog& log, int number)
    : log_(log), medium_(medium), number_(number), connecting_(false) {}

void Connection::queue(std::string_view bytes) {
  if (ended()) {
    return;
  }
  out_ += bytes;
  if (!connecting_) {
    flush();
  }
}

void Connection::flush() {
  while (!out_.empty() && !ended()) {
    const Taken taken = medium_.send(number_, out_);
    if (taken.broken) {
      out_.clear();  // the answer may still be readable: the read side decides how this ended
    } else if (taken.bytes == 0) {
      return;
    } else {
      out_.erase(0, taken.bytes);
    }
  }
}

void Connection::on(const Event& event) {
  if (ended()) {
    return;
  }
  switch (event.kind) {
    case Event::Kind::accepted:
      break;  // that is how it began
    case Event::Kind::connected:
      connecting_ = false;
      flush();
      break;
    case Event::Kind::writable:
      flush();
      break;
    case Event::Kind::bytes:
      on_bytes(event.bytes);
      break;
    case Event::Kind::refused:
      end(Ending::refused);
      break;
    case Event::Kind::end_of_stream:
      end(Ending::closed_by_peer);
      break;
    case Event::Kind::reset:
      end(Ending::reset_by_peer);
      break;
  }
}

void Connection::end(Ending ending, bool with_reset) {
  if (ended()) {
    return;
  }
  if (ending == Ending::closed_by_us) {
    medium_.close(number_, with_reset);
  }
  note_end(ending);
  on_end();
}

void Connection::note_end(Ending ending) {
  ending_ = ending;
  ended_at_ = now();
  log_.note(number_, std::string("TCP connection ") + std::string(to_string(ending)));
}

}  // namespace plumbline::conform
