// Document: a record as JSON with the names of the Elastic Common Schema; what is constant about a stream is rendered
// once. Pure; any thread.
//
//   {"@timestamp":"…","log":{"offset": N },"stream":"stdout",…,"message":" … "}
//    ^ kDocumentHead                   ^ AppendOffset                      ^ AppendDocumentEnd
//                                        ^ RenderConstants
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "sinks/sink.h"

namespace tailrace {

struct DocumentStyle {
  std::string dataset = "docker";      // event.dataset
  std::string data_stream_type;        // empty: not written to a data stream, no data_stream.*
  std::string data_stream_namespace;
};

// Longer values of labels and environment entries are cut: servers refuse a keyword of more than 32,766 bytes, and what
// has more than 8,191 bytes might have as many characters.
inline constexpr size_t kLabelValueBytesMax = 8191;
inline constexpr size_t kLabelNameBytesMax = 512;
// Labels and entries beyond it are left out, and a tag says so.
inline constexpr size_t kConstantsBytesMax = 64 * 1024;

// What follows the offset, up to and with "message": and the opening quote of its value.
std::string RenderConstants(const StreamDescription& stream, const DocumentStyle& style, bool is_stderr);

// What a sink's own beginning of a record ends with; the time stands in its place.
inline constexpr std::string_view kDocumentHead =
    R"("@timestamp":"0000-00-00T00:00:00.000000000Z","log":{"offset":)";

// Appends `head`, which ends with kDocumentHead, and puts the record's time into it. Returns where the head's
// kDocumentHead begins in `body`, valid until that changes: what stands before it is the sink's to fill in.
char* AppendHead(std::string& body, std::string_view head, const RecordView& record);

// The offset, and what few records have besides.
void AppendOffset(std::string& body, const RecordView& record);

// The text, the closing brace, and what a sink has between records.
void AppendDocumentEnd(std::string& body, std::string_view text, char separator);

// Names of fields out of names of labels: dots become "_" (else "app" and "app.name" would be a value and an object,
// and every line of one of the two containers would be refused). What then has the same name is kept apart by a
// number.
std::map<std::string, std::string> FieldsOfLabels(const std::map<std::string, std::string>& labels);

struct ImageName {
  std::string name;  // without tag and digest
  std::string tag;   // empty for an image given by its id or digest alone
};
ImageName SplitImageName(std::string_view image);

}  // namespace tailrace
