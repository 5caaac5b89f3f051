#include "app/operators.hpp"

#include <utility>

#include <stoa/stanza/namespaces.hpp>
#include <stoa/xml/parser.hpp>

namespace stoa::app {

namespace {

constexpr std::string_view resource = "operator-";

/// The value of the attribute in the start tag of a stanza; empty where there is none.
std::string_view addressee(std::string_view head) {
  constexpr std::string_view name = " to='";
  head = head.substr(0, head.find('>'));
  const std::size_t begin = head.find(name);
  if (begin == head.npos) return {};
  head.remove_prefix(begin + name.size());
  return head.substr(0, head.find('\''));
}

}  // namespace

Result<Stanza, std::string> Operators::begin(std::string_view text, const std::string& domain,
                                             Then then) {
  if (waiting_.size() >= most) return std::string("too many commands are under way");
  auto parsed = xml::parse(text, ns::client);
  if (!parsed || !parsed->is("iq", ns::client)) return std::string("that is no iq");
  ++last_;
  const std::string address = domain + "/" + std::string(resource) + std::to_string(last_);
  parsed->set("from", address).set("to", domain).set("id", "op" + std::to_string(last_));
  auto stanza = decode_stanza(std::move(parsed).value());
  if (!stanza) return std::string("that is no request");
  waiting_.emplace(address, std::move(then));
  addresses_.emplace(last_, address);
  return std::move(stanza).value();
}

bool Operators::take(const Outgoing& out) {
  if (waiting_.empty() || out.divisible()) return false;
  const auto found = waiting_.find(addressee(out.head));
  if (found == waiting_.end() || !out.head.starts_with("<iq")) return false;
  const Then then = std::move(found->second);
  std::erase_if(addresses_, [&](const auto& entry) { return entry.second == found->first; });
  waiting_.erase(found);
  then(out.head);
  return true;
}

void Operators::give_up(std::uint64_t number) {
  const auto address = addresses_.find(number);
  if (address == addresses_.end()) return;
  const auto found = waiting_.find(address->second);
  addresses_.erase(address);
  if (found == waiting_.end()) return;
  const Then then = std::move(found->second);
  waiting_.erase(found);
  then({});
}

bool Operators::forged(const Stanza& stanza, std::string_view domain) {
  return stanza.from.local().empty() && stanza.from.domain() == domain &&
         stanza.from.resource().starts_with(resource);
}

}  // namespace stoa::app
