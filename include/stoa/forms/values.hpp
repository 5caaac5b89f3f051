#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <stoa/base/result.hpp>
#include <stoa/forms/form.hpp>
#include <stoa/jid/jid.hpp>

/// What the values of one field mean: the readers behind the rows of option.hpp. An error is the
/// rest of a sentence that begins with the field's name ("must be 0, 1, true or false").
namespace stoa::forms {

struct ValueFault {
  std::string text;
};

template <class T>
using Reading = Result<T, ValueFault>;

Reading<bool> read_boolean(const Values& values);

/// Whole numbers from min to max. `word` is a word that is taken instead of a number, and written
/// for it: `max`, `none`, `all`; empty for no such word.
struct IntegerRule {
  std::int64_t min = 0;
  std::int64_t max = std::numeric_limits<std::int64_t>::max();
  std::string word = {};
  /// What happens to a number above max (one below min is always refused).
  enum class Excess { refused, clamped } excess = Excess::refused;
};
/// nullopt for the word.
Reading<std::optional<std::int64_t>> read_integer(const Values& values, const IntegerRule& rule);
/// `xs:integer` with the range; with the word `max` XEP-0060's `pubsub:integer-or-max`.
Validation validation_of(const IntegerRule& rule);

/// Text of at most max_chars code points that `accepts` (where given) takes. For a field of type
/// text-multi the values are the lines.
struct TextRule {
  std::size_t max_chars = 1024;
  std::function<bool(std::string_view)> accepts = {};
  std::string expected = "has a value that is not allowed";  ///< what is said where it does not
};
Reading<std::string> read_text(const Values& values, const TextRule& rule, FieldType type);

/// How a JID is kept: as given, or without its resource.
enum class JidForm { as_given, bare };
/// Empty (no address) where nothing was given.
Reading<Jid> read_jid(const Values& values, JidForm form);
/// Empty values are skipped, the same address counts once, the order stays.
Reading<std::vector<Jid>> read_jids(const Values& values, JidForm form);

/// One value, which must be there.
Reading<std::string> read_single(const Values& values);
/// The values without the empty and the repeated ones, in their order.
Values read_several(const Values& values);

/// Whether the text is shaped like a language tag of BCP 47 (`de`, `pt-BR`, `zh-Hant-TW`,
/// `x-klingon`).
bool is_language_tag(std::string_view text);

}  // namespace stoa::forms
