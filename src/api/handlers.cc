#include "api/handlers.h"

#include <string>
#include <utility>

#include "api/log_stream.h"
#include "api/messages.h"
#include "driver/start_check.h"

namespace tailrace {

namespace {

// dockerd repeats a call that got no answer, but has lost its body by then.
constexpr std::string_view kEmptyStart =
    "StartLogging came without a body: it repeats a call that the plugin could not answer in time, and no longer says "
    "for which container; start the container again";
constexpr std::string_view kEmptyRead =
    "ReadLogs came without a body: it repeats a call that the plugin could not answer in time, and no longer says for "
    "which container; run docker logs again";

ApiAnswer Json(std::string body) {
  ApiAnswer answer;
  answer.body = std::move(body);
  return answer;
}

ApiAnswer Failure(int status, std::string_view sentence) {
  ApiAnswer answer;
  answer.status = status;
  answer.body = EncodeError(sentence);
  return answer;
}

}  // namespace

std::vector<ApiRoute> Handlers::Routes() {
  return {
      {"/Plugin.Activate", false, [](const ApiRequest&) { return Json(EncodeActivation()); }},
      {"/LogDriver.Capabilities", false, [](const ApiRequest&) { return Json(EncodeCapabilities()); }},
      {"/LogDriver.StartLogging", false, [this](const ApiRequest& request) { return StartLogging(request); }},
      {"/LogDriver.StopLogging", false, [this](const ApiRequest& request) { return StopLogging(request); }},
      {"/LogDriver.ReadLogs", true, [this](const ApiRequest& request) { return ReadLogs(request); }},
  };
}

ApiAnswer Handlers::StartLogging(const ApiRequest& request) {
  if (request.body.empty()) return Failure(200, kEmptyStart);
  Result<StartRequest> start = ParseStartRequest(request.body);
  Status status = start.ok() ? driver_.Start(*start) : start.status();
  if (!status.ok()) {
    log_.Write(LogLevel::kWarning, "start-refused", {{"why", status.message()}});
    return Failure(200, status.message());
  }
  ApiAnswer answer = Json(EncodeSuccess());
  answer.undo = [this, file = start->file] { driver_.UndoStart(file); };
  return answer;
}

ApiAnswer Handlers::StopLogging(const ApiRequest& request) {
  if (request.body.empty()) {
    // Its FIFO is learned from the FIFO's end.
    log_.Write(LogLevel::kInfo, "stop-without-body", {});
    return Json(EncodeSuccess());
  }
  Result<std::string> file = ParseStopRequest(request.body);
  if (file.ok()) {
    driver_.Stop(*file);
  } else {
    log_.Write(LogLevel::kWarning, "stop-not-understood", {{"why", file.status().message()}});
  }
  return Json(EncodeSuccess());
}

ApiAnswer Handlers::ReadLogs(const ApiRequest& request) {
  if (request.body.empty()) return Failure(400, kEmptyRead);
  Result<ReadRequest> read = ParseReadRequest(request.body);
  Status status = read.ok() ? CheckContainerId(read->info.id) : read.status();
  if (!status.ok()) return Failure(400, status.message());
  ApiAnswer answer;
  answer.source = std::make_unique<LogStream>(driver_.Read(*read), read->options.follow, clock_);
  return answer;
}

}  // namespace tailrace
