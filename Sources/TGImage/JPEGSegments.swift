/// The segments before the samples of a JPEG: where it says how it is kept, how it is to be turned,
/// and where comments stand. libjpeg hands out pixels only.
struct JPEGSegments {
  /// What the frame header says.
  struct Frame: Hashable {
    /// The marker's second byte, 0xC0 to 0xCF: how samples are coded.
    let process: UInt8
    /// The bits of a sample.
    let depth: Int
    let height: Int
    let width: Int
    /// The samples of a pixel.
    let components: Int
  }

  /// The first frame header; nil if the samples begin without one.
  private(set) var frame: Frame?
  /// How the picture is to be turned.
  private(set) var orientation = PictureOrientation.upright
  /// The comments, in order.
  private(set) var comments: [[UInt8]] = []
  /// The bytes of a colour profile.
  private(set) var profileBytes = 0
  private var exif: [UInt8] = []
  private var xmp: [UInt8] = []
  private var kept = 0

  /// The most bytes that are kept of a file.
  private static let limit = 16 << 20

  private static let exifName = Array("Exif\0\0".utf8)
  private static let xmpName = Array("http://ns.adobe.com/xap/1.0/\0".utf8)
  private static let profileName = Array("ICC_PROFILE\0".utf8)

  /// Reads up to the samples, the end, or what makes no sense.
  init(_ bytes: UnsafeRawBufferPointer) {
    var position = 2
    while let marker = unsafe Self.marker(bytes, from: &position) {
      switch marker {
      case 0xDA: position = bytes.count
      case 0x01, 0xD0...0xD8: break
      case 0xD9:
        // Tables may come first, as a file of their own.
        let isFollowed = unsafe bytes.dropFirst(position).starts(with: [0xFF, 0xD8])
        position = isFollowed ? position + 2 : bytes.count
      default:
        guard position + 2 <= bytes.count else { break }
        let length = unsafe Int(bytes[position]) << 8 | Int(bytes[position + 1])
        guard length >= 2, length <= bytes.count - position else {
          position = bytes.count
          break
        }
        unsafe take(
          marker, UnsafeRawBufferPointer(rebasing: bytes[position + 2..<position + length]))
        position += length
      }
    }
    let number = EXIF.orientation(ofTIFF: exif) ?? EXIF.orientation(ofXMP: xmp)
    orientation = PictureOrientation(number: number)
  }

  /// The next marker's second byte, whatever stands before it; nil at the end.
  private static func marker(_ bytes: UnsafeRawBufferPointer, from position: inout Int) -> UInt8? {
    while position < bytes.count {
      let isMark = unsafe bytes[position] == 0xFF
      position += 1
      guard isMark else { continue }
      while position < bytes.count, unsafe bytes[position] == 0xFF { position += 1 }
      guard position < bytes.count else { return nil }
      let marker = unsafe bytes[position]
      position += 1
      if marker != 0 { return marker }
    }
    return nil
  }

  private mutating func take(_ marker: UInt8, _ data: UnsafeRawBufferPointer) {
    switch marker {
    case 0xC0...0xCF where ![0xC4, 0xC8, 0xCC].contains(marker):
      guard frame == nil, data.count >= 6 else { return }
      frame = unsafe Frame(
        process: marker, depth: Int(data[0]), height: Int(data[1]) << 8 | Int(data[2]),
        width: Int(data[3]) << 8 | Int(data[4]), components: Int(data[5]))
    case 0xE1:
      if let rest = unsafe keep(data, after: Self.exifName) {
        // Some writers say the name twice.
        exif += rest.starts(with: Self.exifName) ? rest.dropFirst(Self.exifName.count) : rest[...]
      } else if xmp.isEmpty, let rest = unsafe keep(data, after: Self.xmpName) {
        xmp = rest
      }
    case 0xE2 where unsafe data.starts(with: Self.profileName):
      profileBytes += max(0, data.count - 14)
    case 0xFE:
      if let rest = unsafe keep(data, after: []) { comments.append(rest) }
    default:
      break
    }
  }

  /// A copy of what follows a name; nil if the data have another, or enough is kept.
  private mutating func keep(_ data: UnsafeRawBufferPointer, after name: [UInt8]) -> [UInt8]? {
    guard unsafe data.starts(with: name), kept + data.count <= Self.limit else { return nil }
    kept += data.count + 16
    return unsafe [UInt8](data.dropFirst(name.count))
  }
}

/// Texts with keys as comments of a JPEG: `KEY=VALUE`, and `KEY+=MORE` for what is longer than a
/// segment. Any other comment is a text of the key `comment`.
enum JPEGTexts {
  /// The key of what others wrote.
  static let foreignKey = "comment"
  /// The most bytes of a value in one segment.
  static let part = 60_000

  /// The texts in comments.
  static func texts(in comments: [[UInt8]]) -> [(key: String, value: String)] {
    var found: [(key: String, value: [UInt8])] = []
    for comment in comments {
      guard let sign = comment.prefix(81).firstIndex(of: UInt8(ascii: "=")),
        let key = key(comment[..<sign])
      else {
        found.append((foreignKey, comment))
        continue
      }
      let value = comment[(sign + 1)...]
      if key.hasSuffix("+"), let last = found.last, last.key == key.dropLast() {
        found[found.count - 1].value += value
      } else {
        found.append((key, Array(value)))
      }
    }
    return found.map { ($0.key, String(decoding: $0.value, as: UTF8.self)) }
  }

  /// The comments for texts.
  static func comments(of texts: [(key: String, value: String)]) -> [[UInt8]] {
    texts.flatMap { text in
      let value = Array(text.value.utf8)
      return stride(from: 0, to: max(1, value.count), by: part).map { start in
        Array((text.key + (start == 0 ? "=" : "+=")).utf8)
          + value[start..<min(value.count, start + part)]
      }
    }
  }

  /// A key as ours are: letters, digits, points and dashes, and a `+` at the end; nil for others.
  private static func key(_ bytes: ArraySlice<UInt8>) -> String? {
    let isKey = bytes.allSatisfy { (0x21...0x7E).contains($0) }
    return isKey && !bytes.isEmpty ? String(decoding: bytes, as: UTF8.self) : nil
  }
}
