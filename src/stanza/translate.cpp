#include <algorithm>
#include <array>
#include <cctype>
#include <string>

#include <stoa/stanza/translate.hpp>

namespace stoa {
namespace {

struct Text {
  std::string_view english;
  std::string_view other;
};

/// In the byte order of the English texts.
constexpr std::array<Text, 47> german{{
    {"An iq request has an id, and exactly one child element.",
     "Eine Iq-Anfrage hat eine Id und genau ein Kindelement."},
    {"It could not be stored. Nothing was changed.",
     "Das konnte nicht gespeichert werden. Es hat sich nichts geändert."},
    {"No moderator is here", "Es ist kein Moderator da"},
    {"Nobody has that nickname", "Diesen Spitznamen hat niemand"},
    {"Only admins may invite here", "Hier dürfen nur Verwalter einladen"},
    {"Only the registered nickname can be used here", "Hier gilt nur der angemeldete Spitzname"},
    {"Private messages are not allowed here", "Private Nachrichten sind hier nicht erlaubt"},
    {"That is no name for a room here", "So kann ein Raum hier nicht heißen"},
    {"That is no nickname", "Das ist kein Spitzname"},
    {"That is not open to you", "Das steht dir nicht offen"},
    {"That message is out of your reach", "An diese Nachricht reichst du nicht heran"},
    {"That message is somebody else's", "Diese Nachricht ist von jemand anderem"},
    {"That nickname is taken", "Dieser Spitzname ist vergeben"},
    {"That person is banned from this room", "Diese Person ist aus dem Raum verbannt"},
    {"That person is out of your reach", "An diese Person reichst du nicht heran"},
    {"The answer is larger than the server's limit; ask for less.",
     "Die Antwort ist größer, als der Server erlaubt; frage nach weniger."},
    {"The password is missing or wrong", "Das Passwort fehlt oder ist falsch"},
    {"The room is full", "Der Raum ist voll"},
    {"The stanza is nested too deeply, or a form in it has too many fields.",
     "Die Stanza ist zu tief verschachtelt, oder ein Formular darin hat zu viele Felder."},
    {"The store cannot be reached.", "Der Speicher ist nicht erreichbar."},
    {"The store cannot be reached. Nothing was changed.",
     "Der Speicher ist nicht erreichbar. Es hat sich nichts geändert."},
    {"The vCard is too large", "Die vCard ist zu groß"},
    {"There is no such command", "Diesen Befehl gibt es nicht"},
    {"There is no such message", "Diese Nachricht gibt es nicht"},
    {"There is no such session, or it is over", "Diese Sitzung gibt es nicht, oder sie ist vorbei"},
    {"This list is not open to you", "Diese Liste steht dir nicht offen"},
    {"This reaction is not allowed here", "Diese Reaktion ist hier nicht erlaubt"},
    {"This room is for members only", "Dieser Raum ist nur für Mitglieder"},
    {"This room is in slow mode, wait a little",
     "In diesem Raum geht es langsam zu, warte ein wenig"},
    {"This room was destroyed", "Diesen Raum gibt es nicht mehr"},
    {"Too long", "Zu lang"},
    {"Too many requests are waiting.", "Zu viele Anfragen warten."},
    {"Too many requests in too short a time.", "Zu viele Anfragen in zu kurzer Zeit."},
    {"Too many, try again later", "Zu viele, versuche es später wieder"},
    {"Visitors keep their nicknames here", "Besucher behalten hier ihren Spitznamen"},
    {"Voice cannot be asked for here", "Um Stimme kann man hier nicht bitten"},
    {"What is stored there cannot be read.", "Was dort gespeichert ist, lässt sich nicht lesen."},
    {"You are banned from this service", "Du bist von diesem Dienst verbannt"},
    {"You are not in this room", "Du bist nicht in diesem Raum"},
    {"You are not in this room; join it first", "Du bist nicht in diesem Raum; tritt zuerst ein"},
    {"You are sending too fast", "Du sendest zu schnell"},
    {"You cannot ban yourself", "Du kannst dich nicht selbst verbannen"},
    {"You cannot register here", "Hier kannst du dich nicht anmelden"},
    {"You have voice", "Du hast schon Stimme"},
    {"You may not change the subject", "Du darfst das Thema nicht ändern"},
    {"You may not do that here", "Das darfst du hier nicht"},
    {"You may not make rooms here", "Du darfst hier keine Räume anlegen"},
}};

constexpr bool is_before(const Text& a, const Text& b) {
  return a.english < b.english;
}
static_assert(std::is_sorted(german.begin(), german.end(), is_before));

bool asks_for(std::string_view tag, std::string_view language) {
  const std::string_view primary = tag.substr(0, tag.find('-'));
  return std::equal(
      primary.begin(), primary.end(), language.begin(), language.end(),
      [](char a, char b) { return std::tolower(static_cast<unsigned char>(a)) == b; });
}

}  // namespace

Translated translate(std::string_view english, std::string_view lang) {
  constexpr std::string_view de = "de";
  if (!asks_for(lang, de)) return {english, "en"};
  const auto found = std::lower_bound(german.begin(), german.end(), Text{english, {}}, is_before);
  if (found == german.end() || found->english != english) return {english, "en"};
  return {found->other, de};
}

}  // namespace stoa
