#include "store/postgres/muc_config.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <utility>
#include <variant>
#include <vector>

namespace stoa::store::postgres {
namespace {

using muc::RoomConfig;
using Values = std::vector<std::string>;
using Member = std::variant<std::string RoomConfig::*, bool RoomConfig::*,
                            std::int64_t RoomConfig::*, std::optional<std::int64_t> RoomConfig::*,
                            std::vector<std::string> RoomConfig::*, muc::Roles RoomConfig::*,
                            muc::AllowPm RoomConfig::*, muc::RegisterMode RoomConfig::*>;

struct Field {
  std::string_view name;
  Member member;
};

const std::array fields{
    Field{"password", &RoomConfig::password},
    Field{"pubsub", &RoomConfig::pubsub},
    Field{"logs_url", &RoomConfig::logs_url},
    Field{"reactions", &RoomConfig::reactions},
    Field{"max_users", &RoomConfig::max_users},
    Field{"max_history", &RoomConfig::max_history},
    Field{"slow_mode", &RoomConfig::slow_mode},
    Field{"voice_interval", &RoomConfig::voice_interval},
    Field{"max_reactions", &RoomConfig::max_reactions},
    Field{"presence_broadcast", &RoomConfig::presence_broadcast},
    Field{"member_list", &RoomConfig::member_list},
    Field{"allow_pm", &RoomConfig::allow_pm},
    Field{"register_mode", &RoomConfig::register_mode},
    Field{"public_log", &RoomConfig::public_log},
    Field{"change_subject", &RoomConfig::change_subject},
    Field{"allow_invites", &RoomConfig::allow_invites},
    Field{"moderated", &RoomConfig::moderated},
    Field{"forward_mentions", &RoomConfig::forward_mentions},
    Field{"archive", &RoomConfig::archive},
    Field{"visitor_status", &RoomConfig::visitor_status},
    Field{"visitor_nick_change", &RoomConfig::visitor_nick_change},
    Field{"voice_requests", &RoomConfig::voice_requests},
    Field{"nick_lockdown", &RoomConfig::nick_lockdown},
    Field{"occupant_iq", &RoomConfig::occupant_iq},
    Field{"moderators_reachable", &RoomConfig::moderators_reachable},
    Field{"show_unavailable", &RoomConfig::show_unavailable},
    Field{"hats", &RoomConfig::hats},
    Field{"strict_references", &RoomConfig::strict_references},
};

Values values_of(const std::string& text) {
  return {text};
}
Values values_of(bool value) {
  return {value ? "1" : "0"};
}
Values values_of(std::int64_t number) {
  return {std::to_string(number)};
}
Values values_of(const std::optional<std::int64_t>& number) {
  return number ? values_of(*number) : Values();
}
Values values_of(const Values& texts) {
  return texts;
}
Values values_of(const muc::Roles& roles) {
  Values words;
  for (const muc::Role role : roles) words.emplace_back(token(role));
  return words;
}
Values values_of(muc::AllowPm allow) {
  return {std::string(token(allow))};
}
Values values_of(muc::RegisterMode mode) {
  return {std::string(token(mode))};
}

template <class Enum>
bool read_word(const Values& values, Enum& to, Enum last) {
  const auto found = values.size() == 1 ? word_of(values.front(), last) : std::nullopt;
  if (found) to = *found;
  return found.has_value();
}
bool read(const Values& values, std::string& to) {
  if (values.size() != 1) return false;
  to = values.front();
  return true;
}
bool read(const Values& values, bool& to) {
  if (values != Values{"0"} && values != Values{"1"}) return false;
  to = values.front() == "1";
  return true;
}
bool read(const Values& values, std::int64_t& to) {
  if (values.size() != 1) return false;
  const char* end = values.front().data() + values.front().size();
  const auto [stop, error] = std::from_chars(values.front().data(), end, to);
  return error == std::errc() && stop == end;
}
bool read(const Values& values, std::optional<std::int64_t>& to) {
  to.reset();
  return values.empty() || read(values, to.emplace());
}
bool read(const Values& values, Values& to) {
  to = values;
  return true;
}
bool read(const Values& values, muc::Roles& to) {
  to.clear();
  for (const std::string& word : values) {
    const auto role = muc::role_of(word);
    if (!role) return false;
    to.insert(*role);
  }
  return true;
}
bool read(const Values& values, muc::AllowPm& to) {
  return read_word(values, to, muc::AllowPm::none);
}
bool read(const Values& values, muc::RegisterMode& to) {
  return read_word(values, to, muc::RegisterMode::closed);
}

void append_escaped(std::string& out, std::string_view text) {
  for (const char c : text) {
    if (c == '\n' || c == '\\') out.push_back('\\');
    out.push_back(c == '\n' ? 'n' : c);
  }
}

std::string plain(std::string_view escaped) {
  std::string out;
  for (std::size_t i = 0; i < escaped.size(); ++i) {
    const bool escape = escaped[i] == '\\' && i + 1 < escaped.size();
    if (escape) ++i;
    out.push_back(escape && escaped[i] == 'n' ? '\n' : escaped[i]);
  }
  return out;
}

bool set_field(std::string_view name, const Values& values, RoomConfig& config) {
  const auto at = std::find_if(fields.begin(), fields.end(),
                               [&](const Field& field) { return field.name == name; });
  if (at == fields.end()) return false;
  return std::visit([&](auto member) { return read(values, config.*member); }, at->member);
}

}  // namespace

std::string stored_text(const RoomConfig& config) {
  std::string text;
  for (const Field& field : fields) {
    const Values values =
        std::visit([&](auto member) { return values_of(config.*member); }, field.member);
    if (values.empty()) (text += field.name).push_back('\n');
    for (const std::string& value : values) {
      (text += field.name).push_back('=');
      append_escaped(text, value);
      text.push_back('\n');
    }
  }
  return text;
}

bool read_stored(std::string_view text, RoomConfig& config) {
  std::string_view name;
  Values values;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    const std::string_view next = line.substr(0, line.find('='));
    if (next != name) {
      if (!name.empty() && !set_field(name, values, config)) return false;
      name = next;
      values.clear();
    }
    if (next.size() < line.size()) values.push_back(plain(line.substr(next.size() + 1)));
  }
  return name.empty() || set_field(name, values, config);
}

}  // namespace stoa::store::postgres
