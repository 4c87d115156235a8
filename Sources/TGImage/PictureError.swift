package import TGTensor

/// Why a picture could not be read or written.
package enum PictureError: Error, Hashable, Sendable {
  /// There is no such file, it may not be read, or it is a directory or device; the reason.
  case missing(path: String, reason: String)
  /// The file is of no format that is read.
  case notPicture(path: String, kind: FileKind)
  /// The file is of a format that is read, and of a kind that is not; the reason.
  case unreadable(path: String, reason: String)
  /// The file begins as a picture of a format and is damaged; the reason.
  case damaged(path: String, format: PictureFormat, reason: String)
  /// The picture is larger than allowed.
  case tooLarge(path: String, width: Int, height: Int)
  /// The picture could not be stored.
  case notWritten(AtomicFileError)
  /// A text to be stored with the picture cannot be; the reason.
  case unfitText(key: String, reason: String)
}

extension PictureError {
  /// The sentence for the user.
  package var message: String {
    switch self {
    case .missing(let path, let reason):
      return "cannot read \(path): \(reason)"
    case .notPicture(let path, let kind):
      return kind.complaint(path)
    case .unreadable(let path, let reason):
      return "\(path) cannot be read: \(reason); save it as a PNG with any program for pictures"
    case .damaged(let path, let format, let reason):
      return "\(path) is a damaged \(format.rawValue): \(reason)"
    case .tooLarge(let path, let width, let height):
      let foreign = ForeignPicture(kind: .png, path: path, hasProgram: InstalledProgram.isThere)
      let how = foreign.command(shrinking: true).map { ", for example: \($0)" } ?? ""
      return "\(path) has \(width) x \(height) pixels; at most \(PictureLimits.standard) are read. "
        + "Shrink a copy of it" + how
    case .notWritten(.cannotCreate(let path, let reason)):
      return "cannot create \(path): \(reason)"
    case .notWritten(.cannotWrite(let path, let reason)):
      return "cannot write \(path): \(reason)"
    case .unfitText(let key, let reason):
      return "the text '\(key)' cannot be stored in a picture: \(reason)"
    }
  }

  /// The exit code of a command that ends with this error.
  package var exitCode: Int32 {
    switch self {
    case .missing: return 66
    case .notPicture, .unreadable, .damaged, .tooLarge: return 65
    case .notWritten(.cannotCreate): return 73
    case .notWritten(.cannotWrite): return 74
    case .unfitText: return 70
    }
  }
}

/// A path as one word of a shell command.
func shellWord(_ path: String) -> String {
  let plain = path.utf8.allSatisfy { byte in
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"),
      UInt8(ascii: "."), UInt8(ascii: "/"), UInt8(ascii: "+"), UInt8(ascii: ","), 0x80...0xFF:
      return true
    default:
      return false
    }
  }
  // A name that begins with a dash would be taken for an option.
  let path = path.hasPrefix("-") ? "./" + path : path
  if plain && !path.isEmpty { return path }
  return "'"
    + path.split(separator: "'", omittingEmptySubsequences: false)
    .joined(separator: "'\\''") + "'"
}
