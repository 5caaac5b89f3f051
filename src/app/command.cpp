#include "app/command.hpp"

#include <algorithm>
#include <istream>
#include <map>
#include <optional>
#include <ostream>
#include <stdexcept>
#include <utility>

#include <stoa/forms/form.hpp>
#include <stoa/stanza/namespaces.hpp>
#include <stoa/xml/parser.hpp>
#include <stoa/xml/write.hpp>

#include "app/admin_socket.hpp"

namespace stoa::app {

namespace {

constexpr int refused_code = 1;
constexpr int usage_code = 2;
constexpr std::size_t import_bytes = 64 * 1024;  // of lines in one request

using Fields = std::map<std::string, forms::Values>;

/// `nodes:list` is short for `urn:stoa:nodes:service:list`, `service:reload` for
/// `urn:stoa:service:reload`.
std::string command_node(const std::string& name) {
  const bool whole = name.find("urn:") != name.npos || name.find("://") != name.npos;
  if (whole) return name;
  const std::size_t colon = name.find(':');
  const std::string family = name.substr(0, colon);
  const std::string rest = colon == name.npos ? std::string() : name.substr(colon + 1);
  if (family == "service") return "urn:stoa:service:" + rest;
  return "urn:stoa:" + family + ":service:" + rest;
}

std::optional<Fields> fields_of(const std::vector<std::string>& words) {
  Fields fields;
  for (const std::string& word : words) {
    const std::size_t equals = word.find('=');
    if (equals == word.npos || equals == 0) return std::nullopt;
    fields[word.substr(0, equals)].push_back(word.substr(equals + 1));
  }
  return fields;
}

/// Without tabs and line breaks, which stand between values.
std::string on_one_line(std::string_view text) {
  std::string line(text);
  std::replace_if(
      line.begin(), line.end(), [](char c) { return c == '\n' || c == '\t'; }, ' ');
  return line;
}

/// One talk with the daemon.
class Talk {
 public:
  Talk(std::string socket, std::string domain, CommandStreams streams)
      : socket_(std::move(socket)), domain_(std::move(domain)), streams_(streams) {}

  int list();
  int run(const std::string& node, const Fields& fields, bool ask);
  int copy_out(const std::string& node, Fields fields);
  int copy_in(const std::string& node, const Fields& fields);

 private:
  std::optional<xml::Element> send(const char* type, const xml::Element& payload);
  std::optional<xml::Element> order(const std::string& node, const Fields* fields);
  void show(const xml::Element& command);
  void show_table(const xml::Element& x);
  void show_question(const xml::Element& x);
  bool hand_in(const std::string& node, Fields fields, std::vector<std::string>& lines);

  std::string socket_;
  std::string domain_;
  CommandStreams streams_;
};

/// The payload of the result; nullopt where it was refused, which is said.
std::optional<xml::Element> Talk::send(const char* type, const xml::Element& payload) {
  xml::Element iq("iq", ns::client);
  iq.set("type", type);
  if (!domain_.empty()) iq.set("to", domain_);
  iq.add(payload);
  const std::string answer = ask_daemon(socket_, xml::to_string(iq));
  if (answer.starts_with('!')) throw std::runtime_error(answer.substr(1));
  const auto reply = xml::parse(answer, ns::client);
  if (!reply) throw std::runtime_error("the daemon's answer cannot be read");
  if (reply->attr_or("type", "") == "result") {
    const xml::Element* child = reply->first_child();
    return child ? *child : xml::Element("nothing", ns::client);
  }
  const xml::Element* error = reply->child("error", ns::client);
  std::string said;
  for (const xml::Element* child : error ? error->children() : std::vector<const xml::Element*>()) {
    const bool text = child->name() == "text";
    said += (said.empty() ? "" : ": ") + (text ? child->text() : std::string(child->name()));
  }
  streams_.err << "refused: " << said << "\n";
  return std::nullopt;
}

std::optional<xml::Element> Talk::order(const std::string& node, const Fields* fields) {
  xml::Element command("command", ns::commands);
  command.set("node", node);
  if (fields != nullptr) {
    forms::Form form{.type = forms::FormType::submit};
    for (const auto& [var, values] : *fields) {
      forms::Field field;
      field.var = var;
      field.values = values;
      form.fields.push_back(std::move(field));
    }
    command.add(forms::encode(form));
  }
  return send("set", command);
}

int Talk::list() {
  xml::Element query("query", ns::disco_items);
  query.set("node", ns::commands);
  const auto found = send("get", query);
  if (!found) return refused_code;
  for (const xml::Element* item : found->children("item", ns::disco_items)) {
    streams_.out << item->attr_or("node", "") << "\t" << item->attr_or("name", "") << "\n";
  }
  return 0;
}

int Talk::run(const std::string& node, const Fields& fields, bool ask) {
  const auto command = order(node, ask ? nullptr : &fields);
  if (!command) return refused_code;
  show(*command);
  return 0;
}

void Talk::show(const xml::Element& command) {
  const xml::Element* x = command.child("x", ns::data_form);
  if (x == nullptr) return;
  if (x->attr_or("type", "") == "form") {
    show_question(*x);
  } else {
    show_table(*x);
  }
}

/// Fields as `NAME: VALUE`, then the table with tabs between its columns.
void Talk::show_table(const xml::Element& x) {
  const auto value_of = [](const xml::Element& field) {
    std::string text;
    for (const xml::Element* value : field.children("value", ns::data_form)) {
      text += (text.empty() ? "" : ", ") + value->text();
    }
    return on_one_line(text);
  };
  for (const xml::Element* field : x.children("field", ns::data_form)) {
    const std::string_view var = field->attr_or("var", "");
    if (var != "FORM_TYPE") streams_.out << var << ": " << value_of(*field) << "\n";
  }
  const auto row = [&](const xml::Element& of, const auto& cell) {
    bool first = true;
    for (const xml::Element* field : of.children("field", ns::data_form)) {
      streams_.out << (std::exchange(first, false) ? "" : "\t") << cell(*field);
    }
    streams_.out << "\n";
  };
  if (const xml::Element* reported = x.child("reported", ns::data_form)) {
    row(*reported, [](const xml::Element& field) { return std::string(field.attr_or("var", "")); });
  }
  for (const xml::Element* item : x.children("item", ns::data_form)) row(*item, value_of);
}

/// What the command wants to know: a line for each field, with what it holds and what it means.
void Talk::show_question(const xml::Element& x) {
  const auto form = forms::decode_form(x);
  if (!form) return;
  for (const forms::Field& field : form->fields) {
    if (field.values.empty()) streams_.out << field.var << "=";
    bool first = true;
    for (const std::string& value : field.values) {
      streams_.out << (std::exchange(first, false) ? "" : "\n") << field.var << "="
                   << on_one_line(value);
    }
    streams_.out << "\t# " << (field.required ? "(required) " : "") << field.label << "\n";
  }
}

/// Page after page.
int Talk::copy_out(const std::string& node, Fields fields) {
  for (;;) {
    const auto command = order(node, &fields);
    if (!command) return refused_code;
    const xml::Element* x = command->child("x", ns::data_form);
    const auto form = x ? forms::decode_form(*x) : Result<forms::Form, std::string>("");
    if (!form) throw std::runtime_error("the daemon's answer cannot be read");
    if (const forms::Field* lines = form->find("data")) {
      for (const std::string& line : lines->values) {
        if (!line.empty()) streams_.out << line << (form->find("cut") ? "" : "\n");
      }
    }
    const auto next = form->value("next");
    if (!next || next->empty()) return 0;
    fields["next"] = {std::string(*next)};
  }
}

bool Talk::hand_in(const std::string& node, Fields fields, std::vector<std::string>& lines) {
  if (lines.empty()) return true;
  fields["data"] = std::exchange(lines, {});
  return order(node, &fields).has_value();
}

/// Lines go in as they come, in pieces. Of nodes each beginning names the node that follows; what
/// they stand in comes last, when all of them are there.
int Talk::copy_in(const std::string& node, const Fields& fields) {
  Fields to = fields;
  const bool named = !fields.empty();
  std::vector<std::string> lines;
  std::vector<std::pair<Fields, std::string>> relations;
  std::size_t bytes = 0;
  for (std::string line; std::getline(streams_.in, line);) {
    const auto element = xml::parse(line);
    const bool begins = element && element->name() == "node" && !named;
    if (begins || bytes > import_bytes) {
      if (!hand_in(node, to, lines)) return refused_code;
      bytes = 0;
    }
    if (begins) to["node"] = {std::string(element->attr_or("name", ""))};
    if (element && element->name() == "relations") {
      relations.emplace_back(to, line);
      continue;
    }
    bytes += line.size();
    lines.push_back(std::move(line));
  }
  if (!hand_in(node, to, lines)) return refused_code;
  for (auto& [of, line] : relations) {
    std::vector<std::string> one{line};
    if (!hand_in(node, of, one)) return refused_code;
  }
  return 0;
}

}  // namespace

int give_command(const Config& config, const CommandLine& line, CommandStreams streams) {
  if (config.admin_socket.empty()) {
    streams.err << "[admin] socket is not set: the daemon listens nowhere\n";
    return usage_code;
  }
  Talk talk(config.admin_socket, line.domain, streams);
  if (line.name.empty()) return talk.list();
  const auto fields = fields_of(line.fields);
  if (!fields) {
    streams.err << "fields are written as NAME=VALUE\n";
    return usage_code;
  }
  const std::string node = command_node(line.name);
  if (!line.ask && node.ends_with(":export")) return talk.copy_out(node, *fields);
  if (!line.ask && node.ends_with(":import")) return talk.copy_in(node, *fields);
  return talk.run(node, *fields, line.ask);
}

}  // namespace stoa::app
