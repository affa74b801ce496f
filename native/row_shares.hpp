// How threads share the rows of configurations side by side.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "row_layout.hpp"
#include "schedule.hpp"
#include "system.hpp"

namespace potlearn::POTLEARN_ISA {

// The rows of configurations first..last - 1, in some columns.  No number is written by two shares, and
// which block it comes from, and so its bits, does not depend on how rows are shared.
struct RowShare {
  int first_system, last_system;
  const ColumnShare* columns;
};

struct RowShares {
  RowLayout::Shares columns;  // that the shares point to
  std::vector<RowShare> shares;
};

class RowSplitter {
 public:
  RowSplitter(const RowLayout& layout, const Schedule& schedule, int gates)
      : layout_(layout), schedule_(schedule), system_(schedule.system), gates_(gates) {}

  // The cheapest of all ways to have `systems` parts of the configurations times `columns` parts of the columns.
  RowShares split(int threads) const {
    double best = std::numeric_limits<double>::infinity();
    std::vector<int> cuts;
    RowLayout::Shares columns;
    for (int parts = useful(threads); parts >= 1; --parts) {
      const std::vector<int> at = system_cuts(parts);
      const RowLayout::Shares share = layout_.shares(gates_, useful(threads) / (int(at.size()) - 1));
      double most = 0;
      for (const ColumnShare& c : *share) most = std::max(most, c.cost);
      const double cost = most * most_blocks(at);
      if (cost < best) {
        best = cost;
        cuts = at;
        columns = share;
      }
    }
    RowShares made = {columns, {}};
    for (std::size_t p = 0; p + 1 < cuts.size(); ++p)
      for (const ColumnShare& c : *columns) made.shares.push_back({cuts[p], cuts[p + 1], &c});
    return made;
  }

 private:
  const RowLayout& layout_;
  const Schedule& schedule_;
  const System& system_;
  const int gates_;

  // A thread pays from some 16 groups of columns of a block on.
  int useful(int threads) const {
    const std::int64_t groups = (layout_.n_features + W - 1) / W, blocks = schedule_.blocks();
    const std::int64_t work = groups * std::max(1, gates_) * blocks / 16;
    return int(std::max<std::int64_t>(1, std::min<std::int64_t>(threads, work)));
  }

  // At most `parts` ranges of configurations with about as many atoms each: where they begin, then the end.
  std::vector<int> system_cuts(int parts) const {
    std::vector<int> found = {0};
    if (!system_.owner.empty())
      for (int p = 1; p < parts; ++p) {
        const int atom = int(std::int64_t(system_.n_atoms) * p / parts), owner = system_.owner[atom];
        const auto same = std::equal_range(system_.owner.begin(), system_.owner.end(), owner);
        const auto here = system_.owner.begin() + atom;
        const int cut = here - same.first <= same.second - here ? owner : owner + 1;
        if (cut > found.back() && cut < system_.n_systems) found.push_back(cut);
      }
    found.push_back(system_.n_systems);
    return found;
  }

  // Blocks of the range that has most; one that holds atoms of two ranges counts for both.
  int most_blocks(const std::vector<int>& cuts) const {
    if (cuts.size() == 2) return schedule_.blocks();
    std::vector<int> blocks(cuts.size() - 1, 0);
    for (int b = 0; b < schedule_.blocks(); ++b) {
      const int* atoms = schedule_.atoms(b);
      const int first = system_.owner_of(atoms[0]), last = system_.owner_of(atoms[schedule_.size(b) - 1]);
      for (std::size_t p = 0; p < blocks.size(); ++p) blocks[p] += cuts[p] <= last && first < cuts[p + 1];
    }
    return *std::max_element(blocks.begin(), blocks.end());
  }
};

}  // namespace potlearn::POTLEARN_ISA
