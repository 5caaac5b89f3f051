#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <stoa/pubsub/model/config.hpp>
#include <stoa/pubsub/model/settings.hpp>
#include <stoa/stanza/namespaces.hpp>
#include <stoa/stanza/step.hpp>
#include <stoa/xml/write.hpp>

#include "pubsub/wire/event_id.hpp"

namespace stoa::pubsub::wire {

/// Word of the outbox for whom: a JID and a tag in lines.
inline constexpr std::string_view one_recipient = "one\n";

/// A message without its addressee: what goes before the JID, between JID and tag, and behind. Of
/// an account it stands in the envelope that the server takes.
class Event {
 public:
  Event(const Settings& settings, std::uint64_t number, std::string_view token) : token_(token) {
    outgoing_.head = "<message";
    if (settings.of_account) {
      Envelope envelope = settings.people->envelope(settings.service).value_or(Envelope{});
      outgoing_.head = std::move(envelope.before) + "<message xmlns='jabber:client'";
      behind_ = std::move(envelope.behind);
    }
    xml::append_attribute(outgoing_.head, "from", settings.service.str());
    outgoing_.middle = "' id='" + wire::event_id_stem(number, token);
    outgoing_.tail = "'>";
  }

  std::string& tail() { return outgoing_.tail; }
  /// The same with a text for people in front of the event.
  Event with_body(std::string_view text) const {
    Event copy(*this);
    if (text.empty()) return copy;
    constexpr std::size_t behind_start_tag = 2;
    copy.tail().insert(behind_start_tag,
                       "<body>" + xml::escaped(text, xml::Quoting::text) + "</body>");
    return copy;
  }
  void set_type(NotificationType type, StorageHint hint) {
    if (type == NotificationType::headline) {
      outgoing_.head += " type='headline'";
    } else if (hint != StorageHint::none) {
      hint_ = hint == StorageHint::store ? "<store xmlns='urn:xmpp:hints'/>"
                                         : "<no-store xmlns='urn:xmpp:hints'/>";
    }
  }
  void open() {
    tail() += "<event xmlns='";
    tail() += ns::pubsub_event;
    tail() += "'>";
  }
  void close() { tail() += "</event>"; }

  /// The same from another node's number: bounces go there.
  Event under(std::uint64_t number) const {
    Event copy(*this);
    copy.outgoing_.middle = "' id='" + wire::event_id_stem(number, bare_token(token_));
    return copy;
  }

  /// The finished message for these; the word says it to the outbox.
  Encoded to(std::shared_ptr<const RecipientSet> recipients, std::string word) {
    Encoded done{std::move(outgoing_), std::move(word)};
    done.outgoing.head += " to='";
    done.outgoing.tail += hint_;
    done.outgoing.tail += "</message>";
    done.outgoing.tail += behind_;
    done.outgoing.recipients = std::move(recipients);
    return done;
  }
  Encoded to(const Jid& jid, std::string_view tag) {
    auto one = std::make_shared<RecipientSet>();
    one->add(jid, tag);
    std::string word(one_recipient);
    word += jid.str();
    word += '\n';
    word += tag;
    return to(std::move(one), std::move(word));
  }

 private:
  std::string token_;
  std::string behind_;
  std::string_view hint_;
  Outgoing outgoing_;
};

}  // namespace stoa::pubsub::wire
