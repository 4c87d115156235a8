import Glibc
import TGTensor

/// The sound files that damage starts from.
enum Corpus {
  /// All regular files of a folder, by name.
  static func files(in folder: String) -> [[UInt8]] {
    guard let directory = unsafe opendir(folder) else { return [] }
    defer { unsafe closedir(directory) }
    var names: [String] = []
    while let entry = unsafe readdir(directory) {
      let name = unsafe withUnsafePointer(to: entry.pointee.d_name) { pointer in
        unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) { characters in
          unsafe String(cString: characters)
        }
      }
      // Files made to be refused are no sound start.
      if !name.hasPrefix("."), !name.hasPrefix("refused") { names.append(name) }
    }
    return names.sorted().compactMap { name in
      guard let file = try? MappedFile(path: "\(folder)/\(name)") else { return nil }
      return ByteRegion(file).prefix(file.count)
    }
  }
}

/// Writes a line at once, so that it is there if the program crashes next.
func say(_ line: some CustomStringConvertible) {
  let bytes = Array("\(line)\n".utf8)
  unsafe write(1, bytes, bytes.count)
}
