import Foundation
import TGTensor

/// The sound files that damage starts from.
enum Corpus {
  /// All regular files of a folder and of those in it, by name.
  static func files(in path: String) -> [[UInt8]] {
    let names = FileManager.default.enumerator(atPath: path)?.compactMap { $0 as? String } ?? []
    // Files made to be refused are no sound start.
    return names.filter { !$0.contains("refused") }.sorted().compactMap {
      file("\(path)/\($0)")
    }
  }

  /// The bytes of a file; nil if it cannot be read.
  static func file(_ path: String) -> [UInt8]? {
    guard let file = try? MappedFile(path: path) else { return nil }
    return ByteRegion(file).prefix(file.count)
  }
}

/// A file for readers that take a path, gone at the end.
struct ScratchFile {
  let path: String

  /// A file of this process with an ending, in memory where the system has such a place.
  init(ending: String) {
    let folder = unsafe access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp"
    path = "\(folder)/tgfuzz-\(getpid())\(ending)"
  }

  /// Writes the bytes, lends the path, and removes the file.
  func with<Result>(_ bytes: [UInt8], _ body: (String) -> Result) -> Result {
    guard let stream = unsafe fopen(path, "w") else { fail("no place for \(path)") }
    unsafe fwrite(bytes, 1, bytes.count, stream)
    unsafe fclose(stream)
    defer { unsafe unlink(path) }
    return body(path)
  }
}

/// Writes a line at once, so that it is there if the program crashes next.
func say(_ line: some CustomStringConvertible) {
  let bytes = Array("\(line)\n".utf8)
  unsafe write(1, bytes, bytes.count)
}

/// Ends the program with a signal unless something holds that must, saying what.
func demand(
  _ holds: Bool, _ message: @autoclosure () -> String = "", file: StaticString = #fileID,
  line: UInt = #line
) {
  guard !holds else { return }
  fail(message(), file: file, line: line)
}

/// Ends the program with a signal, saying why. (`precondition` is silent in optimised programs.)
func fail(_ message: String, file: StaticString = #fileID, line: UInt = #line) -> Never {
  say("\(file):\(line): \(message)")
  abort()
}
