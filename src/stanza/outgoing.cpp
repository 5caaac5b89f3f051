#include <algorithm>

#include <stoa/stanza/namespaces.hpp>
#include <stoa/stanza/outgoing.hpp>
#include <stoa/xml/write.hpp>

namespace stoa {

void RecipientSet::reserve(std::size_t recipients, std::size_t bytes) {
  entries_.reserve(recipients);
  text_.reserve(bytes);
}

void RecipientSet::add(const Jid& jid, std::string_view tag) {
  const auto position = [this] { return static_cast<std::uint32_t>(text_.size()); };
  Entry entry{position(), 0, 0};
  xml::append_escaped(text_, jid.str(), xml::Quoting::attribute);
  entry.jid_end = position();
  xml::append_escaped(text_, tag, xml::Quoting::attribute);
  entry.end = position();
  largest_ = std::max<std::size_t>(largest_, entry.end - entry.begin);
  entries_.push_back(entry);
  const std::size_t last = size() - 1;
  ascending_ = ascending_ && (last == 0 || this->jid(last - 1) <= this->jid(last));
}

bool RecipientSet::addresses(std::string_view bare) const {
  const auto starts = [&](std::string_view prefix) {
    const auto at = std::lower_bound(
        entries_.begin(), entries_.end(), prefix,
        [this](const Entry& e, std::string_view text) { return view(e.begin, e.jid_end) < text; });
    if (at == entries_.end()) return false;
    const std::string_view found = view(at->begin, at->jid_end);
    return found == bare || (prefix != bare && found.starts_with(prefix));
  };
  return starts(bare) || starts(std::string(bare) + '/');
}

std::size_t Outgoing::bytes(std::size_t first, std::size_t last) const {
  if (listing) return listing->bytes(first, last);
  return (last - first) * (head.size() + middle.size() + tail.size()) +
         recipients->bytes(first, last);
}

std::size_t Outgoing::largest_stanza() const {
  if (listing) return listing->largest();
  if (!recipients) return stanzas > 1 ? largest : head.size();
  if (recipients->size() == 0) return 0;
  return head.size() + middle.size() + tail.size() + recipients->largest();
}

std::string_view Outgoing::start() const {
  return listing && listing->size() > 0 ? listing->start() : std::string_view(head);
}

void Outgoing::append_to(std::string& out) const {
  if (!divisible()) {
    out += head;
    return;
  }
  for (std::size_t i = 0; i < count(); ++i) append_one(out, i);
}

void Outgoing::append_one(std::string& out, std::size_t i) const {
  if (listing) {
    const std::size_t size = out.size();
    out.resize(size + listing->bytes(i, i + 1));
    char* at = out.data() + size;
    listing->write(i, i + 1, at, out.data() + out.size());
    return;
  }
  out += head;
  out += recipients->jid(i);
  out += middle;
  out += recipients->tag(i);
  out += tail;
}

Outgoing outgoing(const xml::Element& stanza, Redelivery redelivery) {
  Outgoing out;
  out.head = xml::to_string(stanza, ns::client);
  out.redelivery = redelivery;
  return out;
}

}  // namespace stoa
