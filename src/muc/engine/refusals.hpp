#pragma once

#include <string_view>

#include <stoa/stanza/error.hpp>

/// The refusals that several rules share.
namespace stoa::muc::refusal {

inline StanzaError no_such_room() {
  return {ErrorType::cancel, Condition::item_not_found, "XEP-0045 17.2"};
}
inline StanzaError not_an_occupant(std::string_view section) {
  return {ErrorType::cancel, Condition::not_acceptable, section, "You are not in this room"};
}
inline StanzaError forbidden(std::string_view section, std::string_view text = {}) {
  return {ErrorType::auth, Condition::forbidden, section, text};
}
inline StanzaError nick_taken(std::string_view section) {
  return {ErrorType::cancel, Condition::conflict, section, "That nickname is taken"};
}
inline StanzaError malformed_nick(std::string_view section) {
  return {ErrorType::modify, Condition::jid_malformed, section, "That is no nickname"};
}
inline StanzaError too_often(std::string_view section) {
  return {ErrorType::wait, Condition::resource_constraint, section, "Too many, try again later"};
}
inline StanzaError too_long(std::string_view section) {
  return {ErrorType::modify, Condition::policy_violation, section, "Too long"};
}

}  // namespace stoa::muc::refusal
