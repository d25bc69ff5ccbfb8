#include "output/replay_script.h"

#include <fmt/format.h>

#include <map>
#include <vector>

#include "plumbline/history/utf8.h"

namespace plumbline::conform {
namespace {

constexpr std::size_t kShortest = 64;  // a repetition that is worth a line of its own
constexpr std::size_t kPeriod = 4;     // of a WebSocket mask, so that masked stretches of one letter repeat too

// Written to be read: who reproduces a failure will change it.
constexpr std::string_view kPlayer = R"PY(

def words(data):  # a masked WebSocket frame reads better without its mask
    if len(data) > 5 and data[0] & 0x70 == 0 and data[0] & 0x80 and data[1] & 0x80:
        at = {126: 4, 127: 10}.get(data[1] & 0x7F, 2)
        key, body = data[at:at + 4], data[at + 4:]
        return "frame, opcode %d: %r" % (data[0] & 15, bytes(b ^ key[i % 4] for i, b in enumerate(body))[:400])
    return repr(data[:2000])


start = time.monotonic()
sockets, heard, fresh, ids = {}, {}, set(), {}


def say(on, arrow, text):
    print("%10.3f  #%d  %s %s" % ((time.monotonic() - start) * 1000, on, arrow, text), flush=True)


def listen(until, enough=lambda: False):
    while not enough():
        left = until - time.monotonic()
        open_ones = [s for s in sockets.values() if s.fileno() >= 0]
        if left <= 0:
            return
        if not open_ones:
            time.sleep(left)
            return
        for ready in select.select(open_ones, [], [], left)[0]:
            on = next(n for n, s in sockets.items() if s is ready)
            try:
                data = ready.recv(65536)
            except OSError as error:
                say(on, "--", error)
                data = None
            if data:
                say(on, "<-", words(data))
                heard[on] += data
            else:
                if data is not None:
                    say(on, "--", "closed by the server")
                ready.close()
            fresh.add(on)


late = 0.0
for ms, do, on, data in STEPS:
    listen(start + late + ms / 1000)
    begun = time.monotonic()
    if do == "connect":
        sockets[on], heard[on] = socket.create_connection(NODES[data or 0], 5), b""
    elif do == "hear":  # the server said something here
        listen(begun + PATIENCE, lambda: on in fresh)
        fresh.discard(on)
    elif do == "id":  # the server gave its `data[0]`-th session id here; later requests name it
        found = re.compile(rb'"sid":"([^"]+)"')
        listen(begun + PATIENCE, lambda: len(found.findall(heard[on])) > data[0])
        given = found.findall(heard[on])
        if len(given) > data[0]:
            ids[data[1]] = given[data[0]]
    elif do == "send" and sockets[on].fileno() >= 0:
        for old, new in ids.items():
            data = data.replace(old, new)
        for old, (host, port) in zip(RECORDED, NODES):
            data = data.replace(old, b"%s:%d" % (host.encode(), port))
        say(on, "->", words(data))
        try:
            sockets[on].sendall(data)
        except OSError as error:
            say(on, "--", error)
        fresh.discard(on)
    elif do == "close":
        say(on, "--", "closed by this script")
        sockets[on].close()
    late += time.monotonic() - begun
listen(time.monotonic() + 1)
)PY";

std::string one_line(std::string_view text) {
  std::string line = history::clean_utf8(text);
  for (char& c : line) {
    c = c == '\n' || c == '\r' ? ' ' : c;
  }
  return line;
}

void append_literal(std::string& into, std::string_view bytes) {
  if (bytes.empty()) {
    return;
  }
  into += into.empty() ? "b\"" : " + b\"";
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      into += '\\';
      into += c;
    } else if (c == '\r') {
      into += "\\r";
    } else if (c == '\n') {
      into += "\\n";
    } else if (byte < 0x20 || byte > 0x7e) {
      into += fmt::format("\\x{:02x}", byte);
    } else {
      into += c;
    }
  }
  into += '"';
}

// How many bytes from `at` on repeat with the period; whole periods only.
std::size_t repeated(std::string_view bytes, std::size_t at) {
  std::size_t end = at + kPeriod;
  while (end < bytes.size() && bytes[end] == bytes[end - kPeriod]) {
    ++end;
  }
  return end <= bytes.size() ? (end - at) / kPeriod * kPeriod : 0;
}

// The ids of sessions in what was heard on each connection so far, and those of them that a request names later.
class Sessions {
 public:
  explicit Sessions(const Take& take) {
    for (const Entry& entry : take.entries) {
      if (entry.step == Step::send) {
        sent_ += entry.bytes;
        sent_ += '\n';
      }
    }
  }

  // The steps that `bytes`, heard on `connection`, are worth: {number on this connection, id}.
  std::vector<std::pair<std::size_t, std::string>> hear(int connection, std::string_view bytes) {
    constexpr std::string_view kKey = "\"sid\":\"";
    Heard& heard = heard_[connection];
    heard.bytes += bytes;
    std::vector<std::pair<std::size_t, std::string>> found;
    while (true) {
      const std::size_t from = heard.bytes.find(kKey, heard.at);
      const std::size_t end = from == std::string::npos ? from : heard.bytes.find('"', from + kKey.size());
      if (end == std::string::npos) {
        return found;
      }
      std::string id = heard.bytes.substr(from + kKey.size(), end - from - kKey.size());
      heard.at = end;
      const std::size_t number = heard.ids++;
      if (!id.empty() && sent_.find(id) != std::string::npos) {
        found.emplace_back(number, std::move(id));
      }
    }
  }

 private:
  struct Heard {
    std::string bytes;
    std::size_t at{0};
    std::size_t ids{0};
  };
  std::string sent_;
  std::map<int, Heard> heard_;
};

std::string step(const Entry& entry, std::string_view word, const std::string& argument) {
  return fmt::format("    ({:.3f}, \"{}\", {}, {}),\n", static_cast<double>(entry.at) / 1e6, word, entry.connection,
                     argument);
}

std::string steps(const Take& take) {
  Sessions sessions(take);
  std::map<int, bool> hearing;  // a `hear` since the last `send` there
  std::string text;
  for (const Entry& entry : take.entries) {
    switch (entry.step) {
      case Step::connect:
        text += step(entry, "connect", entry.node == 0 ? "None" : std::to_string(entry.node));
        break;
      case Step::send:
        text += step(entry, "send", python_bytes(entry.bytes));
        hearing[entry.connection] = false;
        break;
      case Step::bytes:
        if (!hearing[entry.connection]) {
          text += step(entry, "hear", "None");
          hearing[entry.connection] = true;
        }
        for (const auto& [number, id] : sessions.hear(entry.connection, entry.bytes)) {
          text += step(entry, "id", fmt::format("({}, {})", number, python_bytes(id)));
        }
        break;
      case Step::close:
      case Step::abort:
        text += step(entry, "close", "None");
        break;
      default:
        break;
    }
  }
  return text;
}

}  // namespace

std::string python_bytes(std::string_view bytes) {
  std::string text;
  std::size_t plain = 0;
  for (std::size_t at = 0; at + kShortest <= bytes.size();) {
    const std::size_t length = repeated(bytes, at);
    if (length < kShortest) {
      ++at;
      continue;
    }
    append_literal(text, bytes.substr(plain, at - plain));
    append_literal(text, bytes.substr(at, kPeriod));
    text += fmt::format(" * {}", length / kPeriod);
    at += length;
    plain = at;
  }
  append_literal(text, bytes.substr(plain));
  return text.empty() ? "b\"\"" : text;
}

std::string replay_script(const Take& take, const ScriptWords& words) {
  std::string text = fmt::format(
      "#!/usr/bin/env python3\n"
      "# {}: {}\n#   expected  {}\n#   observed  {}\n"
      "# Plays what the suite sent in {}, byte for byte and at its pace, and shows what comes back.\n"
      "# usage: python3 {}.py [HOST:PORT of each node]\n"
      "import re\nimport select\nimport socket\nimport sys\nimport time\n\n",
      one_line(words.clause), one_line(words.title), one_line(words.expected), one_line(words.observed), take.case_id,
      take.case_id);
  text += fmt::format("RECORDED = [{}", python_bytes(fmt::format("{}:{}", take.host, take.port)));
  for (const std::string& node : take.nodes) {
    text += ", " + python_bytes(node);
  }
  text +=
      "]\nNODES = [node.rsplit(\":\", 1) for node in sys.argv[1:] or [node.decode() for node in RECORDED]]\n"
      "NODES = [(host.strip(\"[]\"), int(port)) for host, port in NODES]\n";
  text += "PATIENCE = 2  # seconds for what the server said at once when this was recorded\n";
  text += "STEPS = [  # ms since the beginning, what, connection, bytes\n" + steps(take) + "]\n";
  return text + std::string(kPlayer);
}

}  // namespace plumbline::conform
