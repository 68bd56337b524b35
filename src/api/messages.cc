#include "api/messages.h"

#include <optional>

#include "base/json.h"
#include "base/rfc3339.h"

namespace tailrace {

namespace {

Status WrongType(std::string_view name, std::string_view wanted, const JsonView& value) {
  return Invalid("request: " + std::string(name) + " must be " + std::string(wanted) + ", not " +
                 std::string(value.type_name()));
}

Result<JsonDocument> ParseObject(std::string_view body) {
  if (body.empty()) return Invalid("request: the body is empty");
  Result<JsonDocument> document = JsonDocument::Parse(body);
  if (!document.ok()) return document.status().Wrap("request");
  if (!document->root().is_object()) return WrongType("the body", "an object", document->root());
  return document;
}

// Each Take stores the member if it is there; absent and null leave `out` as it is.
Status Take(const JsonView& object, std::string_view name, std::string& out) {
  JsonView value = object.Member(name);
  if (value.is_absent()) return Status::Ok();
  std::optional<std::string> text = value.AsString();
  if (!text) return WrongType(name, "a string", value);
  out = std::move(*text);
  return Status::Ok();
}

Status Take(const JsonView& object, std::string_view name, std::vector<std::string>& out) {
  JsonView value = object.Member(name);
  if (value.is_absent()) return Status::Ok();
  if (!value.is_array()) return WrongType(name, "an array of strings", value);
  for (const JsonView& element : value.Elements()) {
    std::optional<std::string> text = element.AsString();
    if (!text) return WrongType(std::string("an element of ") + std::string(name), "a string", element);
    out.push_back(std::move(*text));
  }
  return Status::Ok();
}

Status Take(const JsonView& object, std::string_view name, std::map<std::string, std::string>& out) {
  JsonView value = object.Member(name);
  if (value.is_absent()) return Status::Ok();
  if (!value.is_object()) return WrongType(name, "an object of strings", value);
  for (const auto& [key, member] : value.Members()) {
    std::optional<std::string> text = member.AsString();
    if (!text) return WrongType(std::string("a member of ") + std::string(name), "a string", member);
    out.insert_or_assign(key, std::move(*text));
  }
  return Status::Ok();
}

Status Take(const JsonView& object, std::string_view name, bool& out) {
  JsonView value = object.Member(name);
  if (value.is_absent()) return Status::Ok();
  std::optional<bool> truth = value.AsBool();
  if (!truth) return WrongType(name, "true or false", value);
  out = *truth;
  return Status::Ok();
}

Status Take(const JsonView& object, std::string_view name, int64_t& out) {
  JsonView value = object.Member(name);
  if (value.is_absent()) return Status::Ok();
  std::optional<int64_t> number = value.AsInt64();
  if (!number) return WrongType(name, "a whole number", value);
  out = *number;
  return Status::Ok();
}

Status Take(const JsonView& object, std::string_view name, std::optional<Instant>& out) {
  std::string text;
  RETURN_IF_ERROR(Take(object, name, text));
  if (text.empty()) return Status::Ok();
  std::optional<Instant> instant = ParseRfc3339(text);
  if (!instant) return Invalid("request: " + std::string(name) + " is not a time as RFC 3339 writes it");
  if (!instant->is_zero()) out = instant;
  return Status::Ok();
}

Status TakeInfo(const JsonView& request, ContainerInfo& info) {
  JsonView object = request.Member("Info");
  if (!object.is_absent() && !object.is_object()) return WrongType("Info", "an object", object);
  RETURN_IF_ERROR(Take(object, "Config", info.config));
  RETURN_IF_ERROR(Take(object, "ContainerID", info.id));
  RETURN_IF_ERROR(Take(object, "ContainerName", info.name));
  RETURN_IF_ERROR(Take(object, "ContainerEntrypoint", info.entrypoint));
  RETURN_IF_ERROR(Take(object, "ContainerArgs", info.args));
  RETURN_IF_ERROR(Take(object, "ContainerImageID", info.image_id));
  RETURN_IF_ERROR(Take(object, "ContainerImageName", info.image_name));
  RETURN_IF_ERROR(Take(object, "ContainerCreated", info.created));
  RETURN_IF_ERROR(Take(object, "ContainerEnv", info.env));
  RETURN_IF_ERROR(Take(object, "ContainerLabels", info.labels));
  RETURN_IF_ERROR(Take(object, "DaemonName", info.daemon_name));
  if (info.id.empty()) return Invalid("request: Info.ContainerID is missing");
  return Status::Ok();
}

// A bound beyond what nanoseconds can say is no bound, unless it is on the side where it shuts out everything.
void SetBounds(const std::optional<Instant>& since, const std::optional<Instant>& until, ReadOptions& options) {
  if (since && ClampedNanos(*since) != INT64_MIN) options.since_ns = ClampedNanos(*since);
  if (until && ClampedNanos(*until) != INT64_MAX) options.until_ns = ClampedNanos(*until);
}

Status TakeReadConfig(const JsonView& request, ReadOptions& options) {
  JsonView object = request.Member("Config");
  if (!object.is_absent() && !object.is_object()) return WrongType("Config", "an object", object);
  std::optional<Instant> since, until;
  RETURN_IF_ERROR(Take(object, "Since", since));
  RETURN_IF_ERROR(Take(object, "Until", until));
  SetBounds(since, until, options);
  RETURN_IF_ERROR(Take(object, "Tail", options.tail));
  return Take(object, "Follow", options.follow);
}

}  // namespace

Result<StartRequest> ParseStartRequest(std::string_view body) {
  ASSIGN_OR_RETURN(JsonDocument document, ParseObject(body));
  StartRequest request;
  RETURN_IF_ERROR(Take(document.root(), "File", request.file));
  if (request.file.empty()) return Invalid("request: File is missing");
  RETURN_IF_ERROR(TakeInfo(document.root(), request.info));
  return request;
}

Result<std::string> ParseStopRequest(std::string_view body) {
  ASSIGN_OR_RETURN(JsonDocument document, ParseObject(body));
  std::string file;
  RETURN_IF_ERROR(Take(document.root(), "File", file));
  if (file.empty()) return Invalid("request: File is missing");
  return file;
}

Result<ReadRequest> ParseReadRequest(std::string_view body) {
  ASSIGN_OR_RETURN(JsonDocument document, ParseObject(body));
  ReadRequest request;
  RETURN_IF_ERROR(TakeInfo(document.root(), request.info));
  RETURN_IF_ERROR(TakeReadConfig(document.root(), request.options));
  return request;
}

std::string EncodeActivation() {
  JsonWriter writer;
  writer.BeginObject().Key("Implements").BeginArray().String("LogDriver").EndArray().EndObject();
  return writer.Take();
}

std::string EncodeCapabilities() {
  JsonWriter writer;
  writer.BeginObject().Key("Cap").BeginObject().Key("ReadLogs").Bool(true).EndObject().EndObject();
  return writer.Take();
}

std::string EncodeSuccess() {
  JsonWriter writer;
  writer.BeginObject().EndObject();
  return writer.Take();
}

std::string EncodeError(std::string_view sentence) {
  JsonWriter writer;
  writer.BeginObject().Key("Err").String(sentence).EndObject();
  return writer.Take();
}

}  // namespace tailrace
