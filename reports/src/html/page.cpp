// report.html: one file, no network, readable without JavaScript but for the plots.
#include "html/page.h"

#include "assets.h"
#include "plumbline/render/render.h"
#include "text.h"

namespace plumbline::render {
namespace {

// Nothing is ever fetched: the policy makes the browser hold the page to that.
constexpr std::string_view kHead =
    "<meta charset=\"utf-8\">\n"
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
    "script-src 'unsafe-inline'; img-src data:\">\n"
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
    "<meta name=\"color-scheme\" content=\"light dark\">\n"
    "<link rel=\"icon\" href=\"data:,\">\n";

}  // namespace

namespace page {

std::string head(std::string_view title) {
  return "<!doctype html>\n<html lang=\"en\">\n<head>\n" + std::string(kHead) + "<title>" + std::string(title) +
         " \u00B7 plumbline</title>\n<style>\n" + std::string(dygraphs_style()) + "\n" + std::string(page_style()) +
         "</style>\n</head>\n<body>\n";
}

std::string section(std::string_view id, std::string_view title, const std::string& body) {
  if (body.empty()) {
    return {};
  }
  return "<section id=\"" + std::string(id) + "\">\n<h2>" + std::string(title) + "</h2>\n" + body + "</section>\n";
}

std::string mark(std::string_view word, std::string_view css_class) {
  return "<span class=\"mark " + std::string(css_class) + "\">" + html(word) + "</span>";
}

std::string neighbours_of(const history::AnomalyExample& example) {
  std::string lines;
  for (const std::string& line : example.neighbours) {
    lines += html(line) + "\n";
  }
  return lines.empty() ? lines : "<pre class=\"neighbours\">" + lines + "</pre>";
}

Table::Table(std::string_view align, const std::vector<std::string>& head) : align_(align) {
  body_ = "<thead>";
  row(head);
  body_ += "</thead><tbody>\n";
  rows_ = 0;
}

void Table::row(const std::vector<std::string>& cells, std::string_view css_class) {
  const bool head = rows_ == 0 && body_ == "<thead>";
  const std::string tag = head ? "th" : "td";
  body_ += css_class.empty() ? "<tr>" : "<tr class=\"" + std::string(css_class) + "\">";
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const bool right = i < align_.size() && align_[i] == 'r';
    body_.append("<").append(tag).append(head ? " scope=\"col\"" : "").append(right ? " class=\"n\">" : ">");
    body_.append(cells[i]).append("</").append(tag).append(">");
  }
  body_ += head ? "</tr>" : "</tr>\n";
  ++rows_;
}

std::string Table::html() const {
  return "<div class=\"scroll\"><table>" + body_ + "</tbody></table></div>\n";
}

}  // namespace page

namespace {

std::string scripts(const history::RunResult& result) {
  if (result.seconds.empty() && result.e2e_curve.empty()) {
    return {};
  }
  std::string text = "<script type=\"application/json\" id=\"data\">" + page::plot_data(result) + "</script>\n";
  for (const std::string_view script : {dygraphs_script(), dygraphs_synchronizer(), page_script()}) {
    text += "<script>\n" + std::string(script) + "\n</script>\n";
  }
  return text;
}

}  // namespace

std::string to_html(const history::RunResult& result, const std::vector<std::string>& raw_files,
                    const FilesOfClauses& files) {
  const bool conform = result.verb == "conform";
  std::string text = page::head(html(verdict_word(result)) + " " + html(result.name));
  text += page::verdict(result);
  text += "<main>\n";
  if (conform) {
    text += page::section("clauses", "Clauses", page::clauses(result, files));
  } else {
    text += page::section("outages", "What the faults cost", page::outages(result));
    text += page::section("generator", "Can the numbers be believed?", page::generator(result));
    text += page::section("gates", "Gates", page::gates(result));
    text += page::section("ledger", "Ledger", page::ledger(result));
    text += page::section("time", "Over time", page::plots(result));
    text += page::section("latency", "Latency", page::latencies(result));
    text += page::section("phases", "Phases and operations", page::phases_and_steps(result));
  }
  text += page::section("environment", "Where and how it ran", page::environment(result, raw_files));
  text += "</main>\n<footer>plumbline " + html(result.version) + " \u00B7 " + html(result.started_at) + "</footer>\n";
  return text + scripts(result) + "</body>\n</html>\n";
}

}  // namespace plumbline::render
