// Loading a stream's folder from disk: its facts, its segments, how far it goes. Reads only. Any thread.
#pragma once

#include <optional>
#include <string>

#include "base/disk.h"
#include "journal/discard_notes.h"
#include "journal/stream.h"

namespace tailrace {

// The name of a stream's folder: "<run>-<16 hex digits>".
struct StreamFolderName {
  uint64_t run = 0;
  StreamId id;
};
std::string FormatStreamFolder(const StreamFolderName& name);
std::optional<StreamFolderName> ParseStreamFolder(std::string_view name);

// Container ids become folder names: no dots alone, no slash.
bool IsFolderName(const std::string& name);

// The `.log` files of the folder in order, without those that begin inside another.
Result<std::vector<Segment>> ListSegments(Disk& disk, const std::string& directory);

// The facts in the folder, checked against the folder's own name.
Result<StreamFacts> LoadFacts(Disk& disk, const std::string& directory, const StreamFolderName& name);

// Fills a stream that is not served: walks from the newest segment's last index line to the end.
Status LoadEnded(Disk& disk, Stream& stream, const std::optional<DiscardNote>& note);
// Fills a stream that intake goes on with: walks nothing; readers see it up to its newest segment until intake has
// recovered the rest.
Status LoadLive(Disk& disk, Stream& stream, const std::optional<DiscardNote>& note);

}  // namespace tailrace
