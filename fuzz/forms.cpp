// Any element as a data form and as a result set request: what is read is written and read again
// alike, and a form that was rendered changes nothing when it is submitted.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <stoa/forms/table.hpp>
#include <stoa/rsm/order.hpp>
#include <stoa/rsm/rsm.hpp>
#include <stoa/xml/parser.hpp>

namespace {

using namespace stoa;

enum class Level { low, high };

struct Config {
  bool flag = false;
  std::string text;
  std::string lines;
  std::optional<std::uint32_t> number = 1;
  std::int32_t clamped = 0;
  Level level = Level::low;
  std::set<Level> levels;
  forms::Values names;
  Jid contact;
  std::vector<Jid> owners;
};

using Row = forms::Rows<Config>;

const forms::OptionTable<Config>& table() {
  using forms::FieldType;
  using Excess = forms::IntegerRule::Excess;
  static const std::vector<forms::Token<Level>> levels{{Level::low, "low", "Low"},
                                                       {Level::high, "high", "High"}};
  static const forms::OptionTable<Config> made(
      "form",
      {Row::boolean("flag", "Flag", &Config::flag), Row::text("text", "Text", &Config::text),
       Row::text("lines", "Lines", &Config::lines, {}, FieldType::text_multi),
       Row::integer("number", "Number", &Config::number, {.max = 1000, .word = "max"}),
       Row::integer("clamped", "Clamped", &Config::clamped,
                    {.min = -5, .max = 5, .excess = Excess::clamped}),
       Row::list("level", "Level", &Config::level, levels),
       Row::list_multi("levels", "Levels", &Config::levels, levels),
       Row::names("names", "Names", &Config::names), Row::jid("contact", "C", &Config::contact),
       Row::jid_multi("owners", "Owners", &Config::owners, forms::JidForm::bare)});
  return made;
}

void require(bool holds) {
  if (!holds) std::abort();
}

void check_form(const forms::Form& form) {
  const xml::Element written = forms::encode(form);
  const auto again = forms::decode_form(written);
  require(again.ok());
  require(same(forms::encode(*again), written));

  static_cast<void>(table().mismatch(form, Config{}));
  const auto config = table().submit(form, Config{});
  if (!config) {
    require(table().find(config.error().var) != nullptr);
    return;
  }
  const auto shown =
      forms::decode_form(forms::encode(table().render(forms::FormType::form, *config)));
  require(shown.ok());
  const auto unchanged = table().submit(*shown, *config);
  require(unchanged.ok());
  require(table().changed(*config, *unchanged).empty());
  require(!table().mismatch(*shown, *config).has_value());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto element =
      xml::parse(std::string_view(reinterpret_cast<const char*>(data), size), "jabber:x:data");
  if (!element) return 0;
  if (const auto form = forms::decode_form(*element)) check_form(*form);
  if (const auto set = rsm::decode(*element); set && set->has_value()) {
    const auto uid_at = [](std::size_t i) { return std::to_string(i); };
    const auto page = rsm::page(**set, 10, uid_at, 4);
    if (page) require(page->begin <= page->end && page->end <= 10 && page->end - page->begin <= 4);
  }
  static_cast<void>(rsm::decode_order(*element));
  return 0;
}
