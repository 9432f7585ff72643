#pragma once
// What a reply shows of sensitive sections is noted before it leaves, once a day, so that it
// reaches the access log of the server: docs/adr/0029.

#include <map>
#include <set>
#include <string>

#include "commands/context.hpp"

namespace insieme::client::commands {

/// Of one store that is open.
class Openings {
 public:
  /// Finds the documents that `reply` shows something of, adds those that the command named, and
  /// notes them. What cannot be noted is tried again with the next reply, and told in this one as
  /// `not_noted`: nobody is kept from what a visit needs because a disk is full.
  void note(Context& context, json::object& reply);

 private:
  std::map<std::string, std::set<sync::DocumentId>> owed_;  ///< by purpose: not noted yet
};

}  // namespace insieme::client::commands
