// REST handlers: the caller's friends and pending requests, oldest first, in pages (messenger.md A1.1, 8 and 9).
// Stage: gateway.
#include <algorithm>
#include <charconv>
#include <tuple>
#include <unordered_map>

#include "delivery/frames.h"
#include "gateway/shard_core.h"
#include "rest/answer.h"
#include "rest/names.h"
#include "rest/rest.h"
#include "service/iso_time.h"
#include "service/wall_millis.h"

namespace plumbline::serve {
namespace {

using Rows = std::vector<FriendRow>;
using Users = std::unordered_map<Uuid, UserPtr>;

// Where a page ended: `<milliseconds>.<user id>`.
struct Mark {
  UnixMillis since{0};
  Uuid user;
};

struct FriendQuery {
  Relation relation{Relation::accepted};
  UnixMillis newer_than{0};
  std::size_t limit{50};
  std::optional<Mark> from;
};

struct Page {
  Rows rows;
  Users users;
  bool has_more{false};
};

std::optional<Mark> parse_mark(std::string_view text) {
  const std::size_t dot = text.find('.');
  Mark mark;
  const auto [stop, ec] = std::from_chars(text.data(), text.data() + std::min(dot, text.size()), mark.since);
  const auto user = dot == std::string_view::npos ? std::nullopt : Uuid::parse(text.substr(dot + 1));
  if (ec != std::errc{} || stop != text.data() + dot || !user) {
    return std::nullopt;
  }
  mark.user = *user;
  return mark;
}

void read_page_fields(QueryFields& query, FriendQuery& wanted) {
  wanted.limit = query.number("limit", 50, 1, 100);
  if (const auto cursor = query.text("cursor")) {
    wanted.from = parse_mark(*cursor);
    if (!wanted.from) {
      query.fault("cursor", "is not one that this server gave");
    }
  }
}

Page page_of(Rows rows, const FriendQuery& wanted) {
  std::erase_if(rows, [&wanted](const FriendRow& row) {
    const bool seen =
        wanted.from && std::tuple{row.since, row.user} <= std::tuple{wanted.from->since, wanted.from->user};
    return seen || row.relation != wanted.relation || row.since <= wanted.newer_than;
  });
  std::sort(rows.begin(), rows.end(), [](const FriendRow& a, const FriendRow& b) {
    return std::tuple{a.since, a.user} < std::tuple{b.since, b.user};
  });
  Page page;
  page.has_more = rows.size() > wanted.limit;
  rows.resize(std::min(rows.size(), wanted.limit));
  page.rows = std::move(rows);
  return page;
}

// Looks up the users of all rows, then continues.
void with_users(const CallPtr& call, Page page, std::function<void(const Page&)> then) {
  struct Gather {
    Page page;
    std::size_t missing;
    std::function<void(const Page&)> then;
  };
  if (page.rows.empty()) {
    then(page);
    return;
  }
  const std::size_t count = page.rows.size();
  auto gather = std::make_shared<Gather>(Gather{std::move(page), count, std::move(then)});
  for (std::size_t i = 0; i < count; ++i) {
    call->core.users.find(gather->page.rows[i].user, [gather](const Result<UserPtr>& found) {
      if (found.has_value()) {
        gather->page.users[found.value()->id] = found.value();
      }
      if (--gather->missing == 0) {
        gather->then(gather->page);
      }
    });
  }
}

void read_page(const CallPtr& call, const FriendQuery& wanted, std::function<void(const Page&)> then) {
  call->core.friends.of(call->who->user, [call, wanted, then = std::move(then)](Result<Rows> rows) {
    if (rows.has_error()) {
      answer_failure(call, rows.error());
    } else {
      with_users(call, page_of(std::move(rows.value()), wanted), then);
    }
  });
}

// The array of rows and the fields that tell the next page; rows of users who vanished are left out.
std::string rows_json(const Page& page, std::string_view id_name, std::string_view tail) {
  std::string json = "[";
  for (const FriendRow& row : page.rows) {
    if (const auto user = page.users.find(row.user); user != page.users.end()) {
      json += json.back() == '[' ? "{\"" : ",{\"";
      json += id_name;
      json += R"(":")" + row.user.text() + R"(",)" + names_json(*user->second) + R"(,"created_at":)";
      append_time_or_null(json, row.since);
      json += tail;
      json += '}';
    }
  }
  json += R"(],"hasMore":)";
  json += page.has_more ? "true" : "false";
  json += R"(,"nextCursor":)";
  return json += page.has_more ? '"' + std::to_string(page.rows.back().since) + '.' + page.rows.back().user.text() + '"'
                               : "null";
}

void answer_friends(const CallPtr& call, const Page& page) {
  const UnixMillis now = wall_millis(call->core.shared.clock);
  call->respond(json_answer(200, R"({"friends":)" + rows_json(page, "friend_id", R"(,"friend_status":"active")") +
                                     R"(,"serverTimestamp":")" + iso_time(now) + R"(","version":)" +
                                     std::to_string(now / 1000) + "}"));
}

// `blocked` is a status that nobody can have in this dialect yet: a valid question with an empty answer.
Relation relation_of(QueryFields& query) {
  const std::string_view status = query.text("status").value_or("accepted");
  if (status == "pending") {
    return Relation::pending_out;
  }
  if (status != "accepted" && status != "blocked") {
    query.fault("status", "must be accepted, pending or blocked");
  }
  return status == "accepted" ? Relation::accepted : Relation::none;
}

}  // namespace

void get_pending_requests(const CallPtr& call) {
  QueryFields query(call->request.query);
  FriendQuery wanted;
  wanted.relation = Relation::pending_in;
  read_page_fields(query, wanted);
  if (!query.good()) {
    call->respond(query.refusal());
    return;
  }
  read_page(call, wanted, [call](const Page& page) {
    call->respond(json_answer(200, R"({"pendingRequests":)" + rows_json(page, "id", "") + "}"));
  });
}

void get_friends(const CallPtr& call) {
  QueryFields query(call->request.query);
  FriendQuery wanted;
  wanted.relation = relation_of(query);
  read_page_fields(query, wanted);
  wanted.newer_than = static_cast<UnixMillis>(query.number("clientVersion", 0, 0, 1ULL << 40U)) * 1000;
  // A client that never fetched sends "null", so what cannot be read means everything.
  wanted.newer_than =
      std::max(wanted.newer_than, parse_iso_time(query.text("lastFetched").value_or("")).value_or(UnixMillis{0}));
  if (!query.good()) {
    call->respond(query.refusal());
    return;
  }
  read_page(call, wanted, [call](const Page& page) { answer_friends(call, page); });
}

}  // namespace plumbline::serve
