// The reader of files: what is in them, and what is wrong with damaged ones.
#include <cstdint>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "array_file.hpp"
#include "check.hpp"
#include "model.hpp"
#include "toy_file.hpp"

namespace potlearn {
namespace {

using toy::FileBytes;
using toy::TemporaryFile;

FileBytes small() {
  FileBytes file;
  file.add("numbers", std::vector<double>{1.5, -2.5});
  file.add("integers", std::vector<std::int32_t>{3, 4, 5});
  file.add("words", "Si\nGe");
  file.add("one", 7);
  file.add("half", 0.5);
  return file;
}

std::string error_of(const std::string& bytes) {
  const TemporaryFile file(bytes);
  try {
    ArrayFile read(file.path);
  } catch (const FileError& error) {
    return error.what();
  }
  return "";
}

bool says(const std::string& bytes, const char* words) { return error_of(bytes).find(words) != std::string::npos; }

// The checksum made right again.
std::string mended(std::string bytes) {
  bytes.resize(bytes.size() - 8);
  return FileBytes::signed_bytes(bytes);
}

TEST(arrays_are_found_by_name) {
  const TemporaryFile file(small().bytes());
  const ArrayFile read(file.path);
  CHECK(read.doubles("numbers").size == 2 && read.doubles("numbers")[1] == -2.5);
  CHECK(read.integers("integers").size == 3 && read.integers("integers")[2] == 5);
  CHECK((read.words("words") == std::vector<std::string>{"Si", "Ge"}));
  CHECK(read.integer("one") == 7 && read.number("half") == 0.5 && read.shape("numbers")[0] == 2);
  CHECK(read.has("one") && !read.has("two"));
  CHECK_THROWS(read.doubles("two"), FileError, "expected an array 'two', got none");
  CHECK_THROWS(read.doubles("one"), FileError, "'one': expected numbers, got integers");
  CHECK_THROWS(read.number("numbers"), FileError, "expected one number, got 2");
  CHECK_THROWS(read.integer("integers"), FileError, "expected one integer, got 3");
}

TEST(other_files_are_refused_in_words) {
  CHECK_THROWS(ArrayFile("/no/such/file"), FileError, "/no/such/file: there is no such file");
  CHECK_THROWS(ArrayFile("."), FileError, "expected a file, got a folder");
  CHECK_THROWS(ArrayFile("/dev/zero"), FileError, "got a folder or a device");
  CHECK(says("", "too short"));
  CHECK(says(std::string(1000, 'x'), "not a potential that potlearn exported"));
}

TEST(truncated_files_are_refused) {
  const std::string bytes = small().bytes();
  for (std::size_t n = 0; n < bytes.size(); ++n) CHECK(!error_of(bytes.substr(0, n)).empty());
  CHECK(says(bytes.substr(0, bytes.size() - 1), "the file is damaged: expected"));
  CHECK(says(bytes + "x", "the file is damaged: expected"));
}

TEST(every_flipped_bit_is_noticed) {
  const std::string bytes = small().bytes();
  for (std::size_t k = 0; k < 8 * bytes.size(); ++k) {
    std::string flipped = bytes;
    flipped[k / 8] = char(flipped[k / 8] ^ (1 << k % 8));
    CHECK(!error_of(flipped).empty());
  }
}

TEST(other_versions_are_refused) {
  FileBytes file = small();
  file.version = 2;
  CHECK(says(file.bytes(), "written by a newer potlearn (format 2); this one reads format 1"));
}

// Announced sizes are compared with the file before anything is allocated.
TEST(huge_sizes_are_refused) {
  std::string bytes = small().bytes();
  for (std::uint64_t huge : {std::uint64_t(1) << 20, std::uint64_t(1) << 61, ~std::uint64_t(0)}) {
    std::string changed = bytes;
    std::memcpy(&changed[56], &huge, 8);  // the shape of the first array
    CHECK(says(mended(changed), "beyond the end of the file"));
  }
  std::string name = bytes;
  const std::uint32_t length = ~0u;
  std::memcpy(&name[48], &length, 4);
  CHECK(says(mended(name), "beyond the end of the file"));
  std::string count = bytes;
  std::memcpy(&count[36], &length, 4);
  CHECK(says(mended(count), "beyond the end of the file"));
}

TEST(arrays_that_contradict_themselves_are_refused) {
  FileBytes twice = small();
  twice.add("one", 8);
  CHECK(says(twice.bytes(), "two arrays are called 'one'"));
  std::string type = small().bytes();
  type[52] = 'x';
  CHECK(says(mended(type), "unknown type"));
  std::string dimensions = small().bytes();
  dimensions[53] = 9;
  CHECK(says(mended(dimensions), "unknown type"));
  std::string fewer = small().bytes();
  fewer[36] = 3;
  CHECK(says(mended(fewer), "bytes behind the last array"));
}

// Damage that the checksum does not show: the parts of a potential are checked, too.
TEST(damaged_potentials_give_words) {
  const toy::ToyBasis basis(4);
  const std::string bytes = toy::linear_file(basis, toy::numbers(2 * (1 + std::size_t(basis.n_features())), 1)).bytes();
  std::mt19937 random(3);
  int refused = 0;
  for (int trial = 0; trial < 300; ++trial) {
    std::string damaged = bytes;
    for (int k = 0; k < 1 + trial % 4; ++k) {
      const std::size_t place = 48 + random() % (bytes.size() - 56);
      damaged[place] = char(trial % 2 ? random() : damaged[place] ^ (1 << random() % 8));
    }
    const TemporaryFile file(mended(damaged));
    try {
      Model model(file.path, "baseline");
    } catch (const FileError&) {
      ++refused;
    }
  }
  CHECK(refused > 10);
}

}  // namespace
}  // namespace potlearn
