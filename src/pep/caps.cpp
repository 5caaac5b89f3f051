#include <array>

#include <openssl/evp.h>

#include <stoa/forms/form.hpp>
#include <stoa/pep/caps.hpp>
#include <stoa/pep/digest.hpp>
#include <stoa/stanza/namespaces.hpp>

namespace stoa::pep {

namespace {

constexpr std::string_view notify_suffix = "+notify";

}  // namespace

std::string sha1_base64(std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha1(), nullptr);
  std::array<unsigned char, 2 * EVP_MAX_MD_SIZE> out{};
  const int length = EVP_EncodeBlock(out.data(), digest.data(), static_cast<int>(size));
  return std::string(out.begin(), out.begin() + length);
}

std::optional<Caps> read_caps(const xml::Element& presence) {
  const xml::Element* const c = presence.child("c", ns::caps);
  if (c == nullptr) return std::nullopt;
  Caps caps{.hash = std::string(c->attr_or("hash", {})),
            .node = std::string(c->attr_or("node", {})),
            .ver = std::string(c->attr_or("ver", {}))};
  if (caps.node.empty() || caps.ver.empty()) return std::nullopt;
  return caps;
}

disco::Info read_info(const xml::Element& query) {
  disco::Info info;
  for (const xml::Element* child : query.children()) {
    if (child->is("identity", ns::disco_info)) {
      info.identities.push_back({.category = std::string(child->attr_or("category", {})),
                                 .type = std::string(child->attr_or("type", {})),
                                 .name = std::string(child->attr_or("name", {})),
                                 .lang = std::string(child->lang().value_or(std::string_view()))});
    } else if (child->is("feature", ns::disco_info)) {
      info.features.emplace_back(child->attr_or("var", {}));
    } else if (child->is("x", ns::data_form)) {
      auto form = forms::decode_form(*child);
      if (form) info.forms.push_back(std::move(form).value());
    }
  }
  return info;
}

SharedInterests interests_of(const disco::Info& info) {
  auto interests = std::make_shared<Interests>();
  for (const std::string_view feature : info.features) {
    if (feature.size() > notify_suffix.size() && feature.ends_with(notify_suffix)) {
      interests->emplace(feature.substr(0, feature.size() - notify_suffix.size()));
    }
  }
  return interests;
}

bool verifies(const Caps& caps, const disco::Info& info) {
  return caps.hash == "sha-1" && sha1_base64(disco::caps_string(info)) == caps.ver;
}

SharedInterests CapsCache::find(const Caps& caps) const {
  const auto found = known_.find(caps.key());
  return found == known_.end() ? nullptr : found->second;
}

void CapsCache::put(const Caps& caps, SharedInterests interests) {
  if (known_.size() >= most_) known_.clear();
  known_[caps.key()] = std::move(interests);
}

}  // namespace stoa::pep
