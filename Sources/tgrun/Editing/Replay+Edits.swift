import TGCommandLine
import TGSession
import TGTensor

extension Replay {
  /// Puts the options of editing back that a picture tells of.
  ///
  /// - Parameters:
  ///   - texts: what the picture carries, in order.
  ///   - locate: finds a file by its base name or says that it is missing.
  static func restore(
    _ texts: [(key: String, value: String)], to edits: inout EditOptions,
    locate: (String) throws -> String
  ) throws {
    func all(_ key: String) -> [String] { texts.filter { $0.key == key }.map(\.value) }
    edits.latent = try all(Metadata.latent).first.map(locate)
    edits.direction = try all(Metadata.direction).map { text in
      let notation = try DirectionNotation(text, isThere: Path.exists)
      return try locate(notation.path) + notation.rest
    }
    edits.mix = try all(Metadata.mix).map { text in
      let notation = try MixNotation(text)
      return try locate(notation.path) + notation.rest
    }
    edits.interpolate = try all(Metadata.interpolate).map { text in
      switch try InterpolationEnd(text, isPicture: PictureOperand.isPicture) {
      case .file(let path), .picture(let path): return try locate(path)
      case .seed, .caption: return text
      }
    }
    edits.frames = all(Metadata.frames).first.flatMap { Int($0) }
    edits.spherical = !all(Metadata.spherical).isEmpty
  }
}
