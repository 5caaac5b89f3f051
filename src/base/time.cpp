#include <stoa/base/time.hpp>

namespace stoa {

namespace {

void append_number(std::string& out, long long value, int digits) {
  char text[20];
  for (int i = digits - 1; i >= 0; --i) {
    text[i] = static_cast<char>('0' + value % 10);
    value /= 10;
  }
  out.append(text, static_cast<std::size_t>(digits));
}

/// Reads a DateTime from left to right; after the first mismatch `ok` stays false.
struct Reader {
  std::string_view rest;
  bool ok = true;

  bool at(char c) const { return !rest.empty() && rest.front() == c; }

  bool at_digit() const { return !rest.empty() && rest.front() >= '0' && rest.front() <= '9'; }

  void skip(char c) {
    ok = ok && at(c);
    if (ok) rest.remove_prefix(1);
  }

  unsigned number(int digits) {
    unsigned value = 0;
    for (int i = 0; i < digits; ++i) {
      ok = ok && at_digit();
      if (!ok) return 0;
      value = value * 10 + static_cast<unsigned>(rest.front() - '0');
      rest.remove_prefix(1);
    }
    return value;
  }

  std::chrono::microseconds fraction() {
    if (!at('.')) return {};
    rest.remove_prefix(1);
    ok = ok && at_digit();
    std::chrono::microseconds value{};
    for (std::chrono::microseconds unit(100000); at_digit(); unit /= 10) {
      value += unit * (rest.front() - '0');
      rest.remove_prefix(1);
    }
    return value;
  }

  std::chrono::minutes offset() {
    if (at('Z')) {
      rest.remove_prefix(1);
      return {};
    }
    const int sign = at('-') ? -1 : 1;
    skip(at('-') ? '-' : '+');
    const unsigned hour = number(2);
    skip(':');
    const unsigned minute = number(2);
    ok = ok && hour <= 14 && minute <= 59;  // XML Schema: an offset is at most 14 hours
    return sign * (std::chrono::hours(hour) + std::chrono::minutes(minute));
  }
};

}  // namespace

std::string format_xep0082(Timestamp time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  std::string out;
  out.reserve(27);
  append_number(out, static_cast<int>(date.year()), 4);
  out += '-';
  append_number(out, static_cast<unsigned>(date.month()), 2);
  out += '-';
  append_number(out, static_cast<unsigned>(date.day()), 2);
  out += 'T';
  append_number(out, clock.hours().count(), 2);
  out += ':';
  append_number(out, clock.minutes().count(), 2);
  out += ':';
  append_number(out, clock.seconds().count(), 2);
  if (clock.subseconds().count() != 0) {
    out += '.';
    append_number(out, clock.subseconds().count(), 6);
  }
  out += 'Z';
  return out;
}

std::optional<Timestamp> parse_xep0082(std::string_view text) {
  Reader in{text};
  const std::chrono::year year(static_cast<int>(in.number(4)));
  in.skip('-');
  const std::chrono::month month(in.number(2));
  in.skip('-');
  const std::chrono::year_month_day date(year, month, std::chrono::day(in.number(2)));
  in.skip('T');
  const unsigned hour = in.number(2);
  in.skip(':');
  const unsigned minute = in.number(2);
  in.skip(':');
  const unsigned second = in.number(2);
  const auto fraction = in.fraction();
  const auto offset = in.offset();
  if (!in.ok || !in.rest.empty() || !date.ok() || year < std::chrono::year(1)) return std::nullopt;
  if (hour > 23 || minute > 59 || second > 59) return std::nullopt;
  return std::chrono::sys_days(date) + std::chrono::hours(hour) + std::chrono::minutes(minute) +
         std::chrono::seconds(second) + fraction - offset;
}

}  // namespace stoa
