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

  @Test func whatTheDeadLeftIsRemoved() throws {
    try withFolder { folder in
      let others = [".a.bin.mine.tmp", ".a.bin.tg-x.tmp", ".b.bin.tg-0.tmp", "precious"]
      for name in others + [".a.bin.tg-0.tmp", ".a.bin.tg-3.tmp"] {
        try Data([7]).write(to: folder.appending(path: name))
      }
      let link = folder.appending(path: ".a.bin.tg-5.tmp")
      try FileManager.default.createSymbolicLink(
        at: link, withDestinationURL: folder.appending(path: "precious"))
      try AtomicFile.save([1], to: folder.appending(path: "a.bin").path)
      let left = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
      #expect(left == (others + ["a.bin", ".a.bin.tg-5.tmp"]).sorted())
      #expect(try Data(contentsOf: folder.appending(path: "precious")) == Data([7]))
    }
  }

  @Test func filesOfTheLivingStay() throws {
    try withFolder { folder in
      let path = folder.appending(path: "a.bin").path
      // More than there are fixed names.
      func nest(_ depth: UInt8) throws {
        let file = try AtomicFile(path: path)
        try file.append([depth])
        if depth < 12 { try nest(depth + 1) }
        let left = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        #expect(left.count == Int(depth) + (depth < 12 ? 1 : 0))
        try file.commit()
        #expect(try Data(contentsOf: URL(filePath: path)) == Data([depth]))
      }
      try nest(1)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["a.bin"])
    }
  }

  @Test func manyWritersOfOneFile() async throws {
    let folder = FileManager.default.temporaryDirectory
      .appending(path: "tgatomic-\(UInt64.random(in: 0...UInt64.max))")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appending(path: "a.bin").path
    try await withThrowingTaskGroup(of: Void.self) { group in
      for writer in 0..<12 {
        group.addTask {
          for _ in 0..<100 {
            try AtomicFile.save([UInt8](repeating: UInt8(writer), count: 3000), to: path)
            let bytes = try Data(contentsOf: URL(filePath: path))
            #expect(bytes.count == 3000 && Set(bytes).count == 1)
          }
        }
      }
      try await group.waitForAll()
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["a.bin"])
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

  @Test func relativeAndStrangePaths() throws {
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

  @Test func linksLeadToTheirFileWhetherItIsThereOrNot() throws {
    try withFolder { folder in
      let files = FileManager.default
      func path(_ name: String) -> String { folder.appending(path: name).path }
      try files.createDirectory(atPath: path("sub"), withIntermediateDirectories: false)
      for (name, target) in [
        ("one", "sub/two"), ("sub/two", "../three"), ("lost", "none/x"), ("ring", "gnir"),
        ("gnir", "ring"), ("far", path("four")), ("up", "sub"),
      ] {
        try files.createSymbolicLink(atPath: path(name), withDestinationPath: target)
      }
      for _ in 0..<2 {
        try AtomicFile.save([1], to: path("one"))
        try AtomicFile.save([2], to: path("far"))
      }
      #expect(try Data(contentsOf: URL(filePath: path("three"))) == Data([1]))
      #expect(try Data(contentsOf: URL(filePath: path("four"))) == Data([2]))
      for link in ["one", "sub/two", "far"] {
        let kind = try files.attributesOfItem(atPath: path(link))[.type] as? FileAttributeType
        #expect(kind == .typeSymbolicLink)
      }
      for name in ["lost", "ring", "up", "sub"] {
        #expect(throws: AtomicFileError.self, "\(name)") {
          try AtomicFile.save([3], to: path(name))
        }
      }
      try AtomicFile.save([4], to: path("up/five"))
      #expect(files.fileExists(atPath: path("sub/five")))
    }
  }

  @Test func aFreeNameIsOneThatNothingHas() throws {
    try withFolder { folder in
      let path = folder.appending(path: "a.b.png").path
      #expect(freePath(like: path) == path)
      try AtomicFile.save([1], to: path)
      let second = folder.appending(path: "a.b-2.png").path
      #expect(freePath(like: path) == second)
      try FileManager.default.createSymbolicLink(
        atPath: second, withDestinationPath: "nothing")
      #expect(freePath(like: path) == folder.appending(path: "a.b-3.png").path)
      let bare = folder.appending(path: ".hidden").path
      try AtomicFile.save([1], to: bare)
      #expect(freePath(like: bare) == bare + "-2")
    }
  }
}
