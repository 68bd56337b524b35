// OptionTable: all options there are: the core's rows and those of the sinks, in the order of the reference. Built once
// at start; read by any thread afterwards.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/option.h"

namespace tailrace {

// Options of the spool, the tags and the plugin itself.
std::span<const OptionRow> CoreOptionRows();

// An option that dockerd reads itself and hands on to us all the same; it has checked the value.
bool IsDockerdOption(std::string_view name);

class OptionTable {
 public:
  // Names are unique, default values are what their rows take; CHECKed.
  explicit OptionTable(std::span<const OptionRow> sink_rows);

  const std::vector<OptionRow>& rows() const { return rows_; }
  // nullptr: unknown. An option of a named slot ("http.audit-url") has the row of its plain name ("http-url").
  const OptionRow* Find(std::string_view name) const;
  // The row whose entry of the environment this is, nullptr if none.
  const OptionRow* FindEnvironment(std::string_view name) const;
  // The known name that differs least, in either scope, or nothing when none is near.
  std::string_view Nearest(std::string_view name) const;
  // Says that there is no such option and which one may have been meant. `kind` names what was given: "log-opt".
  std::string UnknownSentence(std::string_view kind, std::string_view name) const;

 private:
  std::vector<OptionRow> rows_;
};

// How many characters must be put in, left out, changed or swapped with their neighbour; letters' case counts nothing.
size_t EditDistance(std::string_view a, std::string_view b);

// The name, cut and with everything but plain characters replaced, so that a message may hold it.
std::string ShownName(std::string_view name);

}  // namespace tailrace
