// Sink, SinkKind: a destination as pure functions and a row in a table (registry.h). Encoding and judging touch no
// network, no clock and no disk; when to try again is not a sink's business. A Sink is immutable; any thread.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/status.h"
#include "config/option.h"
#include "sinks/connection.h"
#include "sinks/http_message.h"
#include "sinks/outcomes.h"

namespace tailrace {

// What is constant about a stream, as far as documents show it.
struct StreamDescription {
  uint64_t stream_id = 0;
  std::string container_id;
  std::string container_name;   // without the leading slash
  std::string image_name;       // as the user typed it: "nginx:1.25", "registry:5000/a/b@sha256:…"
  std::string image_id;
  std::string host_name;
  std::string tag;              // rendered; may be empty
  std::map<std::string, std::string> labels;  // chosen by the options
  std::map<std::string, std::string> env;
  // The slot's options by full name ("es-index"), defaults filled in, secrets left out.
  std::map<std::string, std::string> options;
};

// One line (or a part of one that was cut), or the marker of a gap.
struct RecordView {
  uint64_t stream_id = 0;
  uint64_t first = 0;          // offset of its first frame: with the stream id, its identity for ever
  bool is_stderr = false;
  int64_t time_nano = 0;
  std::string_view text;       // raw bytes without newline; of a marker: what a reader is told
  bool is_part = false;        // a part of a line that was cut by size
  uint64_t lost_lines = 0;     // > 0: a marker; `first` is the end of what was lost
  std::string_view lost_reason;
};

enum class Advice {
  kOk,      // go on
  kSplit,   // smaller requests: too large, or poison inside
  kSlow,    // the server is overloaded or away: back off
  kHold,    // the whole destination waits for an operator
  kUnknown, // an answer that nobody can understand: as slow, and after some in a row as hold
};

struct Judgement {
  Outcomes outcomes;                    // exactly one per record, in order
  Advice advice = Advice::kOk;
  std::optional<Nanos> retry_after;     // what the server asked for, bounded
  std::string error;                    // one sentence for the log and the status, without secrets and line text
};

class Sink {
 public:
  virtual ~Sink() = default;
  // The constant part of a stream's documents in pieces, rendered once; Append of this sink understands them.
  virtual std::vector<std::string> Describe(const StreamDescription& stream) const = 0;
  // Appends one record; the same bytes for the same record, always.
  virtual void Append(const RecordView& record, const std::vector<std::string>& pieces, std::string& body) const = 0;
  // Makes a request of a body of `records` records; the body is plain, the caller compresses it.
  virtual HttpRequest Finish(std::string body, size_t records) const = 0;
  virtual Judgement Judge(const HttpResponse& response, size_t records) const = 0;
  // A bound on the answer to a request of so many records.
  virtual size_t ResponseBytesMax(size_t records) const = 0;
};

// One slot's options: "es-url" … of slot "es", or those of "http.audit-…" under their plain names ("http-url").
struct SlotOptions {
  std::string slot;
  std::map<std::string, std::string> values;  // by plain name; inherited and default values filled in
};

// Reads files for options that name one (a certificate, a password); a seam, so that sinks do no I/O by themselves.
class FileSource {
 public:
  virtual ~FileSource() = default;
  virtual Result<std::string> Read(const std::string& path) = 0;
};

// What a kind of destination contributes: a value in the registry's table.
struct SinkKind {
  std::string_view name = {};             // also the prefix of its options, and the name of its first slot
  std::string_view activating_option = {};  // the slot exists when this is set: "es-url"
  std::span<const OptionRow> options = {};
  // kInvalid with a sentence that says what to write instead. Pure but for `files`; no network.
  Result<ConnectionSettings> (*connect)(const SlotOptions& options, FileSource& files) = nullptr;
  Result<std::unique_ptr<Sink>> (*make)(const SlotOptions& options) = nullptr;
};

}  // namespace tailrace
