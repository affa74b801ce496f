#include <atomic>
#include <memory>

#include "check.hpp"
#include "parallel.hpp"
#include "pool.hpp"

namespace potlearn {
namespace {

struct Workspace {
  int size;
  std::atomic<int> users{0};
  explicit Workspace(int n) : size(n) {}
};

Pool<Workspace>::Lease lend(Pool<Workspace>& pool, int size) {
  return pool.lend([&](const Workspace& w) { return w.size >= size; },
                   [&] { return std::make_unique<Workspace>(size); });
}

TEST(what_is_given_back_is_lent_again) {
  Pool<Workspace> pool;
  const Workspace* first = &*lend(pool, 5);
  CHECK(&*lend(pool, 3) == first);
  const auto one = lend(pool, 5);
  CHECK(&*one == first);
  CHECK(&*lend(pool, 5) != first);
}

TEST(what_is_too_small_is_replaced) {
  Pool<Workspace> pool;
  {
    const auto small = lend(pool, 2);
  }
  CHECK(lend(pool, 9)->size == 9);
  CHECK(lend(pool, 1)->size == 9);
}

TEST(a_lease_moves) {
  Pool<Workspace> pool;
  Pool<Workspace>::Lease lease;
  CHECK(!lease);
  lease = lend(pool, 4);
  CHECK(lease && lease->size == 4);
  lease = lend(pool, 4);
  CHECK(lease);
}

TEST(no_two_threads_share_a_workspace) {
  Pool<Workspace> pool;
  std::atomic<bool> alone{true};
  for_items(2000, 16, [&](int, int item) {
    const auto lease = lend(pool, item % 5);
    if (++lease->users != 1) alone = false;
    --lease->users;
  });
  CHECK(alone);
}

}  // namespace
}  // namespace potlearn
