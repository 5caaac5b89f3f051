#include <algorithm>
#include <array>
#include <cstdlib>
#include <set>
#include <utility>

#include <stoa/stanza/namespaces.hpp>

#include "muc/engine/commands.hpp"
#include "muc/engine/departure.hpp"
#include "muc/engine/refusals.hpp"

namespace stoa::muc {
namespace {

constexpr std::string_view hats_section = "XEP-0317 4";

/// Hats of one room: each is in the presence of whoever wears it.
constexpr std::size_t most_hats = 100;

StanzaError bad_hat(std::string_view text) {
  return {ErrorType::modify, Condition::bad_request, hats_section, text};
}
StanzaError no_such_hat() {
  return {ErrorType::cancel, Condition::item_not_found, hats_section, "There is no such hat"};
}

std::string hat_text(const forms::Form& form, std::string_view var) {
  return std::string(form.value(var).value_or(""));
}

forms::Field hat_field(std::string_view var, forms::FieldType type, std::string_view label) {
  forms::Field made;
  made.var = var;
  made.type = type;
  made.label = label;
  made.required = var != "hats#hue";
  return made;
}

/// XEP-0317, 4.1: an angle, in degrees; empty for none.
bool is_hue(const std::string& text) {
  if (text.empty()) return true;
  char* end = nullptr;
  const double angle = std::strtod(text.c_str(), &end);
  const bool plain = text.find_first_not_of("0123456789.") == std::string::npos;
  return plain && *end == '\0' && angle >= 0 && angle <= 360;
}

const Hat* hat_of(const RoomState& room, std::string_view uri) {
  for (const Hat& hat : room.extra().hats) {
    if (hat.uri == uri) return &hat;
  }
  return nullptr;
}

/// Fresh presence of whoever wears the hat; presence shows the state after the step, so its hats
/// are written by the caller.
void show_again(Draft& draft, const std::vector<std::pair<Jid, std::string>>& hats) {
  draft.room().occupants.each([&](const Occupant& one) {
    for (const auto& [user, xml] : hats) {
      if (one.bare() != user.str()) continue;
      Shown shown = shown_of(draft.room(), one);
      shown.hats = xml;
      draft.say(say::OwnPresence{shown, sessions_of(one), {}, {}});
      if (is_broadcast(draft.room(), one.role)) {
        draft.say(say::PresenceToOthers{shown, sessions_of(one)});
      }
    }
  });
}

/// The hats of a user as they will be: `room` with the given set of hats and the user's row.
std::string hats_after(const RoomState& room, const std::vector<Hat>& hats, const Affiliate& row) {
  RoomState after;
  after.config = room.config;
  after.extras.touch().hats = hats;
  after.affiliations.put(row);
  return hats_of(after, row.jid.str());
}

void announce(Draft& draft) {
  draft.say(say::Notice{{104}, draft.scene.context.ids.token()});
}

std::vector<std::pair<Jid, std::string>> wearers(const RoomState& room,
                                                 const std::vector<Hat>& hats,
                                                 std::string_view uri) {
  std::vector<std::pair<Jid, std::string>> found;
  for (const Affiliate& row : room.affiliations.rows()) {
    if (std::find(row.hats.begin(), row.hats.end(), uri) == row.hats.end()) continue;
    found.emplace_back(row.jid, hats_after(room, hats, row));
  }
  return found;
}

CommandOutcome create_hat(Draft& draft, const Commanded& ask) {
  Hat hat{hat_text(ask.form, "hats#uri"), hat_text(ask.form, "hats#title"),
          hat_text(ask.form, "hats#hue"), ask.by.lang};
  if (hat.uri.empty() || hat.title.empty()) {
    return bad_hat("hats#uri and hats#title are needed");
  }
  if (!is_hue(hat.hue)) return bad_hat("hats#hue is no angle");
  const RoomState& room = draft.room();
  const Hat* known = hat_of(room, hat.uri);
  std::vector<Hat> hats = room.extra().hats;
  if (!known && hats.size() >= most_hats) return refusal::too_often("XEP-0045 14.6");
  std::erase_if(hats, [&](const Hat& one) { return one.uri == hat.uri; });
  hats.push_back(hat);
  const std::string uri = hat.uri;
  draft.change(
      change::HatSet{room.number, known ? std::optional(*known) : std::nullopt, std::move(hat)});
  announce(draft);
  show_again(draft, wearers(room, hats, uri));
  return CommandOutcome{};
}

CommandOutcome destroy_hat(Draft& draft, const Commanded& ask) {
  const RoomState& room = draft.room();
  const Hat* known = hat_of(room, hat_text(ask.form, "hats#uri"));
  if (!known) return no_such_hat();
  std::vector<Hat> hats = room.extra().hats;
  std::erase_if(hats, [&](const Hat& one) { return one.uri == known->uri; });
  const auto bare = wearers(room, hats, known->uri);
  for (const auto& [user, xml] : bare) {
    const Affiliate& row = *room.affiliations.find(user.str());
    Affiliate after = row;
    std::erase(after.hats, known->uri);
    draft.change(change::Affiliated{room.number, row,
                                    after.blank() ? std::nullopt : std::optional(std::move(after)),
                                    room.affiliation_version, room.affiliation_version});
  }
  draft.change(change::HatSet{room.number, *known, std::nullopt});
  announce(draft);
  show_again(draft, bare);
  return CommandOutcome{};
}

enum class Wearing { on, off };

CommandOutcome dress(Draft& draft, const forms::Form& form, Wearing wearing) {
  const RoomState& room = draft.room();
  const auto user = Jid::parse(hat_text(form, "hats#jid"));
  if (!user) return bad_hat("hats#jid is no address");
  const Hat* hat = hat_of(room, hat_text(form, "hats#uri"));
  if (!hat) return no_such_hat();
  const Affiliate* row = room.affiliations.find(user->bare().str());
  Affiliate after;
  if (row) after = *row;
  after.jid = user->bare();
  std::set<std::string> worn(after.hats.begin(), after.hats.end());
  if (wearing == Wearing::on) {
    worn.insert(hat->uri);
  } else {
    worn.erase(hat->uri);
  }
  after.hats.assign(worn.begin(), worn.end());
  if (after.hats == (row ? row->hats : std::vector<std::string>())) return CommandOutcome{};
  const std::string xml = hats_after(room, room.extra().hats, after);
  const Jid bare = after.jid;
  draft.change(change::Affiliated{room.number, row ? std::optional(*row) : std::nullopt,
                                  after.blank() ? std::nullopt : std::optional(std::move(after)),
                                  room.affiliation_version, room.affiliation_version});
  show_again(draft, {{bare, xml}});
  return CommandOutcome{};
}

CommandOutcome assign(Draft& draft, const Commanded& ask) {
  return dress(draft, ask.form, Wearing::on);
}
CommandOutcome unassign(Draft& draft, const Commanded& ask) {
  return dress(draft, ask.form, Wearing::off);
}

xml::Element hat_item(const Hat& hat, const Jid& wearer) {
  xml::Element item("item", ns::data_form);
  const auto put = [&](std::string_view var, const std::string& value) {
    item.add("field", ns::data_form).set("var", var).add("value", ns::data_form).text(value);
  };
  if (!wearer.empty()) put("hats#jid", wearer.str());
  put("hats#uri", hat.uri);
  put("hats#title", hat.title);
  put("hats#hue", hat.hue);
  return item;
}

enum class Of { hats, wearers };

/// The table of hats, or of who wears them.
xml::Element listing(const RoomState& room, Of of) {
  forms::Form form{.type = forms::FormType::result, .title = "Hats"};
  form.form_type = hats_form;
  xml::Element x = forms::encode(form);
  xml::Element& reported = x.add("reported", ns::data_form);
  const bool worn = of == Of::wearers;
  if (worn) reported.add("field", ns::data_form).set("var", "hats#jid");
  for (const char* var : {"hats#uri", "hats#title", "hats#hue"}) {
    reported.add("field", ns::data_form).set("var", var);
  }
  for (const Hat& hat : room.extra().hats) {
    if (!worn) {
      x.add(hat_item(hat, Jid()));
      continue;
    }
    for (const Affiliate& row : room.affiliations.rows()) {
      const bool wears = std::find(row.hats.begin(), row.hats.end(), hat.uri) != row.hats.end();
      if (wears) x.add(hat_item(hat, row.jid));
    }
  }
  return x;
}

CommandOutcome list_hats(Draft& draft, const Commanded&) {
  return CommandOutcome(listing(draft.room(), Of::hats));
}
CommandOutcome list_assigned(Draft& draft, const Commanded&) {
  return CommandOutcome(listing(draft.room(), Of::wearers));
}

std::vector<forms::Field> hat_fields(const Scene&) {
  return {hat_field("hats#title", forms::FieldType::text_single, "Title"),
          hat_field("hats#uri", forms::FieldType::text_single, "URI of the hat"),
          hat_field("hats#hue", forms::FieldType::text_single, "Hue")};
}
std::vector<forms::Field> uri_fields(const Scene& scene) {
  forms::Field uri = hat_field("hats#uri", forms::FieldType::list_single, "Hat");
  for (const Hat& hat : scene.room.extra().hats) uri.choices.push_back({hat.uri, hat.title});
  return {std::move(uri)};
}
std::vector<forms::Field> wearer_fields(const Scene& scene) {
  std::vector<forms::Field> fields = uri_fields(scene);
  fields.insert(fields.begin(),
                hat_field("hats#jid", forms::FieldType::jid_single, "Who wears it"));
  return fields;
}

constexpr std::array<CommandEntry, 6> hat_entries{{
    {{"urn:xmpp:hats:commands:create", "Create a hat"},
     hats_form,
     CommandEntry::For::admins,
     hat_fields,
     create_hat},
    {{"urn:xmpp:hats:commands:destroy", "Destroy a hat"},
     hats_form,
     CommandEntry::For::admins,
     uri_fields,
     destroy_hat},
    {{"urn:xmpp:hats:commands:list", "List hats"},
     hats_form,
     CommandEntry::For::occupants,
     nullptr,
     list_hats},
    {{"urn:xmpp:hats:commands:assign", "Give somebody a hat"},
     hats_form,
     CommandEntry::For::admins,
     wearer_fields,
     assign},
    {{"urn:xmpp:hats:commands:unassign", "Take a hat away"},
     hats_form,
     CommandEntry::For::admins,
     wearer_fields,
     unassign},
    {{"urn:xmpp:hats:commands:list-assigned", "List who wears which hat"},
     hats_form,
     CommandEntry::For::jid_readers,
     nullptr,
     list_assigned},
}};

}  // namespace

std::span<const CommandEntry> hat_commands() {
  return hat_entries;
}

}  // namespace stoa::muc
