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
#include "pubsub/wire/replies.hpp"

namespace stoa::pubsub::wire {

inline constexpr std::string_view get_pending = "http://jabber.org/protocol/pubsub#get-pending";

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
  enum class For { everybody, admins, admins_of_accounts };  // where users have their nodes with us

  std::string_view node;
  std::string_view name;
  For whom;
  std::vector<forms::Field> (*fields)(const Settings&);
  Claimed (*run)(const Order&);
};

/// command_desk.cpp, command_nodes.cpp: of service administrators (in the style of XEP-0133).
std::span<const CommandRow> desk_commands();
std::span<const CommandRow> node_commands();
/// command_own.cpp: of users, for their own nodes.
std::span<const CommandRow> own_commands();

/// The bare address in a field; nullopt where it is none.
std::optional<Jid> user_in(const forms::Form& form, std::string_view var);
/// What `max` says, 100 where it is empty, a thousand at most; nullopt where it is no number.
std::optional<std::size_t> rows_wanted(const forms::Form& form);
/// A page of a copy of nodes; `owner`: only of its own.
Claimed look_up_copy(const Order& order, const Jid& owner);

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
/// What a command has found, shown with the settings that hold for who asked.
Result<xml::Element, StanzaError> command_answer(const CommandRead& read, const ReadResult& found,
                                                 const Settings& settings);

}  // namespace stoa::pubsub::wire
