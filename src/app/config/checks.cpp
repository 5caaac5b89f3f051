#include "app/config/checks.hpp"

#include <algorithm>
#include <fstream>

#include <sys/un.h>

#include <stoa/store/store.hpp>

#include "app/http.hpp"

namespace stoa::app {

namespace {

constexpr std::uint64_t least_stanza_bytes = 10'000;
/// A delegated publish with options is nine deep (XEP-0355, XEP-0060).
constexpr std::uint64_t least_nesting = 10;

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7f;
}

/// RFC 3986, 3: a scheme, a colon, and something without white space.
bool is_uri(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos || colon + 1 == text.size()) return false;
  const std::string_view scheme = text.substr(0, colon);
  const auto in_scheme = [](char c) {
    return is_letter(c) || is_digit(c) || c == '+' || c == '-' || c == '.';
  };
  const auto foreign = [](char c) { return is_control(c) || c == ' ' || c == '<' || c == '>'; };
  return !scheme.empty() && is_letter(scheme.front()) &&
         std::all_of(scheme.begin(), scheme.end(), in_scheme) &&
         std::none_of(text.begin(), text.end(), foreign);
}

Expected at_least(std::uint64_t least, std::uint64_t number) {
  return number < least ? Expected(std::to_string(least) + " or more") : std::nullopt;
}

}  // namespace

Expected a_port(std::uint64_t number) {
  return number == 0 ? Expected("a port, from 1 to 65535") : std::nullopt;
}

Expected stanza_size(std::uint64_t bytes) {
  return at_least(least_stanza_bytes, bytes);
}

Expected nesting(std::uint64_t elements) {
  return at_least(least_nesting, elements);
}

Expected some_time(std::chrono::duration<double> time) {
  return time.count() > 0 ? std::nullopt : Expected("more than 0 seconds");
}

Expected a_domain(const std::string& text) {
  const auto jid = Jid::parse(text);
  if (jid && jid->local().empty() && jid->is_bare()) return std::nullopt;
  return "a domain name, such as \"services.example.org\"";
}

Expected a_domain_or_none(const std::string& text) {
  return text.empty() ? std::nullopt : a_domain(text);
}

Expected domains(const std::vector<std::string>& names) {
  const bool all = std::none_of(names.begin(), names.end(), a_domain);
  return all ? std::nullopt : Expected("a list of domain names");
}

Expected a_host(const std::string& text) {
  const auto in_name = [](char c) {
    return is_letter(c) || is_digit(c) || c == '.' || c == '-' || c == '_' || c == ':' ||
           c == '%' || static_cast<unsigned char>(c) >= 0x80;
  };
  if (!text.empty() && std::all_of(text.begin(), text.end(), in_name)) return std::nullopt;
  return "a host's name or address, such as \"xmpp.example.org\" or \"127.0.0.1\"";
}

Expected a_host_or_none(const std::string& text) {
  return text.empty() ? std::nullopt : a_host(text);
}

Expected a_listener(const std::string& text) {
  if (text.empty() || can_listen_at(text)) return std::nullopt;
  return "ADDRESS:PORT, such as \"127.0.0.1:5480\" or \"[::1]:5480\"";
}

Expected a_socket(const std::string& path) {
  constexpr std::size_t longest = sizeof(sockaddr_un::sun_path) - 1;
  if (path.size() <= longest && path.find('\0') == std::string::npos) return std::nullopt;
  return "a path of at most " + std::to_string(longest) + " bytes";
}

Expected a_certificate_file_or_none(const std::string& path) {
  if (path.empty()) return std::nullopt;
  std::ifstream in(path);
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("-----BEGIN ") && line.find("CERTIFICATE-----") != std::string::npos) {
      return std::nullopt;
    }
  }
  return "a file that can be read and holds certificates in PEM";
}

Expected a_secret(const std::string& text) {
  const bool printable = std::none_of(text.begin(), text.end(), is_control);
  return printable ? std::nullopt : Expected("a text without control characters");
}

Expected a_database(const std::string& url) {
  if (store::is_database_url(url)) return std::nullopt;
  return "a connection URI of libpq, such as \"postgresql://stoa@db.example.org/stoa\", with its "
         "parameters only; in a password %40 stands for @, %2F for /, %25 for %";
}

Expected a_uri_or_none(const std::string& text) {
  if (text.empty() || is_uri(text)) return std::nullopt;
  return "a URI, such as \"https://example.org/\"";
}

Expected contact_uris(const std::vector<std::string>& texts) {
  if (std::all_of(texts.begin(), texts.end(), is_uri)) return std::nullopt;
  return "a list of URIs, such as [\"mailto:abuse@example.org\"]";
}

}  // namespace stoa::app
