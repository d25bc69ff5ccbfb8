// The plots: places for them, and the columns that the page's script hands to dygraphs.
#include <array>
#include <boost/json.hpp>
#include <cmath>

#include "html/page.h"
#include "text.h"

namespace plumbline::render::page {
namespace {

using history::RunResult;
using history::Second;

struct Series {
  std::string_view label;
  std::string_view color;          // CSS variable of page.css
  double (*value)(const Second&);  // NaN where nothing was measured
};

struct Plot {
  std::string_view id;
  std::string_view title;
  std::string_view unit;
  std::vector<Series> series;
};

double value_or_nan(const std::optional<double>& value) {
  return value ? *value : std::nan("");
}

std::vector<Plot> load_plots() {
  return {{"rate",
           "Rate",
           "messages / s",
           {{"offered", "--grey",
             [](const Second& s) {
               return s.offered;
             }},
            {"done", "--blue",
             [](const Second& s) {
               return s.done;
             }}}},
          {"e2e",
           "Latency",
           "ms",
           {{"e2e p50", "--sky",
             [](const Second& s) {
               return value_or_nan(s.e2e_p50);
             }},
            {"e2e p95", "--blue",
             [](const Second& s) {
               return value_or_nan(s.e2e_p95);
             }},
            {"e2e p99", "--purple",
             [](const Second& s) {
               return value_or_nan(s.e2e_p99);
             }},
            {"answer p99", "--orange",
             [](const Second& s) {
               return value_or_nan(s.answer_p99);
             }}}},
          {"undelivered",
           "Acknowledged, not yet delivered",
           "messages",
           {{"undelivered", "--orange",
             [](const Second& s) {
               return s.undelivered;
             }}}},
          {"errors", "Errors", "per second", {{"errors", "--red", [](const Second& s) {
                                                 return s.errors;
                                               }}}}};
}

std::vector<Plot> machine_plots() {
  return {{"lag",
           "Kafka consumers behind",
           "s",
           {{"lag", "--orange",
             [](const Second& s) {
               return value_or_nan(s.kafka_lag);
             }}}},
          {"connections",
           "Connections",
           "devices",
           {{"connected", "--green",
             [](const Second& s) {
               return s.connections;
             }}}},
          {"slip",
           "Generator slip",
           "ms",
           {{"slip p99", "--purple",
             [](const Second& s) {
               return value_or_nan(s.slip_p99);
             }}}},
          {"cpu",
           "Processor",
           "% of one core",
           {{"generator", "--green",
             [](const Second& s) {
               return s.generator_cpu;
             }},
            {"target", "--blue",
             [](const Second& s) {
               return s.target_cpu;
             }}}},
          {"memory",
           "Memory",
           "MB",
           {{"generator", "--green",
             [](const Second& s) {
               return s.generator_rss_mb;
             }},
            {"target", "--blue", [](const Second& s) {
               return s.target_rss_mb;
             }}}}};
}

std::vector<Plot> all_plots() {
  std::vector<Plot> plots = load_plots();
  for (const Plot& plot : machine_plots()) {
    plots.push_back(plot);
  }
  return plots;
}

bool has_values(const RunResult& result, const Plot& plot) {
  for (const Second& second : result.seconds) {
    for (const Series& series : plot.series) {
      if (std::isfinite(series.value(second))) {
        return true;
      }
    }
  }
  return false;
}

boost::json::value number(double value) {
  // Thousandths are below what a plot can show, and halve the page.
  return std::isfinite(value) ? boost::json::value(std::round(value * 1000) / 1000) : boost::json::value(nullptr);
}

boost::json::object plot_json(const RunResult& result, const Plot& plot) {
  boost::json::array labels{"s"};
  boost::json::array colors;
  for (const Series& series : plot.series) {
    labels.emplace_back(boost::json::string(series.label));
    colors.emplace_back(boost::json::string(series.color));
  }
  boost::json::array rows;
  for (const Second& second : result.seconds) {
    boost::json::array row{number(second.t)};
    for (const Series& series : plot.series) {
      row.push_back(number(series.value(second)));
    }
    rows.push_back(std::move(row));
  }
  return {{"id", boost::json::string(plot.id)},
          {"unit", boost::json::string(plot.unit)},
          {"labels", std::move(labels)},
          {"colors", std::move(colors)},
          {"rows", std::move(rows)}};
}

// x is log10 of 1 / (1 - q), so that 90 %, 99 %, 99.9 % are one step apart; the maximum stands half a step behind.
boost::json::array curve_json(const RunResult& result) {
  boost::json::array rows;
  double last = 0;
  for (const history::PercentilePoint& point : result.e2e_curve) {
    const double x = point.q < 1 ? -std::log10(1 - point.q) : last + 0.3;
    last = std::max(last, x);
    rows.push_back(boost::json::array{number(x), number(point.ms)});
  }
  return rows;
}

}  // namespace

std::string plots(const RunResult& result) {
  if (result.seconds.empty()) {
    return {};
  }
  std::string text =
      "<p class=\"note\">One time axis for all: drag to zoom, double-click to go back. Grey: phases that do not count. "
      "Orange: seconds in which the generator missed its limits. Pink: a fault, until everything is healthy "
      "again.</p>\n"
      "<noscript><p class=\"note\">The plots need JavaScript; every other part of this page does not.</p></noscript>\n"
      "<div class=\"plots\">\n";
  for (const Plot& plot : all_plots()) {
    if (has_values(result, plot)) {
      text += "<figure><figcaption>" + std::string(plot.title) + " <span class=\"unit\">" + std::string(plot.unit) +
              "</span><span class=\"legend\" id=\"legend-" + std::string(plot.id) +
              "\"></span></figcaption>"
              "<div class=\"plot\" id=\"plot-" +
              std::string(plot.id) + "\"></div></figure>\n";
    }
  }
  return text + "</div>\n<p class=\"axis-title\">seconds since the start of the run</p>\n";
}

std::string plot_data(const RunResult& result) {
  boost::json::array plots_array;
  for (const Plot& plot : all_plots()) {
    if (has_values(result, plot)) {
      plots_array.push_back(plot_json(result, plot));
    }
  }
  boost::json::array flagged;
  for (const Second& second : result.seconds) {
    if (second.flagged) {
      flagged.push_back(number(second.t));
    }
  }
  boost::json::array phases;
  for (const history::PhaseRow& phase : result.phases) {
    phases.push_back({{"name", boost::json::string(printable(phase.name))},
                      {"from", number(phase.start_s)},
                      {"to", number(phase.end_s)},
                      {"measured", phase.measured}});
  }
  boost::json::array faults;
  for (const history::FaultRow& fault : result.faults) {
    if (fault.struck) {
      faults.push_back({{"name", boost::json::string(printable(fault_name(fault)))},
                        {"from", number(fault.at_s)},
                        {"to", number(fault.window_end_s)}});
    }
  }
  const boost::json::object data{{"plots", std::move(plots_array)},
                                 {"flagged", std::move(flagged)},
                                 {"phases", std::move(phases)},
                                 {"faults", std::move(faults)},
                                 {"curve", curve_json(result)}};
  std::string text;
  for (const char c : boost::json::serialize(data)) {
    text += c == '<' ? "\\u003c" : std::string(1, c);  // a name cannot end the script element
  }
  return text;
}

}  // namespace plumbline::render::page
