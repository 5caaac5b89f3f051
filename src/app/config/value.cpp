#include "app/config/value.hpp"

#include <fmt/format.h>

namespace stoa::app {

Expected read(const Value& value, bool& out) {
  const auto* flag = std::get_if<bool>(&value.content);
  if (flag == nullptr) return "true or false";
  out = *flag;
  return std::nullopt;
}

Expected read(const Value& value, double& out) {
  double number = -1;
  if (const auto* whole = std::get_if<std::int64_t>(&value.content)) {
    number = static_cast<double>(*whole);
  } else if (const auto* real = std::get_if<double>(&value.content)) {
    number = *real;
  }
  if (!(number >= 0 && number < 1e12)) return "a number, 0 or more";
  out = number;
  return std::nullopt;
}

Expected read(const Value& value, std::string& out) {
  const auto* text = std::get_if<std::string>(&value.content);
  if (text == nullptr) return "a text in quotes";
  out = *text;
  return std::nullopt;
}

Expected read(const Value& value, Jid& out) {
  const auto* text = std::get_if<std::string>(&value.content);
  if (text != nullptr && text->empty()) {
    out = Jid();
    return std::nullopt;
  }
  const std::optional<Jid> jid = text != nullptr ? Jid::parse(*text) : std::nullopt;
  if (!jid || jid->is_full()) return "a bare JID in quotes, such as \"admin@example.org\"";
  out = *jid;
  return std::nullopt;
}

Expected read(const Value& value, pubsub::NameRule& out) {
  const auto* text = std::get_if<std::string>(&value.content);
  auto rule = text != nullptr ? pubsub::name_rule_of(*text) : std::nullopt;
  if (!rule) {
    return "\"PATTERN default FIELD=VALUE ...\" or \"PATTERN force FIELD=VALUE ...\", with fields "
           "of "
           "[pubsub.defaults] but node_type";
  }
  out = *std::move(rule);
  return std::nullopt;
}

Expected read(const Value& value, pubsub::LimitRule& out) {
  const auto* text = std::get_if<std::string>(&value.content);
  auto rule = text != nullptr ? pubsub::limit_rule_of(*text) : std::nullopt;
  if (!rule) return "\"WHO LIMIT=NUMBER ...\": a bare JID or a domain, and limits of [pubsub]";
  out = *std::move(rule);
  return std::nullopt;
}

std::string literal(bool value) {
  return value ? "true" : "false";
}

std::string literal(double value) {
  return fmt::format("{}", value);
}

std::string literal(const std::string& value) {
  std::string text = "\"";
  for (const char c : value) {
    if (c == '"' || c == '\\') text += '\\';
    text += c;
  }
  return text + "\"";
}

std::string literal(const pubsub::NameRule& value) {
  return literal(value.text);
}

std::string literal(const pubsub::LimitRule& value) {
  return literal(value.text);
}

std::string literal(const Jid& value) {
  return literal(value.str());
}

}  // namespace stoa::app
