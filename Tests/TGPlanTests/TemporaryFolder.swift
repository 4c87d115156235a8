import Foundation

/// A folder that goes away with the object.
final class TemporaryFolder {
  let path: String

  init() throws {
    let name = "tgplan-" + String(UInt64.random(in: 0...UInt64.max), radix: 36)
    path = NSTemporaryDirectory() + "/" + name
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  /// A path inside.
  func file(_ name: String) -> String { path + "/" + name }

  /// Writes a file inside and returns its path.
  func write(_ bytes: [UInt8], _ name: String = "x.tplan") throws -> String {
    try Data(bytes).write(to: URL(filePath: file(name)))
    return file(name)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}
