import TGImage
import TGTensor

/// The parser of pictures.
extension Subject {
  /// PNG, with its texts.
  static var png: Subject {
    Subject(
      name: "png", folders: ["Tests/Fixtures/png/valid"],
      takes: { $0.starts(with: PNGChunks.signature) },
      mutate: { file, corpus, random in
        PNGParts(file).mutated(with: corpus.map { PNGParts($0) }, &random)
      },
      parse: { bytes in
        _ = Picture.texts(of: bytes)
        do throws(PictureError) {
          let picture = try Picture.decode(bytes, path: "mutated")
          let largest = picture.samples.max() ?? 0
          demand(Int(largest) <= picture.largest, "a sample is too large")
          demand(
            picture.samples.count == picture.height * picture.width * picture.channels,
            "samples are missing")
          guard picture.samples.count < 100_000 else { return .accepted }
          let again = try Picture.decode(picture.encoded(), path: "again")
          demand(again == picture, "a picture does not read back")
          return .accepted
        } catch {
          demand(error.exitCode == 65 && !error.message.isEmpty, "an odd refusal")
          switch error {
          case .notPicture, .tooLarge: return .refusedAtOnce
          case .damaged(_, _, let reason) where reason.contains("IHDR"): return .refusedAtOnce
          default: return .refused
          }
        }
      })
  }
}

/// The chunks of a PNG, to be changed and put together again with right lengths and checksums.
struct PNGParts {
  private var chunks: [(kind: [UInt8], data: [UInt8])] = []

  init(_ file: [UInt8]) {
    var position = 8
    while position + 12 <= file.count {
      let length = file[position..<position + 4].reduce(0) { $0 << 8 | Int($1) }
      guard length <= file.count - position - 12 else { break }
      chunks.append(
        (
          Array(file[position + 4..<position + 8]),
          Array(file[position + 8..<position + 8 + length])
        ))
      position += 12 + length
    }
  }

  /// A file of changed chunks. Half of the time the samples inside a stored stream are changed.
  func mutated(with others: [PNGParts], _ random: inout Random) -> [UInt8] {
    var changed = self
    for _ in 0...random.below(2) {
      guard !changed.chunks.isEmpty else { break }
      let place = random.below(changed.chunks.count)
      switch random.below(6) {
      case 0:
        changed.chunks = random.rearranged(changed.chunks, with: random.one(of: others).chunks)
      case 1: changed.header(&random)
      case 2: changed.chunks[place].data = random.damaged(changed.chunks[place].data)
      case 3: changed.insert(&random)
      default: changed.samples(&random)
      }
    }
    var file = PNGChunks.signature
    for (kind, data) in changed.chunks {
      file += PNGChunks.chunk(String(decoding: kind, as: UTF8.self), data)
    }
    return file
  }

  /// Another size, depth, kind of colour or interlacing.
  private mutating func header(_ random: inout Random) {
    guard chunks[0].data.count == 13 else { return }
    switch random.below(5) {
    case 0: chunks[0].data[3] = UInt8(1 + random.below(40))
    case 1: chunks[0].data[7] = UInt8(1 + random.below(40))
    case 2: chunks[0].data[8] = random.one(of: [1, 2, 4, 8, 16])
    case 3: chunks[0].data[9] = random.one(of: [0, 2, 3, 4, 6])
    default: chunks[0].data[12] = UInt8(random.below(2))
    }
  }

  /// A chunk that does not belong.
  private mutating func insert(_ random: inout Random) {
    let kinds = [
      "PLTE", "tRNS", "gAMA", "iCCP", "zTXt", "iTXt", "tEXt", "acTL", "fcTL", "fdAT", "bKGD",
      "hIST",
      "sBIT", "eXIf", "IDAT", "IEND", "IHDR", "ABCD", "abCd",
    ]
    let data = (0..<random.below(64)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
    let kind = Array(random.one(of: kinds).utf8)
    chunks.insert((kind, data), at: random.below(chunks.count + 1))
  }

  /// Changed filter bytes and samples, where the stream is stored uncompressed; else a new stream of
  /// random bytes.
  private mutating func samples(_ random: inout Random) {
    let isData: (Int) -> Bool = { [chunks] in chunks[$0].kind == Array("IDAT".utf8) }
    let places = chunks.indices.filter(isData)
    guard let first = places.first else { return }
    let stream = places.flatMap { chunks[$0].data }
    var raw: [UInt8] = []
    var position = 2
    while position + 5 <= stream.count, stream[position] & 6 == 0 {
      let length = Int(stream[position + 1]) | Int(stream[position + 2]) << 8
      guard length <= stream.count - position - 5 else { break }
      raw += stream[position + 5..<position + 5 + length]
      if stream[position] & 1 == 1 { break }
      position += 5 + length
    }
    if raw.isEmpty { raw = (0..<400).map { _ in UInt8(random.below(5)) } }
    raw = random.damaged(raw)
    for place in places.reversed() { chunks.remove(at: place) }
    chunks.insert((Array("IDAT".utf8), PNGParts.stored(raw)), at: min(first, chunks.count))
  }

  /// A zlib stream of one stored block, at most 65,535 bytes.
  private static func stored(_ raw: [UInt8]) -> [UInt8] {
    let data = raw.prefix(65_535)
    let length = UInt16(data.count)
    var a: UInt32 = 1
    var b: UInt32 = 0
    for byte in data {
      a = (a + UInt32(byte)) % 65_521
      b = (b + a) % 65_521
    }
    let size = [length, ~length].flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }
    let sum = [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: (b << 16 | a) >> $0) }
    return [0x78, 1, 1] + size + data + sum
  }
}
