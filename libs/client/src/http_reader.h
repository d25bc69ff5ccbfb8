// One HTTP/1.1 answer from bytes as they arrive: Beast's parser fed by hand, bounded in header and body.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "plumbline/base/result.h"
#include "plumbline/net/http.h"

namespace plumbline::client {

class HttpReader {
 public:
  // `head`: the request was HEAD, so that no body follows whatever the header says.
  HttpReader(std::size_t max_body, bool head);
  HttpReader(HttpReader&&) noexcept;
  HttpReader& operator=(HttpReader&&) noexcept;
  ~HttpReader();

  // Returns how many of `bytes` belong to this answer: all of them while it is incomplete. Interim answers (1xx other
  // than 101) are skipped. Malformed input is Errc::malformed, an oversized body Errc::too_large.
  [[nodiscard]] Result<std::size_t> feed(std::string_view bytes);
  // The connection ended: true if that completes an answer that had no length.
  [[nodiscard]] bool finish();

  [[nodiscard]] bool started() const { return started_; }  // any byte came
  [[nodiscard]] bool done() const;
  [[nodiscard]] bool keep_alive() const;
  [[nodiscard]] net::HttpResponse take();  // once done

 private:
  struct Parser;
  [[nodiscard]] Result<std::size_t> put(std::string_view bytes);
  void restart();

  std::unique_ptr<Parser> parser_;
  std::string held_;  // bytes of a header that is still incomplete
  std::size_t max_body_;
  bool head_;
  bool started_{false};
  bool ended_{false};
};

}  // namespace plumbline::client
