#include "scenarios/runner/script.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <stoa/xml/parser.hpp>

namespace scenario {
namespace {

std::string trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\r");
  if (begin == std::string_view::npos) return {};
  return std::string(text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1));
}

std::string trimmed_lines(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return {};
  return std::string(text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1));
}

/// Text before a comment. A comment begins at the line or behind two blanks.
std::string uncommented(const std::string& text) {
  if (text.starts_with("#")) return {};
  return trimmed(text.substr(0, text.find("  #")));
}

/// White space that only lays out the file is no content, nor is it around a marker on its own
/// line.
void strip_layout(stoa::xml::Element& element) {
  for (stoa::xml::Node& node : element.nodes()) {
    const std::string* const text = node.text();
    if (text && trimmed_lines(*text) == "{more}") node.content = std::string("{more}");
  }
  std::erase_if(element.nodes(), [](const stoa::xml::Node& node) {
    const std::string* const text = node.text();
    return text && text->find('\n') != std::string::npos &&
           text->find_first_not_of(" \t\r\n") == std::string::npos;
  });
  for (stoa::xml::Node& node : element.nodes()) {
    if (node.element()) strip_layout(*node.element());
  }
}

struct Line {
  int number = 0;
  std::size_t indent = 0;
  std::string text;  // trimmed
};

std::vector<Line> lines_of(const std::string& text) {
  std::vector<Line> lines;
  std::istringstream in(text);
  std::string raw;
  for (int number = 1; std::getline(in, raw); ++number) {
    const std::string content = trimmed(raw);
    if (content.empty() || content.starts_with("#")) continue;
    lines.push_back({number, raw.find_first_not_of(" \t"), content});
  }
  return lines;
}

struct Phrase {
  std::string_view text;
  Verb verb;
};

// Steps that are whole sentences.
constexpr Phrase phrases[] = {
    {"the store fails once", Verb::store_fails},
    {"the store fails", Verb::store_fails},
    {"the store is away", Verb::store_away},
    {"the store is back", Verb::store_back},
    {"the store waits", Verb::store_waits},
    {"the store goes on", Verb::store_goes_on},
    {"the link drops", Verb::link_drops},
    {"the link returns", Verb::link_returns},
    {"restart", Verb::restart},
    {"crash", Verb::crash},
};

struct Unit {
  std::string_view name;
  stoa::Duration length;
};

constexpr Unit units[] = {
    {"ms", std::chrono::milliseconds(1)}, {"s", std::chrono::seconds(1)},
    {"min", std::chrono::minutes(1)},     {"h", std::chrono::hours(1)},
    {"d", std::chrono::hours(24)},
};

class Reader {
 public:
  Reader(const std::string& file, const std::string& text) : lines_(lines_of(text)) {
    scenario_.file = file;
  }

  Scenario read() {
    while (next_ < lines_.size()) section();
    if (scenario_.title.empty()) fail(1, "no title");
    if (scenario_.steps.empty()) fail(1, "no steps");
    return std::move(scenario_);
  }

 private:
  [[noreturn]] void fail(int line, const std::string& what) const {
    throw ScriptError(scenario_.file, line, what);
  }

  void section() {
    const Line line = lines_[next_++];
    const std::size_t colon = line.text.find(':');
    if (line.indent != 0 || colon == std::string::npos) {
      fail(line.number, "a section was expected (title:, cast:, settings:, given:, steps:)");
    }
    const std::string name = line.text.substr(0, colon);
    const std::string rest = uncommented(trimmed(line.text.substr(colon + 1)));
    if (name == "title") {
      scenario_.title = rest;
    } else if (name == "runs") {
      std::istringstream words(rest);
      for (std::string word; words >> word;) scenario_.runs.push_back(word);
    } else if (name == "faults") {
      scenario_.faults = rest != "no";
    } else if (name == "server") {
      scenario_.server = rest;
      if (rest != "no" && rest != "prosody" && rest != "ejabberd") {
        fail(line.number, "no, prosody or ejabberd was expected");
      }
    } else if (name == "forgetful") {
      scenario_.forgetful = rest != "no";
    } else if (name == "cast") {
      cast();
    } else if (name == "settings") {
      settings();
    } else if (name == "given" || name == "steps") {
      steps(name == "steps");
    } else {
      fail(line.number, "unknown section " + name);
    }
  }

  bool more() const { return next_ < lines_.size() && lines_[next_].indent > 0; }

  void cast() {
    while (more()) {
      const Line& line = lines_[next_++];
      std::istringstream words(uncommented(line.text));
      std::string name;
      std::string jid;
      if (!(words >> name >> jid)) fail(line.number, "a name and a JID were expected");
      scenario_.cast[name] = jid;
    }
  }

  void settings() {
    while (more()) {
      const Line& line = lines_[next_++];
      const std::string text = uncommented(line.text);
      const std::size_t equals = text.find('=');
      if (equals == std::string::npos) fail(line.number, "key = value was expected");
      scenario_.settings.emplace_back(trimmed(text.substr(0, equals)),
                                      trimmed(text.substr(equals + 1)));
    }
  }

  void steps(bool matched) {
    if (!more()) return;
    const std::size_t indent = lines_[next_].indent;
    while (more()) {
      const Line line = lines_[next_++];
      if (line.indent != indent) fail(line.number, "a step was expected at the block's indent");
      std::string xml;
      while (more() && lines_[next_].indent > indent) xml += '\n' + lines_[next_++].text;
      Step step = this->step(line, xml);
      step.matched = matched;
      scenario_.steps.push_back(std::move(step));
    }
  }

  Step step(const Line& line, const std::string& following) {
    Step step;
    step.line = line.number;
    const std::size_t angle = line.text.find('<');
    const std::string head = uncommented(trimmed(line.text.substr(0, angle)));
    const std::string xml =
        (angle == std::string::npos ? std::string() : line.text.substr(angle)) + following;
    for (const Phrase& phrase : phrases) {
      if (head != phrase.text) continue;
      step.verb = phrase.verb;
      step.count = head.ends_with("once") ? 1 : ~0ull;
      return step;
    }
    if (head.starts_with("time passes ")) return time(std::move(step), head.substr(12));
    sentence(step, head);
    if (step.verb == Verb::receives_nothing) return step;
    stanzas(step, xml);
    return step;
  }

  Step time(Step step, const std::string& text) {
    step.verb = Verb::time_passes;
    std::istringstream words(text);
    long amount = 0;
    std::string unit;
    words >> amount >> unit;
    for (const Unit& it : units) {
      if (it.name == unit) {
        step.time = amount * it.length;
        return step;
      }
    }
    fail(step.line, "a time was expected, as in: time passes 5 s (ms, s, min, h, d)");
  }

  /// `A sends`, `A, B and C receive`, `"some@jid" receives nothing`, `the server sends`.
  void sentence(Step& step, std::string head) {
    if (head == "the server sends") {
      step.verb = Verb::server_sends;
      return;
    }
    static constexpr std::pair<std::string_view, Verb> endings[] = {
        {" sends", Verb::sends},
        {" receives", Verb::receives},
        {" receive", Verb::receives},
        {" receives nothing", Verb::receives_nothing},
        {" receive nothing", Verb::receives_nothing},
    };
    for (const auto& [ending, verb] : endings) {
      if (!head.ends_with(ending)) continue;
      head.resize(head.size() - ending.size());
      step.verb = verb;
      names(step, head);
      return;
    }
    fail(step.line, "unknown step: " + head);
  }

  void names(Step& step, std::string text) {
    for (std::size_t at = text.find(" and "); at != std::string::npos; at = text.find(" and ")) {
      text.replace(at, 5, ", ");
    }
    std::istringstream parts(text);
    for (std::string part; std::getline(parts, part, ',');) {
      std::string name = trimmed(part);
      if (name.size() > 1 && name.front() == '"') name = name.substr(1, name.size() - 2);
      if (!scenario_.cast.contains(name) && name.find('.') == std::string::npos) {
        fail(step.line, name + " is not in the cast");
      }
      step.who.push_back(std::move(name));
    }
  }

  void stanzas(Step& step, const std::string& xml) {
    auto parsed = stoa::xml::parse("<all>" + xml + "</all>", "jabber:client");
    if (!parsed.ok()) fail(step.line, "bad XML: " + parsed.error().text);
    for (stoa::xml::Node& node : parsed.value().nodes()) {
      if (!node.element()) continue;
      strip_layout(*node.element());
      step.stanzas.push_back(std::move(*node.element()));
    }
    if (step.stanzas.empty()) fail(step.line, "a stanza was expected");
  }

  std::vector<Line> lines_;
  std::size_t next_ = 0;
  Scenario scenario_;
};

}  // namespace

bool is_action(Verb verb) {
  return verb != Verb::receives && verb != Verb::receives_nothing;
}

std::string Scenario::address(const std::string& who) const {
  const auto it = cast.find(who);
  return it == cast.end() ? who : it->second;
}

std::vector<std::string> files_of(const std::vector<std::string>& paths) {
  std::vector<std::string> files;
  for (const std::string& path : paths) {
    if (!std::filesystem::is_directory(path)) {
      files.push_back(path);
      continue;
    }
    for (const auto& entry : std::filesystem::recursive_directory_iterator(path)) {
      if (entry.path().extension() == ".scenario") files.push_back(entry.path());
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

Scenario parse(const std::string& file, const std::string& text) {
  return Reader(file, text).read();
}

std::string text_of(const std::string& path) {
  std::ifstream in(path);
  if (!in) throw ScriptError(path, 0, "cannot be read");
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

Scenario read_file(const std::string& path) {
  return parse(path, text_of(path));
}

}  // namespace scenario
