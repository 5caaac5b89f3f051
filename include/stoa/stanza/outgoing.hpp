#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <stoa/jid/jid.hpp>
#include <stoa/stanza/listing.hpp>
#include <stoa/xml/element.hpp>

namespace stoa {

/// The addressees of one broadcast: their JIDs, escaped for an attribute in single quotes, each
/// with a tag of its own (may be empty) that becomes part of the stanza's id. Immutable once built
/// and shared by every broadcast to the same audience: that is what makes fan-out cheap.
class RecipientSet {
 public:
  void reserve(std::size_t recipients, std::size_t bytes);
  void add(const Jid& jid, std::string_view tag = {});

  std::size_t size() const { return entries_.size(); }
  std::string_view jid(std::size_t i) const { return view(entries_[i].begin, entries_[i].jid_end); }
  std::string_view tag(std::size_t i) const { return view(entries_[i].jid_end, entries_[i].end); }
  /// Bytes of all JIDs and tags together.
  std::size_t bytes() const { return text_.size(); }
  /// Bytes of the JIDs and tags from recipient `first` up to, but without, `last`.
  std::size_t bytes(std::size_t first, std::size_t last) const {
    return first < last ? entries_[last - 1].end - entries_[first].begin : 0;
  }
  /// Bytes of the longest JID with its tag.
  std::size_t largest() const { return largest_; }
  /// Whether the JIDs were added in ascending order, so that one is found in logarithmic time.
  bool ascending() const { return ascending_; }
  /// Whether that bare JID (escaped), or a full JID of it, is among them. Only where ascending.
  bool addresses(std::string_view bare) const;

 private:
  struct Entry {
    std::uint32_t begin;
    std::uint32_t jid_end;
    std::uint32_t end;
  };
  std::string_view view(std::uint32_t begin, std::uint32_t end) const {
    return std::string_view(text_).substr(begin, end - begin);
  }
  std::string text_;
  std::vector<Entry> entries_;
  std::size_t largest_ = 0;
  bool ascending_ = true;
};

/// What happens to stanzas that were written but not proved taken when a link breaks
/// (docs/architecture.md, "Delivery"): messages and iqs are written again, with the same ids;
/// presence is not.
enum class Redelivery { keep, drop };

/// One thing for a link to write: ready-made XML, for one addressee or for many. Written as
///
///     head + JID + middle + tag + tail        once per recipient, or
///     the stanzas of the listing              where there is one, or
///     head                                    where there is neither (already complete)
///
/// A head ends with ` to='`; a middle begins with `'`. The `from` inside must be of a served
/// domain. shared_ptr because a queue, the redelivery buffer and the entity share one immutable
/// audience.
struct Outgoing {
  std::string head;
  std::string middle;
  std::string tail;
  std::shared_ptr<const RecipientSet> recipients;
  Redelivery redelivery = Redelivery::keep;
  std::uint32_t stanzas = 1;  ///< how many stanzas `head` holds when it is complete by itself
  std::size_t largest = 0;    ///< where that is more than one: bytes of the largest of them
  std::shared_ptr<const Listing> listing = {};  ///< what else is written stays empty

  /// Whether it is copies, or a listing: each of its stanzas can be written by itself.
  bool divisible() const { return recipients || listing; }
  /// Number of stanzas that this writes.
  std::size_t count() const {
    if (listing) return listing->size();
    return recipients ? recipients->size() : stanzas;
  }
  /// Bytes that this writes.
  std::size_t bytes() const { return divisible() ? bytes(0, count()) : head.size(); }
  /// Of what is divisible: bytes of the stanzas from `first` up to, but without, `last`.
  std::size_t bytes(std::size_t first, std::size_t last) const;
  /// Bytes of the largest single stanza that this writes.
  std::size_t largest_stanza() const;
  /// The first tag up to its addressee, or more of the first stanza.
  std::string_view start() const;
  /// Appends everything as XML.
  void append_to(std::string& out) const;
  /// Appends stanza `i` of what is divisible.
  void append_one(std::string& out, std::size_t i) const;
};

/// One complete stanza. The element stands in jabber:client (written without xmlns) and has from
/// and to.
Outgoing outgoing(const xml::Element& stanza, Redelivery redelivery = Redelivery::keep);

}  // namespace stoa
