#include "array_file.hpp"

#include <array>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>
#include <system_error>

namespace potlearn {
namespace {

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "files of numbers are little-endian");

constexpr std::size_t MAGIC = 32, HEADER = MAGIC + 16, CHECKSUM = 8, MOST_DIMENSIONS = 8;
// Padded with zeros.
constexpr char MAGIC_WORDS[MAGIC] = "potlearn potential for LAMMPS\n";

// CRC-32 of ISO 3309, as in zip files.
std::uint32_t crc32(std::string_view bytes) {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t k = 0; k < 256; ++k) {
    table[k] = k;
    for (int bit = 0; bit < 8; ++bit) table[k] = table[k] & 1 ? 0xEDB88320u ^ (table[k] >> 1) : table[k] >> 1;
  }
  std::uint32_t crc = ~0u;
  for (unsigned char byte : bytes) crc = table[(crc ^ byte) & 0xFF] ^ (crc >> 8);
  return ~crc;
}

template <class T>
T number_at(std::string_view bytes, std::size_t place) {
  T value;
  std::memcpy(&value, bytes.data() + place, sizeof value);
  return value;
}

std::size_t width_of(char type) { return type == 'd' ? 8 : type == 'i' ? 4 : type == 'c' ? 1 : 0; }

std::string in_words(char type) { return type == 'd' ? "numbers" : type == 'i' ? "integers" : "text"; }

}  // namespace

// Takes one piece after the other; what goes beyond the end is an error.
class ArrayFile::Reader {
 public:
  Reader(const ArrayFile& file, std::string_view bytes, std::size_t place)
      : file_(file), bytes_(bytes), place_(place) {}

  std::string_view take(std::uint64_t count) {
    if (count > bytes_.size() - place_) file_.fail("an array goes beyond the end of the file; write it again");
    const std::string_view piece = bytes_.substr(place_, std::size_t(count));
    place_ += std::size_t(count);
    return piece;
  }
  template <class T>
  T take_number() {
    return number_at<T>(take(sizeof(T)), 0);
  }
  // Up to a multiple of 8.
  void align() { take((8 - place_ % 8) % 8); }
  bool at_end() const { return place_ == bytes_.size(); }

 private:
  const ArrayFile& file_;
  std::string_view bytes_;
  std::size_t place_;
};

ArrayFile::ArrayFile(const std::string& path) : path_(path) { read(); }

void ArrayFile::fail(const std::string& words) const { throw FileError(path_ + ": " + words); }

void ArrayFile::read() {
  std::error_code error;
  if (!std::filesystem::exists(path_, error)) fail("there is no such file");
  if (!std::filesystem::is_regular_file(path_, error)) fail("expected a file, got a folder or a device");
  const std::uintmax_t size = std::filesystem::file_size(path_, error);
  std::ifstream stream(path_, std::ios::binary);
  if (error || !stream) fail("the file cannot be opened");
  if (size < HEADER + CHECKSUM) fail("not a potential that potlearn exported for LAMMPS: the file is too short");
  // The first bytes alone: a large file of another kind is not read.
  char header[HEADER];
  if (!stream.read(header, HEADER) || std::memcmp(header, MAGIC_WORDS, MAGIC) != 0)
    fail("not a potential that potlearn exported for LAMMPS; write one with: potlearn export MODEL --to lammps");
  content_.resize(std::size_t(size / 8 + 1));
  char* const start = reinterpret_cast<char*>(content_.data());
  stream.seekg(0);
  if (!stream.read(start, std::streamsize(size))) fail("the file cannot be read to its end");
  const std::string_view bytes(start, std::size_t(size));
  check(bytes);
  Reader reader(*this, bytes.substr(0, bytes.size() - CHECKSUM), HEADER);
  for (std::uint32_t left = number_at<std::uint32_t>(bytes, MAGIC + 4); left > 0; --left) {
    std::string name;
    const Array array = array_at(reader, name);
    if (!arrays_.emplace(name, array).second) fail("two arrays are called '" + name + "'");
  }
  if (!reader.at_end()) fail("there are bytes behind the last array");
}

void ArrayFile::check(std::string_view bytes) const {
  const std::uint64_t size = number_at<std::uint64_t>(bytes, MAGIC + 8);
  if (size != bytes.size())
    fail("the file is damaged: expected " + std::to_string(size) + " bytes, got " + std::to_string(bytes.size()) +
         "; copy or write it again");
  const std::size_t end = bytes.size() - CHECKSUM;
  if (number_at<std::uint64_t>(bytes, end) != crc32(bytes.substr(0, end)))
    fail("the file is damaged: its checksum does not fit; copy or write it again");
  const std::uint32_t version = number_at<std::uint32_t>(bytes, MAGIC);
  if (version < 1 || version > FILE_VERSION)
    fail("written by a newer potlearn (format " + std::to_string(version) + "); this one reads format " +
         std::to_string(FILE_VERSION) + ": update it, or export the potential with this version");
}

ArrayFile::Array ArrayFile::array_at(Reader& reader, std::string& name) const {
  Array array{};
  const auto name_length = reader.take_number<std::uint32_t>();
  const std::string_view kind = reader.take(4);
  array.type = kind[0];
  const std::size_t width = width_of(array.type), dimensions = static_cast<unsigned char>(kind[1]);
  if (!width || dimensions > MOST_DIMENSIONS) fail("an array is of an unknown type; write the file again");
  std::uint64_t count = 1;
  for (std::size_t k = 0; k < dimensions; ++k) {
    array.shape.push_back(reader.take_number<std::uint64_t>());
    const std::uint64_t length = array.shape.back();
    if (length && count > std::numeric_limits<std::uint64_t>::max() / 8 / length)
      fail("an array goes beyond the end of the file; write it again");
    count *= length;
  }
  name = std::string(reader.take(name_length));
  reader.align();
  array.data = reader.take(count * width).data();
  array.size = std::size_t(count);
  reader.align();
  return array;
}

const ArrayFile::Array& ArrayFile::found(const std::string& name) const {
  const auto at = arrays_.find(name);
  if (at == arrays_.end()) fail("expected an array '" + name + "', got none; write the file again");
  return at->second;
}

const ArrayFile::Array& ArrayFile::of_type(const std::string& name, char type) const {
  const Array& array = found(name);
  if (array.type != type)
    fail("'" + name + "': expected " + in_words(type) + ", got " + in_words(array.type) + "; write the file again");
  return array;
}

std::string ArrayFile::text(const std::string& name) const {
  const Array& array = of_type(name, 'c');
  return std::string(array.data, array.size);
}

std::vector<std::string> ArrayFile::words(const std::string& name) const {
  std::vector<std::string> found(1);
  for (char c : text(name))
    if (c == '\n')
      found.emplace_back();
    else
      found.back().push_back(c);
  return found;
}

double ArrayFile::number(const std::string& name) const {
  const Span<const double> values = doubles(name);
  if (values.size != 1) fail("'" + name + "': expected one number, got " + std::to_string(values.size));
  return values[0];
}

int ArrayFile::integer(const std::string& name) const {
  const Span<const std::int32_t> values = integers(name);
  if (values.size != 1) fail("'" + name + "': expected one integer, got " + std::to_string(values.size));
  return values[0];
}

}  // namespace potlearn
