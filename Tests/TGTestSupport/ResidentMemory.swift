import Foundation

/// The bytes of a mapped file that take memory of this process.
package func residentBytes(ofFile path: String) throws -> Int {
  let maps = try String(contentsOfFile: "/proc/self/smaps", encoding: .utf8)
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
