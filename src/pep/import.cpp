#include <memory>
#include <utility>

#include <stoa/forms/form.hpp>
#include <stoa/pep/import.hpp>
#include <stoa/rsm/rsm.hpp>
#include <stoa/stanza/namespaces.hpp>
#include <stoa/xml/write.hpp>

namespace stoa::pep {

namespace {

using pubsub::ServerNodes;

constexpr std::size_t most_nodes = 1000;              ///< of one user
constexpr std::size_t most_items = 10'000;            ///< of one node
constexpr std::size_t most_bytes = 64 * 1024 * 1024;  ///< of payloads of one command

/// A namespace that nothing is in: the text of a payload declares all that it uses.
constexpr std::string_view no_namespace = "\x01";

/// The values of a configuration form, to be submitted elsewhere.
std::optional<forms::Form> configuration_in(const xml::Element& iq) {
  const xml::Element* const pubsub = iq.child("pubsub", ns::pubsub_owner);
  const xml::Element* const configure =
      pubsub ? pubsub->child("configure", ns::pubsub_owner) : nullptr;
  const xml::Element* const x = configure ? configure->child("x", ns::data_form) : nullptr;
  if (x == nullptr) return std::nullopt;
  auto read = forms::decode_form(*x);
  if (!read) return std::nullopt;
  forms::Form form{.type = forms::FormType::submit, .form_type = read->form_type};
  for (forms::Field& field : read->fields) {
    form.fields.push_back({.var = std::move(field.var), .values = std::move(field.values)});
  }
  return form;
}

pubsub::Item item_in(const xml::Element& element, const Jid& user) {
  pubsub::Item item;
  item.meta.id = element.attr_or("id", {});
  const auto publisher = Jid::parse(element.attr_or("publisher", user.str()));
  item.meta.publisher = publisher ? publisher->bare() : user;
  if (const xml::Element* const payload = element.first_child()) {
    auto text = std::make_shared<std::string>();
    xml::write(*text, *payload, no_namespace);
    item.payload = std::move(text);
  }
  return item;
}

/// Lives as long as one of its requests is under way.
class Reading : public std::enable_shared_from_this<Reading> {
 public:
  Reading(Gateway& gateway, std::vector<Jid> users, std::function<void(ServerNodes)> then)
      : gateway_(gateway), users_(std::move(users)), then_(std::move(then)) {}

  void next_user() {
    if (user_ == users_.size()) return then_(std::move(found_));
    ask(xml::Element("query", ns::disco_items), &Reading::listed);
  }

 private:
  using Step = void (Reading::*)(const DoneAs& answer);

  const Jid& user() const { return users_[user_]; }

  void ask(xml::Element payload, Step step) {
    gateway_.send_as(
        {user(), user(), "get", std::move(payload)},
        [self = shared_from_this(), step](const DoneAs& answer) { (self.get()->*step)(answer); });
  }

  void miss(std::string node, Condition why) {
    found_.missed.push_back({user().str(), std::move(node), std::string(token(why))});
  }

  void listed(const DoneAs& answer) {
    names_.clear();
    name_ = 0;
    const xml::Element* const query =
        answer.ok() ? answer.value().child("query", ns::disco_items) : nullptr;
    if (query == nullptr) {
      miss({}, answer.ok() ? Condition::undefined_condition : answer.error().error.condition);
    } else {
      for (const xml::Element* item : query->children("item", ns::disco_items)) {
        const bool own = item->attr_or("jid", {}) == user().str();
        const std::string_view node = item->attr_or("node", {});
        if (own && !node.empty()) names_.emplace_back(node);
      }
    }
    if (names_.size() > most_nodes) {
      miss({}, Condition::resource_constraint);
      names_.clear();
    }
    next_node();
  }

  void next_node() {
    if (name_ == names_.size()) {
      ++user_;
      return next_user();
    }
    node_ = {.service = user().str(), .node = names_[name_++]};
    xml::Element request("pubsub", ns::pubsub_owner);
    request.add("configure", ns::pubsub_owner).set("node", node_.node);
    ask(std::move(request), &Reading::configured);
  }

  /// Without a configuration the node is taken to be private.
  void configured(const DoneAs& answer) {
    if (answer.ok()) node_.configuration = configuration_in(answer.value());
    ask_items({});
  }

  void ask_items(const std::string& after) {
    xml::Element request("pubsub", ns::pubsub);
    request.add("items", ns::pubsub).set("node", node_.node);
    if (!after.empty()) {
      request.add("set", ns::rsm).add("after", ns::rsm).text(after);
    }
    ask(std::move(request), &Reading::items_came);
  }

  void items_came(const DoneAs& answer) {
    if (!answer.ok()) {
      miss(node_.node, answer.error().error.condition);
      return next_node();
    }
    const xml::Element* const pubsub = answer.value().child("pubsub", ns::pubsub);
    const xml::Element* const items = pubsub ? pubsub->child("items", ns::pubsub) : nullptr;
    const std::size_t before = node_.items.size();
    if (items != nullptr) {
      for (const xml::Element* element : items->children("item", ns::pubsub)) {
        node_.items.push_back(item_in(*element, user()));
        const pubsub::Payload& payload = node_.items.back().payload;
        bytes_ += payload ? payload->size() : 0;
      }
    }
    if (node_.items.size() > most_items || bytes_ > most_bytes) {
      miss(node_.node, Condition::resource_constraint);
      return next_node();
    }
    const auto more = node_.items.size() > before ? rest_behind(*pubsub) : std::nullopt;
    if (more) return ask_items(*more);
    found_.nodes.push_back(std::move(node_));
    next_node();
  }

  /// Where the page that came is not the last one.
  std::optional<std::string> rest_behind(const xml::Element& pubsub) const {
    const xml::Element* const set = pubsub.child("set", ns::rsm);
    const xml::Element* const last = set ? set->child("last", ns::rsm) : nullptr;
    const xml::Element* const count = set ? set->child("count", ns::rsm) : nullptr;
    if (last == nullptr) return std::nullopt;
    if (count && count->text() == std::to_string(node_.items.size())) return std::nullopt;
    return last->text();
  }

  Gateway& gateway_;
  std::vector<Jid> users_;
  std::function<void(ServerNodes)> then_;
  std::size_t user_ = 0;
  std::vector<std::string> names_;
  std::size_t name_ = 0;
  ServerNodes::Node node_;
  std::size_t bytes_ = 0;
  ServerNodes found_;
};

}  // namespace

void read_server_nodes(Gateway& gateway, std::vector<Jid> users,
                       std::function<void(ServerNodes)> then) {
  std::make_shared<Reading>(gateway, std::move(users), std::move(then))->next_user();
}

}  // namespace stoa::pep
