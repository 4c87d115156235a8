import Foundation
import TGCheckpoint
import TGTensor
import Testing

/// The committed files, made by Tools/fixtures/checkpoints.py and nvidia.py.
enum Fixtures {
  static let folder = URL(filePath: #filePath)
    .appending(path: "../../Fixtures/checkpoint").standardized.path

  static func path(_ name: String) -> String { "\(folder)/\(name)" }

  static func bytes(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(filePath: path(name))))
  }

  static func names() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
  }

  /// What each file holds, as Python wrote it down.
  static let expected = ["expected.json", "nvidia.json"].flatMap {
    expected(in: "checkpoint", table: $0)
  }

  /// What each file of a folder beside that of checkpoints holds; its paths are relative to the latter.
  static func expected(in name: String, table: String = "expected.json") -> [Expected] {
    let place = name == "checkpoint" ? "" : "../\(name)/"
    guard let bytes = try? bytes(place + table), let json = try? JSON(parsing: bytes),
      case .array(let rows) = json
    else { return [] }
    return rows.map { row in
      var expected = Expected(row)
      expected.file = place + expected.file
      return expected
    }
  }

  /// One file and its tensors.
  struct Expected: Sendable, CustomTestStringConvertible {
    var file: String
    var format: String
    /// The values are nil for a tensor that is listed and not read.
    var tensors: [(name: String, type: String, shape: [Int], values: [Double]?)]
    var skipped: [String]
    var testDescription: String { file }

    init(_ json: JSON) {
      file = json["file"]!.text!
      format = json["format"]!.text!
      skipped = json["skipped"]!.items.map { $0.text! }
      tensors = json["tensors"]!.items.map {
        (
          $0["name"]!.text!, $0["type"]!.text!, $0["shape"]!.items.map { Int($0.value) },
          $0["values"]?.items.map(\.value)
        )
      }
    }
  }
}

extension JSON {
  fileprivate var text: String? { if case .string(let text) = self { text } else { nil } }
  fileprivate var items: [JSON] { if case .array(let items) = self { items } else { [] } }
  fileprivate var value: Double {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    default: .nan
    }
  }
}

/// Reads bytes as a checkpoint and gives the reason of a refusal.
func refusal(of bytes: [UInt8], named name: String = "file") -> CheckpointFault? {
  do throws(CheckpointError) {
    _ = try Checkpoint.read(ByteRegion(bytes), path: name)
    return nil
  } catch { return error.fault }
}
