import Foundation
import TGCheckpoint
import TGTensor
import TGTestSupport
import Testing

/// Every real checkpoint at hand against its list of tensors.
@Suite struct RealCheckpointTests {
  @Test(.enabled(if: SharedData.has("weights"), "../shared/data is optional"))
  func everyTensorIsListedWithShapeAndType() throws {
    let root = SharedData.url("weights").path
    var files = 0
    for folder in try FileManager.default.contentsOfDirectory(atPath: root).sorted() {
      let table = "\(root)/\(folder)/tensors.tsv"
      guard let text = try? String(contentsOfFile: table, encoding: .utf8) else { continue }
      let rows = text.split(separator: "\n").dropFirst().map {
        $0.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
      }
      for (file, rows) in Dictionary(grouping: rows, by: { $0[0] }).sorted(by: { $0.key < $1.key })
      {
        let checkpoint = try Checkpoint.read(path: "\(root)/\(folder)/\(file)")
        let found = Set(checkpoint.entries.map { Self.row($0, checkpoint.format) })
        let expected = Set(rows.map { Self.row($0) })
        // The lists leave out a plain number that one file holds beside its tensors.
        let numbers: Set<String> =
          switch file {
          case _ where file.hasSuffix("NoiseAmp.pth"): ["0  int64 torch-legacy"]
          // Tensors of nodes.
          case _ where file.hasSuffix("netG.onnx"):
            ["133 6 int64 onnx", "136 4 int64 onnx", "142  float32 onnx"]
          default: []
          }
        #expect(found == expected.union(numbers), "\(folder)/\(file)")
        for entry in checkpoint.entries {
          let isFinite = try entry.tensor().elements.allSatisfy(\.isFinite)
          #expect(isFinite, "\(file) \(entry.name)")
        }
        files += 1
      }
    }
    #expect(files >= 33, "only \(files) checkpoints were found")
  }

  /// One line of a list, in our words: the lists write lists of tensors as `[0]`, `[1]`.
  private static func row(_ fields: [String]) -> String {
    let name =
      fields[1].hasPrefix("[") || fields[1].hasPrefix("(")
      ? fields[1].filter(\.isNumber) : fields[1]
    let type =
      ["F32": "float32", "FLOAT": "float32", "python-int": "int64"][fields[3]] ?? fields[3]
    let shape = fields[2] == "scalar" ? "" : fields[2]
    return [name, shape, type, fields[4]].joined(separator: " ")
  }

  private static func row(_ entry: Checkpoint.Entry, _ format: Checkpoint.Format) -> String {
    let shape = entry.shape.dimensions.map { "\($0)" }.joined(separator: "x")
    return [entry.name, shape, entry.form.typeName, format.rawValue].joined(separator: " ")
  }
}
