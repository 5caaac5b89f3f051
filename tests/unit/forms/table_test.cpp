#include <doctest/doctest.h>

#include <stoa/forms/table.hpp>

using namespace stoa;
using namespace stoa::forms;

namespace {

enum class Access { open, whitelist };
enum class Role { visitor, participant, moderator };

struct Config {
  bool collection = false;
  bool notify = true;
  std::string title = "A title";
  std::optional<std::uint32_t> max_items = 10;
  std::int16_t seconds = 5;
  Access access = Access::open;
  std::set<Role> broadcast{Role::visitor, Role::moderator};
  Values groups;
  std::vector<Jid> owners;
  Jid contact;
  Values children;
};

struct Viewer {
  bool admin = false;
};

using Row = Rows<Config, Viewer>;
using Table = OptionTable<Config, Viewer>;

const std::vector<Token<Access>> access_tokens{
    {Access::open, "open", "Anybody"},
    {Access::whitelist, "whitelist", "Listed"},
    {Access::whitelist, "closed", "", Spelling::alias},
};
const std::vector<Token<Role>> role_tokens{{Role::visitor, "visitor", "Visitors"},
                                           {Role::participant, "participant", "Participants"},
                                           {Role::moderator, "moderator", "Moderators"}};

bool is_collection(const Config& config, const Viewer&) {
  return config.collection;
}

Table make_table() {
  return Table(
      "form",
      {
          Row::boolean("collection", "Collection", &Config::collection),
          Row::boolean("notify", "Notify", &Config::notify).coded([](const Config& config) {
            return config.notify ? 170 : 171;
          }),
          Row::text("title", "Title", &Config::title, {.max_chars = 10})
              .coded(104)
              .with_feature("titles"),
          Row::integer("max_items", "Items", &Config::max_items,
                       {.min = 0, .max = 1000, .word = "max"}),
          Row::integer("seconds", "Seconds", &Config::seconds, {.min = 1})
              .visible_when([](const Config&, const Viewer& viewer) { return viewer.admin; }),
          Row::list("access", "Access", &Config::access, access_tokens),
          Row::list_multi("broadcast", "Broadcast", &Config::broadcast, role_tokens),
          Row::names("groups", "Groups", &Config::groups),
          Row::jid_multi("owners", "Owners", &Config::owners, JidForm::bare),
          Row::jid("contact", "Contact", &Config::contact),
          Row::names("children", "Children", &Config::children, FieldType::text_multi)
              .visible_when(is_collection, WhenHidden::refused),
      });
}

Form submitted(std::vector<Field> fields) {
  return Form{.type = FormType::submit, .fields = std::move(fields)};
}

Form submitted(std::string_view var, Values values) {
  return submitted({Field{.var = std::string(var), .values = std::move(values)}});
}

const Table table = make_table();

}  // namespace

TEST_CASE("a form shows every visible option with its present value [PS-CFG-01] [MUC-CONF-01]") {
  const Form form = table.render(FormType::form, Config{});
  CHECK(form.form_type == "form");
  CHECK(form.fields.size() == 9);
  CHECK(form.find("seconds") == nullptr);
  CHECK(form.find("children") == nullptr);
  CHECK(form.value("notify") == "1");
  CHECK(form.value("max_items") == "10");
  CHECK(form.find("max_items")->validation->datatype == "pubsub:integer-or-max");
  CHECK(form.find("access")->choices.size() == 2);
  CHECK(form.find("broadcast")->values == Values{"visitor", "moderator"});
  CHECK(form.find("groups")->validation->method == Validation::Method::open);

  const Form admins = table.render(FormType::form, Config{}, Viewer{.admin = true});
  REQUIRE(admins.find("seconds") != nullptr);
  CHECK(admins.find("seconds")->validation->max == "32767");

  const Form result = table.render(FormType::result, Config{});
  CHECK(result.find("access")->choices.empty());
  CHECK_FALSE(result.find("max_items")->validation.has_value());
}

TEST_CASE("a submit changes the fields present and keeps the others [PS-CFG-03] [MUC-CONF-03]") {
  const auto config = table.submit(
      submitted({Field{.var = "notify", .values = {"false"}},
                 Field{.var = "max_items", .values = {"max"}},
                 Field{.var = "access", .values = {"closed"}}, Field{.var = "broadcast"},
                 Field{.var = "owners", .values = {"Romeo@montague.lit/orchard"}},
                 Field{.var = "nobody#knows", .values = {"this"}}}),
      Config{});
  REQUIRE(config.ok());
  CHECK_FALSE(config->notify);
  CHECK(config->title == "A title");
  CHECK_FALSE(config->max_items.has_value());
  CHECK(config->access == Access::whitelist);
  CHECK(config->broadcast.empty());
  REQUIRE(config->owners.size() == 1);
  CHECK(config->owners[0].str() == "romeo@montague.lit");
  const Form form = table.render(FormType::form, *config);
  CHECK(form.value("max_items") == "max");
  CHECK(form.value("access") == "whitelist");
}

TEST_CASE("a bad value refuses the whole form and is named [PS-CFG-06] [MUC-CONF-05]") {
  struct Case {
    const char* var;
    Values values;
  };
  const std::vector<Case> cases{{"notify", {"yes"}},
                                {"notify", {}},
                                {"title", {"eleven char"}},
                                {"max_items", {"1001"}},
                                {"max_items", {"-1"}},
                                {"access", {"authorize"}},
                                {"access", {"open", "open"}},
                                {"broadcast", {"none"}},
                                {"owners", {"@"}},
                                {"contact", {"@"}}};
  for (const Case& bad : cases) {
    CAPTURE(bad.var);
    const auto config = table.submit(submitted(bad.var, bad.values), Config{});
    REQUIRE_FALSE(config.ok());
    CHECK(config.error().var == bad.var);
    CHECK(config.error().text.starts_with(bad.var));
  }
}

TEST_CASE("fields hidden from the sender are ignored or refused, as the row says [MUC-CONF-07]") {
  const auto ignored = table.submit(submitted("seconds", {"9"}), Config{});
  REQUIRE(ignored.ok());
  CHECK(ignored->seconds == 5);
  CHECK(table.submit(submitted("seconds", {"9"}), Config{}, Viewer{.admin = true})->seconds == 9);

  CHECK(table.submit(submitted("children", {"a"}), Config{}).error().var == "children");
  const auto both = table.submit(submitted({Field{.var = "children", .values = {"a", "b"}},
                                            Field{.var = "collection", .values = {"1"}}}),
                                 Config{});
  REQUIRE(both.ok());
  CHECK(both->children == Values{"a", "b"});
}

TEST_CASE("numbers fit the member they are kept in") {
  CHECK_FALSE(table.submit(submitted("seconds", {"32768"}), Config{}, Viewer{.admin = true}).ok());
}

TEST_CASE("preconditions compare values, not spellings [PS-PO-05]") {
  Config config;
  config.groups = {"Friends", "Enemies"};
  CHECK_FALSE(table.mismatch(submitted("notify", {"true"}), config).has_value());
  CHECK_FALSE(table.mismatch(submitted("notify", {"1"}), config).has_value());
  CHECK_FALSE(table.mismatch(submitted("max_items", {"010"}), config).has_value());
  CHECK_FALSE(table.mismatch(submitted("groups", {"Enemies", "Friends"}), config).has_value());
  CHECK_FALSE(table.mismatch(submitted("broadcast", {"moderator", "visitor"}), config).has_value());
  CHECK(table.mismatch(submitted("groups", {"Friends"}), config)->reason ==
        Mismatch::Reason::differs);
  CHECK(table.mismatch(submitted("max_items", {"max"}), config)->reason ==
        Mismatch::Reason::differs);

  config.max_items = 1000;
  CHECK_FALSE(table.mismatch(submitted("max_items", {"max"}), config).has_value());
  config.max_items = std::nullopt;
  CHECK_FALSE(table.mismatch(submitted("max_items", {"max"}), config).has_value());
  CHECK_FALSE(table.mismatch(submitted("max_items", {"1000"}), config).has_value());
}

TEST_CASE("a precondition that is unknown or unreadable does not hold [PS-PO-03]") {
  const auto unknown = table.mismatch(submitted("pubsub#novel", {"1"}), Config{});
  REQUIRE(unknown.has_value());
  CHECK(unknown->var == "pubsub#novel");
  CHECK(unknown->reason == Mismatch::Reason::unknown_field);
  CHECK(table.mismatch(submitted("notify", {"perhaps"}), Config{})->reason ==
        Mismatch::Reason::bad_value);
}

TEST_CASE("the options that really changed give their codes [MUC-CONFX-02]") {
  Config after;
  after.broadcast = {Role::moderator, Role::visitor};
  CHECK(table.changed(Config{}, after).empty());
  after.notify = false;
  after.title = "Other";
  const auto changed = table.changed(Config{}, after);
  REQUIRE(changed.size() == 2);
  CHECK(changed[0]->code(after) == 171);
  CHECK(changed[1]->code(after) == 104);
}

TEST_CASE("an option can be assigned by name, for defaults") {
  Config config;
  CHECK_FALSE(table.assign(config, "title", {"New"}).has_value());
  CHECK(config.title == "New");
  CHECK(table.assign(config, "titel", {"New"})->text == "titel is no option");
  CHECK(table.assign(config, "notify", {"x"})->text == "notify must be 0, 1, true or false");
}

TEST_CASE("features derive from the rows") {
  CHECK(table.features() == std::vector<std::string>{"titles"});
}

TEST_CASE("a list can be open, and its choices can depend on who looks [MUC-CONF-08]") {
  const Table own("form", {Row::integer("max", "Max", &Config::max_items,
                                        {.min = 1, .max = 100, .word = "none"})
                               .as_open_list({{"none", "None"}, {"10", "10"}}),
                           Row::names("groups", "Groups", &Config::groups)
                               .offering([](const Config&, const Viewer& viewer) {
                                 return std::vector<Choice>{{viewer.admin ? "all" : "few", ""}};
                               })});
  const Form form = own.render(FormType::form, Config{}, Viewer{.admin = true});
  CHECK(form.find("max")->type == FieldType::list_single);
  CHECK(form.find("max")->validation->method == Validation::Method::open);
  CHECK(form.find("groups")->choices == std::vector<Choice>{{"all", ""}});
  CHECK(own.submit(submitted("max", {"37"}), Config{})->max_items == 37u);
  CHECK_FALSE(own.submit(submitted("max", {"101"}), Config{}).ok());
  CHECK_FALSE(own.submit(submitted("max", {"0"}), Config{}).ok());
  CHECK_FALSE(own.submit(submitted("max", {"none"}), Config{})->max_items.has_value());
}

TEST_CASE("a rendered form submitted again changes nothing") {
  Config config;
  config.collection = true;
  config.children = {"b", "a"};
  config.owners = {*Jid::parse("romeo@montague.lit")};
  const auto wire = decode_form(encode(table.render(FormType::form, config)));
  REQUIRE(wire.ok());
  const auto again = table.submit(*wire, config);
  REQUIRE(again.ok());
  CHECK(table.changed(config, *again).empty());
}
