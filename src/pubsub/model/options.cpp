#include <algorithm>
#include <array>
#include <limits>

#include <stoa/base/time.hpp>
#include <stoa/pubsub/model/options.hpp>

namespace stoa::pubsub {

namespace {

using Row = forms::Rows<NodeConfig>;
using Option = forms::Option<NodeConfig>;
using forms::FieldType;
using forms::Token;

constexpr std::size_t max_title = 1024;
constexpr std::size_t max_description = 8192;
constexpr std::string_view roster_groups_field = "pubsub#roster_groups_allowed";
constexpr std::string_view presence_word = "presence";
constexpr std::uint32_t max_depth = 1000;  ///< levels of a graph; no graph is deeper

std::vector<Option> descriptive_rows() {
  std::vector<Option> rows;
  rows.push_back(Row::text("pubsub#title", "Title", &NodeConfig::title, {.max_chars = max_title}));
  rows.push_back(Row::text("pubsub#description", "Description", &NodeConfig::description,
                           {.max_chars = max_description}));
  rows.push_back(Row::text("pubsub#language", "Language of the content", &NodeConfig::language,
                           {.accepts =
                                [](std::string_view text) {
                                  return text.empty() || forms::is_language_tag(text);
                                },
                            .expected = "must be a language tag"})
                     .as_open_list({{"", "none"}, {"de", "Deutsch"}, {"en", "English"}}));
  rows.push_back(Row::jid_multi("pubsub#contact", "Whom to ask about it", &NodeConfig::contact));
  rows.push_back(Row::text("pubsub#type", "Type of the content (a namespace)", &NodeConfig::type));
  rows.push_back(Row::list<NodeType NodeConfig::*, NodeType>(
      node_type_field, "Kind of node", &NodeConfig::node_type,
      {{NodeType::leaf, "leaf", "Leaf: holds items"},
       {NodeType::collection, "collection", "Collection: holds nodes"}}));
  return rows;
}

std::vector<Option> access_rows(Rosters rosters) {
  std::vector<Option> rows;
  std::vector<Token<AccessModel>> models = {{AccessModel::open, "open", "Anybody"}};
  if (rosters == Rosters::read) {
    models.push_back({AccessModel::presence, "presence", "Contacts that see an owner's presence"});
    models.push_back({AccessModel::roster, "roster", "Contacts in some groups of an owner"});
  }
  models.push_back({AccessModel::authorize, "authorize", "Whom an owner approves"});
  models.push_back({AccessModel::whitelist, "whitelist", "Members, publishers and owners"});
  rows.push_back(Row::list<AccessModel NodeConfig::*, AccessModel>(
      access_model_field, "Who may subscribe and retrieve", &NodeConfig::access_model,
      std::move(models)));
  if (rosters == Rosters::read) {
    rows.push_back(Row::names(roster_groups_field, "The groups, where groups count",
                              &NodeConfig::roster_groups_allowed));
  }
  rows.push_back(Row::list<PublishModel NodeConfig::*, PublishModel>(
      "pubsub#publish_model", "Who may publish", &NodeConfig::publish_model,
      {{PublishModel::publishers, "publishers", "Publishers and owners"},
       {PublishModel::subscribers, "subscribers", "Subscribers too"},
       {PublishModel::open, "open", "Anybody"}}));
  rows.push_back(
      Row::boolean("pubsub#subscribe", "Whether subscribing is allowed", &NodeConfig::subscribe));
  rows.push_back(Row::boolean("x-payment-required",
                              "Only those who have paid (members) may subscribe and retrieve",
                              &NodeConfig::payment_required));
  rows.push_back(
      Row::boolean("x-hidden", "Keep the node out of lists for strangers", &NodeConfig::hidden));
  return rows;
}

bool is_collection(const NodeConfig& config, const forms::Anyone&) {
  return config.collection();
}

/// XEP-0248, 7.2
std::vector<Option> collection_rows(const Limits& limits) {
  using Policy = AssociationPolicy;
  std::vector<Option> rows;
  rows.push_back(Row::list<Policy NodeConfig::*, Policy>(
      "pubsub#children_association_policy", "Who may put nodes into it",
      &NodeConfig::children_association_policy,
      {{Policy::all, "all", "Anybody"},
       {Policy::owners, "owners", "Its owners"},
       {Policy::owners, "owner", {}, forms::Spelling::alias},
       {Policy::whitelist, "whitelist", "Whom the list names"}}));
  rows.push_back(Row::jid_multi("pubsub#children_association_whitelist",
                                "Who may, where a list says so",
                                &NodeConfig::children_association_whitelist, forms::JidForm::bare));
  rows.push_back(Row::integer("pubsub#children_max", "How many nodes it holds at most",
                              &NodeConfig::children_max,
                              {.min = 0, .max = limits.children, .word = "max"}));
  for (Option& row : rows) row.visible = is_collection;
  return rows;
}

std::vector<Option> item_rows(const Limits& limits) {
  std::vector<Option> rows;
  rows.push_back(Row::boolean("pubsub#persist_items", "Keep items", &NodeConfig::persist_items));
  rows.push_back(Row::integer("pubsub#max_items", "How many items are kept", &NodeConfig::max_items,
                              {.min = 0, .max = limits.max_items, .word = "max"}));
  rows.push_back(Row::integer("pubsub#item_expire", "Seconds until an item expires",
                              &NodeConfig::item_expire,
                              {.min = 1, .max = limits.item_expire, .word = "max"}));
  rows.push_back(Row::list<NodeFull NodeConfig::*, NodeFull>(
      "pubsub#publish_node_full", "What a publish at a full node does",
      &NodeConfig::publish_node_full,
      {{NodeFull::retract_oldest, "retract-oldest", "Removes the oldest item, and says so"},
       {NodeFull::discard_oldest, "discard-oldest", "Removes the oldest item silently"},
       {NodeFull::reject, "reject", "Is refused"}}));
  rows.push_back(Row::integer("pubsub#max_payload_size", "Largest payload in bytes",
                              &NodeConfig::max_payload_size,
                              {.min = 1, .max = limits.payload_bytes}));
  rows.push_back(Row::list<ItemReply NodeConfig::*, ItemReply>(
      "pubsub#itemreply", "Whom items name for replies", &NodeConfig::itemreply,
      {{ItemReply::owner, "owner", "The node's owner"},
       {ItemReply::publisher, "publisher", "The item's publisher"},
       {ItemReply::none, "none", "Nobody"}}));
  rows.push_back(Row::list<OverwritePolicy NodeConfig::*, OverwritePolicy>(
      "x-overwrite-policy", "Who may replace or remove an item", &NodeConfig::overwrite_policy,
      {{OverwritePolicy::any_publisher, "any_publisher", "Every publisher"},
       {OverwritePolicy::original_publisher, "original_publisher",
        "The item's publisher and owners"}}));
  rows.push_back(Row::boolean("x-consistent-publisher",
                              "An owner's overwrite keeps the item's publisher",
                              &NodeConfig::consistent_publisher));
  rows.push_back(Row::boolean("x-serial-ids", "Generated item ids are numbers in sequence",
                              &NodeConfig::serial_ids));
  rows.push_back(
      Row::boolean("x-archive", "Keep every publication in the archive", &NodeConfig::archive));
  rows.push_back(Row::integer("x-archive-age", "Seconds that the archive keeps a publication",
                              &NodeConfig::archive_age,
                              {.min = 1, .max = limits.item_expire, .word = "max"}));
  rows.push_back(Row::integer(
      "x-archive-max", "How many publications the archive keeps", &NodeConfig::archive_max,
      {.min = 1, .max = std::numeric_limits<std::int32_t>::max(), .word = "max"}));
  rows.push_back(Row::boolean("x-enforce-type", "Payloads must be in the namespace of the type",
                              &NodeConfig::enforce_type));
  return rows;
}

std::vector<Option> delivery_rows() {
  std::vector<Option> rows;
  rows.push_back(Row::boolean("pubsub#deliver_notifications", "Notify subscribers",
                              &NodeConfig::deliver_notifications));
  rows.push_back(Row::boolean("pubsub#deliver_payloads", "Notifications hold the payload",
                              &NodeConfig::deliver_payloads));
  rows.push_back(Row::boolean("pubsub#notify_config", "Notify of a change of configuration",
                              &NodeConfig::notify_config));
  rows.push_back(Row::boolean("pubsub#notify_delete", "Notify of the node's deletion",
                              &NodeConfig::notify_delete));
  rows.push_back(Row::boolean("pubsub#notify_retract", "Notify of removed items",
                              &NodeConfig::notify_retract));
  rows.push_back(
      Row::boolean("pubsub#notify_sub", "Notify owners of subscriptions", &NodeConfig::notify_sub));
  rows.push_back(Row::boolean("pubsub#presence_based_delivery", "Notify only those who are on line",
                              &NodeConfig::presence_based_delivery));
  rows.push_back(Row::boolean("pubsub#tempsub", "Subscriptions end when the subscriber goes",
                              &NodeConfig::tempsub));
  rows.push_back(Row::boolean("pubsub#purge_offline", "Items go when their publisher goes off line",
                              &NodeConfig::purge_offline));
  rows.push_back(Row::list<NotificationType NodeConfig::*, NotificationType>(
      "pubsub#notification_type", "Message type of notifications", &NodeConfig::notification_type,
      {{NotificationType::normal, "normal", "normal"},
       {NotificationType::headline, "headline", "headline"}}));
  rows.push_back(Row::list<StorageHint NodeConfig::*, StorageHint>(
      "x-storage-hint", "What notifications of type normal ask of message archives",
      &NodeConfig::storage_hint,
      {{StorageHint::none, "none", "Nothing"},
       {StorageHint::no_store, "no-store", "Not to be kept"},
       {StorageHint::store, "store", "To be kept"}}));
  rows.push_back(Row::list<SendLast NodeConfig::*, SendLast>(
      "pubsub#send_last_published_item", "When to send the newest item",
      &NodeConfig::send_last_published_item,
      {{SendLast::never, "never", "Never"},
       {SendLast::on_sub, "on_sub", "On subscribing"},
       {SendLast::on_sub_and_presence, "on_sub_and_presence",
        "On subscribing and on coming on line"}}));
  rows.push_back(Row::text("pubsub#body_xslt", "Address of a stylesheet for message bodies",
                           &NodeConfig::body_xslt));
  rows.push_back(Row::text("pubsub#dataform_xslt", "Address of a stylesheet for forms",
                           &NodeConfig::dataform_xslt));
  rows.push_back(Row::boolean("{urn:xmpp:pubsub-caching:0}always-notify", "Notify of every removal",
                              &NodeConfig::always_notify));
  rows.push_back(Row::boolean("{urn:xmpp:pubsub-caching:0}allowed-for-suggestions",
                              "The node may be suggested to others",
                              &NodeConfig::allowed_for_suggestions));
  return rows;
}

}  // namespace

NodeTable node_table(const Limits& limits, Rosters rosters) {
  std::vector<Option> rows = descriptive_rows();
  for (Option& row : access_rows(rosters)) rows.push_back(std::move(row));
  for (Option& row : delivery_rows()) rows.push_back(std::move(row));
  for (Option& row : item_rows(limits)) rows.push_back(std::move(row));
  for (Option& row : collection_rows(limits)) rows.push_back(std::move(row));
  return NodeTable(node_config_form, std::move(rows));
}

bool by_roster(AccessModel model) {
  return model == AccessModel::presence || model == AccessModel::roster;
}

void hide_roster_models(forms::Form& form) {
  std::erase_if(form.fields,
                [](const forms::Field& field) { return field.var == roster_groups_field; });
  for (forms::Field& field : form.fields) {
    if (field.var != access_model_field) continue;
    std::erase_if(field.choices, [&](const forms::Choice& choice) {
      const auto model = access_model_of(choice.value);
      const bool present = !field.values.empty() && field.values.front() == choice.value;
      return model && by_roster(*model) && !present;
    });
  }
}

namespace {

using LeaseOption = forms::Option<Lease, SubscribeViewer>;

std::string text_of(const Jid& jid) {
  return jid.str();
}
std::string text_of(const std::string& word) {
  return word;
}

/// A time, or the word `presence` (12.5, 12.19).
LeaseOption expire_row() {
  LeaseOption row;
  row.var = "pubsub#expire";
  row.type = FieldType::text_single;
  row.label = "When the subscription ends (a time, or presence: when you go off line)";
  row.get = [](const Lease& lease) {
    if (lease.options.temporary) return forms::Values{std::string(presence_word)};
    return forms::Values{lease.expires ? format_xep0082(*lease.expires) : std::string()};
  };
  row.set = [](Lease& lease, const forms::Values& values) -> std::optional<std::string> {
    const std::string text = values.empty() ? std::string() : values.front();
    const auto time = parse_xep0082(text);
    const bool word = text == presence_word;
    if (values.size() > 1 || (!text.empty() && !word && !time)) {
      return "must be a date and time, or the word presence";
    }
    lease.options.temporary = word;
    lease.expires = time;
    return std::nullopt;
  };
  return row;
}

constexpr std::array<std::pair<std::string_view, Show>, 5> show_words = {{{"away", Show::away},
                                                                          {"chat", Show::chat},
                                                                          {"dnd", Show::dnd},
                                                                          {"online", Show::online},
                                                                          {"xa", Show::xa}}};

LeaseOption shows_row() {
  LeaseOption row;
  row.var = "pubsub#show-values";
  row.type = FieldType::list_multi;
  row.label = "Only while your presence is one of these";
  for (const auto& [word, show] : show_words) row.choices.push_back({std::string(word), {}});
  row.get = [](const Lease& lease) {
    forms::Values values;
    for (const auto& [word, show] : show_words) {
      if ((lease.options.shows & bit(show)) != 0) values.emplace_back(word);
    }
    return values;
  };
  row.set = [](Lease& lease, const forms::Values& values) -> std::optional<std::string> {
    Shows shows = 0;
    for (const std::string& value : values) {
      const auto known = std::find_if(show_words.begin(), show_words.end(),
                                      [&](const auto& one) { return one.first == value; });
      if (known == show_words.end()) return "must be away, chat, dnd, online or xa";
      shows = static_cast<Shows>(shows | bit(known->second));
    }
    lease.options.shows = shows;
    return std::nullopt;
  };
  return row;
}

constexpr std::size_t max_filter_values = 20;
constexpr std::size_t max_filter_chars = 100;

/// The values of one field of a filter as `read` makes them of its words.
template <class Values>
LeaseOption filter_row(std::string_view var, std::string_view label, Values Filter::*member,
                       FieldType type,
                       std::function<forms::Reading<Values>(const forms::Values&)> read) {
  LeaseOption row;
  row.var = var;
  row.type = type;
  row.label = label;
  row.get = [member](const Lease& lease) {
    forms::Values values;
    if (!lease.options.filter) return values;
    for (const auto& value : (*lease.options.filter).*member) values.emplace_back(text_of(value));
    return values;
  };
  row.set = [member, read](Lease& lease,
                           const forms::Values& values) -> std::optional<std::string> {
    auto taken = read(values);
    if (!taken) return taken.error().text;
    if (taken->size() > max_filter_values) return "has too many values";
    Filter filter = lease.options.filter ? *lease.options.filter : Filter();
    filter.*member = std::move(taken).value();
    lease.options.filter = filter.empty() ? Maybe<Filter>() : std::move(filter);
    return std::nullopt;
  };
  return row;
}

forms::Reading<std::vector<std::string>> read_words(const forms::Values& values) {
  std::vector<std::string> words = forms::read_several(values);
  for (const std::string& word : words) {
    const auto fine = forms::read_text(
        {word},
        {.max_chars = max_filter_chars,
         .accepts = [](std::string_view text) { return text.find('\n') == text.npos; },
         .expected = "must be words on one line"},
        FieldType::text_single);
    if (!fine) return fine.error();
  }
  return words;
}

/// 12.20; XEP-0068, 3.4 for their names.
std::vector<LeaseOption> filter_rows() {
  using Words = std::vector<std::string>;
  std::vector<LeaseOption> rows;
  rows.push_back(filter_row<Words>("x-keywords", "Only items with one of these words in the text",
                                   &Filter::keywords, FieldType::text_multi, read_words));
  rows.push_back(filter_row<Words>("x-categories", "Only Atom entries of one of these categories",
                                   &Filter::categories, FieldType::text_multi, read_words));
  rows.push_back(filter_row<std::vector<Jid>>(
      "x-publishers", "Only items of one of these publishers", &Filter::publishers,
      FieldType::jid_multi,
      [](const forms::Values& values) { return forms::read_jids(values, forms::JidForm::bare); }));
  for (LeaseOption& row : rows) {
    const bool publishers = row.var == "x-publishers";
    row.when_hidden = forms::WhenHidden::refused;
    row.visible = [publishers](const Lease&, const SubscribeViewer& viewer) {
      return viewer.selects && (!publishers || viewer.publishers);
    };
  }
  return rows;
}

/// 16.4.2
std::vector<LeaseOption> digest_rows(const Limits& limits) {
  using LeaseRow = forms::Rows<Lease, SubscribeViewer>;
  std::vector<LeaseOption> rows;
  rows.push_back(LeaseRow::boolean(
      "pubsub#digest", "Whether items come together, once a period",
      [](auto& lease) -> auto& { return lease.options.digest; }));
  rows.push_back(LeaseRow::integer(
      "pubsub#digest_frequency", "Milliseconds between two such messages, at least",
      [](auto& lease) -> auto& { return lease.options.digest_frequency; },
      {.min = limits.digest_frequency}));
  for (LeaseOption& row : rows) {
    row.when_hidden = forms::WhenHidden::refused;
    row.visible = [](const Lease&, const SubscribeViewer& viewer) { return viewer.selects; };
  }
  return rows;
}

}  // namespace

SubscribeTable subscribe_table(const Limits& limits) {
  using LeaseRow = forms::Rows<Lease, SubscribeViewer>;
  std::vector<forms::Option<Lease, SubscribeViewer>> rows;
  rows.push_back(LeaseRow::boolean(
      "pubsub#deliver", "Whether notifications are sent",
      [](auto& lease) -> auto& { return lease.options.deliver; }));
  for (LeaseOption& row : digest_rows(limits)) rows.push_back(std::move(row));
  rows.push_back(expire_row());
  rows.push_back(shows_row());
  rows.push_back(
      LeaseRow::boolean(
          "pubsub#include_body", "Whether notifications hold a text for people",
          [](auto& lease) -> auto& { return lease.options.include_body; })
          .visible_when([](const Lease&, const SubscribeViewer& viewer) { return viewer.bodies; },
                        forms::WhenHidden::refused));
  const auto at_collection = [](const Lease&, const SubscribeViewer& viewer) {
    return viewer.collection;
  };
  const auto type = [](auto& lease) -> auto& {
    return lease.options.type;
  };
  rows.push_back(LeaseRow::list<decltype(type), SubscriptionType>(
                     "pubsub#subscription_type", "What notifications are about", type,
                     {{SubscriptionType::nodes, "nodes", "The nodes in it"},
                      {SubscriptionType::items, "items", "Items of the nodes in it"},
                      {SubscriptionType::all, "all", "Both"}})
                     .visible_when(at_collection, forms::WhenHidden::refused));
  rows.push_back(LeaseRow::integer("pubsub#subscription_depth", "How many levels below",
                                   [](auto& lease) -> auto& { return lease.options.depth; },
                                   {.min = 0, .max = max_depth, .word = "all"})
                     .visible_when(at_collection, forms::WhenHidden::refused));
  for (LeaseOption& row : filter_rows()) rows.push_back(std::move(row));
  rows.push_back(
      LeaseRow::boolean(
          public_field, "Whether everybody who reads the node may know of it",
          [](auto& lease) -> auto& { return lease.options.is_public; })
          .visible_when([](const Lease&, const SubscribeViewer& viewer) { return viewer.lists; }));
  return SubscribeTable(subscribe_options_form, std::move(rows));
}

bool has_bodies(const NodeConfig& config) {
  constexpr std::array kinds = {atom, std::string_view("urn:xmpp:microblog:0"),
                                std::string_view("urn:xmpp:pubsub-social-feed:1")};
  return std::find(kinds.begin(), kinds.end(), config.type) != kinds.end();
}

SubscribeViewer viewer_of(const NodeConfig& config, const Settings& settings) {
  const bool selects = !config.collection() && !settings.of_account;
  return {.bodies = !config.collection() && has_bodies(config),
          .collection = config.collection(),
          .selects = selects,
          .publishers = selects && shows_publishers(config),
          .lists = !settings.of_account};
}

namespace {

/// All but the exceptions.
void prepare_one(Settings& settings) {
  NodeConfig& defaults = settings.defaults;
  defaults.max_payload_size = std::min(defaults.max_payload_size, settings.limits.payload_bytes);
  if (defaults.max_items) {
    defaults.max_items = std::min(*defaults.max_items, settings.limits.max_items);
  }
  settings.shared_defaults = std::make_shared<const NodeConfig>(settings.defaults);
  const Rosters rosters = settings.people != nullptr ? Rosters::read : Rosters::unread;
  settings.tables = std::make_shared<const OptionTables>(
      OptionTables{node_table(settings.limits, rosters), subscribe_table(settings.limits)});
}

}  // namespace

Settings prepare(Settings settings) {
  settings.exceptions.clear();
  settings.book = std::make_shared<const LimitBook>(settings.limits, settings.limits_for);
  for (const auto& [name, limits] : settings.book->by_name) {
    if (name.empty()) continue;
    Settings other = settings;
    other.exceptions.clear();
    other.limits = limits;
    prepare_one(other);
    settings.exceptions.emplace(name, std::make_shared<const Settings>(std::move(other)));
  }
  prepare_one(settings);
  return settings;
}

const Settings& Settings::for_entity(const Jid& who) const {
  if (exceptions.empty()) return *this;
  for (const std::string_view key : {who.bare_view(), std::string_view(who.domain())}) {
    const auto found = exceptions.find(key);
    if (found != exceptions.end()) return *found->second;
  }
  return *this;
}

Settings account_settings(Settings of_service) {
  Settings settings = std::move(of_service);
  settings.of_account = true;
  settings.defaults = NodeConfig{};
  settings.defaults.access_model = AccessModel::presence;
  settings.defaults.max_items = 1;
  settings.orphans_go_to = {};  // what somebody had of its own is nobody else's
  settings.auto_subscribe = false;
  settings.multi_subscribe = false;
  for (const char* feature : {"collections", "get-pending"}) {
    settings.switched_off.emplace_back(feature);
  }
  return prepare(std::move(settings));
}

Settings server_settings(Settings of_account) {
  of_account.defaults.access_model = AccessModel::open;
  return prepare(std::move(of_account));
}

}  // namespace stoa::pubsub
