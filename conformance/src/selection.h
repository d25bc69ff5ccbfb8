// Which clauses were asked for, and what has to run so that they can be judged. Stage: command line.
#pragma once

#include <boost/system/result.hpp>
#include <set>
#include <string>
#include <vector>

#include "cases/context.h"
#include "catalogue/catalogue.h"

namespace plumbline::conform {

struct Selection {
  std::set<std::string> asked;           // clause ids
  std::vector<const CaseRecord*> cases;  // of those and of all they need
};

// `ids` are whole ids or beginnings; none means all. With a subject, `server` or `client`,
// what judges the other one is left out. The error is one sentence.
[[nodiscard]] boost::system::result<Selection, std::string> select(const Catalogue& catalogue,
                                                                   const std::vector<std::string>& ids,
                                                                   std::string_view subject = {});

[[nodiscard]] std::string list_text(const Catalogue& catalogue, const std::set<std::string>& asked);
[[nodiscard]] std::string explain_text(const Catalogue& catalogue, const std::set<std::string>& asked);

// The same for scripts: an array with one object per clause; an object with all of it, or an array of them when more
// than one clause was asked for.
[[nodiscard]] std::string list_json(const Catalogue& catalogue, const std::set<std::string>& asked);
[[nodiscard]] std::string explain_json(const Catalogue& catalogue, const std::set<std::string>& asked);

}  // namespace plumbline::conform
