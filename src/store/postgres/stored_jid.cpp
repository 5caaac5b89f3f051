#include "store/postgres/stored_jid.hpp"

#include <algorithm>

namespace stoa::store::postgres {

std::optional<Jid> stored_jid(std::string_view text) {
  constexpr std::size_t longest = 3071;
  const std::size_t slash = std::min(text.find('/'), text.size());
  const std::string_view bare = text.substr(0, slash);
  const std::size_t at = bare.find('@');
  const std::string_view local = at == std::string_view::npos ? "" : bare.substr(0, at);
  const std::string_view domain = at == std::string_view::npos ? bare : bare.substr(at + 1);
  const std::string_view resource = slash < text.size() ? text.substr(slash + 1) : "";
  if (domain.empty() || text.size() > longest) return std::nullopt;
  Jid jid = Jid::from_prepared(local, domain, resource);
  if (jid.str() != text) return std::nullopt;
  return jid;
}

}  // namespace stoa::store::postgres
