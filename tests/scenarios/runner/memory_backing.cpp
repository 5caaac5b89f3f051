#include "scenarios/runner/memory_backing.hpp"

namespace scenario {

void MemoryBacking::begin(Loop& loop, stoa::Clock& clock) {
  journal_ = std::make_unique<stoa::store::memory::Journal>(
      disk_, clock, [&loop](std::function<void()> what) { loop.post(std::move(what)); });
  journal_->set(weather_);
}

void MemoryBacking::end(Stage::Ending) {
  weather_ = journal_->weather();
  journal_.reset();
}

void MemoryBacking::attach(stoa::dispatch::JournalEvents& events) {
  told_.events = &events;
  journal_->tell(told_);
}

void MemoryBacking::add_services(stoa::dispatch::Common& common,
                                 stoa::dispatch::Dispatcher& dispatcher,
                                 stoa::dispatch::Outlet& outlet) {
  for (const auto& service : services_) {
    service->join({common, dispatcher, outlet, *journal_, disk_});
  }
}

void MemoryBacking::fail(std::uint64_t units) {
  weather_ = journal_->weather();
  weather_.fails = units;
  journal_->set(weather_);
}

void MemoryBacking::set(Stage::StoreMood mood) {
  weather_ = journal_->weather();
  weather_.waits = mood == Stage::StoreMood::waits;
  weather_.away = mood == Stage::StoreMood::away;
  journal_->set(weather_);
}

}  // namespace scenario
