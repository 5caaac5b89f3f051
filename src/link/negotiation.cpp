#include "link/negotiation.hpp"

#include <array>
#include <stdexcept>

#include <openssl/evp.h>

#include <stoa/stanza/namespaces.hpp>
#include <stoa/xml/write.hpp>

namespace stoa::link {

namespace {

struct Explanation {
  std::string_view condition;
  Fault fault;
  std::string_view advice;
};

constexpr std::array explanations = {
    Explanation{"not-authorized", Fault::not_authorized,
                "make `secret` the same here and in the server's configuration; on ejabberd also "
                "check that the domain is listed under `hosts` of the listener"},
    Explanation{"host-unknown", Fault::host_unknown,
                "add this domain as a component to the server's configuration: "
                "`stoa attach` prints what to add"},
    Explanation{"improper-addressing", Fault::host_unknown,
                "check `domain`: the server does not accept it as the name of a component"},
    Explanation{"conflict", Fault::conflict,
                "another process, or a connection that the server takes for alive, serves this "
                "domain: stop it, or on Prosody set component_conflict_resolve = \"kick_old\""},
    Explanation{"invalid-from", Fault::stream_error,
                "the server refuses our sender addresses: check that `domain` is the one that the "
                "server has configured"},
    Explanation{"policy-violation", Fault::stream_error,
                "a stanza was too large for the server: lower `stanza_bytes` of the link or raise "
                "the server's limit"},
    Explanation{"internal-server-error", Fault::stream_error,
                "see the server's log; Openfire says this when it has no secret for the domain"},
};

const xml::Element* condition_of(const xml::Element& error) {
  for (const xml::Element* child : error.children()) {
    if (child->ns() == ns::streams && child->name() != "text") return child;
  }
  return nullptr;
}

}  // namespace

std::string handshake_digest(std::string_view stream_id, std::string_view secret) {
  std::string input(stream_id);
  input += secret;
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  if (EVP_Digest(input.data(), input.size(), digest.data(), &size, EVP_sha1(), nullptr) != 1) {
    throw std::runtime_error("OpenSSL has no SHA-1, which the component handshake needs");
  }
  std::string hex;
  for (unsigned int i = 0; i < size; ++i) {
    constexpr std::string_view digits = "0123456789abcdef";
    hex += digits[digest[i] >> 4];
    hex += digits[digest[i] & 15];
  }
  return hex;
}

std::string stream_header(std::string_view domain) {
  std::string header = "<?xml version='1.0'?><stream:stream xmlns='";
  header.append(ns::component).append("' xmlns:stream='").append(ns::stream).append("'");
  xml::append_attribute(header, "to", domain);
  return header + ">";
}

std::string stream_error(const xml::StreamError& error) {
  std::string out = "<stream:error><" + error.condition + " xmlns='";
  out.append(ns::streams).append("'/>");
  if (!error.text.empty()) {
    out.append("<text xmlns='").append(ns::streams).append("'>");
    xml::append_escaped(out, error.text);
    out += "</text>";
  }
  return out + "</stream:error></stream:stream>";
}

Down explain(const xml::Element& error, const Settings& settings) {
  const xml::Element* condition = condition_of(error);
  const std::string name = condition ? condition->name() : "undefined-condition";
  Down down{Fault::stream_error, "the server ended the stream: " + name, {}, false};
  if (const xml::Element* text = error.child("text", ns::streams)) {
    down.text += " (" + text->text() + ")";
  }
  for (const Explanation& row : explanations) {
    if (row.condition != name) continue;
    down.fault = row.fault;
    down.advice = row.advice;
  }
  if (down.fault == Fault::not_authorized) {
    down.text = "the server refused the secret of component " + settings.domain + ": " + name;
  }
  return down;
}

}  // namespace stoa::link
