#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <stoa/muc/model/archive.hpp>
#include <stoa/xml/element.hpp>

#include "muc/engine/draft.hpp"

/// A room written down for another service, or for another time: one element of XML in each line,
/// without line breaks. All of it: configuration with the password, affiliations, hats, subject,
/// vCard, archive. Not who is there.
namespace stoa::muc {

inline constexpr std::string_view copy_ns = "urn:stoa:rooms:copy:0";

/// Bytes of one page, roughly: well below what a server takes in one stanza.
inline constexpr std::size_t copy_page_bytes = 64 * 1024;
/// Messages of one page, at most.
inline constexpr std::size_t copy_page_messages = 100;

std::string room_line(const Scene& scene);
std::string affiliate_line(const Affiliate& row);
std::string hat_line(const Hat& hat);
std::string subject_line(const Subject& subject);
/// The vCard as XML; empty where there is none.
std::string vcard_line(const std::string& vcard);
std::string message_line(const ArchiveRow& row);

/// The form that a page is shown in. `next` says what to ask for the rest; empty: that was all.
xml::Element copy_page(const Jid& room, const std::vector<std::string>& lines,
                       const std::string& next);

/// What `next` says of the vCard and of messages behind one.
inline constexpr std::string_view copy_vcard = "vcard";
inline constexpr std::string_view copy_messages = "messages";

/// What is wrong with a message whose stanza-id another one has.
inline constexpr std::string_view repeated_id = "a message of that id is there already";

/// Reads lines of a copy into a room, in order. A line that cannot be stops it.
class CopyReader {
 public:
  explicit CopyReader(Draft& draft) : draft_(draft), room_(draft.room()) {}

  /// nullopt when the line was taken over, else what is wrong with it.
  std::optional<std::string> take(const Jid& room, const std::string& line);
  /// Stanza-ids of the messages that were taken, and the line of each.
  const std::map<std::string, std::size_t>& messages() const { return messages_; }
  /// The room as it is with all lines that were taken.
  const RoomState& room() const { return room_; }

 private:
  using Fault = std::optional<std::string>;

  template <class C>
  void make(C change);
  Fault take_room(const Jid& jid, const xml::Element& line);
  Fault take_affiliate(const xml::Element& line);
  Fault take_hat(const xml::Element& line);
  Fault take_subject(const xml::Element& line);
  Fault take_vcard(const xml::Element& line);
  Fault take_message(const xml::Element& line);

  Draft& draft_;
  RoomState room_;
  std::size_t lines_ = 0;
  std::map<std::string, std::size_t> messages_;
};

}  // namespace stoa::muc
