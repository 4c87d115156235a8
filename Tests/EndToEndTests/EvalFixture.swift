import Foundation
import TGImage
import TGTensor
import TGTestSupport
import Testing

/// A folder with pictures, arrays and small plans, and `tgeval` to be tried on them.
struct EvalFixture {
  let pages: PageFixture
  let tgeval: BuiltCommand

  /// Features that are the mean colour of a picture, and a distance that is the mean squared error.
  private static let eye = """
    model Eye() {
      func features(image: Image[3, 16, 16](0 ... 255)) -> (features: Tensor[3]) {
        return mean(image, axes: [1, 2])
      }
      func logs(image: Image[3, 16, 16](0 ... 255)) -> (features: Tensor[3]) {
        return mean(log(image - 1), axes: [1, 2])
      }
      func distance(a: Image[3, 16, 16](0 ... 255), b: Image[3, 16, 16](0 ... 255))
          -> (distance: Tensor[]) {
        return mean(square(a - b))
      }
    }
    """
  /// A picture of the colour that a word stands for.
  private static let painter = """
    model Painter() {
      func paint(caption: Text[2](vocabulary: "captions"), z: Normal[1])
          -> (image: Image[3, 8, 8](-1 ... 1)) {
        let colour = sum(embedding(caption.ids, 4, 3) @ "colours", axis: 0)
        return expand(reshape(colour, [3, 1, 1]), [3, 8, 8]) + 0 * reshape(z, [1, 1, 1])
      }
    }
    """
  private static let texts = """
    model Words() {
      func encode(caption: Text[2](vocabulary: "captions")) -> (sentence: Tensor[3]) {
        return sum(embedding(caption.ids, 4, 3) @ "colours", axis: 0)
      }
    }
    """
  private static let encoder = """
    model Colours() {
      func encode(image: Image[3, 8, 8](-1 ... 1)) -> (code: Tensor[3]) {
        return mean(image, axes: [1, 2])
      }
    }
    """

  init() throws {
    tgeval = try #require(BuiltCommand("tgeval"), "build the package first: swift build -c release")
    pages = try PageFixture()
    try pages.write(Self.eye, to: "eye.tgraph")
    try pages.write(Self.painter, to: "painter.tgraph")
    try pages.write(Self.texts, to: "words.tgraph")
    try pages.write(Self.encoder, to: "colours.tgraph")
    try pages.write("red\ngreen\nblue", to: "words.txt")
    try table("right", [[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]])
    try table("turned", [[0, 0, 0], [0, 1, 0], [0, 0, 1], [1, 0, 0]])
    for line in [
      "eye.tgraph --batch 1,3 -o eye.tplan", "colours.tgraph --batch 1,2 -o colours.tplan",
      "painter.tgraph --weights right.safetensors --vocabulary words.txt --batch 1,4 -o painter.tplan",
      "words.tgraph --weights right.safetensors --vocabulary words.txt -o words.tplan",
      "words.tgraph --weights turned.safetensors --vocabulary words.txt -o turned.tplan",
    ] {
      let outcome = try pages.run(line)
      try #require(outcome.status == 0, "tgc \(line): \(outcome.messages)")
    }
    // A set is the red of its pictures: 10, 20, 30, 40 and 100, 130, 160, 190.
    try pictures("dark", [10, 20, 30, 40])
    try pictures("light", [100, 130, 160, 190])
    try pages.write(
      (0..<6).map { "c\($0 % 3)\tp\($0)\t\(["red", "green", "blue"][$0 % 3])" }
        .joined(separator: "\n"), to: "test.tsv")
  }

  /// Writes the table of an embedding.
  private func table(_ name: String, _ rows: [[Float]]) throws {
    try pages.write(
      ["colours.weight": HostTensor([4, 3], rows.flatMap(\.self))], to: "\(name).safetensors")
  }

  /// Writes a folder of pictures `0.png`, `1.png` … of a red each.
  func pictures(_ folder: String, _ reds: [UInt8], side: Int = 16) throws {
    try FileManager.default.createDirectory(
      atPath: pages.folder.path(folder), withIntermediateDirectories: true)
    for (index, red) in reds.enumerated() {
      try Picture(height: side, width: side, colour: [red, 50, 50])
        .write(path: pages.folder.path("\(folder)/\(index).png"))
    }
  }

  /// Writes an array.
  func array(_ name: String, _ shape: Shape, _ elements: [Float]) throws {
    try Data(NumpyArray(HostTensor(shape, elements)).encoded)
      .write(to: pages.folder.url.appendingPathComponent(name))
  }

  /// Runs `tgeval` in the folder.
  func run(_ line: String) throws -> BuiltCommand.Outcome {
    try tgeval.run(line.split(separator: " ").map(String.init), in: pages.folder.url)
  }

  /// Runs `tgeval` with `--json`; the scores by their names.
  func scores(_ line: String, to file: String? = nil) throws -> [String: [String: Double]] {
    let outcome = try run(line + " --json")
    try #require(outcome.status == 0, "tgeval \(line): \(outcome.messages)")
    if let file { try pages.write(outcome.text, to: file) }
    let document = try JSON(parsing: Array(outcome.output.dropLast()))
    guard case .array(let scores) = document["scores"] else { return [:] }
    var result: [String: [String: Double]] = [:]
    for score in scores {
      guard case .string(let name) = score["score"], case .object(let members) = score["values"]
      else { continue }
      for member in members {
        switch member.value {
        case .number(let value): result[name, default: [:]][member.name] = value
        case .integer(let value): result[name, default: [:]][member.name] = Double(value)
        default: result[name, default: [:]][member.name] = .infinity
        }
      }
    }
    return result
  }
}
