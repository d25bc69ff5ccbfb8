// What the OpenAPI document says about one operation; stands in the same table entry as its handler. Stage: gateway.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace plumbline::serve {

// One answer of an operation. Answers that follow from the kind of the operation (401, 413, 415, 429, 503) are added by
// the document itself.
struct Answered {
  unsigned status{0};  // 0: no answer, the entry is unused
  std::string_view says{};
  std::string_view schema{};  // name under components/schemas; empty: `Error`
  std::string_view type{"application/json"};
};

struct Described {
  std::string_view id;          // operationId
  std::string_view summary;     // one sentence
  std::string_view parameters;  // JSON array of Parameter Objects and references; empty: none
  std::string_view body;        // name under components/schemas; empty: takes none
  std::array<Answered, 4> answers;
  std::string_view links{};  // JSON object of Link Objects of the first answer: what one can do with it
};

// One operation as the document needs it, wherever its handler lives.
struct DocumentedOperation {
  std::string_view method;
  std::string_view path;  // as OpenAPI writes it: `/messages/history/{conversationId}`
  std::string_view tag;
  bool token{false};          // refused with 401 without an access token
  bool body_required{false};  // of those that take one
  bool limited{false};        // 429 with Retry-After
  bool once{false};           // takes Idempotency-Key and replays its first answer
  const Described* described{nullptr};
};

// A description that says nothing is as good as none.
[[nodiscard]] constexpr bool complete(const Described& described) {
  return !described.id.empty() && !described.summary.empty() && described.answers[0].status != 0;
}

}  // namespace plumbline::serve
