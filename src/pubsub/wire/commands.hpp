#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <stoa/base/result.hpp>
#include <stoa/disco/list.hpp>
#include <stoa/pubsub/model/read.hpp>
#include <stoa/pubsub/model/settings.hpp>
#include <stoa/stanza/error.hpp>
#include <stoa/xml/element.hpp>

#include "pubsub/wire/asked.hpp"

namespace stoa::pubsub::wire {

inline constexpr std::string_view get_pending = "http://jabber.org/protocol/pubsub#get-pending";

/// FORM_TYPE of the service's own commands.
inline constexpr std::string_view service_form = "urn:stoa:nodes:service";

/// A command that is carried out: its form is filled in, where it has one.
struct Order {
  const Stanza& stanza;
  const forms::Form& form;
  const Settings& settings;
  const Context& context;
  CommandStep step;

  Claimed look_up(Look what, std::size_t cap) const;
  /// A request to the node that the field `node` names, answered as the end of the command.
  Claimed at_node(Action action) const;
};

/// A command (XEP-0050): one row says everything. Without fields it is done at once.
struct CommandRow {
  enum class For { owners, admins, admins_of_accounts };  // where users have their nodes with us

  std::string_view node;
  std::string_view name;
  For whom;
  std::vector<forms::Field> (*fields)(const Settings&);
  Claimed (*run)(const Order&);
};

/// command_desk.cpp: of service administrators (in the style of XEP-0133).
std::span<const CommandRow> desk_commands();

/// What the form holds cannot be used.
StanzaError unusable(std::string_view text);

/// The name of a command, empty where there is no such one.
std::string_view command_name(std::string_view node);

/// Who asks for the list of commands.
struct Commander {
  bool owner = false;  ///< of any node
  bool admin = false;
};
/// The commands that it may run (XEP-0050, 2.2).
std::vector<disco::ListPage::Entry> command_entries(const Settings& settings, Commander who);

/// The first step of the command (XEP-0060, 8.7.2).
Result<xml::Element, StanzaError> pending_answer(const PendingNodesRead& read,
                                                 const PendingNodes& found);
/// What a command has found.
xml::Element command_answer(const CommandRead& read, const ReadResult& found);

}  // namespace stoa::pubsub::wire
