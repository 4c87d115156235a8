internal import TGTensor

/// The frames of a film of whole pictures, one after the other: what `AnimatedPNG` writes.
package struct FilmFrames {
  /// How many frames the film has.
  package let count: Int
  /// How often it is played; 0 for ever.
  package let plays: UInt32
  /// How long the frame is shown that `next` gave last.
  package private(set) var delay: AnimatedPNG.Delay?
  private let path: String
  private let file: MappedFile
  private let header: [UInt8]
  private var position = 8
  private var left: Int

  /// Opens a film; nil if the file is a PNG without one.
  ///
  /// - Throws: `PictureError`.
  package init?(path: String) throws(PictureError) {
    self.path = path
    file = try Picture.map(path)
    let head = file.bytes(0..<min(file.count, 512)) ?? []
    guard head.starts(with: PNGChunks.signature) else {
      throw .notPicture(path: path, kind: FileKind(head))
    }
    var header: [UInt8]?
    var control: [UInt8]?
    while let chunk = try Self.chunk(of: file, at: &position, path), chunk.kind != "IDAT" {
      if chunk.kind == "IHDR" { header = chunk.data }
      if chunk.kind == "acTL" { control = chunk.data }
    }
    guard let header, header.count == 13, let control, control.count == 8 else { return nil }
    self.header = header
    count = Int(control.number(at: 0))
    plays = control.number(at: 4)
    left = count
    position = 8
  }

  /// The next frame; nil after the last one.
  ///
  /// - Throws: `PictureError.damaged` for a frame that is not there or smaller than the picture.
  package mutating func next() throws(PictureError) -> Picture? {
    guard left > 0 else { return nil }
    var data: [UInt8] = []
    delay = nil
    while true {
      let before = position
      guard let chunk = try Self.chunk(of: file, at: &position, path) else { break }
      let isNext = chunk.kind == "fcTL" && !data.isEmpty
      if isNext || chunk.kind == "IEND" {
        position = before
        break
      }
      switch chunk.kind {
      case "fcTL":
        guard chunk.data.count == 26, chunk.data[4..<12].elementsEqual(header[0..<8]),
          chunk.data[24] == 0, chunk.data[25] == 0
        else { throw .damaged(path: path, format: .png, reason: "a frame is no whole picture") }
        delay = AnimatedPNG.Delay(
          UInt16(chunk.data.number(at: 20) >> 16), per: UInt16(chunk.data.number(at: 20) & 0xFFFF))
      case "IDAT" where delay != nil: data += chunk.data
      case "fdAT" where chunk.data.count >= 4: data += chunk.data[4...]
      default: break
      }
    }
    guard !data.isEmpty else {
      throw .damaged(path: path, format: .png, reason: "a frame is missing")
    }
    left -= 1
    let still =
      PNGChunks.signature + PNGChunks.chunk("IHDR", header) + PNGChunks.chunk("IDAT", data)
      + PNGChunks.chunk("IEND", [])
    return try Picture.decode(still, path: path)
  }

  /// The chunk at a position, which moves behind it; nil at the end of the file.
  private static func chunk(
    of file: MappedFile, at position: inout Int, _ path: String
  ) throws(PictureError) -> (kind: String, data: [UInt8])? {
    guard position < file.count else { return nil }
    guard let head = file.bytes(position..<position + 8),
      let data = file.bytes(position + 8..<position + 8 + Int(head.number(at: 0)))
    else { throw .damaged(path: path, format: .png, reason: "the file ends too early") }
    let kind = String(decoding: head[4...], as: UTF8.self)
    guard let whole = file.bytes(position..<position + 12 + data.count),
      whole == PNGChunks.chunk(kind, data)
    else { throw .damaged(path: path, format: .png, reason: "a checksum is wrong or missing") }
    position += whole.count
    return (kind, data)
  }
}

extension [UInt8] {
  /// The number at an index, the highest byte first.
  fileprivate func number(at index: Int) -> UInt32 {
    self[index..<index + 4].reduce(0) { $0 << 8 | UInt32($1) }
  }
}
