// The parts of report.html, top to bottom (product.md, "Report page"). Each gives an empty text when it has nothing to
// say.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "plumbline/history/run_result.h"
#include "plumbline/render/render.h"
#include "text.h"

namespace plumbline::render::page {

// verdict.cpp
[[nodiscard]] std::string verdict(const history::RunResult& result);
[[nodiscard]] std::string generator(const history::RunResult& result);

// tables.cpp
[[nodiscard]] std::string gates(const history::RunResult& result);
[[nodiscard]] std::string ledger(const history::RunResult& result);
[[nodiscard]] std::string latencies(const history::RunResult& result);
[[nodiscard]] std::string phases_and_steps(const history::RunResult& result);
[[nodiscard]] std::string environment(const history::RunResult& result, const std::vector<std::string>& raw_files);

// plots.cpp
[[nodiscard]] std::string plots(const history::RunResult& result);
[[nodiscard]] std::string plot_data(const history::RunResult& result);  // JSON, safe inside <script>

// outages.cpp
[[nodiscard]] std::string outages(const history::RunResult& result);

// clauses.cpp
[[nodiscard]] std::string clauses(const history::RunResult& result, const FilesOfClauses& files);

// clause_story.cpp
// Rows of a <dl>: expected, observed, why, evidence, how to see it again; then what went over the wire.
[[nodiscard]] std::string story_of(const history::ClauseResult& clause, const ClauseFiles& files,
                                   std::string_view folder);
[[nodiscard]] std::string css_of(ClauseMark mark);
[[nodiscard]] std::string verdict_words(std::string_view verdict);  // "NOT APPLICABLE"

// timeline.cpp
// The frames of evidence/<case>.log, at most `most` of them: the first and the last ones.
[[nodiscard]] std::string timeline(std::string_view log, std::size_t most);

// page.cpp
[[nodiscard]] std::string head(std::string_view title);  // doctype to <body>, style included

// A section with its heading.
[[nodiscard]] std::string section(std::string_view id, std::string_view title, const std::string& body);

// A table whose first column is text and whose other columns are as `align` says: 'l' or 'r' for each column.
class Table {
 public:
  Table(std::string_view align, const std::vector<std::string>& head);               // head cells are HTML
  void row(const std::vector<std::string>& cells, std::string_view css_class = {});  // cells are HTML
  [[nodiscard]] bool empty() const { return rows_ == 0; }
  [[nodiscard]] std::string html() const;

 private:
  std::string align_;
  std::string body_;
  std::size_t rows_{0};
};

// The messages around a finding, in the order of their sequence ids; empty when there are none.
[[nodiscard]] std::string neighbours_of(const history::AnomalyExample& example);

// A coloured word that also reads without colour.
[[nodiscard]] std::string mark(std::string_view word, std::string_view css_class);

}  // namespace plumbline::render::page
