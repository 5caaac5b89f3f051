#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace stoa {

/// An XMPP address (RFC 7622, prepared by the stringprep profiles of RFC 6122 that the servers in
/// use apply: nodeprep, IDNA, resourceprep), always in its prepared form: two addresses are the
/// same exactly if their strings are. A value; an empty Jid (default constructed) is no address.
class Jid {
 public:
  Jid() = default;

  /// Prepares and checks `text` (`local@domain/resource`; the localpart ends at the first `@`
  /// before the first `/`, the resource starts at the first `/`). nullopt when a part is empty
  /// where it must not be, longer than 1023 bytes after preparation, holds a prohibited code point,
  /// or when the text is no valid UTF-8. Plain ASCII input takes a fast path without ICU.
  static std::optional<Jid> parse(std::string_view text);

  /// Puts together parts that are already prepared (a stored row, another Jid's parts).
  static Jid from_prepared(std::string_view local, std::string_view domain,
                           std::string_view resource = {});

  bool empty() const { return text_.empty(); }
  bool is_bare() const { return slash_ == text_.size(); }
  bool is_full() const { return !is_bare(); }

  /// Views into this Jid, valid while it lives and is not assigned to. Empty where the part is
  /// absent.
  std::string_view local() const { return std::string_view(text_).substr(0, at_); }
  std::string_view domain() const {
    const std::size_t begin = at_ == 0 ? 0 : at_ + 1u;
    return std::string_view(text_).substr(begin, slash_ - begin);
  }
  std::string_view resource() const {
    return is_bare() ? std::string_view() : std::string_view(text_).substr(slash_ + 1u);
  }
  /// `local@domain` or `domain`, without the resource, as a view.
  std::string_view bare_view() const { return std::string_view(text_).substr(0, slash_); }

  Jid bare() const;
  Jid domain_jid() const;
  /// This address's bare form with `resource` (already prepared) behind it.
  Jid with_resource(std::string_view resource) const;

  const std::string& str() const { return text_; }

  friend bool operator==(const Jid& a, const Jid& b) { return a.text_ == b.text_; }
  friend auto operator<=>(const Jid& a, const Jid& b) { return a.text_ <=> b.text_; }

 private:
  bool take_plain(std::string_view text);

  std::string text_;
  std::uint16_t at_ = 0;     // position of '@'; 0 when there is no localpart
  std::uint16_t slash_ = 0;  // position of '/', or the length when there is no resource
};

/// Prepared forms of single parts, nullopt where preparation fails or the result is empty or longer
/// than 1023 bytes. resourceprep is also the rule for nicks (XEP-0045, 17.1) and NodeIDs
/// (XEP-0060, 4.6.2).
std::optional<std::string> nodeprep(std::string_view text);
std::optional<std::string> resourceprep(std::string_view text);
std::optional<std::string> prepare_domain(std::string_view text);

/// resourceprep without the limit of 1023 bytes, for NodeIDs, which may be longer.
std::optional<std::string> resourceprep_unbounded(std::string_view text);

/// Unicode case folding after NFKC, for "is this nick taken" (`Bob` and `bob` are one). Never
/// shown.
std::string fold_case(std::string_view text);

/// Whether the text is well-formed UTF-8 (no surrogates, no overlong forms).
bool valid_utf8(std::string_view text);

}  // namespace stoa

template <>
struct std::hash<stoa::Jid> {
  std::size_t operator()(const stoa::Jid& jid) const noexcept {
    return std::hash<std::string>{}(jid.str());
  }
};
