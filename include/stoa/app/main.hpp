#pragma once

namespace stoa::app {

/// The program: `stoa run|check|attach|migrate`. Returns the process's exit code: 0 done, 1 failed,
/// 2 wrong usage or configuration (nothing was started then).
int main(int argc, const char* const* argv);

}  // namespace stoa::app
