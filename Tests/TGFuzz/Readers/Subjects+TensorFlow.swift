import Foundation
import TGCheckpoint
import TGTensor

/// Checkpoints of TensorFlow.
extension Subject {
  /// Tables of both versions; those of version 2 with their data files behind them.
  static var tensorFlow: Subject {
    Subject(
      name: "tensorflow",
      source: .damage(
        corpus: { TableWithData.corpus(in: "\($0)/Tests/Fixtures/tensorflow") },
        mutate: { file, corpus, random in
          var input = TableWithData(file)
          let other = TableRecords(TableWithData(random.one(of: corpus)).table)
          input.table = TableRecords(input.table).mutated(with: other, &random)
          if random.once(in: 8), !input.data.isEmpty {
            input.data[0] = random.damaged(input.data[0])
          }
          return input.packed
        })
    ) { bytes in
      let input = TableWithData(bytes)
      return outcome { () throws(CheckpointError) in
        lookInto(
          try Checkpoint.read(
            ByteRegion(input.table), path: "m.index", beside: .memory(input.siblings)))
      }
    }
  }
}

/// A table and data files as one input: how many there are, their sizes, their bytes.
struct TableWithData {
  var table: [UInt8]
  var data: [[UInt8]]

  init(table: [UInt8], data: [[UInt8]]) {
    self.table = table
    self.data = data
  }

  /// Takes an input apart; one that is damaged is a table alone, or its data are cut off.
  init(_ input: [UInt8]) {
    let count = Int(input.first ?? 0)
    guard count <= 8, input.count >= 1 + 4 * count else {
      self.init(table: input, data: [])
      return
    }
    var rest = input.dropFirst(1 + 4 * count)
    let files = (0..<count).map { file in
      let size = input[(1 + 4 * file)..<(5 + 4 * file)].reversed()
        .reduce(0) { $0 << 8 | Int($1) }
      defer { rest = rest.dropFirst(size) }
      return Array(rest.prefix(size))
    }
    self.init(table: Array(rest), data: files)
  }

  /// The input.
  var packed: [UInt8] {
    var result = [UInt8(data.count)]
    for file in data { result.append(littleEndian: UInt32(file.count)) }
    return result + data.joined() + table
  }

  /// The data files by the names that they have beside `m.index`.
  var siblings: [String: ByteRegion] {
    var result: [String: ByteRegion] = [:]
    for (number, file) in data.enumerated() {
      result["m.data-0000\(number)-of-0000\(data.count)"] = ByteRegion(file)
    }
    return result
  }

  /// The checkpoints of a folder.
  static func corpus(in folder: String) -> [[UInt8]] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder))?.sorted() ?? []
    func bytes(_ name: String) -> [UInt8] {
      (try? MappedFile(path: "\(folder)/\(name)")).map { ByteRegion($0).prefix($0.count) } ?? []
    }
    return names.compactMap { name in
      guard bytes(name).suffix(2) == [0x47, 0xdb] else { return nil }
      let prefix = name.hasSuffix(".index") ? String(name.dropLast(6)) + ".data-" : nil
      let data = names.filter { other in prefix.map { other.hasPrefix($0) } ?? false }
      return TableWithData(table: bytes(name), data: data.map(bytes)).packed
    }
  }
}
