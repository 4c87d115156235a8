import TGCommandLine
import TGDissection
import TGImage
import TGPlan
import TGSession
import TGTensor

/// A plan that says which part each pixel of a picture belongs to.
struct Segmenter {
  /// The names of the parts.
  let parts: [String]
  /// Rows and columns of its maps.
  let rows: Int, columns: Int
  private let session: Session
  private let input: InterfaceItem
  private let outputs: [InterfaceItem]
  private let background: Int?

  /// Takes the default function: one picture in, for each part an output `[H, W]` or `[1, H, W]` with
  /// its name, or one output `[K, H, W]` whose channels are the parts `0`, `1` …
  ///
  /// - Parameter background: the name of what is no part; nothing happens if there is no such output.
  /// - Throws: `Failure` of status `usage` for another plan.
  init(_ session: Session, path: String, background name: String) throws {
    self.session = session
    let form = session.variants.form
    guard form.inputs.count == 1, let input = form.inputs.first, input.takesPicture else {
      throw Self.refused(path, "takes \(form.inputs.count) inputs, not one picture")
    }
    self.input = input
    let maps = form.outputs.filter { !$0.takesPicture && $0.itemShape.count >= 2 }
    let single = maps.count == 1 && maps[0].itemShape.count == 3 ? maps[0] : nil
    let names = single.map { (0..<$0.itemShape[0]).map(String.init) } ?? maps.map(\.name)
    let extents = maps.first.map { Array($0.itemShape.suffix(2)) } ?? []
    let isWhole = maps.allSatisfy { item in
      Array(item.itemShape.suffix(2)) == extents
        && (item == single || item.itemShape.dropLast(2).allSatisfy { $0 == 1 })
    }
    guard names.count >= 2, names.count <= PartMap.limit, isWhole else {
      throw Self.refused(path, "gives no maps of two parts or more, all of one size")
    }
    outputs = maps
    background = names.firstIndex(of: name)
    parts = names.filter { $0 != name }
    (rows, columns) = (extents[0], extents[1])
  }

  private static func refused(_ path: String, _ reason: String) -> Failure {
    Failure(
      .usage, "\(path) is no segmenter: its function \(reason)",
      hint: "Graphs/segmentation/scene-parts.tgraph is one")
  }

  /// The parts of pictures, in the same order.
  func maps(of pictures: [Picture]) throws -> [PartMap] {
    let items = try pictures.map { picture in
      let tensor = try Session.tensor(of: picture, path: "a drawn picture", for: input)
      return RunItem(seed: 0, numbers: [input.name: tensor.elements])
    }
    return try session.results(of: items, outputs: outputs.map(\.name)).map { map(of: $0) }
  }

  private func map(of result: [String: HostTensor]) -> PartMap {
    let elements = outputs.flatMap { result[$0.name]?.elements ?? [] }
    let area = rows * columns
    let scores = stride(from: 0, to: elements.count, by: area).map {
      Array(elements[$0..<$0 + area])
    }
    return PartMap(height: rows, width: columns, scores: scores, background: background)
  }
}
