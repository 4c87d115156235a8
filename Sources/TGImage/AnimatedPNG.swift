internal import TGTensor

/// A film: an animated PNG (APNG; PNG Specification, Third Edition, section 11.3.5), written frame by
/// frame.
///
/// Every frame is a whole picture, encoded by libpng. The first one is also the still picture, for
/// readers that know no films, and carries the texts. Of the frames only one is in memory. The file
/// appears when `finish` is called, whole, or not at all.
package final class AnimatedPNG {
  /// How long a frame is shown.
  package struct Delay: Hashable, Sendable {
    /// Units of time.
    package let numerator: UInt16
    /// Units in a second.
    package let denominator: UInt16

    /// `numerator / denominator` seconds; a denominator of 0 counts as 100.
    package init(_ numerator: UInt16, per denominator: UInt16) {
      self.numerator = numerator
      self.denominator = denominator
    }

    /// One of so many frames in a second.
    package init(framesPerSecond: UInt16) { self.init(1, per: framesPerSecond) }
  }

  /// The frames so far, the repeated ones included.
  package private(set) var frames = 0
  private var file: AtomicFile?
  private let delay: Delay
  private let plays: UInt32
  private let text: [(key: String, value: String)]
  /// The bytes so far.
  private var position = 0
  /// Where the chunk acTL stands, which counts the frames.
  private var controlOffset = 0
  /// The number of the next fcTL or fdAT.
  private var sequence: UInt32 = 0
  /// The first frame without its samples: the form that all frames have.
  private var form: (height: Int, width: Int, channels: Int, depth: Int)?
  /// Where the samples of each frame that was appended stand.
  private var samples: [Range<Int>] = []

  /// Begins a film.
  ///
  /// - Parameters:
  ///   - path: where it appears.
  ///   - delay: how long each frame is shown unless stated.
  ///   - plays: how often it is played; 0 for ever.
  ///   - text: what stays beside the pictures, as `Picture.encoded(text:)` takes it.
  /// - Throws: `PictureError.notWritten`.
  package init(
    path: String, delay: Delay, plays: UInt32 = 0, text: [(key: String, value: String)] = []
  ) throws(PictureError) {
    self.delay = delay
    self.plays = plays
    self.text = text
    do { file = try AtomicFile(path: path) } catch { throw .notWritten(error) }
  }

  /// Appends a frame.
  ///
  /// Traps unless the picture has the size, channels and depth of the first one.
  ///
  /// - Parameter delay: how long it is shown; nil for what all have.
  /// - Throws: `PictureError`.
  package func append(_ picture: Picture, for delay: Delay? = nil) throws(PictureError) {
    let isFirst = form == nil
    let form = form ?? (picture.height, picture.width, picture.channels, picture.depth)
    precondition(
      form == (picture.height, picture.width, picture.channels, picture.depth),
      "all frames of a film have one form")
    self.form = form
    let chunks = PNGChunks.list(try picture.encoded(text: isFirst ? text : []))
    if isFirst { try begin(with: chunks) }
    try write(chunks.filter { $0.kind == "IDAT" }.flatMap(\.data), delay ?? self.delay)
  }

  /// Shows a frame again, such as on the way back.
  ///
  /// - Parameters:
  ///   - index: its index among those that were appended, from 0; traps if there is none.
  ///   - delay: how long it is shown; nil for what all have.
  /// - Throws: `PictureError`.
  package func appendAgain(_ index: Int, for delay: Delay? = nil) throws(PictureError) {
    let range = samples[index]
    let data: [UInt8]
    do { data = try file?.bytes(range) ?? [] } catch { throw .notWritten(error) }
    try write(data, delay ?? self.delay, isRepeated: true)
  }

  /// Ends the film and makes the file appear; a film without frames makes none.
  ///
  /// - Throws: `PictureError.notWritten`.
  package func finish() throws(PictureError) {
    guard frames > 0 else { return file = nil }
    try put(PNGChunks.chunk("IEND", []))
    do {
      try file?.replace(at: controlOffset, with: control)
      try file.take()?.commit()
    } catch { throw .notWritten(error) }
  }

  /// Everything before the first frame: header, texts, and the count of the frames, which is filled
  /// in at the end.
  private func begin(with chunks: [PNGChunks.Chunk]) throws(PictureError) {
    try put(PNGChunks.signature)
    for chunk in chunks.prefix(while: { $0.kind != "IDAT" }) {
      try put(PNGChunks.chunk(chunk.kind, Array(chunk.data)))
    }
    controlOffset = position
    try put(control)
  }

  private var control: [UInt8] {
    PNGChunks.chunk("acTL", UInt32(frames).bigEndianBytes + plays.bigEndianBytes)
  }

  /// Writes the control of a frame and its samples.
  private func write(
    _ data: [UInt8], _ delay: Delay, isRepeated: Bool = false
  ) throws(PictureError) {
    guard let form else { return }
    var control = nextSequence.bigEndianBytes
    control += UInt32(form.width).bigEndianBytes + UInt32(form.height).bigEndianBytes
    control += [UInt8](repeating: 0, count: 8)
    control += delay.numerator.bigEndianBytes + delay.denominator.bigEndianBytes
    // The frame stays until the next one replaces all of it.
    control += [0, 0]
    try put(PNGChunks.chunk("fcTL", control))
    let head = frames == 0 ? [] : nextSequence.bigEndianBytes
    let start = position + 8 + head.count
    try put(PNGChunks.chunk(frames == 0 ? "IDAT" : "fdAT", head + data))
    if !isRepeated { samples.append(start..<start + data.count) }
    frames += 1
  }

  private var nextSequence: UInt32 {
    defer { sequence += 1 }
    return sequence
  }

  private func put(_ bytes: [UInt8]) throws(PictureError) {
    do { try file?.append(bytes) } catch { throw .notWritten(error) }
    position += bytes.count
  }
}

extension PNGChunks {
  /// A chunk of a sound PNG.
  struct Chunk {
    /// The four letters.
    let kind: String
    /// What it holds.
    let data: ArraySlice<UInt8>
  }

  /// The chunks of a PNG that libpng wrote.
  static func list(_ png: [UInt8]) -> [Chunk] {
    var chunks: [Chunk] = []
    var position = 8
    while png.count - position >= 12 {
      let length = png[position..<position + 4].reduce(0) { $0 << 8 | Int($1) }
      let kind = String(decoding: png[position + 4..<position + 8], as: UTF8.self)
      chunks.append(Chunk(kind: kind, data: png[position + 8..<position + 8 + length]))
      position += 12 + length
    }
    return chunks
  }
}

extension FixedWidthInteger {
  /// The bytes, the highest first.
  fileprivate var bigEndianBytes: [UInt8] {
    (0..<Self.bitWidth / 8).reversed().map { UInt8(truncatingIfNeeded: self >> ($0 * 8)) }
  }
}
