import Foundation
import TGTensor

/// A file that is not what it should be, and what is said of it.
struct MalformedFile {
  /// What it is called.
  var name: String
  /// The status that a command ends with.
  var status: Int
  /// A part of the sentence; empty for any.
  var part: String
  /// The file.
  var bytes: [UInt8]
}

/// The malformed files of one reader.
struct MalformedTable {
  /// The reader.
  let reader: MalformedReader
  /// The files.
  let files: [MalformedFile]

  /// Reads a table of `Tests/Fixtures/malformed`, or makes the one of plans; nil if there is none.
  init?(_ path: String) {
    let name = String(path.split(separator: "/").last?.prefix { $0 != "." } ?? "")
    guard let reader = MalformedReader.all.first(where: { $0.name == name }) else { return nil }
    self.reader = reader
    if name == "plan" {
      files = MalformedPlans.files
      return
    }
    guard let file = try? MappedFile(path: path) else { return nil }
    let text = String(decoding: ByteRegion(file).prefix(file.count), as: UTF8.self)
    files = text.split(separator: "\n").compactMap { line in
      let fields = line.split(separator: "\t", omittingEmptySubsequences: false)
      guard fields.count == 4, let status = Int(fields[1]),
        let data = Data(base64Encoded: String(fields[3]))
      else { fail("a line of \(path) is none of a table: \(line.prefix(80))") }
      return MalformedFile(
        name: String(fields[0]), status: status, part: String(fields[2]), bytes: Array(data))
    }
  }

  /// Reads every file and says which do not end as the table says, with `shows` also the others.
  ///
  /// - Returns: how many do not.
  func check(shows: Bool) -> Int {
    var wrong = 0
    for file in files {
      // Written before, so that the last line names what traps.
      if shows { say("\(reader.name)/\(file.name):") }
      let found = reader.refusal(file.bytes)
      let isRight =
        found.map {
          $0.status == file.status && (file.part.isEmpty || $0.sentence.contains(file.part))
        } ?? false
      if shows || !isRight {
        let outcome = found.map { "\($0.status) \($0.sentence)" } ?? "it is read"
        let expected = isRight ? "" : " (expected \(file.status) …\(file.part)…)"
        say("\(reader.name)/\(file.name): \(outcome)\(expected)")
      }
      if !isRight { wrong += 1 }
    }
    say("\(reader.name): \(files.count) malformed files, \(wrong) end otherwise than expected")
    return wrong
  }
}
