import Foundation
import TGTensor
import Testing

@Suite struct AtomicFileTests {
  private func withFolder(_ body: (URL) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory
      .appending(path: "tgatomic-\(UInt64.random(in: 0...UInt64.max))")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder)
  }

  @Test func appearsWhole() throws {
    try withFolder { folder in
      let path = folder.appending(path: "a.bin").path
      for size in [0, 1, 5_000_000] {
        let bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        try AtomicFile.save(bytes, to: path)
        #expect(try [UInt8](Data(contentsOf: URL(filePath: path))) == bytes)
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["a.bin"])
    }
  }

  @Test func withoutCommitNothingIsLeft() throws {
    try withFolder { folder in
      let path = folder.appending(path: "a.bin").path
      try AtomicFile.save([1, 2, 3], to: path)
      do {
        let file = try AtomicFile(path: path)
        try file.append([9, 9])
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == 2)
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["a.bin"])
      #expect(try Data(contentsOf: URL(filePath: path)) == Data([1, 2, 3]))
    }
  }

  @Test func linksAreFollowed() throws {
    try withFolder { folder in
      let target = folder.appending(path: "target.bin")
      let link = folder.appending(path: "link.bin")
      try Data([1]).write(to: target)
      try FileManager.default.createSymbolicLink(at: link, withDestinationURL: target)
      try AtomicFile.save([2, 3], to: link.path)
      #expect(try Data(contentsOf: target) == Data([2, 3]))
      #expect(
        try FileManager.default.destinationOfSymbolicLink(atPath: link.path) == target.path)
    }
  }

  @Test func relativePathsAndStrangePlaces() throws {
    for path in ["", "/", "/no/such/folder/a", "/dev/null", "/tmp"] {
      #expect(throws: AtomicFileError.self, "\(path)") { try AtomicFile.save([1], to: path) }
    }
  }

  @Test func failedRenamesLeaveNothing() throws {
    try withFolder { folder in
      // Too long a name: the shorter temporary file can be made, the renaming fails.
      let path = folder.appending(path: String(repeating: "n", count: 300)).path
      #expect(throws: AtomicFileError.self) { try AtomicFile.save([1], to: path) }
      let left = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      #expect(left.isEmpty)
    }
  }
}
