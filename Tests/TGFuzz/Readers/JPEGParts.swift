import TGImage
import TGTensor

extension Subject {
  /// JPEG, with its texts and its orientation.
  static var jpeg: Subject {
    Subject(
      name: "jpeg", folders: ["Tests/Fixtures/jpeg/valid"],
      takes: { $0.starts(with: [0xFF, 0xD8]) },
      mutate: { file, corpus, random in
        JPEGParts(file).mutated(with: corpus.map { JPEGParts($0) }, &random)
      },
      parse: { bytes in
        _ = Picture.texts(of: bytes)
        // Small ones only: what is looked for is not time.
        var limits = PictureLimits.standard
        (limits.side, limits.pixels, limits.bandBytes) = (2000, 100_000, 1 << 12)
        do throws(PictureError) {
          let picture = try Picture.decode(bytes, path: "mutated", limits: limits)
          demand(picture.samples.allSatisfy { $0 <= 255 }, "a sample is too large")
          demand(
            picture.samples.count == picture.height * picture.width * picture.channels,
            "samples are missing")
          let again = try Picture.decode(
            picture.encoded(as: PictureEncoding(.jpeg), text: [("tgraph.seed", "1")]),
            path: "again")
          demand(
            [again.height, again.width, again.channels]
              == [picture.height, picture.width, picture.channels], "a picture does not read back")
          return .accepted
        } catch {
          demand(error.exitCode == 65 && !error.message.isEmpty, "an odd refusal")
          switch error {
          case .notPicture, .unreadable, .tooLarge: return .refusedAtOnce
          default: return .refused
          }
        }
      })
  }
}

/// The segments of a JPEG, to be changed and put together again with right lengths; the last one
/// goes on with the samples and what follows them.
struct JPEGParts {
  private var parts: [(marker: UInt8, data: [UInt8])] = []
  private var samples: [UInt8] = []

  init(_ file: [UInt8]) {
    var position = 2
    while position + 4 <= file.count, file[position] == 0xFF {
      let length = Int(file[position + 2]) << 8 | Int(file[position + 3])
      let end = position + 2 + length
      guard length >= 2, end <= file.count else { break }
      let marker = file[position + 1]
      parts.append((marker, Array(file[position + 4..<end])))
      position = end
      if marker == 0xDA { break }
    }
    samples = Array(file[min(position, file.count)...])
  }

  /// A file of changed segments.
  func mutated(with others: [JPEGParts], _ random: inout Random) -> [UInt8] {
    var changed = self
    for _ in 0...random.below(2) {
      guard !changed.parts.isEmpty else { break }
      let place = random.below(changed.parts.count)
      switch random.below(7) {
      case 0:
        changed.parts = random.rearranged(changed.parts, with: random.one(of: others).parts)
      case 1: changed.frame(&random)
      case 2: changed.parts[place].data = random.damaged(changed.parts[place].data)
      case 3: changed.insert(&random)
      case 4: changed.samples = random.one(of: others).samples
      default: changed.samples = random.damaged(changed.samples)
      }
    }
    var file: [UInt8] = [0xFF, 0xD8]
    for (marker, data) in changed.parts {
      let length = min(data.count, 65_533) + 2
      file += [0xFF, marker, UInt8(length >> 8), UInt8(length & 255)] + data.prefix(65_533)
    }
    return file + changed.samples
  }

  /// Another size, depth, sampling or way of coding.
  private mutating func frame(_ random: inout Random) {
    let place = parts.firstIndex { (0xC0...0xCF).contains($0.marker) && $0.marker != 0xC4 }
    guard let place, parts[place].data.count >= 9 else { return }
    switch random.below(6) {
    case 0: parts[place].data[2] = UInt8(random.below(60))
    case 1: parts[place].data[4] = UInt8(random.below(60))
    case 2: parts[place].data[7] = random.one(of: [0x11, 0x12, 0x21, 0x22, 0x41, 0x14, 0x31])
    case 3: parts[place].data[8] = UInt8(random.below(4))
    case 4: parts[place].data[0] = random.one(of: [8, 12])
    default: parts[place].marker = random.one(of: [0xC0, 0xC1, 0xC2, 0xC9, 0xCA])
    }
  }

  /// A segment that does not belong.
  private mutating func insert(_ random: inout Random) {
    let marker = random.one(of: [
      0xE0, 0xE1, 0xE1, 0xE2, 0xEE, 0xFE, 0xDD, 0xDB, 0xC4, 0xCC, 0xDA, 0xC0, 0xDC,
    ])
    var data = (0..<random.below(80)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
    if marker == 0xE1 { data = Array("Exif\0\0MM\0\u{2A}\0\0\0\u{8}".utf8) + data }
    if marker == 0xFE { data = Array("tgraph.seed=".utf8) + data }
    parts.insert((UInt8(marker), data), at: random.below(parts.count + 1))
  }
}
