// TagTemplate: the `tag` option, Docker's template over what is known of a container. Plain fields, {{.Name}}, and
// {{index .ContainerLabels "x"}}; Go's other actions are refused with a sentence. Values; any thread.
// Source: moby daemon/logger/loggerutils/log_tag.go, daemon/logger/loginfo.go.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace tailrace {

// What a tag may be made of; references are good for the time of one Render.
struct TagFields {
  std::string container_id = {};
  std::string container_name = {};  // with or without the leading slash
  std::string image_id = {};        // "sha256:…"
  std::string image_name = {};
  std::string command = {};  // entrypoint and arguments, joined by blanks
  std::string created = {};
  std::string host_name = {};
  std::string daemon_name = {};
  const std::map<std::string, std::string>* labels = nullptr;
};

class TagTemplate {
 public:
  static constexpr std::string_view kDefault = "{{.ID}}";
  static constexpr size_t kRenderedBytesMax = 4096;  // a label may be anything; a tag is repeated on every line

  // An empty text is the default.
  static Result<TagTemplate> Parse(std::string_view text);
  static Status Check(std::string_view text);

  TagTemplate();  // The default.
  std::string Render(const TagFields& fields) const;

 private:
  struct Piece {
    std::string text;  // literal, or the label's key
    int field = -1;    // place in the list of fields; -1: literal, -2: a label
  };
  static Result<Piece> ParseAction(std::string_view action);

  std::vector<Piece> pieces_;
};

}  // namespace tailrace
