// A fuzzer as a test: fuzz_x <folder of the corpus> <rounds>. Runs every file of the corpus, then so many mutations of
// them that follow from a seed. When one fails, what is printed last says which.
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "tests/fakes/seeded_random.h"
#include "tests/fuzz/fuzz_target.h"

namespace tailrace {
namespace {

std::string g_input;  // for the handler of a crash

void PrintInput(int signal) {
  constexpr char kDigits[] = "0123456789abcdef";
  static char line[2 * 4096 + 64];
  size_t at = 0;
  for (char c : std::string_view("\ninput in hex: ")) line[at++] = c;
  for (size_t i = 0; i < g_input.size() && i < 4096; ++i) {
    line[at++] = kDigits[(g_input[i] >> 4) & 15];
    line[at++] = kDigits[g_input[i] & 15];
  }
  line[at++] = '\n';
  if (::write(STDERR_FILENO, line, at) < 0) std::_Exit(3);
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

void RunOne(std::string input) {
  g_input = std::move(input);
  // A buffer of exactly this size, so that a sanitizer sees what is read beyond it.
  const std::vector<uint8_t> bytes(g_input.begin(), g_input.end());
  LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
}

std::vector<std::string> ReadCorpus(const std::string& folder) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) names.push_back(entry.path().string());
  std::sort(names.begin(), names.end());
  std::vector<std::string> corpus;
  for (const std::string& name : names) {
    std::ifstream in(name, std::ios::binary);
    corpus.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
  }
  return corpus;
}

void MutateOnce(std::string& bytes, const std::vector<std::string>& corpus, SeededRandom& random) {
  const size_t at = bytes.empty() ? 0 : random.Below(bytes.size());
  const std::string& other = corpus[random.Below(corpus.size())];
  const size_t from = other.empty() ? 0 : random.Below(other.size());
  switch (random.Below(7)) {
    case 0: if (!bytes.empty()) bytes[at] = static_cast<char>(bytes[at] ^ (1 << random.Below(8))); break;
    case 1: if (!bytes.empty()) bytes[at] = static_cast<char>(random.Below(256)); break;
    case 2: bytes.resize(at); break;
    case 3: bytes.erase(at, random.Between(1, 16)); break;
    case 4: bytes.insert(at, 1, static_cast<char>(random.Below(256))); break;
    case 5: bytes.insert(at, bytes.substr(at, random.Below(64))); break;
    default: bytes.insert(at, other.substr(from, random.Below(256))); break;
  }
}

int Main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: %s <folder of the corpus> <rounds>\n", argv[0]);
    return 2;
  }
  for (int signal : {SIGABRT, SIGSEGV, SIGBUS, SIGFPE}) std::signal(signal, PrintInput);
  const std::vector<std::string> corpus = ReadCorpus(argv[1]);
  CHECK(!corpus.empty());
  for (const std::string& input : corpus) RunOne(input);
  RunOne("");
  const long rounds = std::strtol(argv[2], nullptr, 10);
  for (long round = 0; round < rounds; ++round) {
    SeededRandom random(static_cast<uint64_t>(round));
    std::string input = corpus[random.Below(corpus.size())];
    for (uint64_t n = random.Between(1, 4); n > 0; --n) MutateOnce(input, corpus, random);
    RunOne(std::move(input));
  }
  std::printf("%zu inputs of the corpus, %ld mutations\n", corpus.size(), rounds);
  return 0;
}

}  // namespace
}  // namespace tailrace

int main(int argc, char** argv) { return tailrace::Main(argc, argv); }
