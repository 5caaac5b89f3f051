#include <algorithm>

#include <stoa/disco/disco.hpp>
#include <stoa/stanza/namespaces.hpp>

namespace stoa::disco {

namespace {

xml::Element query_element(std::string_view ns, std::string_view node) {
  xml::Element query("query", ns);
  if (!node.empty()) query.set("node", node);
  return query;
}

xml::Element encode_identity(const Identity& identity) {
  xml::Element element("identity", ns::disco_info);
  element.set("category", identity.category).set("type", identity.type);
  if (!identity.name.empty()) element.set("name", identity.name);
  if (!identity.lang.empty()) element.set_lang(identity.lang);
  return element;
}

void merge_form(std::vector<forms::Form>& into, const forms::Form& other) {
  const auto twin = std::ranges::find(into, other.form_type, &forms::Form::form_type);
  if (twin == into.end() || !other.form_type) {
    into.push_back(other);
    return;
  }
  for (const forms::Field& field : other.fields) {
    if (twin->find(field.var) == nullptr) twin->fields.push_back(field);
  }
}

std::optional<Query::Kind> kind_of(const xml::Element& payload) {
  if (payload.is("query", ns::disco_info)) return Query::Kind::info;
  if (payload.is("query", ns::disco_items)) return Query::Kind::items;
  return std::nullopt;
}

}  // namespace

bool Info::has_feature(std::string_view name) const {
  return std::ranges::find(features, name) != features.end();
}

void Info::add_feature(std::string_view name) {
  if (!has_feature(name)) features.emplace_back(name);
}

void Info::add_features(const std::vector<std::string>& names) {
  for (const std::string& name : names) add_feature(name);
}

void merge(Info& into, const Info& other) {
  for (const Identity& identity : other.identities) {
    if (std::ranges::find(into.identities, identity) == into.identities.end()) {
      into.identities.push_back(identity);
    }
  }
  into.add_features(other.features);
  for (const forms::Form& form : other.forms) merge_form(into.forms, form);
}

xml::Element encode(const Info& info) {
  xml::Element query = query_element(ns::disco_info, info.node);
  for (const Identity& identity : info.identities) query.add(encode_identity(identity));
  for (const std::string& feature : info.features) {
    query.add("feature", ns::disco_info).set("var", feature);
  }
  for (const forms::Form& form : info.forms) query.add(forms::encode(form));
  return query;
}

xml::Element encode(const Items& items) {
  xml::Element query = query_element(ns::disco_items, items.node);
  for (const Item& item : items.items) {
    xml::Element& element = query.add("item", ns::disco_items);
    element.set("jid", item.jid.str());
    if (!item.node.empty()) element.set("node", item.node);
    if (!item.name.empty()) element.set("name", item.name);
  }
  if (items.set) query.add(rsm::encode(*items.set));
  return query;
}

std::optional<Result<Query, StanzaError>> decode(const Stanza& request) {
  const xml::Element* payload = request.payload();
  if (payload == nullptr || !request.is_iq_request()) return std::nullopt;
  const auto kind = kind_of(*payload);
  if (!kind) return std::nullopt;
  if (request.type != "get") {
    return StanzaError(ErrorType::modify, Condition::bad_request, "XEP-0030 3");
  }
  Query query;
  query.kind = *kind;
  query.node = payload->attr_or("node", "");
  query.payload = payload;
  if (*kind == Query::Kind::items) {
    auto page = rsm::decode(*payload);
    if (!page) return std::move(page).error();
    query.page = std::move(*page);
  }
  return Result<Query, StanzaError>(std::move(query));
}

StanzaError unknown_node() {
  return StanzaError(ErrorType::cancel, Condition::item_not_found, "XEP-0030 7",
                     "there is no such node");
}

}  // namespace stoa::disco
