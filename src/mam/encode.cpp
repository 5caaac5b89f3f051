#include <utility>

#include <stoa/mam/mam.hpp>
#include <stoa/stanza/namespaces.hpp>

namespace stoa::mam {

namespace {

using forms::Field;
using forms::FieldType;

xml::Element encode_edge(std::string_view name, const Edge& edge) {
  return xml::Element(name, ns::mam)
      .set("id", edge.id)
      .set("timestamp", format_xep0082(edge.stamp));
}

}  // namespace

xml::Element encode_form(const Offer& offer, std::string_view node) {
  forms::Form form{.form_type = std::string(ns::mam)};
  form.fields = {
      Field{.var = "with", .type = FieldType::jid_single},
      Field{.var = "start", .type = FieldType::text_single},
      Field{.var = "end", .type = FieldType::text_single},
      Field{.var = "before-id", .type = FieldType::text_single},
      Field{.var = "after-id", .type = FieldType::text_single},
      Field{.var = "ids",
            .type = FieldType::list_multi,
            .validation = forms::Validation{.method = forms::Validation::Method::open}},
  };
  if (offer.fulltext) {
    form.fields.push_back(
        Field{.var = std::string(fulltext_field), .type = FieldType::text_single});
  }
  xml::Element query("query", ns::mam);
  if (!node.empty()) query.set("node", node);
  query.add(forms::encode(form));
  return query;
}

xml::Element encode_result(std::string_view queryid, Entry entry) {
  xml::Element message("message", ns::client);
  xml::Element& result = message.add("result", ns::mam);
  if (!queryid.empty()) result.set("queryid", queryid);
  result.set("id", entry.id);
  xml::Element& forwarded = result.add("forwarded", ns::forward);
  forwarded.add("delay", ns::delay).set("stamp", format_xep0082(entry.stamp));
  forwarded.add(std::move(entry.message));
  return message;
}

xml::Element encode_fin(const rsm::ResultSet& set, Completeness completeness) {
  xml::Element fin("fin", ns::mam);
  if (completeness == Completeness::complete) fin.set("complete", "true");
  fin.add(rsm::encode(set));
  return fin;
}

xml::Element encode_metadata(const std::optional<Metadata>& metadata) {
  xml::Element element("metadata", ns::mam);
  if (metadata) {
    element.add(encode_edge("start", metadata->start));
    element.add(encode_edge("end", metadata->end));
  }
  return element;
}

std::vector<std::string> features(const Offer& offer) {
  const std::string mam(ns::mam);
  std::vector<std::string> names{mam, mam + "#extended"};
  if (offer.fulltext) names.emplace_back("urn:xmpp:fulltext:0");
  if (offer.order_by) {
    const std::string order_by(ns::order_by);
    names.push_back(order_by);
    names.push_back(order_by + "@" + mam);
  }
  return names;
}

}  // namespace stoa::mam
