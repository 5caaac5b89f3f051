#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace stoa::icu {

/// The two stringprep profiles of RFC 6122. Unassigned code points pass, as in the servers in use:
/// the tables are those of Unicode 3.2, and people write what came after it.
enum class Profile { nodeprep, resourceprep };

/// nullopt for text that is no valid UTF-8 or that the profile prohibits.
std::optional<std::string> prepare(Profile profile, std::string_view text);

/// UTS #46 with the mappings of IDNA 2003, to Unicode. nullopt for any error that it reports.
std::optional<std::string> domain_to_unicode(std::string_view text);

/// NFKC_Casefold; text that is no valid UTF-8 comes back as it is.
std::string nfkc_casefold(std::string_view text);

}  // namespace stoa::icu
