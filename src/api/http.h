// HTTP as the handlers see it: a request, an answer, and the table of paths between them. Values; no sockets.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tailrace {

struct ApiRequest {
  std::string path;
  std::string body;
};

// Where a streamed body goes. Of one connection's thread.
class BodyWriter {
 public:
  virtual ~BodyWriter() = default;
  // Sends the bytes as one chunk, and waits for a slow reader however long. False when the client has gone.
  virtual bool Write(std::string_view bytes) = 0;
  // The client has closed its end: nobody will read any more. Cheap enough to ask a few times a second.
  virtual bool is_gone() = 0;
  // The server wants to end: finish at the next good place.
  virtual bool is_stopping() = 0;
};

// A body that is made while it is sent, after the headers have gone out.
class BodySource {
 public:
  virtual ~BodySource() = default;
  // True when all has been said; false cuts the body off, so that the client sees an error.
  virtual bool WriteTo(BodyWriter& writer) = 0;
};

struct ApiAnswer {
  int status = 200;
  std::string body;
  std::string content_type = {};       // of `body`; empty: JSON
  std::unique_ptr<BodySource> source;  // instead of `body`
  std::function<void()> undo;          // called when the client had gone before this answer reached it
};

struct ApiRoute {
  std::string path;
  bool is_stream = false;  // may last for days: counted apart
  std::function<ApiAnswer(const ApiRequest&)> handle;
  bool is_get = false;     // takes GET only; else POST only, as dockerd calls
};

}  // namespace tailrace
