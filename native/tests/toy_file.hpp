// Files of saved potentials for tests, written here: src/potlearn/lammps/plugin/arrays.py writes the real ones.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "toy.hpp"

namespace potlearn::toy {

inline std::uint32_t checksum(const std::string& bytes) {
  std::uint32_t crc = ~0u;
  for (unsigned char byte : bytes) {
    crc ^= byte;
    for (int bit = 0; bit < 8; ++bit) crc = crc & 1 ? 0xEDB88320u ^ (crc >> 1) : crc >> 1;
  }
  return ~crc;
}

template <class T>
void append(std::string& bytes, T value) {
  bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
}

// Arrays one after the other; their bytes, sized and signed, are a file.
class FileBytes {
 public:
  std::uint32_t version = 1;

  template <class T>
  void add(const std::string& name, char type, std::vector<std::uint64_t> shape, const T* data, std::size_t count) {
    append(arrays_, std::uint32_t(name.size()));
    arrays_ += {type, char(shape.size()), 0, 0};
    for (std::uint64_t n : shape) append(arrays_, n);
    arrays_ += name;
    align();
    arrays_.append(reinterpret_cast<const char*>(data), count * sizeof(T));
    align();
    ++count_;
  }
  void add(const std::string& name, const std::vector<double>& v) { add(name, 'd', {v.size()}, v.data(), v.size()); }
  void add(const std::string& name, const std::vector<std::int32_t>& v) {
    add(name, 'i', {v.size()}, v.data(), v.size());
  }
  void add(const std::string& name, int value) { add(name, std::vector<std::int32_t>{value}); }
  void add(const std::string& name, double value) { add(name, std::vector<double>{value}); }
  void add(const std::string& name, const char* text) { add(name, 'c', {std::strlen(text)}, text, std::strlen(text)); }

  std::string bytes() const {
    std::string found = "potlearn potential for LAMMPS\n";
    found.resize(32);
    append(found, version);
    append(found, count_);
    append(found, std::uint64_t(48 + arrays_.size() + 8));
    return signed_bytes(found + arrays_);
  }

  static std::string signed_bytes(std::string bytes) {
    append(bytes, std::uint64_t(checksum(bytes)));
    return bytes;
  }

 private:
  std::string arrays_;
  std::uint32_t count_ = 0;

  void align() { arrays_.resize((arrays_.size() + 7) / 8 * 8); }
};

inline void add_engine(FileBytes& file, const std::string& prefix, const ToyBasis& basis) {
  const Program& p = basis.program;
  file.add(prefix + "bits", int(ToyBasis::bits));
  file.add(prefix + "octaves", int(ToyBasis::octaves));
  file.add(prefix + "lowest", basis.lowest);
  file.add(prefix + "degree", basis.degrees);
  file.add(prefix + "table_of", basis.table_of);
  file.add(prefix + "cutoffs", double(ToyBasis::cutoff));
  std::vector<double> knots;
  for (std::size_t k = 0; k < basis.knots.size(); k += ToyBasis::stride)
    for (int n = 0; n < ToyBasis::n_radial; ++n) knots.push_back(basis.knots[k + std::size_t(n)]);
  file.add(prefix + "knots", knots);
  file.add(prefix + "program_of", basis.program_of);
  file.add(prefix + "program0.n_moments", p.n_moments);
  file.add(prefix + "program0.n_invariants", p.n_invariants);
  file.add(prefix + "program0.node_first", p.node_first);
  file.add(prefix + "program0.group_a", p.group_a);
  file.add(prefix + "program0.group_first", p.group_first);
  file.add(prefix + "program0.term_b", p.term_b);
  file.add(prefix + "program0.term_weight", p.term_weight);
  file.add(prefix + "program0.feature", p.feature);
  file.add(prefix + "program0.min_neighbors", p.min_neighbors);
}

// Species A and B as in the toy basis.
inline FileBytes linear_file(const ToyBasis& basis, const std::vector<double>& coefficients,
                             const char* species = "A\nB", double cutoff = ToyBasis::cutoff) {
  FileBytes file;
  file.add("species", species);
  file.add("cutoff", cutoff);
  file.add("term0.kind", "linear");
  file.add("term0.species", "A\nB");
  add_engine(file, "term0.", basis);
  file.add("term0.coefficients", coefficients);
  return file;
}

// A file in the folder of the tests, removed at the end.
class TemporaryFile {
 public:
  const std::string path;

  explicit TemporaryFile(const std::string& bytes) : path("native_tests.potl-lammps") {
    std::FILE* file = std::fopen(path.c_str(), "wb");
    std::fwrite(bytes.data(), 1, bytes.size(), file);
    std::fclose(file);
  }
  ~TemporaryFile() { std::remove(path.c_str()); }
};

}  // namespace potlearn::toy
