#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include <stoa/forms/form.hpp>

#include "muc/engine/draft.hpp"

namespace stoa::muc {

/// An ad-hoc command at a room (XEP-0050), as disco#items lists it.
struct RoomCommand {
  std::string_view node;
  std::string_view name;
};

/// A command with its form.
struct Commanded {
  const request::Command& by;
  const forms::Form& form;
};

/// What becomes of a command that is carried out: done, with or without a form to show, or refused,
/// or something must be looked up first.
struct CommandOutcome {
  CommandOutcome() = default;
  CommandOutcome(StanzaError error) : refusal(std::move(error)) {}
  explicit CommandOutcome(xml::Element form) : shown(std::move(form)) {}
  explicit CommandOutcome(Need need) : lacks(std::move(need)) {}
  explicit CommandOutcome(read::ForCommand look_up) : read(std::move(look_up)) {}

  std::optional<StanzaError> refusal;
  std::optional<xml::Element> shown;
  std::optional<Need> lacks;
  std::optional<read::ForCommand> read;  ///< to be looked up; node and session are filled in
};

/// One row of the tables of commands. Without fields it is done at once.
struct CommandEntry {
  enum class For { occupants, jid_readers, admins, owners, service_admins };

  RoomCommand command;
  std::string_view form_type;
  For whom;
  std::vector<forms::Field> (*fields)(const Scene&);
  CommandOutcome (*run)(Draft&, const Commanded&);
};

/// FORM_TYPE of the hats' commands (XEP-0317, 3.8), which rooms without hats do not have.
inline constexpr std::string_view hats_form = "urn:xmpp:hats:commands";

/// command_hats.cpp, command_people.cpp: at a room
std::span<const CommandEntry> hat_commands();
std::span<const CommandEntry> people_commands();
/// service_desk.cpp: at the service (XEP-0133)
std::span<const CommandEntry> desk_commands();
/// service_room.cpp: at the service, about the one room that the field `room` of their form names;
/// those of `of_nothing` make a room, the others want one.
std::span<const CommandEntry> service_room_commands();
/// service_copy.cpp: likewise
std::span<const CommandEntry> copy_commands();
bool names_room(std::string_view node);
bool is_of_nothing(std::string_view node);

/// FORM_TYPE of the service's own commands.
inline constexpr std::string_view service_form = "urn:stoa:rooms:service";

/// What a command at the service sends to the rooms that were found for it.
enum class Errand { none, end, expel, announce, ban, stop };
Errand errand_of(std::string_view node);

inline constexpr std::string_view import_command = "urn:stoa:rooms:service:import";
inline constexpr std::string_view shutdown_command = "http://jabber.org/protocol/admin#shutdown";

bool is_service_command(std::string_view node);
/// All of them, in the order in which they are listed.
std::vector<RoomCommand> service_commands();

/// The commands that this user may run in this room ([MUC-CMD-01]).
std::vector<RoomCommand> commands_for(const Scene& scene, const Jid& user);

}  // namespace stoa::muc
