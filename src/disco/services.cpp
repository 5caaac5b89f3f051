#include <algorithm>
#include <array>
#include <chrono>

#include <stoa/disco/services.hpp>
#include <stoa/stanza/namespaces.hpp>

namespace stoa::disco {

namespace {

Answer answer_ping(const ServiceProfile&, Uptime) {
  return std::nullopt;
}

Answer answer_version(const ServiceProfile& profile, Uptime) {
  xml::Element query("query", ns::version);
  query.add("name", ns::version).text(profile.name);
  query.add("version", ns::version).text(profile.version);
  if (!profile.os.empty()) query.add("os", ns::version).text(profile.os);
  return query;
}

Answer answer_last(const ServiceProfile&, Uptime uptime) {
  const auto up = std::chrono::floor<std::chrono::seconds>(uptime.now - uptime.started);
  const auto seconds = std::max<std::chrono::seconds::rep>(up.count(), 0);
  return xml::Element("query", ns::last).set("seconds", std::to_string(seconds));
}

Answer answer_time(const ServiceProfile&, Uptime uptime) {
  xml::Element time("time", ns::time);
  time.add("tzo", ns::time).text("+00:00");
  time.add("utc", ns::time).text(format_xep0082(uptime.now));
  return time;
}

Answer answer_vcard(const ServiceProfile& profile, Uptime) {
  return profile.vcard;
}

bool always(const ServiceProfile&) {
  return true;
}
bool has_vcard(const ServiceProfile& profile) {
  return profile.vcard.has_value();
}

/// One kind of request; its namespace is its feature.
struct Service {
  std::string_view name;
  std::string_view ns;
  bool (*offered)(const ServiceProfile&);
  Answer (*make)(const ServiceProfile&, Uptime);
};

constexpr std::array<Service, 5> services{{
    {"ping", ns::ping, always, answer_ping},
    {"query", ns::version, always, answer_version},
    {"query", ns::last, always, answer_last},
    {"time", ns::time, always, answer_time},
    {"vCard", ns::vcard, has_vcard, answer_vcard},
}};

constexpr std::array<std::pair<ContactKind, std::string_view>, 7> contact_fields{{
    {ContactKind::abuse, "abuse-addresses"},
    {ContactKind::admin, "admin-addresses"},
    {ContactKind::feedback, "feedback-addresses"},
    {ContactKind::sales, "sales-addresses"},
    {ContactKind::security, "security-addresses"},
    {ContactKind::status, "status-addresses"},
    {ContactKind::support, "support-addresses"},
}};

}  // namespace

std::optional<Answer> answer(const Stanza& request, const ServiceProfile& profile, Uptime uptime) {
  const xml::Element* payload = request.payload();
  if (request.type != "get" || payload == nullptr) return std::nullopt;
  for (const Service& service : services) {
    if (payload->is(service.name, service.ns) && service.offered(profile)) {
      return service.make(profile, uptime);
    }
  }
  return std::nullopt;
}

std::vector<std::string> service_features(const ServiceProfile& profile) {
  std::vector<std::string> names{std::string(ns::disco_info), std::string(ns::disco_items)};
  for (const Service& service : services) {
    if (service.offered(profile)) names.emplace_back(service.ns);
  }
  return names;
}

std::optional<forms::Form> contact_form(const ServiceProfile& profile) {
  forms::Form form{.type = forms::FormType::result, .form_type = std::string(ns::serverinfo)};
  for (const auto& [kind, var] : contact_fields) {
    forms::Field field{.var = std::string(var), .type = forms::FieldType::list_multi};
    for (const Contact& contact : profile.contacts) {
      if (contact.kind == kind) field.values.push_back(contact.uri);
    }
    if (!field.values.empty()) form.fields.push_back(std::move(field));
  }
  if (form.fields.empty()) return std::nullopt;
  return form;
}

void add_common(Info& info, const ServiceProfile& profile) {
  info.add_features(service_features(profile));
  if (auto form = contact_form(profile)) info.forms.push_back(std::move(*form));
}

}  // namespace stoa::disco
