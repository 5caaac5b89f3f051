#include <stoa/jid/jid.hpp>

namespace stoa {

std::optional<Jid> Jid::parse(std::string_view text) {
  const std::size_t slash = text.find('/');
  const std::string_view bare = text.substr(0, slash);
  const std::size_t at = bare.find('@');
  std::optional<std::string> local;
  std::optional<std::string> resource;
  if (at != std::string_view::npos) {
    local = nodeprep(bare.substr(0, at));
    if (!local) return std::nullopt;
  }
  if (slash != std::string_view::npos) {
    resource = resourceprep(text.substr(slash + 1));
    if (!resource) return std::nullopt;
  }
  const auto domain = prepare_domain(at == std::string_view::npos ? bare : bare.substr(at + 1));
  if (!domain) return std::nullopt;
  return from_prepared(local ? std::string_view(*local) : std::string_view(), *domain,
                       resource ? std::string_view(*resource) : std::string_view());
}

Jid Jid::from_prepared(std::string_view local, std::string_view domain, std::string_view resource) {
  Jid jid;
  jid.text_.reserve(local.size() + domain.size() + resource.size() + 2);
  if (!local.empty()) {
    jid.text_.append(local);
    jid.at_ = static_cast<std::uint16_t>(local.size());
    jid.text_ += '@';
  }
  jid.text_.append(domain);
  jid.slash_ = static_cast<std::uint16_t>(jid.text_.size());
  if (!resource.empty()) {
    jid.text_ += '/';
    jid.text_.append(resource);
  }
  return jid;
}

Jid Jid::bare() const {
  if (is_bare()) return *this;
  Jid jid;
  jid.text_.assign(text_, 0, slash_);
  jid.at_ = at_;
  jid.slash_ = slash_;
  return jid;
}

Jid Jid::domain_jid() const {
  return from_prepared({}, domain());
}

Jid Jid::with_resource(std::string_view resource) const {
  return from_prepared(local(), domain(), resource);
}

}  // namespace stoa
