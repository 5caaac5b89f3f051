#include "jid/icu.hpp"

#include <cstdint>
#include <limits>
#include <stdexcept>

#include <unicode/uidna.h>
#include <unicode/unorm2.h>
#include <unicode/usprep.h>
#include <unicode/ustring.h>

namespace stoa::icu {

namespace {

constexpr std::size_t max_text =
    std::numeric_limits<std::int32_t>::max() / 8;  // ICU counts in int32

std::int32_t length(std::size_t size) {
  return static_cast<std::int32_t>(size);
}

std::optional<std::u16string> to_utf16(std::string_view text) {
  if (text.size() > max_text) return std::nullopt;
  std::u16string out(text.size(), u'\0');
  std::int32_t written = 0;
  UErrorCode status = U_ZERO_ERROR;
  u_strFromUTF8(out.data(), length(out.size()), &written, text.data(), length(text.size()),
                &status);
  if (U_FAILURE(status)) return std::nullopt;
  out.resize(static_cast<std::size_t>(written));
  return out;
}

std::string to_utf8(std::u16string_view text) {
  std::string out(text.size() * 3, '\0');
  std::int32_t written = 0;
  UErrorCode status = U_ZERO_ERROR;
  u_strToUTF8(out.data(), length(out.size()), &written, text.data(), length(text.size()), &status);
  out.resize(U_FAILURE(status) ? 0 : static_cast<std::size_t>(written));
  return out;
}

/// Calls an ICU function that fills a buffer, again with a larger one if the first was too small.
template <class Fill>
std::optional<std::u16string> filled(std::size_t guess, Fill fill) {
  std::u16string out(guess, u'\0');
  for (int attempt = 0; attempt < 2; ++attempt) {
    UErrorCode status = U_ZERO_ERROR;
    const std::int32_t needed = fill(out.data(), length(out.size()), status);
    if (status == U_BUFFER_OVERFLOW_ERROR) {
      out.resize(static_cast<std::size_t>(needed));
      continue;
    }
    if (U_FAILURE(status)) return std::nullopt;
    out.resize(static_cast<std::size_t>(needed));
    return out;
  }
  return std::nullopt;
}

[[noreturn]] void missing(const char* what) {
  throw std::runtime_error(std::string("ICU has no data for ") + what);
}

const UStringPrepProfile* handle(Profile profile) {
  static const auto open = [](UStringPrepProfileType type) {
    UErrorCode status = U_ZERO_ERROR;
    const UStringPrepProfile* opened = usprep_openByType(type, &status);
    if (U_FAILURE(status)) missing("stringprep");
    return opened;
  };
  static const UStringPrepProfile* const node = open(USPREP_RFC3920_NODEPREP);
  static const UStringPrepProfile* const resource = open(USPREP_RFC3920_RESOURCEPREP);
  return profile == Profile::nodeprep ? node : resource;
}

const UIDNA* idna() {
  static const UIDNA* const opened = [] {
    UErrorCode status = U_ZERO_ERROR;
    const UIDNA* made = uidna_openUTS46(UIDNA_CHECK_BIDI | UIDNA_CHECK_CONTEXTJ, &status);
    if (U_FAILURE(status)) missing("IDNA");
    return made;
  }();
  return opened;
}

const UNormalizer2* casefold() {
  static const UNormalizer2* const opened = [] {
    UErrorCode status = U_ZERO_ERROR;
    const UNormalizer2* made = unorm2_getNFKCCasefoldInstance(&status);
    if (U_FAILURE(status)) missing("NFKC_Casefold");
    return made;
  }();
  return opened;
}

}  // namespace

std::optional<std::string> prepare(Profile profile, std::string_view text) {
  const auto source = to_utf16(text);
  if (!source) return std::nullopt;
  const auto prepared =
      filled(source->size() * 2 + 16, [&](char16_t* out, std::int32_t size, UErrorCode& status) {
        UParseError where;
        return usprep_prepare(handle(profile), source->data(), length(source->size()), out, size,
                              USPREP_ALLOW_UNASSIGNED, &where, &status);
      });
  if (!prepared) return std::nullopt;
  return to_utf8(*prepared);
}

std::optional<std::string> domain_to_unicode(std::string_view text) {
  const auto source = to_utf16(text);
  if (!source) return std::nullopt;
  UIDNAInfo info = UIDNA_INFO_INITIALIZER;
  const auto mapped =
      filled(source->size() * 2 + 16, [&](char16_t* out, std::int32_t size, UErrorCode& status) {
        info = UIDNA_INFO_INITIALIZER;
        return uidna_nameToUnicode(idna(), source->data(), length(source->size()), out, size, &info,
                                   &status);
      });
  if (!mapped || info.errors != 0) return std::nullopt;
  return to_utf8(*mapped);
}

std::string nfkc_casefold(std::string_view text) {
  const auto source = to_utf16(text);
  if (!source) return std::string(text);
  const auto folded = filled(source->size() * 2 + 16, [&](char16_t* out, std::int32_t size,
                                                          UErrorCode& status) {
    return unorm2_normalize(casefold(), source->data(), length(source->size()), out, size, &status);
  });
  return folded ? to_utf8(*folded) : std::string(text);
}

}  // namespace stoa::icu
