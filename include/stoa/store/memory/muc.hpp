#pragma once

#include <memory>

#include <stoa/muc/engine/engine.hpp>
#include <stoa/store/memory/tables.hpp>

namespace stoa::store::memory {

/// The tables of one rooms service, for tests.
std::unique_ptr<Tables<muc::Engine>> muc_tables();

}  // namespace stoa::store::memory
