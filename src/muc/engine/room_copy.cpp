#include "muc/engine/room_copy.hpp"

#include <utility>

#include <stoa/muc/model/options.hpp>
#include <stoa/stanza/namespaces.hpp>
#include <stoa/xml/parser.hpp>
#include <stoa/xml/write.hpp>

#include "muc/engine/commands.hpp"
#include "muc/engine/copy_words.hpp"

namespace stoa::muc {
namespace {

void set_if(xml::Element& line, std::string_view name, std::string_view value) {
  if (!value.empty()) line.set(name, value);
}

std::string written(const xml::Element& line) {
  std::string text = xml::to_string(line);
  for (std::size_t at = text.find('\n'); at != text.npos; at = text.find('\n', at)) {
    text.replace(at, 1, "&#10;");
  }
  return text;
}

void add_content(xml::Element& into, const std::string& payload) {
  auto parsed = xml::parse("<c>" + payload + "</c>", ns::client);
  if (!parsed.ok()) return;
  for (xml::Node& node : parsed->nodes()) {
    if (xml::Element* child = node.element()) into.add(std::move(*child));
  }
}

forms::Field field_of(std::string_view var, forms::FieldType type,
                      const std::vector<std::string>& values) {
  forms::Field field;
  field.var = var;
  field.type = type;
  field.values.assign(values.begin(), values.end());
  return field;
}

xml::Element gone_of(const Tombstone& tombstone) {
  xml::Element gone("gone", copy_ns);
  gone.set("id", tombstone.id).set("stamp", format_xep0082(tombstone.stamp));
  set_if(gone, "moderator", tombstone.moderator);
  set_if(gone, "moderator-id", tombstone.moderator_id);
  set_if(gone, "reason", tombstone.reason);
  return gone;
}

}  // namespace

std::string room_line(const Scene& scene) {
  const RoomState& room = scene.room;
  xml::Element line("room", copy_ns);
  line.set("created", format_xep0082(room.created)).set("occupant-key", room.occupant_key);
  line.add(forms::encode(
      room_table(scene.settings).render(forms::FormType::submit, *room.config, FormViewer{})));
  return written(line);
}

std::string affiliate_line(const Affiliate& row) {
  xml::Element line("affiliation", copy_ns);
  line.set("jid", row.jid.str()).set("affiliation", token(row.affiliation));
  set_if(line, "nick", row.nick);
  if (row.until) line.set("until", format_xep0082(*row.until));
  if (row.voice) line.set("voice", "true");
  if (row.no_mentions) line.set("no-mentions", "true");
  set_if(line, "reason", row.reason);
  for (const std::string& uri : row.hats) line.add("hat", copy_ns).set("uri", uri);
  return written(line);
}

std::string hat_line(const Hat& hat) {
  xml::Element line("hat", copy_ns);
  line.set("uri", hat.uri).set("title", hat.title);
  set_if(line, "hue", hat.hue);
  if (!hat.lang.empty()) line.set_lang(hat.lang);
  return written(line);
}

std::string subject_line(const Subject& subject) {
  xml::Element line("subject", copy_ns);
  line.set("stamp", format_xep0082(subject.stamp));
  set_if(line, "nick", subject.nick);
  set_if(line, "occupant-id", subject.occupant_id);
  set_if(line, "id", subject.id);
  for (const auto& [lang, words] : subject.texts) {
    xml::Element& text = line.add("text", copy_ns);
    if (!lang.empty()) text.set_lang(lang);
    text.text(words);
  }
  return written(line);
}

std::string vcard_line(const std::string& vcard) {
  if (vcard.empty()) return {};
  xml::Element line("vcard", copy_ns);
  add_content(line, vcard);
  return written(line);
}

std::string message_line(const ArchiveRow& row) {
  xml::Element line("message", copy_ns);
  line.set("id", row.id).set("stamp", format_xep0082(row.stamp));
  line.set("kind", copy_word(row.kind));
  line.set("affiliation", token(row.affiliation)).set("role", token(row.role));
  if (row.semi_anonymous) line.set("semi-anonymous", "true");
  set_if(line, "nick", row.nick);
  set_if(line, "occupant-id", row.occupant_id);
  set_if(line, "author", row.author.str());
  set_if(line, "message-id", row.message_id);
  if (!row.lang.empty()) line.set_lang(row.lang);
  if (row.tombstone) line.add(gone_of(*row.tombstone));
  add_content(line.add("payload", copy_ns), row.payload);
  return written(line);
}

xml::Element copy_page(const Jid& room, const std::vector<std::string>& lines,
                       const std::string& next) {
  forms::Form form{.type = forms::FormType::result, .title = "Copy of a room"};
  form.form_type = service_form;
  form.fields = {field_of("room", forms::FieldType::text_single, {room.str()}),
                 field_of("data", forms::FieldType::text_multi, lines)};
  if (!next.empty()) {
    form.fields.push_back(field_of("next", forms::FieldType::text_single, {next}));
  }
  return forms::encode(form);
}

}  // namespace stoa::muc
