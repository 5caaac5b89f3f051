#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <string>

#include <stoa/forms/labels.hpp>
#include <stoa/stanza/namespaces.hpp>

namespace stoa::forms {

namespace {

struct Label {
  std::string_view english;
  std::string_view other;
};

/// In the byte order of the English labels.
constexpr std::array<Label, 83> german_labels{{
    {"Address of a stylesheet for forms", "Adresse eines Stylesheets für Formulare"},
    {"Address of a stylesheet for message bodies",
     "Adresse eines Stylesheets für Nachrichtentexte"},
    {"An owner's overwrite keeps the item's publisher",
     "Ersetzt ein Eigentümer einen Eintrag, bleibt dessen Veröffentlicher"},
    {"Anybody", "Alle"},
    {"Both", "Um beides"},
    {"Bytes", "Bytes"},
    {"Collection: holds nodes", "Sammlung: enthält Knoten"},
    {"Collections that it is in", "Sammlungen, in denen er ist"},
    {"Contacts in some groups of an owner", "Kontakte in bestimmten Gruppen eines Eigentümers"},
    {"Contacts that see an owner's presence",
     "Kontakte, die die Anwesenheit eines Eigentümers sehen"},
    {"Description", "Beschreibung"},
    {"Every publisher", "Jeder Veröffentlicher"},
    {"Generated item ids are numbers in sequence",
     "Erzeugte Kennungen von Einträgen sind fortlaufende Nummern"},
    {"How many items are kept", "Wie viele Einträge behalten werden"},
    {"How many levels below", "Wie viele Ebenen darunter"},
    {"How many nodes it holds at most", "Wie viele Knoten es höchstens enthält"},
    {"Is refused", "Es wird abgelehnt"},
    {"Items", "Einträge"},
    {"Items go when their publisher goes off line",
     "Einträge gehen, wenn ihr Veröffentlicher offline geht"},
    {"Items of the nodes in it", "Um Einträge der Knoten darin"},
    {"Its owners", "Seine Eigentümer"},
    {"Keep every publication in the archive", "Jede Veröffentlichung im Archiv behalten"},
    {"Keep items", "Einträge behalten"},
    {"Keep the node out of lists for strangers", "Den Knoten Fremden nicht in Listen zeigen"},
    {"Kind of node", "Art des Knotens"},
    {"Language of the content", "Sprache des Inhalts"},
    {"Largest payload in bytes", "Größter Inhalt in Bytes"},
    {"Leaf: holds items", "Blatt: enthält Einträge"},
    {"Members, publishers and owners", "Mitglieder, Veröffentlicher und Eigentümer"},
    {"Message type of notifications", "Nachrichtentyp der Benachrichtigungen"},
    {"Never", "Nie"},
    {"Nobody", "Niemanden"},
    {"Node with pending requests", "Knoten mit offenen Anfragen"},
    {"Nodes in it", "Knoten darin"},
    {"Notifications hold the payload", "Benachrichtigungen enthalten den Inhalt"},
    {"Notify of a change of configuration", "Über Änderungen der Einstellungen benachrichtigen"},
    {"Notify of every removal", "Über jedes Entfernen benachrichtigen"},
    {"Notify of removed items", "Über entfernte Einträge benachrichtigen"},
    {"Notify of the node's deletion", "Über das Löschen des Knotens benachrichtigen"},
    {"Notify only those who are on line", "Nur benachrichtigen, wer online ist"},
    {"Notify owners of subscriptions", "Eigentümer über Abonnements benachrichtigen"},
    {"Notify subscribers", "Abonnenten benachrichtigen"},
    {"On subscribing", "Beim Abonnieren"},
    {"On subscribing and on coming on line", "Beim Abonnieren und beim Onlinegehen"},
    {"Only those who have paid (members) may subscribe and retrieve",
     "Nur wer bezahlt hat (Mitglieder), darf abonnieren und lesen"},
    {"Only while your presence is one of these",
     "Nur während deine Anwesenheit eine von diesen ist"},
    {"Payloads must be in the namespace of the type",
     "Inhalte müssen im Namensraum der Art stehen"},
    {"Publishers and owners", "Veröffentlicher und Eigentümer"},
    {"Removes the oldest item silently", "Entfernt den ältesten Eintrag, ohne es zu sagen"},
    {"Removes the oldest item, and says so", "Entfernt den ältesten Eintrag und sagt es"},
    {"Seconds that the archive keeps a publication",
     "Sekunden, die das Archiv eine Veröffentlichung behält"},
    {"Seconds until an item expires", "Sekunden, bis ein Eintrag verfällt"},
    {"Subscribers", "Abonnenten"},
    {"Subscribers too", "Auch Abonnenten"},
    {"Subscriptions end when the subscriber goes", "Abonnements enden, wenn der Abonnent geht"},
    {"The groups, where groups count", "Die Gruppen, wo Gruppen zählen"},
    {"The item's publisher", "Den Veröffentlicher des Eintrags"},
    {"The item's publisher and owners", "Der Veröffentlicher des Eintrags und Eigentümer"},
    {"The node may be suggested to others", "Der Knoten darf anderen vorgeschlagen werden"},
    {"The node's owner", "Den Eigentümer des Knotens"},
    {"The nodes in it", "Um die Knoten darin"},
    {"Title", "Titel"},
    {"Type of the content (a namespace)", "Art des Inhalts (ein Namensraum)"},
    {"What a publish at a full node does",
     "Was das Veröffentlichen in einem vollen Knoten bewirkt"},
    {"What notifications are about", "Worum es in Benachrichtigungen geht"},
    {"When the subscription ends (a time, or presence: when you go off line)",
     "Wann das Abonnement endet (eine Zeit, oder presence: wenn du offline gehst)"},
    {"When to send the newest item", "Wann der neueste Eintrag gesendet wird"},
    {"Whether everybody who reads the node may know of it",
     "Ob jeder, der den Knoten liest, davon wissen darf"},
    {"Whether notifications are sent", "Ob Benachrichtigungen gesendet werden"},
    {"Whether notifications hold a text for people",
     "Ob Benachrichtigungen einen Text für Menschen enthalten"},
    {"Whether subscribing is allowed", "Ob man abonnieren darf"},
    {"Who may publish", "Wer veröffentlichen darf"},
    {"Who may put nodes into it", "Wer Knoten hineinlegen darf"},
    {"Who may replace or remove an item", "Wer einen Eintrag ersetzen oder entfernen darf"},
    {"Who may subscribe and retrieve", "Wer abonnieren und abrufen darf"},
    {"Who may, where a list says so", "Wer es darf, wo eine Liste es sagt"},
    {"Whom an owner approves", "Wen ein Eigentümer zulässt"},
    {"Whom items name for replies", "Wen Einträge für Antworten nennen"},
    {"Whom the list names", "Wen die Liste nennt"},
    {"Whom to ask about it", "Wen man dazu fragen kann"},
    {"headline", "Schlagzeile"},
    {"none", "keine"},
    {"normal", "normal"},
}};

constexpr bool comes_before(const Label& a, const Label& b) {
  return a.english < b.english;
}
static_assert(std::is_sorted(german_labels.begin(), german_labels.end(), comes_before));

constexpr int form_depth = 3;  ///< of a form below the payload, which counts

std::optional<std::string_view> german_label(std::string_view english) {
  const auto found = std::lower_bound(german_labels.begin(), german_labels.end(),
                                      Label{english, {}}, comes_before);
  if (found == german_labels.end() || found->english != english) return std::nullopt;
  return found->other;
}

/// Whether it was translated.
bool translate_label(xml::Element& element) {
  const auto label = element.attr("label");
  const auto other = label ? german_label(*label) : std::nullopt;
  if (other) element.set("label", *other);
  return other.has_value();
}

void translate_form(xml::Element& form) {
  bool translated = false;
  for (xml::Node& node : form.nodes()) {
    xml::Element* const field = node.element();
    if (field == nullptr || !field->is("field", ns::data_form)) continue;
    translated = translate_label(*field) || translated;
    for (xml::Node& inner : field->nodes()) {
      xml::Element* const option = inner.element();
      const bool is_option = option != nullptr && option->is("option", ns::data_form);
      if (is_option) translated = translate_label(*option) || translated;
    }
  }
  if (translated) form.set_lang("de");
}

void look_for_forms(xml::Element& element, int levels) {
  if (element.is("x", ns::data_form)) return translate_form(element);
  if (levels == 0) return;
  for (xml::Node& node : element.nodes()) {
    if (xml::Element* const child = node.element()) look_for_forms(*child, levels - 1);
  }
}

}  // namespace

bool has_labels_in(std::string_view lang) {
  constexpr std::string_view de = "de";
  const std::string_view primary = lang.substr(0, lang.find('-'));
  return std::equal(primary.begin(), primary.end(), de.begin(), de.end(), [](char a, char b) {
    return std::tolower(static_cast<unsigned char>(a)) == b;
  });
}

void translate_labels(xml::Element& payload, std::string_view lang) {
  if (has_labels_in(lang)) look_for_forms(payload, form_depth - 1);
}

}  // namespace stoa::forms
