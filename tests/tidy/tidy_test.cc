// The house rules as tests: what is not checked here is not a rule.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>

#include "tests/tidy/source_tree.h"

namespace tailrace {
namespace {

const std::vector<SourceFile>& Tree() {
  static const std::vector<SourceFile> tree = ReadSourceTree(TAILRACE_SOURCE_DIR);
  return tree;
}

// Which folders a folder may include from, besides itself. The order is the architecture.
const std::map<std::string, std::set<std::string>>& AllowedIncludes() {
  static const std::map<std::string, std::set<std::string>> allowed = {
      {"src/base", {}},
      {"src/wire", {"base"}},
      {"src/config", {"base"}},
      {"src/journal", {"base", "wire"}},
      {"src/intake", {"base", "wire", "journal"}},
      {"sinks", {"base", "config"}},
      {"sinks/elasticsearch", {"base", "config", "sinks"}},
      {"sinks/webhook", {"base", "config", "sinks"}},
      {"src/delivery", {"base", "wire", "journal", "sinks"}},
      {"sinks/spool", {"base", "wire", "journal", "sinks"}},
      {"src/driver", {"base", "wire", "config", "journal", "intake", "sinks", "sinks/spool", "delivery"}},
      {"src/status", {"base", "journal", "intake", "sinks", "delivery"}},
      {"src/tool", {"base", "sinks", "delivery", "status"}},
      {"src/api", {"base", "wire", "config", "journal", "intake", "sinks", "sinks/spool", "driver", "status"}},
      {"src",
       {"base", "config", "journal", "intake", "sinks", "sinks/spool", "delivery", "driver", "status", "tool", "api"}},
  };
  return allowed;
}

std::string IncludeOf(const std::string& line) {
  static const std::regex pattern("^#include [<\"]([^>\"]+)[>\"]");
  std::smatch match;
  return std::regex_search(line, match, pattern) ? match[1].str() : std::string();
}

TEST(TidyTest, IncludesRunOneWay) {
  size_t checked = 0;
  for (const SourceFile& file : Tree()) {
    if (!file.is_product()) continue;
    auto allowed = AllowedIncludes().find(file.folder());
    ASSERT_NE(allowed, AllowedIncludes().end()) << file.path << ": a folder that the architecture does not know";
    for (const std::string& line : file.lines) {
      const std::string include = IncludeOf(line);
      if (include.empty() || line.find('<') != line.npos || include == "entry.pb.h" || include == "httplib.h") continue;
      const size_t slash = include.rfind('/');
      const std::string from = slash == include.npos ? "" : include.substr(0, slash);
      const bool is_own = "src/" + from == file.folder() || from == file.folder() || from.empty();
      // The registry alone knows the kinds of destinations.
      if (file.path == "sinks/registry.cc" && from.starts_with("sinks/")) continue;
      EXPECT_TRUE(is_own || allowed->second.contains(from)) << file.path << " includes " << include;
      ++checked;
    }
  }
  EXPECT_GT(checked, 100u);
}

TEST(TidyTest, EachLibraryAndSystemInterfaceHasItsPlace) {
  // A pattern in an include or in code, and the only files that may have it.
  const std::vector<std::pair<std::string, std::set<std::string>>> places = {
      {"<rapidjson/", {"src/base/rapid_json.h"}},
      {"\"base/rapid_json\\.h\"", {"src/base/json.cc", "src/base/json_sax.cc"}},
      {"<zlib.h>|<isa-l", {"src/base/gzip.cc"}},
      {"<curl/", {"sinks/curl_transport.cc", "sinks/curl_request.cc", "sinks/curl_handles.cc"}},
      {"immintrin", {"src/base/json_escape.cc", "src/base/crc32c.cc"}},
      {"<httplib.h>|\"httplib.h\"", {"src/api/http_exchange.cc"}},
      {"\"entry.pb.h\"", {"sinks/spool/log_encoder.cc"}},
      {"\\bepoll_", {"src/base/posix_poller.cc", "src/base/posix_poller.h"}},
      {"::splice\\(|::tee\\(", {"src/base/posix_file.cc", "src/base/posix_fifo.cc"}},
      {"clock_gettime|system_clock|steady_clock", {"src/base/clock.cc"}},
      {"\\bsleep_for|\\busleep\\(|nanosleep", {}},
      {"getrandom\\(|random_device", {"src/base/random.cc"}},
  };
  for (const auto& [pattern, allowed] : places) {
    const std::regex regex(pattern);
    for (const SourceFile& file : Tree()) {
      if (!file.is_product() || allowed.contains(file.path)) continue;
      for (size_t i = 0; i < file.lines.size(); ++i) {
        const std::string text = file.lines[i].starts_with("#include") ? file.lines[i] : CodeOf(file.lines[i]);
        EXPECT_FALSE(std::regex_search(text, regex)) << file.path << ":" << i + 1 << ": " << pattern;
      }
    }
  }
}

TEST(TidyTest, NothingIsThrownSharedOrOwnedByHand) {
  const std::regex banned("\\bthrow\\b|\\bshared_ptr\\b|\\bnew [A-Z]|\\bdelete [a-z]|\\bgoto\\b|\\busing namespace std\\b");
  const std::set<std::string> may_catch = {"src/api/http_exchange.cc", "src/base/thread.cc"};
  const std::regex catches("\\bcatch\\b");
  for (const SourceFile& file : Tree()) {
    if (!file.is_product()) continue;
    for (size_t i = 0; i < file.lines.size(); ++i) {
      const std::string code = CodeOf(file.lines[i]);
      EXPECT_FALSE(std::regex_search(code, banned)) << file.path << ":" << i + 1 << ": " << file.lines[i];
      EXPECT_TRUE(may_catch.contains(file.path) || !std::regex_search(code, catches)) << file.path << ":" << i + 1;
    }
  }
}

TEST(TidyTest, FilesAndFunctionsAreShort) {
  constexpr size_t kFileLinesMax = 300;
  constexpr size_t kFunctionLinesMax = 40;
  constexpr size_t kColumnsMax = 130;
  size_t functions = 0;
  for (const SourceFile& file : Tree()) {
    EXPECT_LE(file.lines.size(), kFileLinesMax) << file.path;
    for (size_t i = 0; i < file.lines.size(); ++i) {
      // Code points, not bytes: a comment may hold an arrow.
      const auto columns = std::count_if(file.lines[i].begin(), file.lines[i].end(),
                                         [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; });
      EXPECT_LE(static_cast<size_t>(columns), kColumnsMax) << file.path << ":" << i + 1;
    }
    if (!file.is_product()) continue;
    for (const Function& function : FunctionsOf(file)) {
      EXPECT_LE(function.lines, kFunctionLinesMax) << file.path << ":" << function.line << ": " << function.first_line;
      ++functions;
    }
  }
  EXPECT_GT(functions, 200u);
}

TEST(TidyTest, EverySourceHasItsTest) {
  std::set<std::string> paths;
  for (const SourceFile& file : Tree()) paths.insert(file.path);
  // Composition and platform glue that the integration and crash tests run as a whole.
  const std::set<std::string> exempt = {"src/main.cc"};
  for (const SourceFile& file : Tree()) {
    if (!file.is_product() || !file.is_source() || exempt.contains(file.path)) continue;
    std::string stem = file.path.substr(0, file.path.size() - 3);
    if (stem.starts_with("src/")) stem = stem.substr(4);
    EXPECT_TRUE(paths.contains("tests/" + stem + "_test.cc")) << file.path << " has no tests/" << stem << "_test.cc";
  }
}

TEST(TidyTest, HeadersSayWhatTheyAre) {
  for (const SourceFile& file : Tree()) {
    if (!file.path.ends_with(".h")) continue;
    ASSERT_GT(file.lines.size(), 2u) << file.path;
    EXPECT_TRUE(file.lines[0].starts_with("// ")) << file.path << ": begin with a sentence on what it is";
    EXPECT_NE(std::find(file.lines.begin(), file.lines.end(), "#pragma once"), file.lines.end()) << file.path;
  }
}

TEST(TidyTest, NoLeftoversAndNoDeadCode) {
  const std::regex leftovers("\\b(TODO|FIXME|XXX|HACK)\\b");
  const std::regex dead_code("^\\s*//.*[;{]\\s*$");
  for (const SourceFile& file : Tree()) {
    if (file.path == "tests/tidy/tidy_test.cc") continue;
    for (size_t i = 0; i < file.lines.size(); ++i) {
      EXPECT_FALSE(std::regex_search(file.lines[i], leftovers)) << file.path << ":" << i + 1;
      // A sentence may end in a semicolon only where it goes on in the next line of the comment.
      const bool goes_on = i + 1 < file.lines.size() && file.lines[i + 1].find("//") != std::string::npos;
      EXPECT_TRUE(goes_on || !std::regex_search(file.lines[i], dead_code)) << file.path << ":" << i + 1;
    }
  }
}

std::string ReadText(const std::string& path) {
  std::ifstream in(std::string(TAILRACE_SOURCE_DIR) + "/" + path);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

TEST(TidyTest, EveryLimitOfTheTableHasItsNameInTheCode) {
  std::string code;
  for (const SourceFile& file : Tree()) {
    if (!file.is_product()) continue;
    for (const std::string& line : file.lines) code += line + "\n";
  }
  const std::string text = ReadText("src/ARCHITECTURE.md");
  const std::regex name("`(?:[A-Za-z]+::)?([A-Za-z][A-Za-z_-]+)`");
  size_t limits = 0;
  const size_t table = text.find("## Limits");
  ASSERT_NE(table, text.npos);
  const std::string limits_text = text.substr(table, text.find("\n## ", table + 1) - table);
  for (std::sregex_iterator it(limits_text.begin(), limits_text.end(), name), end; it != end; ++it) {
    EXPECT_NE(code.find((*it)[1].str()), code.npos) << (*it)[1].str() << " is in the table of limits only";
    ++limits;
  }
  EXPECT_GT(limits, 20u);
}

// Everything below tests/, C++ and Python, as one text.
std::string TestText() {
  std::string text;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(std::string(TAILRACE_SOURCE_DIR) + "/tests")) {
    const std::string extension = entry.path().extension().string();
    if (extension != ".cc" && extension != ".py") continue;
    std::ifstream in(entry.path());
    text.append(std::istreambuf_iterator<char>(in), {});
  }
  return text;
}

TEST(TidyTest, EveryPromiseOfTheReadmeHasTheTestThatItNames) {
  const std::string readme = ReadText("README.md");
  const std::string tests = TestText();
  const size_t table = readme.find("## Each promise has its test");
  ASSERT_NE(table, readme.npos);
  const std::string promises = readme.substr(table, readme.find("\n## ", table) - table);
  const std::regex name("`([A-Z][A-Za-z]+)(?:\\.([A-Za-z_]+))?`");
  size_t names = 0;
  for (std::sregex_iterator it(promises.begin(), promises.end(), name), end; it != end; ++it, ++names) {
    const std::string suite = (*it)[1], test = (*it)[2];
    const bool has_suite =
        tests.find("class " + suite + "(") != tests.npos || tests.find("(" + suite + ", ") != tests.npos;
    EXPECT_TRUE(has_suite) << "there is no suite " << suite;
    const bool is_there = tests.find("(" + suite + ", " + test + ")") != tests.npos ||
                          tests.find("def " + test + "(") != tests.npos;
    EXPECT_TRUE(test.empty() || is_there) << "there is no test " << suite << "." << test;
  }
  EXPECT_GT(names, 10u);
}

TEST(TidyTest, TheTopLevelIsFixed) {
  const std::set<std::string> allowed = {"CMakeLists.txt", "config.json", "Dockerfile", "LICENSE", "README.md",
                                         "src", "sinks", "proto", "tests", "examples"};
  for (const auto& entry : std::filesystem::directory_iterator(TAILRACE_SOURCE_DIR)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with(".") || name.starts_with("build")) continue;
    EXPECT_TRUE(allowed.contains(name)) << name;
  }
}

TEST(TidyTest, TheCheckerSeesWhatItShould) {
  SourceFile file;
  file.path = "src/x.cc";
  file.lines = {"int F(int a) {", "  return a;", "}", "struct S {", "  int x;", "};", "void G(", "    int b) {", "}"};
  const std::vector<Function> functions = FunctionsOf(file);
  ASSERT_EQ(functions.size(), 2u);
  EXPECT_EQ(functions[0].lines, 3u);
  EXPECT_EQ(functions[1].line, 7u);
  EXPECT_EQ(functions[1].lines, 3u);
  EXPECT_EQ(CodeOf("a(\"// no\"); // yes"), "a(\"\"); ");
}

}  // namespace
}  // namespace tailrace
