package import Foundation
package import TGTensor

/// Numbers of parity fixtures that are drawn and not stored; the other half is
/// `Tools/reference/drawn.py`.
///
/// A file `.drawn` has a line per array: name, extents as `2x3`, seed, low and high, with tabs between.
/// The numbers are low + (high - low) · u in Double, rounded to Float, u by `SeededNumbers` from the
/// upper 53 bits.
package enum DrawnNumbers {
  /// What can be wrong with a file.
  package enum Fault: Error {
    /// A line has not the five fields.
    case line(String)
    /// The stored file is no safetensors file.
    case stored
  }

  /// The arrays of a file, in its order.
  package static func arrays(_ file: URL) throws -> [(name: String, tensor: HostTensor)] {
    try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map { line in
      let fields = line.split(separator: "\t", omittingEmptySubsequences: false)
      let extents = fields.count > 1 ? fields[1].split(separator: "x").map { Int($0) } : []
      guard fields.count == 5, !extents.contains(nil), let seed = UInt64(fields[2]),
        let low = Double(fields[3]), let high = Double(fields[4])
      else { throw Fault.line(String(line)) }
      var numbers = SeededNumbers(seed: seed)
      let shape = Shape(extents.compactMap { $0 })
      let width = high - low
      var elements: [Float] = []
      elements.reserveCapacity(shape.count)
      for _ in 0..<shape.count {
        elements.append(Float(low + width * (Double(numbers.next() >> 11) * 0x1p-53)))
      }
      return (String(fields[0]), HostTensor(shape, elements))
    }
  }

  /// Writes a safetensors file of drawn tensors, behind those of a stored one.
  package static func writeWeights(drawn: URL, stored: URL?, to file: URL) throws {
    var (entries, body) = try stored.map(contents) ?? ([:], [])
    for (name, tensor) in try arrays(drawn) {
      let start = body.count
      body.reserveCapacity(start + 4 * tensor.shape.count)
      for element in tensor.elements {
        let bits = element.bitPattern
        body.append(UInt8(truncatingIfNeeded: bits))
        body.append(UInt8(truncatingIfNeeded: bits >> 8))
        body.append(UInt8(truncatingIfNeeded: bits >> 16))
        body.append(UInt8(truncatingIfNeeded: bits >> 24))
      }
      entries[name] = Entry(
        dtype: "F32", shape: tensor.shape.dimensions, offsets: [start, body.count])
    }
    let head = try JSONEncoder().encode(entries)
    let length = UInt64(head.count)
    let prefix = (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * UInt64($0))) }
    try (Data(prefix) + head + Data(body)).write(to: file)
  }

  /// An entry in the head of a safetensors file.
  private struct Entry: Codable {
    let dtype: String
    let shape: [Int]
    let offsets: [Int]

    enum CodingKeys: String, CodingKey {
      case dtype, shape
      case offsets = "data_offsets"
    }
  }

  /// The head and the numbers of a safetensors file of ours, which has no metadata.
  private static func contents(_ file: URL) throws -> ([String: Entry], [UInt8]) {
    let data = Array(try Data(contentsOf: file))
    guard data.count >= 8 else { throw Fault.stored }
    let length = data[..<8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard length <= UInt64(data.count - 8) else { throw Fault.stored }
    let end = 8 + Int(length)
    let entries = try JSONDecoder().decode([String: Entry].self, from: Data(data[8..<end]))
    return (entries, Array(data[end...]))
  }
}
