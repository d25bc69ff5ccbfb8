// Reads what a scenario runs against: nothing (embedded), an URL, or a target file. Stage: scenario.
#include <filesystem>
#include <fstream>
#include <sstream>

#include "scenario/scenario_parser.h"
#include "scenario/sections.h"

namespace plumbline::load {
namespace {

bool is_url(const std::string& word) {
  return word.rfind("http://", 0) == 0 || word.rfind("https://", 0) == 0;
}

// The origin without a trailing slash; https needs a TLS client that this version does not have.
bool take_url(Complaints& complaints, const YAML::Mark& mark, const std::string& word, std::string& into) {
  if (word.rfind("http://", 0) != 0) {
    complaints.add(mark, "'" + word + "' is not an http:// URL (TLS targets arrive with a later version)");
    return false;
  }
  into = word.substr(0, word.find('/', 7));
  return true;
}

void read_endpoints(MapReader& root, Target& into) {
  const YAML::Node node = root.get("endpoints");
  if (!node.IsDefined()) {
    root.complaints().add(root.mark(), "a target file needs 'endpoints'");
    return;
  }
  MapReader endpoints{root.complaints(), node, "'endpoints'"};
  std::string rest;
  endpoints.text("rest", rest);
  if (rest.empty()) {
    root.complaints().add(node.Mark(), "'endpoints' needs 'rest', the URL of the server");
  } else if (take_url(root.complaints(), node.Mark(), rest, into.url)) {
    into.socketio_url = into.url;
  }
  if (const YAML::Node inner = endpoints.get("socketio"); inner.IsDefined()) {
    MapReader socketio{root.complaints(), inner, "'socketio'"};
    std::string url;
    socketio.text("url", url);
    if (!url.empty()) {
      take_url(root.complaints(), inner.Mark(), url, into.socketio_url);
    }
    socketio.text("path", into.socketio_path);
    socketio.text("namespace", into.nsp);
    socketio.done();
  }
  endpoints.done();
}

void read_target_users(MapReader& root, const std::string& base_dir, Target& into) {
  const YAML::Node node = root.get("users");
  if (!node.IsDefined()) {
    return;
  }
  MapReader users{root.complaints(), node, "'users'"};
  if (const YAML::Node inner = users.get("provision"); inner.IsDefined()) {
    MapReader provision{root.complaints(), inner, "'provision'"};
    std::string kind = "jwt-rs256";
    std::string key;
    provision.text("kind", kind);
    provision.text("key", key);
    if (kind != "jwt-rs256") {
      root.complaints().add(inner.Mark(), "'kind' must be jwt-rs256, not '" + kind + "'");
    }
    if (key.rfind("file:", 0) == 0) {
      const std::filesystem::path path = key.substr(5);
      into.key_file = path.is_absolute() ? path.string() : (std::filesystem::path(base_dir) / path).string();
    } else if (!key.empty()) {
      root.complaints().add(inner.Mark(), "'key' must be file:PATH of a PEM private key, not '" + key + "'");
    }
    provision.done();
  }
  users.done();
}

// `kill: "./kill.sh"` for every role, or `kill: {redis-master: "...", app: "..."}`.
void read_control(MapReader& root, Target& into) {
  const YAML::Node node = root.get("control");
  if (!node.IsDefined()) {
    return;
  }
  MapReader control{root.complaints(), node, "'control'"};
  for (const char* action : {"kill", "term", "freeze", "thaw", "restart", "restart-empty", "start", "heal"}) {
    const YAML::Node inner = control.get(action);
    if (!inner.IsDefined() || inner.IsScalar()) {
      if (inner.IsDefined()) {
        into.control[action] = inner.Scalar();
      }
      continue;
    }
    MapReader roles{root.complaints(), inner, "'" + std::string(action) + "' of 'control'"};
    for (std::size_t i = 0; roles.ok() && i < kFaultRoles - 1; ++i) {
      const std::string role(to_string(static_cast<FaultRole>(i)));
      std::string command;
      roles.text(role, command);
      if (!command.empty()) {
        into.control[action + (" " + role)] = command;
      }
    }
    roles.done();
  }
  control.done();
}

// {stack: minimal|full, instances: N}
void read_stack(MapReader& reader, Target& into) {
  reader.text("stack", into.profile);
  into.kind = Target::Kind::stack;
  if (into.profile != "minimal" && into.profile != "full") {
    reader.complaints().add(reader.mark(), "'stack' must be minimal or full, not '" + into.profile + "'");
  }
  into.instances = into.profile == "full" ? 2 : 1;
  reader.count("instances", into.instances, 1, 16);
}

}  // namespace

void read_target_file(Complaints& complaints, const YAML::Node& node, const std::string& base_dir, Target& into) {
  MapReader root{complaints, node, "target file"};
  if (!root.ok()) {
    return;
  }
  std::string schema;
  root.text("schema", schema);
  if (schema != "target/1") {
    complaints.add(root.mark(), "a target file begins with `schema: target/1`");
  }
  std::string name;
  root.text("name", name);
  into.kind = Target::Kind::url;
  read_endpoints(root, into);
  read_target_users(root, base_dir, into);
  read_control(root, into);
  root.done();
}

void read_target(Complaints& complaints, const YAML::Node& node, const std::string& base_dir, Target& into) {
  if (node.IsScalar()) {
    const std::string& word = node.Scalar();
    if (word == "embedded") {
      return;
    }
    if (is_url(word)) {
      into.kind = Target::Kind::url;
      if (take_url(complaints, node.Mark(), word, into.url)) {
        into.socketio_url = into.url;
      }
      return;
    }
    const std::filesystem::path path{word};
    const ParsedTarget parsed =
        load_target(path.is_absolute() ? word : (std::filesystem::path(base_dir) / path).string());
    for (const std::string& error : parsed.errors) {
      complaints.add(node.Mark(), "'target': " + error);
    }
    into = parsed.target;
    return;
  }
  MapReader reader{complaints, node, "'target'"};
  if (!reader.ok()) {
    return;
  }
  if (reader.has("stack")) {
    read_stack(reader, into);
    reader.done();
    return;
  }
  reader.text("embedded", into.app);
  if (into.app != "chat" && into.app != "echo") {
    complaints.add(reader.mark(), "'embedded' must be chat or echo, not '" + into.app + "'");
  }
  reader.done();
}

ParsedTarget load_target(const std::string& url_or_file) {
  ParsedTarget parsed;
  const bool url = is_url(url_or_file);
  Complaints complaints{url ? "--target" : url_or_file};
  parsed.target.kind = Target::Kind::url;
  if (url) {
    if (take_url(complaints, YAML::Mark::null_mark(), url_or_file, parsed.target.url)) {
      parsed.target.socketio_url = parsed.target.url;
    }
  } else if (std::ifstream in{url_or_file}; in) {
    try {
      const std::string dir = std::filesystem::path(url_or_file).parent_path().string();
      read_target_file(complaints, YAML::Load(in), dir.empty() ? "." : dir, parsed.target);
    } catch (const YAML::Exception& e) {
      complaints.add(e.mark, e.msg);
    }
  } else {
    complaints.add(YAML::Mark::null_mark(), "no such target file; give an URL such as http://127.0.0.1:3000 or a file");
  }
  parsed.errors = complaints.all();
  return parsed;
}

}  // namespace plumbline::load
