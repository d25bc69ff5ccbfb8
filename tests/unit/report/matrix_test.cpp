// Several runs on one page, and the frames of a case: what differs is told, what is hostile stays text.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "plumbline/render/render.h"
#include "results.h"

namespace plumbline::render {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* kLog =
    "# EIO-UP-04.a: ms   #connection   -> sent  <- received  -- note\n"
    "      0.015  #1  -> http           GET /<b> HTTP/1.1\\r\\nHost: x\\r\\nA: b\\r\\n\\r\\nbody\n"
    "      0.143  #1  -- TCP connection closed by the suite \n"
    "cut off";

FilesOfClauses files_of(const history::RunResult& run) {
  FilesOfClauses files;
  for (const history::ClauseResult& clause : run.clauses) {
    files[clause.id] = {kLog, "reproduce/" + clause.id + ".a.py"};
  }
  return files;
}

TEST(Timeline, ShowsFramesWithHeadersBehindTheFirstLine) {
  const std::string page = to_html(conform_run(), {}, files_of(conform_run()));

  EXPECT_THAT(page,
              HasSubstr("<code>GET /&lt;b&gt; HTTP/1.1</code><small>Host: x \u00B7 A: b</small><code>body</code>"));
  EXPECT_THAT(page, HasSubstr("TCP connection closed by the suite"));
  EXPECT_THAT(page, Not(HasSubstr("cut off")));
  EXPECT_THAT(page, HasSubstr("<a href=\"reproduce/EIO-UP-04.a.py\">"));
}

TEST(Timeline, KeepsFirstAndLastOfManyFrames) {
  std::string log;
  for (int i = 0; i < 1000; ++i) {
    log += "1.0  #1  -> text  frame-" + std::to_string(i) + "-\n";
  }
  FilesOfClauses files;
  files["EIO-UP-04"] = {log, {}};

  const std::string page = to_html(conform_run(), {}, files);

  EXPECT_THAT(page, HasSubstr("frame-0-"));
  EXPECT_THAT(page, HasSubstr("frame-999-"));
  EXPECT_THAT(page, Not(HasSubstr("frame-500-")));
  EXPECT_THAT(page, HasSubstr("800 more, in the evidence"));
}

TEST(Matrix, MarksWhereTargetsDiffer) {
  history::RunResult other = conform_run();
  other.target = "<other>";
  other.clauses.erase(other.clauses.begin());

  const std::string page = to_matrix({{conform_run(), {}, "a/"}, {other, {}, "b/"}});

  EXPECT_THAT(page, HasSubstr(" targets: 1 differ<"));
  EXPECT_THAT(page, HasSubstr("&lt;other&gt;"));
  EXPECT_THAT(page, Not(HasSubstr("<other>")));
  EXPECT_THAT(page, HasSubstr("<span class=\"cell\">\u2013</span>"));
}

TEST(Matrix, SaysSoWhenNothingDiffers) {
  const std::string page = to_matrix({{conform_run(), {}, "a/"}, {conform_run(), {}, "b/"}});

  EXPECT_THAT(page, HasSubstr(": no difference<"));
}

TEST(Matrix, LinksFoldersWhateverTheirName) {
  EXPECT_EQ(folder_link("/x/page.html", "/x/run one"), "run%20one/");
  EXPECT_EQ(folder_link("/x/y/page.html", "/x/a:b"), "../a%3Ab/");
}

}  // namespace
}  // namespace plumbline::render
