import Foundation
import TGImage
import TGTestSupport
import Testing

/// A folder with a painter of which it is known what its two units do, a segmenter of its pictures, an
/// encoder, and pictures with masks.
///
/// Unit 0 makes the left half red, unit 1 the right half green; each is 1 or more in its half, else 0.
/// Where both are, red is the stronger one.
struct DissectFixture {
  let folder: TemporaryFolder
  private let tgdissect: BuiltCommand

  private static let pages = [
    "painter": """
    model Painter() {
      func edit(
        z: Normal[2],
        units: Tensor[2] = 0,
        places: Tensor[4, 4] = 1,
        values: Tensor[2] = 0
      ) -> (image: Image[3, 8, 8](0 ... 1), features: Tensor[2, 4, 4]) {
        let left = constant([[1, 1, 0, 0] for i in 0 ..< 4])
        let right = constant([[0, 0, 1, 1] for i in 0 ..< 4])
        let f = perChannel(square(z) + 1) * stack([left, right])
        let a = perChannel(units) * reshape(places, [1, 4, 4])
        let (red, green) = split(f * (1 - a) + perChannel(values) * a, [1, 1])
        let image = concat([red / 8, green / 80, 0 * red]) |> upsample(2) |> clamp(0, 1)
        return (image: image, features: f)
      }
    }
    """,
    // Takes more than a mebibyte.
    "wide": """
    model Wide() {
      func edit(
        z: Normal[1],
        units: Tensor[1] = 0,
        places: Tensor[512, 512] = 1,
        values: Tensor[1] = 0
      ) -> (image: Image[1, 512, 512](0 ... 1), features: Tensor[1, 512, 512]) {
        let f = expand(reshape(z, [1, 1, 1]), [1, 512, 512])
        let a = perChannel(units) * reshape(places, [1, 512, 512])
        return (image: clamp(f * (1 - a) + perChannel(values) * a, 0, 1), features: f)
      }
    }
    """,
    "parts": """
    model Parts() {
      func segment(image: Image[3, 8, 8](0 ... 1))
          -> (red: Tensor[8, 8], green: Tensor[8, 8], rest: Tensor[8, 8]) {
        return (red: image[0], green: image[1], rest: 0.005 + 0 * image[2])
      }
    }
    """,
    "seer": """
    model Seer() {
      func see(image: Image[3, 8, 8](0 ... 1)) -> (features: Tensor[3, 4, 4]) {
        return image |> avgPool(2)
      }
    }
    """,
  ]

  init() throws {
    tgdissect = try #require(BuiltCommand("tgdissect"), "build the package first")
    let tgc = try #require(BuiltCommand("tgc"), "build the package first")
    folder = try TemporaryFolder()
    for (name, text) in Self.pages {
      try Data((text + "\n").utf8).write(to: url(name + ".tgraph"))
      let made = try tgc.run(
        [name + ".tgraph", "--batch", "1,4", "-o", name + ".tplan"], in: folder.url)
      try #require(made.status == 0, "\(made.messages)")
    }
    for (name, most) in [("masks", UInt16(2)), ("badmasks", 9)] {
      try FileManager.default.createDirectory(at: url(name), withIntermediateDirectories: false)
      try Data("sky\nsun\n".utf8).write(to: url("\(name)/parts.txt"))
      for picture in 0..<3 { try Self.scene(picture, most, in: folder.path(name)) }
    }
  }

  /// A picture whose upper half is blue, part 1, and in it a red square, part `most`.
  private static func scene(_ number: Int, _ most: UInt16, in folder: String) throws {
    var picture = Picture(height: 8, width: 8, colour: [0, 0, 0])
    var mask = Picture(height: 8, width: 8, colour: [0])
    for row in 0..<4 {
      for column in 0..<8 {
        let isSun = row < 2 && column / 2 == number
        picture[row, column, isSun ? 0 : 2] = 255
        mask[row, column, 0] = isSun ? most : 1
      }
    }
    try picture.write(path: "\(folder)/scene-\(number).png")
    try mask.write(path: "\(folder)/scene-\(number)-parts.png")
  }

  /// Runs `tgdissect` in the folder.
  func run(_ line: String) throws -> BuiltCommand.Outcome {
    try tgdissect.run(line.split(separator: " ").map(String.init), in: folder.url)
  }

  /// A file of the folder.
  func url(_ name: String) -> URL { folder.url.appendingPathComponent(name) }

  /// The members of a report.
  func report(_ name: String) throws -> [String: Any] {
    let data = try Data(contentsOf: url(name))
    return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
  }
}
