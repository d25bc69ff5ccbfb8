#include "store/postgres/pg_reader_places.h"

#include <string>

namespace plumbline::serve {
namespace {

constexpr PgStatement kPlaces{
    "reader_places",
    "SELECT EXISTS (SELECT 1 FROM messages m WHERE m.conv_first = w.first AND m.conv_second = w.second AND "
    "m.message_id = w.id), coalesce(r.delivered_to >= w.sequence, false), coalesce(r.read_to >= w.sequence, false) "
    "FROM unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::bigint[]) WITH ORDINALITY AS w (first, second, id, sequence, "
    "nr) LEFT JOIN conversation_members r ON r.conv_first = w.first AND r.conv_second = w.second AND r.user_id = "
    "$1::uuid ORDER BY w.nr"};

}  // namespace

void PgReaderPlaces::of(Uuid user, const std::vector<MessagePtr>& messages, Done<std::vector<ReaderPlace>> done) {
  std::vector<std::string> first;
  std::vector<std::string> second;
  std::vector<std::string> ids;
  std::vector<std::int64_t> sequences;
  for (const MessagePtr& message : messages) {
    first.push_back(message->conversation->key.first.text());
    second.push_back(message->conversation->key.second.text());
    ids.push_back(message->id.text());
    sequences.push_back(static_cast<std::int64_t>(message->sequence));
  }
  session_.query(
      kPlaces, {user.text(), pg_array(first), pg_array(second), pg_array(ids), pg_array(sequences)},
      [wanted = messages.size(), done = std::move(done)](const Result<PgRowsPtr>& rows) {
        if (rows.has_error()) {
          done(rows.error());
          return;
        }
        std::vector<ReaderPlace> places;
        for (std::size_t i = 0; i < rows.value()->size(); ++i) {
          places.push_back({rows.value()->truth(i, 0), rows.value()->truth(i, 1), rows.value()->truth(i, 2)});
        }
        places.resize(wanted);
        done(std::move(places));
      });
}

}  // namespace plumbline::serve
