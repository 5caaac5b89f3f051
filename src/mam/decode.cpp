#include <array>

#include <stoa/mam/mam.hpp>
#include <stoa/stanza/namespaces.hpp>

namespace stoa::mam {

namespace {

using Fault = std::optional<StanzaError>;

StanzaError bad_request(std::string_view text) {
  return StanzaError(ErrorType::modify, Condition::bad_request, "XEP-0313 4.1", text);
}

Fault read_with(Query& query, const std::string& text) {
  query.with = Jid::parse(text);
  if (query.with) return std::nullopt;
  return StanzaError(ErrorType::modify, Condition::jid_malformed, "XEP-0313 4.1.1",
                     "with must be a JID");
}

Fault read_time(std::optional<Timestamp>& into, const std::string& text) {
  into = parse_xep0082(text);
  if (into) return std::nullopt;
  return bad_request("start and end must be times of XEP-0082");
}

Fault read_start(Query& query, const std::string& text) {
  return read_time(query.start, text);
}
Fault read_end(Query& query, const std::string& text) {
  return read_time(query.end, text);
}

Fault read_before_id(Query& query, const std::string& text) {
  query.before_id = text;
  return std::nullopt;
}

Fault read_after_id(Query& query, const std::string& text) {
  query.after_id = text;
  return std::nullopt;
}

Fault read_fulltext(Query& query, const std::string& text) {
  query.fulltext = text;
  return std::nullopt;
}

struct Reader {
  std::string_view var;
  Fault (*read)(Query&, const std::string&);
};

constexpr std::array<Reader, 6> readers{{
    {"with", read_with},
    {"start", read_start},
    {"end", read_end},
    {"before-id", read_before_id},
    {"after-id", read_after_id},
    {fulltext_field, read_fulltext},
}};

const Reader* reader_of(std::string_view var, const Offer& offer) {
  if (var == fulltext_field && !offer.fulltext) return nullptr;
  for (const Reader& reader : readers) {
    if (reader.var == var) return &reader;
  }
  return nullptr;
}

StanzaError unknown_field(const std::string& var, const Offer& offer) {
  const ErrorType type = offer.unknown_field == Condition::feature_not_implemented
                             ? ErrorType::cancel
                             : ErrorType::modify;
  return StanzaError(type, offer.unknown_field, "XEP-0313 4.1.5",
                     "this archive has no field " + var);
}

void read_ids(Query& query, const forms::Values& values) {
  for (const std::string& id : values) {
    if (!id.empty()) query.ids.push_back(id);
  }
}

/// A field without a value, or with an empty one, filters nothing.
Fault read_field(Query& query, const forms::Field& field, const Offer& offer) {
  if (field.var == "ids") {
    read_ids(query, field.values);
    return std::nullopt;
  }
  const Reader* reader = reader_of(field.var, offer);
  if (reader == nullptr) return unknown_field(field.var, offer);
  if (field.values.empty()) return std::nullopt;
  if (field.values.size() > 1) return bad_request(field.var + " must have one value");
  if (field.values.front().empty()) return std::nullopt;
  return reader->read(query, field.values.front());
}

Fault read_filter(Query& query, const xml::Element& x, const Offer& offer) {
  const auto form = forms::decode_form(x);
  if (!form) return bad_request(form.error());
  if (form->type != forms::FormType::submit) return bad_request("the form must be of type submit");
  if (auto text = forms::fault_in_submit(*form, ns::mam, forms::MissingFormType::accepted)) {
    return bad_request(*text);
  }
  for (const forms::Field& field : form->fields) {
    if (auto fault = read_field(query, field, offer)) return fault;
  }
  return std::nullopt;
}

Result<Request, StanzaError> decode_query(const xml::Element& element, const Offer& offer) {
  Query query;
  query.queryid = element.attr_or("queryid", "");
  query.node = element.attr_or("node", "");
  if (const xml::Element* x = element.child("x", ns::data_form)) {
    if (auto fault = read_filter(query, *x, offer)) return *fault;
  }
  auto page = rsm::decode(element);
  if (!page) return page.error();
  query.page = page->value_or(rsm::Request{});
  if (offer.order_by) {
    auto order = rsm::decode_order(element);
    if (!order) return order.error();
    query.order = std::move(*order);
  }
  query.flip_page = element.child("flip-page", ns::mam) != nullptr;
  return Request(std::move(query));
}

}  // namespace

Result<Request, StanzaError> decode(const Stanza& request, const Offer& offer) {
  const xml::Element* payload = request.payload();
  if (payload == nullptr || payload->ns() != ns::mam) return bad_request("no archive request");
  if (payload->name() == "prefs") {
    return StanzaError(ErrorType::cancel, Condition::feature_not_implemented, "XEP-0441 2.1");
  }
  const bool get = request.type == "get";
  const std::string node(payload->attr_or("node", ""));
  if (payload->name() == "query" && !get) return decode_query(*payload, offer);
  if (payload->name() == "query") return Request(FormRequest{node});
  if (payload->name() == "metadata" && get) return Request(MetadataRequest{node});
  return bad_request("no archive request");
}

}  // namespace stoa::mam
