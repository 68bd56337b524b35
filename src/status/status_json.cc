#include "status/status_json.h"

#include "base/json.h"
#include "base/rfc3339.h"
#include "status/status_fields.h"

namespace tailrace {

namespace {

constexpr double kMillis = 1000;
constexpr std::array kStates{DestinationState::kHealthy, DestinationState::kBackingOff, DestinationState::kHolding};

void Put(JsonWriter& json, const std::map<std::string, uint64_t>& counts) {
  json.BeginObject();
  for (const auto& [key, count] : counts) json.Key(key).Uint(count);
  json.EndObject();
}
void Put(JsonWriter& json, uint64_t count) { json.Uint(count); }
void Put(JsonWriter& json, double seconds) { json.Int(static_cast<int64_t>(seconds * kMillis + 0.5)); }
void Put(JsonWriter& json, const std::string& text) { json.String(text); }

void Get(const JsonView& view, std::map<std::string, uint64_t>& counts) {
  for (const auto& [key, value] : view.Members()) counts[key] = static_cast<uint64_t>(value.AsInt64().value_or(0));
}
void Get(const JsonView& view, uint64_t& count) { count = static_cast<uint64_t>(view.AsInt64().value_or(0)); }
void Get(const JsonView& view, double& seconds) { seconds = static_cast<double>(view.AsInt64().value_or(0)) / kMillis; }
void Get(const JsonView& view, std::string& text) { text = view.AsString().value_or(""); }

template <typename Struct, typename Fields>
void PutAll(JsonWriter& json, const Struct& from, const Fields& fields) {
  for (const auto& field : fields) {
    json.Key(field.key);
    Put(json, from.*field.member);
  }
}

template <typename Struct, typename Fields>
void GetAll(const JsonView& view, Struct& to, const Fields& fields) {
  for (const auto& field : fields) Get(view.Member(field.key), to.*field.member);
}

WallTime GetTime(const JsonView& view) {
  const std::optional<Instant> instant = ParseRfc3339(view.AsString().value_or(""));
  return {instant ? ClampedNanos(*instant) : 0};
}

void PutDestination(JsonWriter& json, const DestinationStats& destination) {
  json.BeginObject();
  PutAll(json, destination, kDestinationTexts);
  json.Key("last_error_at");
  destination.last_error.empty() ? json.Null() : json.String(Rfc3339(destination.last_error_at));
  json.Key("state").String(DestinationStateName(destination.state));
  json.Key("unverified").Bool(destination.is_unverified);
  json.Key("urls").BeginArray();
  for (const std::string& url : destination.urls) json.String(url);
  json.EndArray();
  PutAll(json, destination, kDestinationSizes);
  PutAll(json, destination, kDestinationCounts);
  PutAll(json, destination, kDestinationCountsBy);
  PutAll(json, destination, kDestinationSpans);
  json.EndObject();
}

DestinationStats GetDestination(const JsonView& view) {
  DestinationStats destination;
  GetAll(view, destination, kDestinationTexts);
  destination.last_error_at = GetTime(view.Member("last_error_at"));
  const std::string state = view.Member("state").AsString().value_or("");
  for (DestinationState known : kStates) {
    if (DestinationStateName(known) == state) destination.state = known;
  }
  destination.is_unverified = view.Member("unverified").AsBool().value_or(false);
  for (const JsonView& url : view.Member("urls").Elements()) destination.urls.push_back(url.AsString().value_or(""));
  GetAll(view, destination, kDestinationSizes);
  GetAll(view, destination, kDestinationCounts);
  GetAll(view, destination, kDestinationCountsBy);
  GetAll(view, destination, kDestinationSpans);
  return destination;
}

void PutContainer(JsonWriter& json, const ContainerStats& container) {
  json.BeginObject().Key("id").String(container.id).Key("name").String(container.name);
  json.Key("streams").Uint(container.streams).Key("routes").BeginArray();
  for (const ContainerRoute& route : container.routes) {
    json.BeginObject();
    PutAll(json, route, kRouteTexts);
    PutAll(json, route, kRouteCounts);
    PutAll(json, route, kRouteSpans);
    json.EndObject();
  }
  json.EndArray().EndObject();
}

ContainerStats GetContainer(const JsonView& view) {
  ContainerStats container;
  Get(view.Member("id"), container.id);
  Get(view.Member("name"), container.name);
  Get(view.Member("streams"), container.streams);
  for (const JsonView& element : view.Member("routes").Elements()) {
    ContainerRoute& route = container.routes.emplace_back();
    GetAll(element, route, kRouteTexts);
    GetAll(element, route, kRouteCounts);
    GetAll(element, route, kRouteSpans);
  }
  return container;
}

}  // namespace

std::string EncodeStatus(const StatusSnapshot& snapshot) {
  JsonWriter json;
  json.BeginObject().Key("version").String(snapshot.version);
  json.Key("started").String(Rfc3339(snapshot.started)).Key("now").String(Rfc3339(snapshot.now));
  json.Key("spool").BeginObject().Key("root").String(snapshot.spool.root);
  PutAll(json, snapshot.spool, kSpoolCounts);
  json.Key("lines_dropped");
  Put(json, snapshot.spool.lines_dropped);
  json.EndObject();
  json.Key("delivery").BeginObject().Key("begun").Bool(snapshot.delivery.has_begun);
  PutAll(json, snapshot.delivery, kDeliveryCounts);
  json.Key("dead_letter_limit_bytes").Uint(snapshot.dead_letters_limit_bytes).EndObject();
  json.Key("destinations").BeginArray();
  for (const DestinationStats& destination : snapshot.delivery.destinations) PutDestination(json, destination);
  json.EndArray().Key("containers").BeginArray();
  for (const ContainerStats& container : snapshot.containers) PutContainer(json, container);
  json.EndArray().EndObject();
  return json.Take() + "\n";
}

Result<StatusSnapshot> DecodeStatus(std::string_view json) {
  ASSIGN_OR_RETURN(const JsonDocument document, JsonDocument::Parse(json));
  const JsonView root = document.root();
  if (!root.is_object()) return Invalid("read the plugin's status: it is no JSON object");
  StatusSnapshot snapshot;
  Get(root.Member("version"), snapshot.version);
  snapshot.started = GetTime(root.Member("started"));
  snapshot.now = GetTime(root.Member("now"));
  const JsonView spool = root.Member("spool");
  Get(spool.Member("root"), snapshot.spool.root);
  GetAll(spool, snapshot.spool, kSpoolCounts);
  Get(spool.Member("lines_dropped"), snapshot.spool.lines_dropped);
  const JsonView delivery = root.Member("delivery");
  snapshot.delivery.has_begun = delivery.Member("begun").AsBool().value_or(false);
  GetAll(delivery, snapshot.delivery, kDeliveryCounts);
  Get(delivery.Member("dead_letter_limit_bytes"), snapshot.dead_letters_limit_bytes);
  for (const JsonView& view : root.Member("destinations").Elements()) {
    snapshot.delivery.destinations.push_back(GetDestination(view));
  }
  for (const JsonView& view : root.Member("containers").Elements()) snapshot.containers.push_back(GetContainer(view));
  return snapshot;
}

}  // namespace tailrace
