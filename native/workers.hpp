// Threads that stay from call to call.
#pragma once

#include <functional>

namespace potlearn {

// work(0) in the caller's thread and work(1), work(2), ... in up to threads - 1 others, at the same time.  Others that
// have not begun when the caller's part ends are left out, and so are those that the system does not grant: work must be
// complete whoever does it.  It must not throw.  Calls may come from several threads, from within work, and after a fork.
void with_workers(int threads, const std::function<void(int)>& work);

}  // namespace potlearn
