#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "app/config/value.hpp"

/// What is expected of a value besides its type, for Row::checked. No text quotes the value: it may
/// hold a password.
namespace stoa::app {

constexpr auto not_zero = [](auto number) {
  return number == 0 ? Expected("1 or more") : std::nullopt;
};
Expected a_port(std::uint64_t number);
/// RFC 6120, 13.12: no server may have a limit below 10000 bytes.
Expected stanza_size(std::uint64_t bytes);
Expected nesting(std::uint64_t elements);
Expected some_time(std::chrono::duration<double> time);

Expected a_domain(const std::string& text);
Expected a_domain_or_none(const std::string& text);
Expected domains(const std::vector<std::string>& names);
Expected a_host(const std::string& text);
Expected a_host_or_none(const std::string& text);
Expected a_listener(const std::string& text);
Expected a_socket(const std::string& path);
Expected a_certificate_file_or_none(const std::string& path);
Expected a_secret(const std::string& text);
Expected a_database(const std::string& url);
Expected a_uri_or_none(const std::string& text);
Expected contact_uris(const std::vector<std::string>& texts);

}  // namespace stoa::app
