// Every renderer against a page that somebody read and found right. To accept new pages:
//   PLUMBLINE_ACCEPT=1 report_test --gtest_filter='Golden*'
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "plumbline/render/render.h"
#include "results.h"

namespace plumbline::render {
namespace {

const std::string kFolder = PLUMBLINE_SOURCE "/tests/unit/report/golden/";

struct Page {
  const char* file;
  history::RunResult (*result)();
  Format format;
};
class Golden : public testing::TestWithParam<Page> {};

// Style and scripts are files of their own, and would hide the page.
std::string without(std::string text, const std::string& open, const std::string& close) {
  for (std::size_t from = text.find(open); from != std::string::npos; from = text.find(open, from)) {
    const std::size_t to = text.find(close, from);
    text.erase(from, to == std::string::npos ? to : to + close.size() - from);
  }
  return text;
}

std::string rendered(const Page& page) {
  switch (page.format) {
    case Format::markdown:
      return to_markdown(page.result());
    case Format::junit:
      return to_junit(page.result());
    case Format::json:
      return history::to_json(page.result());
    case Format::html:
      break;
  }
  const std::string html = to_html(page.result(), {"report.md", "summary.json"});
  return without(without(html, "<style>", "</style>\n"), "<script>", "</script>\n");
}

TEST_P(Golden, IsWhatWasRead) {
  const std::string path = kFolder + GetParam().file;
  const std::string now = rendered(GetParam());
  if (std::getenv("PLUMBLINE_ACCEPT") != nullptr) {
    std::ofstream(path) << now;
    return;
  }
  std::stringstream read;
  read << std::ifstream(path).rdbuf();

  EXPECT_EQ(now, read.str()) << path;
}

INSTANTIATE_TEST_SUITE_P(
    Pages, Golden,
    testing::Values(Page{"pass.html", passing_run, Format::html}, Page{"pass.md", passing_run, Format::markdown},
                    Page{"pass.xml", passing_run, Format::junit}, Page{"pass.json", passing_run, Format::json},
                    Page{"fail.html", failing_run, Format::html}, Page{"fail.md", failing_run, Format::markdown},
                    Page{"fail.xml", failing_run, Format::junit}, Page{"faults.html", faulted_run, Format::html},
                    Page{"faults.md", faulted_run, Format::markdown}, Page{"faults.xml", faulted_run, Format::junit},
                    Page{"faults.json", faulted_run, Format::json}, Page{"invalid.html", invalid_run, Format::html},
                    Page{"invalid.md", invalid_run, Format::markdown}, Page{"invalid.xml", invalid_run, Format::junit},
                    Page{"conform.html", conform_run, Format::html}, Page{"conform.md", conform_run, Format::markdown},
                    Page{"conform.xml", conform_run, Format::junit}),
    [](const testing::TestParamInfo<Page>& param) {
      std::string name = param.param.file;
      name[name.find('.')] = '_';
      return name;
    });

}  // namespace
}  // namespace plumbline::render
