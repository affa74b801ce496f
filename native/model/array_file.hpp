// A file of named arrays: little-endian, with a checksum.
//
//   magic (32 bytes), version (u32), number of arrays (u32), size of the file (u64),
//   of each array: length of its name (u32), type (one byte: d, i or c), number of dimensions (one byte), two zeros,
//     shape (u64 each), name, zeros up to a multiple of 8, values, zeros up to a multiple of 8,
//   CRC-32 of all that is before (u64).
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "span.hpp"

namespace potlearn {

// What is wrong with a file, in a sentence that begins with its path.
struct FileError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// The newest version that is read; version 1 is the first.
constexpr std::uint32_t FILE_VERSION = 1;

class ArrayFile {
 public:
  // Throws FileError.
  explicit ArrayFile(const std::string& path);

  bool has(const std::string& name) const { return arrays_.count(name) != 0; }

  // Of an array that must be there, of this type; all throw FileError.  Spans live as long as the file.
  Span<const double> doubles(const std::string& name) const { return values<double>(name, 'd'); }
  Span<const std::int32_t> integers(const std::string& name) const { return values<std::int32_t>(name, 'i'); }
  std::string text(const std::string& name) const;
  // Words of a text, which newlines separate.
  std::vector<std::string> words(const std::string& name) const;
  // Of an array with one value.
  double number(const std::string& name) const;
  int integer(const std::string& name) const;
  const std::vector<std::uint64_t>& shape(const std::string& name) const { return found(name).shape; }

  // Throws FileError: "PATH: WORDS".
  [[noreturn]] void fail(const std::string& words) const;

 private:
  struct Array {
    char type;
    std::vector<std::uint64_t> shape;
    std::size_t size;  // number of values
    const char* data;
  };

  const std::string path_;
  std::vector<std::uint64_t> content_;  // the bytes, aligned
  std::map<std::string, Array> arrays_;

  class Reader;
  void read();
  void check(std::string_view bytes) const;
  Array array_at(Reader& reader, std::string& name) const;
  const Array& found(const std::string& name) const;
  const Array& of_type(const std::string& name, char type) const;

  template <class T>
  Span<const T> values(const std::string& name, char type) const {
    const Array& array = of_type(name, type);
    return {reinterpret_cast<const T*>(array.data), array.size};
  }
};

}  // namespace potlearn
