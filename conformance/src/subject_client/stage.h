// What a client case works with: the program that holds the client, the server that it meets, and waiting for both.
// Stage: subject client.
#pragma once

#include <boost/json/array.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cases/context.h"
#include "subject_client/engine_server.h"
#include "subject_client/program_link.h"

namespace plumbline::conform {

using Stop = std::optional<Finding>;  // a step that failed ends the case with this finding

// Belongs to one take. Everything in it is decided by what the medium brought and when, so that a stored run plays.
class Stage {
 public:
  explicit Stage(Context& context);
  Stage(const Stage&) = delete;
  Stage& operator=(const Stage&) = delete;

  Context& context;
  ProgramLink program;
  EngineServer server;

  // Serves both until the predicate holds (true) or the time is over (false). Time that is over is in doubt where the
  // client had no processor: Context::ran_out.
  bool until(const std::function<bool()>& predicate, Duration bound);
  void serve_for(Duration duration);
  [[nodiscard]] Time now() const { return medium_.time(); }

  // Waits for the program to be there, then tells it to connect; nothing is awaited. `more` are further fields.
  [[nodiscard]] Stop connect(std::string_view transports, std::string_view nsp = "/", boost::json::object more = {});
  // The same, until the client says that it is connected to the namespace (else `clause` failed).
  [[nodiscard]] Stop connected(std::string_view transports, std::string_view clause, std::string_view nsp = "/",
                               boost::json::object more = {});
  void emit(boost::json::array arguments, std::string_view nsp = "/", std::optional<int> ack = {});

  // The first line of this kind from the program, from index `from` on.
  [[nodiscard]] const Told* told(std::string_view event, std::size_t from = 0, std::string_view nsp = "/") const;
  // Events that the client handed to its application, in order, as "name" or "name:first argument".
  [[nodiscard]] std::vector<std::string> events(std::string_view nsp = "/") const;
  [[nodiscard]] std::size_t count(std::string_view event) const;

  // A round trip in both directions on the last session: nothing that was on its way before can come after.
  [[nodiscard]] bool alive(std::string_view word);
  [[nodiscard]] std::string lines() const;  // what the program told, for people

 private:
  bool serve_until(const std::function<bool()>& predicate, Duration bound);
  void serve();
  [[nodiscard]] int next_number() const { return ProgramLink::kNumber + 1 + static_cast<int>(connections_.size()); }

  Medium& medium_;
  WireLog& log_;
  std::vector<std::unique_ptr<ClientConnection>> connections_;
};

}  // namespace plumbline::conform
