import TGCommandLine
import TGImage
import TGPlan
import TGScores
import TGSession
import TGTensor

/// Picture files of a set, looked at before anything is computed.
struct PictureFiles {
  /// The operand, as messages call the set.
  let name: String
  /// The paths, in the order of their bytes.
  let paths: [String]
  /// Lists that named them.
  let lists: [String]
  /// The bits of the samples, `8`, or `8 and 16`.
  let depths: String

  /// Finds the files of an operand and reads all their heads.
  ///
  /// - Throws: `Failure` for the first file that is missing or no picture.
  init(_ operand: String) throws {
    let list = try PictureList([operand], takesCaptions: false)
    (name, paths, lists) = (operand, list.pictures, list.lists)
    var depths: Set<Int> = []
    for path in paths { depths.insert(try Self.head(path).depth) }
    self.depths = depths.sorted().map { "\($0)" }.joined(separator: " and ")
  }

  /// The SHA-256 of the digests of all files, in their order.
  func digest() throws -> String {
    TGPlan.digest(of: try paths.flatMap { Array(try MappedFile(path: $0).digest.utf8) })
  }

  /// How a protocol says what samples are.
  var quantisation: String { "samples of \(depths) bits as stored, not rounded again" }

  /// A picture.
  static func read(_ path: String, console: Console) throws -> Picture {
    var warnings: [String] = []
    defer { for warning in warnings { console.warn(warning) } }
    do { return try Picture.read(path: path, warnings: &warnings) } catch {
      throw broken(error)
    }
  }

  private static func head(_ path: String) throws -> PictureHead {
    do {
      if let head = try Picture.readHead(path: path) { return head }
      // What it is instead is told by who reads it.
      _ = try Picture.read(path: path)
    } catch { throw broken(error) }
    throw Failure(.badInput, "\(path) is no picture")
  }

  private static func broken(_ error: PictureError) -> Failure {
    Failure(
      ExitStatus(rawValue: error.exitCode) ?? .badInput, error.message,
      hint: "a score of fewer pictures is another score: take the file away, or put a sound one in "
        + "its place")
  }
}

extension Picture {
  /// The samples as planes in 0 ... 255, grey repeated where three channels are wanted.
  func planes(channels wanted: Int) -> PixelPlanes {
    let picture = converted(channels: wanted)
    let scale = PixelPlanes.range / Double(largest)
    let area = height * width
    return PixelPlanes(
      height: height, width: width,
      planes: (0..<wanted).map { channel in
        (0..<area).map { Double(picture.samples[$0 * wanted + channel]) * scale }
      })
  }
}
