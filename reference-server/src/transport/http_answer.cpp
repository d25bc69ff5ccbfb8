#include "transport/http_answer.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <boost/beast/http/status.hpp>
#include <ctime>
#include <utility>

#include "mutant/mutant.h"

namespace plumbline::serve {
namespace {

constexpr int kLevel = 4;
constexpr int kZlibWindow = 15;
constexpr int kGzipWindow = 15 + 16;  // +16: gzip wrapper instead of zlib's

void append_header(std::string& out, std::string_view name, std::string_view value) {
  out += name;
  out += ": ";
  out += value;
  out += "\r\n";
}

void append_cors(std::string& out, const AnswerContext& context, const CorsPolicy& cors) {
  if (cors.off() || active(Mutant::no_cors)) {
    return;
  }
  if (active(Mutant::cors_wildcard_credentials)) {
    append_header(out, "Access-Control-Allow-Credentials", "true");
  }
  if (cors.any()) {
    if (!context.origin.empty()) {
      append_header(out, "Access-Control-Allow-Origin", "*");
    }
    return;
  }
  if (!active(Mutant::cors_forgets_vary)) {
    append_header(out, "Vary", "Origin");
  }
  if (!context.origin.empty() && (cors.allows(context.origin) || active(Mutant::cors_echoes_any))) {
    append_header(out, "Access-Control-Allow-Origin", context.origin);
    append_header(out, "Access-Control-Allow-Credentials", "true");
  }
}

}  // namespace

bool CorsPolicy::allows(std::string_view origin) const {
  return any() || std::find(origins.begin(), origins.end(), origin) != origins.end();
}

std::string_view reason_phrase(unsigned status) {
  const auto text = boost::beast::http::obsolete_reason(boost::beast::http::int_to_status(status));
  return {text.data(), text.size()};
}

std::string compressed(std::string_view body, Coding coding) {
  z_stream stream{};
  const int window = coding == Coding::gzip ? kGzipWindow : kZlibWindow;
  if (coding == Coding::identity || deflateInit2(&stream, kLevel, Z_DEFLATED, window, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
    return {};
  }
  std::string out(deflateBound(&stream, static_cast<uLong>(body.size())), '\0');
  // zlib does not write through next_in, but its type says it may.
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(body.data()));
  stream.avail_in = static_cast<uInt>(body.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const int done = deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return done == Z_STREAM_END ? out : std::string{};
}

std::string http_date(std::int64_t unix_seconds) {
  const auto seconds = static_cast<std::time_t>(unix_seconds);
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  std::array<char, 40> text{};
  const std::size_t length = std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
  return {text.data(), length};
}

void append_answer(std::string& out, const AnswerContext& context, const CorsPolicy& cors, std::string_view date,
                   const net::HttpResponse& response) {
  std::string packed;
  const bool unasked = context.coding == Coding::identity && active(Mutant::compressed_unasked);
  const Coding coding = unasked ? Coding::gzip : context.coding;
  if (response.body.size() > context.compress_from) {
    packed = compressed(response.body, coding);
  }
  const std::string& body = packed.empty() ? response.body : packed;
  const bool no_body = response.status == 204 || response.status == 304 || response.status < 200;

  out.reserve(out.size() + body.size() + 384);
  out += "HTTP/1.1 ";
  out += std::to_string(response.status);
  out += ' ';
  out += reason_phrase(response.status);
  out += "\r\n";
  append_header(out, "Date", date);
  if (!response.content_type.empty()) {
    append_header(out, "Content-Type", response.content_type);
  }
  if (!no_body) {
    append_header(out, "Content-Length", std::to_string(body.size()));
  }
  if (!packed.empty()) {
    append_header(out, "Content-Encoding", coding == Coding::gzip ? "gzip" : "deflate");
    append_header(out, "Vary", "Accept-Encoding");
  }
  if (response.status < 400 || !active(Mutant::errors_without_cors)) {
    append_cors(out, context, cors);
  }
  append_header(out, "X-Content-Type-Options", "nosniff");
  append_header(out, "X-Frame-Options", "DENY");
  append_header(out, "Referrer-Policy", "no-referrer");
  if (!context.request_id.empty()) {
    append_header(out, "X-Request-Id", context.request_id);
  }
  if (!context.keep_alive) {
    append_header(out, "Connection", "close");
  } else if (context.http_1_0) {
    append_header(out, "Connection", "keep-alive");
  }
  for (const auto& [name, value] : response.headers) {
    append_header(out, name, value);
  }
  out += "\r\n";
  if ((!context.head || active(Mutant::head_with_body)) && !no_body) {
    out += body;
  }
}

net::HttpResponse preflight_answer(const net::HttpRequest& request) {
  net::HttpResponse response;
  response.status = 204;
  response.headers.emplace_back("Access-Control-Allow-Methods", "GET,HEAD,PUT,PATCH,POST,DELETE");
  if (const std::string_view wanted = request.header("access-control-request-headers"); !wanted.empty()) {
    response.headers.emplace_back("Access-Control-Allow-Headers", std::string(wanted));
    response.headers.emplace_back("Vary", "Access-Control-Request-Headers");
  }
  response.headers.emplace_back("Access-Control-Max-Age", "600");
  return response;
}

}  // namespace plumbline::serve
