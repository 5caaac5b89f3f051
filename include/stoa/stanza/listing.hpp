#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <stoa/jid/jid.hpp>

namespace stoa {

/// Ready-made stanzas that lack their addressee. Immutable once built and shared by all listings
/// that show them: that is what makes a list of thousands cheap.
class StanzaSheet {
 public:
  /// To build one stanza append to text() up to its ` to='`, call addressee(), append what follows
  /// (begins with `'`), call close().
  std::string& text() { return text_; }
  void addressee() { gap_ = static_cast<std::uint32_t>(text_.size()); }
  void close();

  std::size_t size() const { return entries_.size(); }
  /// What comes before, and what behind, the addressee of a stanza.
  std::string_view before(std::size_t i) const { return view(begin(i), entries_[i].gap); }
  std::string_view behind(std::size_t i) const { return view(entries_[i].gap, entries_[i].end); }
  /// Bytes, without addressees, of the stanzas from `first` up to, but without, `last`.
  std::size_t bytes(std::size_t first, std::size_t last) const {
    return first < last ? entries_[last - 1].end - begin(first) : 0;
  }
  /// Bytes of the longest stanza, without its addressee.
  std::size_t largest() const { return largest_; }
  std::size_t footprint() const;

 private:
  struct Entry {
    std::uint32_t gap;
    std::uint32_t end;
  };
  std::uint32_t begin(std::size_t i) const { return i == 0 ? 0 : entries_[i - 1].end; }
  std::string_view view(std::uint32_t begin, std::uint32_t end) const {
    return std::string_view(text_).substr(begin, end - begin);
  }
  std::string text_;
  std::vector<Entry> entries_;
  std::uint32_t gap_ = 0;
  std::size_t largest_ = 0;
};

/// Stanzas for one addressee, taken from sheets. Immutable once built.
class Listing {
 public:
  explicit Listing(const Jid& to);
  /// Appends the stanzas of the sheet from `first` up to, but without, `last`.
  void add(std::shared_ptr<const StanzaSheet> sheet, std::size_t first, std::size_t last);

  std::size_t size() const { return parts_.empty() ? 0 : parts_.back().end; }
  /// Escaped for an attribute in single quotes.
  const std::string& to() const { return to_; }
  /// The beginning of the first stanza, up to its addressee. Only where there is one.
  std::string_view start() const { return parts_.front().sheet->before(parts_.front().first); }
  /// Bytes of the stanzas from `first` up to, but without, `last`.
  std::size_t bytes(std::size_t first, std::size_t last) const;
  /// Bytes of the longest stanza.
  std::size_t largest() const { return largest_ + to_.size(); }
  /// Writes stanzas, from `first` up to, but without, `last`, as long as whole ones fit between
  /// `at` and `limit`. Leaves `at` behind what was written; the first that was not written.
  std::size_t write(std::size_t first, std::size_t last, char*& at, const char* limit) const;

 private:
  struct Part {
    std::shared_ptr<const StanzaSheet> sheet;
    std::size_t first;  // in the sheet
    std::size_t begin;  // the same in the listing,
    std::size_t end;    // and the one behind the last
  };
  std::vector<Part>::const_iterator part_of(std::size_t i) const;

  std::string to_;
  std::vector<Part> parts_;  // none is empty
  std::size_t largest_ = 0;
};

}  // namespace stoa
