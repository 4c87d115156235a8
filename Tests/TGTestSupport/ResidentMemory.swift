import Foundation

/// The bytes of a mapped file that take memory of this process.
package func residentBytes(ofFile path: String) throws -> Int {
  // The system hands it out in parts, and says that it has no size.
  let handle = try FileHandle(forReadingFrom: URL(filePath: "/proc/self/smaps"))
  var bytes = Data()
  while let part = try handle.read(upToCount: 65_536), !part.isEmpty { bytes += part }
  let maps = String(decoding: bytes, as: UTF8.self)
  var (isOfFile, kilobytes) = (false, 0)
  for line in maps.split(separator: "\n") {
    let words = line.split(separator: " ")
    if words.count > 1, words[0].contains("-") {
      isOfFile = line.hasSuffix(path)
    } else if isOfFile, words[0] == "Rss:" {
      kilobytes += Int(words[1]) ?? 0
    }
  }
  return 1024 * kilobytes
}
